"""Operations under /api/retention: the rules with what is due, and the previews; no names."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema
from ninja.errors import HttpError

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, holds_somewhere
from maarag.values import Suppressed

from .models import Preview
from .queries import previews, standings, technical
from .rules import Rule, Tidy

router = Router(tags=["retention"])


class DueOut(Schema):
    """What is due in an authority."""

    authority: str
    count: int | None = Field(description="Null where the account is told only that something is due.")
    first: date | None = Field(description="The first day from which the time of one of them is counted.")
    last: date | None


class RuleOut(Schema):
    """How long a kind of row is kept."""

    code: str
    title: str
    days: int
    counted_from: str
    why: str
    personal: bool = Field(description="Erased only after a preview was approved; others every night.")
    due: int | None = Field(description="Null where a part of it is not told.")
    by_authority: list[DueOut]


class PreviewRow(Schema):
    """A row that is due: its key, its number and the day from which its time is counted."""

    row: UUID
    number: str
    since: date


class PreviewOut(Schema):
    """What was due when somebody looked, and what became of it."""

    id: UUID
    rule: str
    authority: str
    state: str = Field(description="waiting, approved, withdrawn or done.")
    count: int
    erased: int
    made_by: str
    made_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    done_at: datetime | None
    rows: list[PreviewRow]

    @classmethod
    def of(cls, preview: Preview) -> PreviewOut:
        return cls(
            id=preview.pk,
            rule=preview.rule,
            authority=preview.authority.code,
            state=preview.state.value,
            count=preview.count,
            erased=preview.erased,
            made_by=preview.made_by.name,
            made_at=preview.made_at,
            approved_by=preview.approved_by.name if preview.approved_by else None,
            approved_at=preview.approved_at,
            done_at=preview.done_at,
            rows=[PreviewRow(**row) for row in preview.rows],
        )


def _viewer(request: HttpRequest) -> Account:
    if not holds_somewhere(request.user, Permission.VIEW_AUDIT):
        raise HttpError(403, _("Your account has no role that opens retention."))
    return account_of(request)


@router.get("/rules", response=list[RuleOut], summary="How long rows are kept", url_name="retention_rules")
def list_rules(request: HttpRequest) -> list[RuleOut]:
    """Every rule, and how many rows are due now in the account's authorities."""
    viewer = _viewer(request)
    found = []
    for standing in standings(viewer):
        due = [
            DueOut(authority=one.authority.code, count=_told(one.count), first=one.first, last=one.last)
            for one in standing.due
        ]
        found.append(_out(standing.rule, True, standing.count, due))
    return [*found, *(_out(rule, False, count, []) for rule, count in technical())]


def _told(count: int | Suppressed) -> int | None:
    return None if isinstance(count, Suppressed) else count


def _out(rule: Rule | Tidy, personal: bool, due: int | Suppressed, by_authority: list[DueOut]) -> RuleOut:
    return RuleOut(
        code=rule.code,
        title=str(rule.title),
        days=rule.keep.days,
        counted_from=str(rule.counted_from),
        why=str(rule.basis),
        personal=personal,
        due=_told(due),
        by_authority=by_authority,
    )


@router.get(
    "/previews", response=list[PreviewOut], summary="Previews of erasures", url_name="retention_previews"
)
def list_previews(request: HttpRequest) -> list[PreviewOut]:
    """The newest previews of the authorities whose exact counts the account may see, or where it decides."""
    return [PreviewOut.of(preview) for preview in previews(_viewer(request))]
