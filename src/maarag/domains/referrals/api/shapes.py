"""What the API tells of referrals, and takes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Field, Schema

from maarag.domains.families.api.shown import ShownFileOut
from maarag.domains.families.models import Basis, SharedField

from ..limits import DEFAULTS, MOST_DAYS, SEEN_AFTER
from ..models import AskedHow, CloseReason, DeclineReason, Help, HelpWord, Referral, ReferralStep
from ..queries import is_late


class ReferralOut(Schema):
    """A referral as the family's side sees it."""

    id: UUID
    family: UUID
    service: str = Field(description="Code of the service.")
    organisation: str = Field(description="Code of its organisation.")
    response: str | None = Field(description="Code of the response asked for.")
    need: UUID = Field(description="The same for all referrals that answer one need.")
    previous: UUID | None = Field(description="The referral that it was sent on from.")
    text: str
    fields_shared: list[str]
    basis: str
    sent_by: str
    sent_at: datetime
    status: str
    answered_at: datetime | None
    answered_in_name: bool = Field(description="The family's worker wrote the service's answer down.")
    answer_words: str
    decline_reason: str
    started_at: datetime | None
    heard_at: datetime | None
    ended_at: datetime | None
    close_reason: str
    due_on: date | None
    is_late: bool
    seen_until: date | None = Field(description="Until when the service sees it; null: not any more.")
    consent_withdrawn_at: datetime | None
    help: str = Field(description="The family's newest word: yes, partly or no; empty where it said none.")

    @classmethod
    def of(cls, row: Referral) -> ReferralOut:
        names = ("text", "basis", "sent_at", "status", "answered_at", "answered_in_name", "answer_words")
        names += (
            "decline_reason",
            "started_at",
            "heard_at",
            "ended_at",
            "close_reason",
            "due_on",
            "seen_until",
            "consent_withdrawn_at",
        )
        return cls(
            id=row.pk,
            family=row.family_id,
            service=row.service.code,
            organisation=row.organisation.code,
            response=row.response.code if row.response else None,
            need=row.need,
            previous=row.previous_id,
            fields_shared=row.fields,
            sent_by=row.sent_by.name,
            is_late=is_late(row),
            help=getattr(row, "help", ""),
            **{name: getattr(row, name) for name in names},
        )


class ReferralStepOut(Schema):
    """One thing that happened to a referral."""

    kind: str
    at: datetime
    by: str
    in_name_of_service: bool
    words: str

    @classmethod
    def of(cls, row: ReferralStep) -> ReferralStepOut:
        return cls(
            kind=row.kind,
            at=row.at,
            by=row.by.name,
            in_name_of_service=row.in_name_of_service,
            words=row.words,
        )


class WordOut(Schema):
    """The family's own word on help."""

    help: str
    said_by: str
    how: str
    said_on: date
    words: str
    recorded_by: str

    @classmethod
    def of(cls, row: HelpWord) -> WordOut:
        return cls(
            help=row.help,
            said_by=row.said_by,
            how=row.how,
            said_on=row.said_on,
            words=row.words,
            recorded_by=row.recorded_by.name,
        )


class ReferralFull(ReferralOut):
    """A referral with its steps and the family's words."""

    steps: list[ReferralStepOut]
    words: list[WordOut]


class ReferralPage(Schema):
    """A page of referrals."""

    total: int
    items: list[ReferralOut]


class LimitsIn(Schema):
    """Days for each step."""

    answer_days: int = Field(DEFAULTS.answer, ge=1, le=MOST_DAYS)
    start_days: int = Field(DEFAULTS.start, ge=1, le=MOST_DAYS)
    ask_days: int = Field(DEFAULTS.ask, ge=1, le=MOST_DAYS)
    close_days: int = Field(DEFAULTS.close, ge=1, le=MOST_DAYS)
    seen_days: int = Field(
        SEEN_AFTER, ge=0, le=MOST_DAYS, description="For which the service sees it after its end."
    )


class ReferralIn(LimitsIn):
    """A referral to send."""

    family: UUID
    service: str = Field(max_length=80, description="Code of the service.")
    response: str | None = Field(None, max_length=200, description="Code of the response asked for.")
    text: str = Field(min_length=1, max_length=2000)
    fields_shared: list[SharedField] = Field(min_length=1, max_length=len(SharedField))
    basis: Basis
    basis_details: str = Field(min_length=1, max_length=1000)
    need: UUID | None = Field(None, description="Of an earlier referral that answers the same need.")
    key: UUID | None = Field(None, description="The sender's own; sent again it sends nothing twice.")


class WordsIn(Schema):
    """Words with a step."""

    words: str = Field("", max_length=1000)


class ConsentWithdrawn(Schema):
    """Who withdrew the consent, and what was said."""

    words: str = Field(min_length=1, max_length=1000)


class DeclineIn(WordsIn):
    """Why a service does not take the family."""

    reason: DeclineReason


class HelpIn(WordsIn):
    """The family's own word."""

    help: Help
    said_by: str = Field(min_length=1, max_length=160)
    how: AskedHow
    said_on: date | None = Field(None, description="Without it, today.")


class CloseIn(WordsIn):
    """How a referral ended."""

    reason: CloseReason


class SendOnIn(Schema):
    """To which service it goes on."""

    service: str = Field(max_length=80)
    key: UUID | None = None


class InboxLineOut(Schema):
    """A referral to my body."""

    id: UUID
    authority: str
    number: int
    name: str | None = Field(description="Null where the name is not shared.")
    service: str
    response: str | None
    sent_at: datetime
    status: str
    due_on: date | None
    seen_until: date


class NoticeOut(Schema):
    """A referral to my body that ended because the family withdrew its consent."""

    id: UUID = Field(description="Of the referral, as it was known.")
    authority: str
    service: str
    sent_on: date
    withdrawn_at: datetime


class InboxPage(Schema):
    """A page of referrals to my body, and all to which families withdrew their consent of late."""

    total: int
    items: list[InboxLineOut]
    consent_withdrawn: list[NoticeOut]


class InboxStep(Schema):
    """Where a referral to my body stands after a step; nothing of the family, for answers are kept a week."""

    id: UUID
    service: str
    response: str | None
    sent_at: datetime
    status: str
    answered_at: datetime | None
    started_at: datetime | None
    decline_reason: str
    due_on: date | None
    seen_until: date

    @classmethod
    def of(cls, row: Referral) -> InboxStep:
        return cls(**step_values(row))


class InboxReferral(InboxStep):
    """A referral to my body, with what it shares and nothing else."""

    text: str
    sent_by: str
    answer_words: str
    file: ShownFileOut


def step_values(row: Referral) -> dict[str, Any]:
    """What a body is told of where a referral stands."""
    names = ("sent_at", "status", "answered_at", "started_at", "decline_reason", "due_on", "seen_until")
    return {
        "id": row.pk,
        "service": row.service.code,
        "response": row.response.code if row.response else None,
        **{name: getattr(row, name) for name in names},
    }


class FiguresLine(Schema):
    """The counts and the two figures of one row; null with `hidden` where small counts are kept back."""

    key: str
    counts: dict[str, int | None]
    hidden: list[str] = Field(description="The counts that are hidden.")
    loop_closure: float | None
    help_received: float | None


class FiguresOut(Schema):
    """Referrals in figures: of one place, by service, response and time."""

    place: str
    exact: bool = Field(description="All counts by month; else by quarter, small counts hidden.")
    whole: FiguresLine
    services: list[FiguresLine]
    responses: list[FiguresLine]
    times: list[FiguresLine]
