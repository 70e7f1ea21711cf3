"""The family's side: lists, one referral, sending."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Status
from ninja.errors import HttpError

from maarag.domains.families.actions import read_family, read_words
from maarag.domains.families.models import Family
from maarag.domains.services.models import Service
from maarag.domains.services.queries import offered
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, holds_somewhere
from maarag.kernel.taxonomy.queries import term_by_code

from ..actions import AlreadySent, Closed, send_referral
from ..limits import Limits
from ..listing import Asked, referrals
from ..models import Referral
from ..queries import one_of, steps_of, words_of
from ..scope import may_send
from .shapes import LimitsIn, ReferralFull, ReferralIn, ReferralOut, ReferralPage, ReferralStepOut, WordOut

router = Router(tags=["referrals"])


def worker(request: HttpRequest, permission: Permission = Permission.VIEW_FAMILIES) -> Account:
    """The account, if it holds the permission anywhere."""
    if not holds_somewhere(request.user, permission):
        raise HttpError(403, _("Your account has no role that works with families' referrals."))
    return account_of(request)


def found_referral(
    request: HttpRequest, pk: UUID, permission: Permission = Permission.VIEW_FAMILIES
) -> Referral:
    """The referral of a file that the account may read, or refer from; that it is read is recorded."""
    account = worker(request, permission)
    referral = one_of(account, pk)
    family = read_family(by=account, pk=referral.family_id) if referral else None
    changes = permission == Permission.EDIT_FAMILIES
    if referral is None or family is None or (changes and not may_send(account, family)):
        raise HttpError(404, _("There is no such referral in your authorities."))
    return referral


def service_of(code: str) -> Service:
    """The service on offer with this code."""
    service = offered().filter(code=code).select_related("organisation").first()
    if service is None:
        raise HttpError(422, _("No service on offer has the code %(code)s.") % {"code": code})
    return service


def limits_of(body: LimitsIn) -> Limits:
    """The limits of a request."""
    return Limits(body.answer_days, body.start_days, body.ask_days, body.close_days)


@router.get("/", response=ReferralPage, summary="Referrals that I follow", url_name="referrals_list")
def list_referrals(
    request: HttpRequest,
    whose: Literal["mine", "all"] = "mine",
    state: Literal["open", "late", "service", "sender", "refused", "ended", "all"] = "open",
    family: UUID | None = Query(None, description="Only those of one family."),  # noqa: B008
    q: str = Query("", max_length=120),
    limit: int = Query(100, ge=1, le=200),
    offset: int = Query(0, ge=0, le=1_000_000),
) -> ReferralPage:
    """Those that are due first on top. `service` and `sender`: whose step is the next one. Each family's file
    is recorded as read.
    """
    account = worker(request)
    found = referrals(account, Asked(whose, state, q.replace("\x00", "")))
    if family is not None:
        found = found.filter(family=family)
    page = list(found[offset : offset + limit])
    read_words(by=account, rows=page)
    return ReferralPage(total=found.count(), items=[ReferralOut.of(row) for row in page])


@router.post(
    "/", response={201: ReferralOut}, summary="Refer a family to a service", url_name="referrals_send"
)
def send(request: HttpRequest, body: ReferralIn) -> Status[Any]:
    """The service sees the named fields and the text, while it is open and some days after. 409 where such a
    referral is open already; the same `key` again gives the same referral.
    """
    account = worker(request, Permission.EDIT_FAMILIES)
    family: Family | None = read_family(by=account, pk=body.family)
    if family is None or not may_send(account, family):
        raise HttpError(404, _("There is no such family in your authorities."))
    term = term_by_code(body.response) if body.response else None
    if body.response and term is None:
        raise HttpError(422, _("No term has the code %(code)s.") % {"code": body.response})
    try:
        made = send_referral(
            by=account,
            family=family,
            service=service_of(body.service),
            text=body.text,
            fields=[field.value for field in body.fields_shared],
            basis=body.basis.value,
            basis_details=body.basis_details,
            response=term,
            need=body.need,
            limits=limits_of(body),
            seen_days=body.seen_days,
            key=body.key,
        )
    except AlreadySent:
        raise HttpError(
            409, _("An open referral of the family to this service is under way already.")
        ) from None
    except Closed:
        raise HttpError(409, _("The file is closed; open it again before you refer the family.")) from None
    except ValidationError as error:
        raise HttpError(422, " ".join(error.messages)) from None
    return Status(201, ReferralOut.of(made))


@router.get("/{uuid:pk}", response=ReferralFull, summary="One referral", url_name="referral")
def one(request: HttpRequest, pk: UUID) -> ReferralFull:
    """A referral with its steps and what the family said."""
    return full(found_referral(request, pk))


def full(referral: Referral) -> ReferralFull:
    """The referral with all that hangs on it."""
    return ReferralFull(
        **ReferralOut.of(referral).dict(),
        steps=[ReferralStepOut.of(step) for step in steps_of(referral)],
        words=[WordOut.of(word) for word in words_of(referral)],
    )
