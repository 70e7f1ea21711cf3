"""Consents and shared plans through the API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Schema, Status
from ninja.errors import HttpError

from maarag.domains.families.consented import Consented
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, holds_somewhere
from maarag.kernel.access.sign_in import signed_in_recently
from maarag.kernel.people.models import Organisation
from maarag.ui.figures import name_in_language

from .. import actions
from ..models import Consent, Document, Manner, PlanShare, Profession
from ..queries.sharing import SharedPlan, ends_with, may_stay_after, shared_lines, shares_of
from .answering import file_for, router, row_for, written

EDIT, SHARE = Permission.EDIT_FAMILIES, Permission.SHARE_FAMILIES


class ConsentOut(Schema):
    """What the family agreed to: what for, with whom, until when."""

    id: UUID
    purpose: str
    professions: list[str]
    given_by: str
    manner: str
    given_on: date
    until: date
    document: UUID | None
    withdrawn_at: datetime | None
    withdrawn_words: str

    @classmethod
    def of(cls, row: Consent) -> ConsentOut:
        names = [name for name in cls.model_fields if name not in ("id", "document")]
        return cls(id=row.pk, document=row.document_id, **{name: getattr(row, name) for name in names})


class ConsentIn(Schema):
    """A consent to write down."""

    purpose: str = Field(min_length=1, max_length=1000)
    professions: list[Profession] = Field(min_length=1, max_length=3)
    given_by: str = Field(min_length=1, max_length=200)
    manner: Manner
    given_on: date | None = None
    until: date
    document: UUID | None = None


class Withdrawal(Schema):
    """Who withdrew a consent, and what was said."""

    words: str = Field(min_length=1, max_length=1000)
    staying: list[str] = Field(
        [], max_length=500, description="Keys of what the family still agrees to; everything else ends."
    )


class RestingOut(Schema):
    """Something that a body sees because the family consented."""

    key: str
    what: str
    until: date | None
    may_stay: bool = Field(description="False where it names this consent: it ends in any case.")

    @classmethod
    def of(cls, each: Consented) -> RestingOut:
        return cls(key=each.key, what=str(each.what), until=each.until, may_stay=each.consent is None)


class PlanShareOut(Schema):
    """A body that sees the plan, as far as its field of work goes."""

    id: UUID
    organisation: str
    profession: str
    with_name: bool
    basis: str
    consent: UUID | None
    basis_details: str
    starts: date
    ends: date
    withdrawn_at: datetime | None

    @classmethod
    def of(cls, row: PlanShare) -> PlanShareOut:
        names = [n for n in cls.model_fields if n not in ("id", "organisation", "consent")]
        return cls(
            id=row.pk,
            organisation=row.organisation.code,
            consent=row.consent_id,
            **{name: getattr(row, name) for name in names},
        )


class PlanShareIn(Schema):
    """With whom to share the plan: on the ground of a consent, or of a section of a law."""

    organisation: str = Field(max_length=80, description="Code of the body.")
    profession: Profession
    with_name: bool = False
    consent: UUID | None = None
    basis_details: str = Field("", max_length=1000)
    starts: date | None = None
    ends: date


class SharedPlanLine(Schema):
    """A plan shared with my body."""

    id: UUID
    organisation: str
    authority: str
    profession: str
    number: int
    name: str | None = Field(description="Null where the name is not shared.")
    until: date


class SharedPlanPage(Schema):
    """A page of the plans that are shared with my body."""

    total: int
    items: list[SharedPlanLine]


class SharedGoalOut(Schema):
    """A goal of my field of work."""

    own_words: str
    professional_words: str
    target_on: date
    state: str


class SharedItemOut(Schema):
    """A response of my field of work."""

    response: str
    service: str | None
    doer: str
    who: str
    starts: date
    ends: date | None
    frequency: str
    amount: str
    progress: str


class SharedPlanOut(Schema):
    """What my body sees of a plan."""

    authority: str
    number: int
    name: str | None
    worker: str
    profession: str
    version: int | None
    agreed_on: date | None
    goals: list[SharedGoalOut]
    items: list[SharedItemOut]

    @classmethod
    def of(cls, plan: SharedPlan) -> SharedPlanOut:
        return cls(
            authority=plan.share.authority.code,
            number=plan.number,
            name=plan.name,
            worker=plan.worker,
            profession=plan.share.profession,
            version=plan.version,
            agreed_on=plan.agreed_on,
            goals=[
                SharedGoalOut(
                    own_words=goal.own_words,
                    professional_words=goal.professional_words,
                    target_on=goal.target_on,
                    state=goal.state.value,
                )
                for goal in plan.goals
            ],
            items=[
                SharedItemOut(
                    response=name_in_language(item.response),
                    service=name_in_language(item.service) if item.service else None,
                    doer=item.doer,
                    who=item.who,
                    starts=item.starts,
                    ends=item.ends,
                    frequency=item.frequency,
                    amount=item.amount,
                    progress=item.progress,
                )
                for item in plan.items
            ],
        )


def _partner(request: HttpRequest) -> Account:
    if not holds_somewhere(request.user, Permission.VIEW_SHARED_FILES):
        raise HttpError(403, _("Your account works for no body with which files are shared."))
    return account_of(request)


@router.get(
    "/shared", response=SharedPlanPage, summary="Plans shared with my body", url_name="casework_shared"
)
def list_shared(
    request: HttpRequest,
    limit: int = Query(100, ge=1, le=200),
    offset: int = Query(0, ge=0, le=1_000_000),
) -> SharedPlanPage:
    """The shares in force with the bodies of the account."""
    total, lines = shared_lines(_partner(request), limit=limit, offset=offset)
    items = [
        SharedPlanLine(
            id=line.pk,
            organisation=line.organisation.code,
            authority=line.authority.code,
            profession=line.profession,
            number=line.number,
            name=line.name,
            until=line.until,
        )
        for line in lines
    ]
    return SharedPlanPage(total=total, items=items)


@router.get(
    "/shared/{uuid:pk}",
    response=SharedPlanOut,
    summary="What one shared plan shows",
    url_name="casework_shared_plan",
)
def one_shared(request: HttpRequest, pk: UUID) -> SharedPlanOut:
    """The goals and responses of one field of work; whoever reads them is recorded with the authority."""
    found = actions.read_shared_plan(by=_partner(request), pk=pk)
    if found is None:
        raise HttpError(404, _("Nothing like this is shared with your body."))
    return SharedPlanOut.of(found)


@router.get(
    "/{uuid:pk}/consents",
    response=list[ConsentOut],
    summary="Consents of a family",
    url_name="casework_consents",
)
def consents(request: HttpRequest, pk: UUID) -> list[ConsentOut]:
    """The newest first; those that were withdrawn or have ended stay."""
    return [ConsentOut.of(row) for row in Consent.objects.filter(family=file_for(request, pk))]


@router.post(
    "/{uuid:pk}/consents",
    response={201: ConsentOut},
    summary="Write down a consent",
    url_name="casework_add_consent",
)
def add_consent(request: HttpRequest, pk: UUID, body: ConsentIn) -> Status[Any]:
    """What for, with which professions, by whom, how and until when."""
    family = file_for(request, pk, EDIT)
    scan = row_for(Document, family, body.document) if body.document else None
    given = {**body.dict(), "document": scan}
    row = written(lambda: actions.record_consent(by=account_of(request), family=family, **given))
    return Status(201, ConsentOut.of(row))


@router.get(
    "/{uuid:pk}/consents/{uuid:row}/resting",
    response=list[RestingOut],
    summary="What ends with a consent",
    url_name="casework_resting",
)
def resting(request: HttpRequest, pk: UUID, row: UUID) -> list[RestingOut]:
    """What bodies see because the family consented: what names this consent, and what names none."""
    found = row_for(Consent, file_for(request, pk), row)
    return [RestingOut.of(each) for each in (*ends_with(found), *may_stay_after(found))]


@router.post(
    "/{uuid:pk}/consents/{uuid:row}/withdraw",
    response=ConsentOut,
    summary="A family withdraws its consent",
    url_name="casework_withdraw_consent",
)
def withdraw_consent(request: HttpRequest, pk: UUID, row: UUID, body: Withdrawal) -> ConsentOut:
    """What bodies see because of it ends at once, shares and referrals, but for what is named as staying; 409
    where it had ended already.
    """
    found = row_for(Consent, file_for(request, pk, EDIT), row)
    written(lambda: actions.withdraw_consent(by=account_of(request), consent=found, **body.dict()))
    found.refresh_from_db()
    return ConsentOut.of(found)


@router.get(
    "/{uuid:pk}/plan/shares",
    response=list[PlanShareOut],
    summary="Bodies that see a plan",
    url_name="casework_shares",
)
def shares(request: HttpRequest, pk: UUID) -> list[PlanShareOut]:
    """With whom the plan is or was shared, newest first."""
    return [PlanShareOut.of(row) for row in shares_of(file_for(request, pk))]


@router.post(
    "/{uuid:pk}/plan/shares",
    response={201: PlanShareOut},
    summary="Share a plan with a body",
    url_name="casework_share_plan",
)
def share_plan(request: HttpRequest, pk: UUID, body: PlanShareIn) -> Status[Any]:
    """Share the goals and responses of one field of work. After a recent sign-in, which a token has not."""
    family = file_for(request, pk, SHARE)
    if not signed_in_recently(request):
        raise HttpError(403, _("Sign in again before this step; your last sign-in was too long ago."))
    organisation = Organisation.objects.filter(code=body.organisation).first()
    if organisation is None:
        raise HttpError(422, _("No body has the code %(code)s.") % {"code": body.organisation})
    consent = row_for(Consent, family, body.consent) if body.consent else None
    given = {**body.dict(), "organisation": organisation, "consent": consent}
    row = written(lambda: actions.share_plan(by=account_of(request), family=family, **given))
    return Status(201, PlanShareOut.of(row))


@router.post(
    "/{uuid:pk}/plan/shares/{uuid:row}/withdraw",
    response=PlanShareOut,
    summary="Withdraw a shared plan",
    url_name="casework_withdraw_share",
)
def withdraw_share(request: HttpRequest, pk: UUID, row: UUID) -> PlanShareOut:
    """The body stops seeing it at once; 409 where it had ended already."""
    found = row_for(PlanShare, file_for(request, pk, SHARE), row)
    return PlanShareOut.of(written(lambda: actions.withdraw_plan_share(by=account_of(request), share=found)))
