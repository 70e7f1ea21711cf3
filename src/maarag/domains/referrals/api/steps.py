"""The family's side: the steps of one referral."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Status
from ninja.errors import HttpError

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of

from .. import actions
from ..actions import AlreadySent, Closed, NotNow
from ..models import Referral
from ..queries import one_of
from .files import found_referral, full, limits_of, router, service_of
from .shapes import (
    CloseIn,
    ConsentWithdrawn,
    DeclineIn,
    HelpIn,
    LimitsIn,
    ReferralFull,
    ReferralOut,
    SendOnIn,
    WordsIn,
)


def written(write: Callable[[], Any]) -> Any:
    """Take a step, or tell why it cannot be taken."""
    try:
        return write()
    except NotNow as error:
        state = error.referral.get_status_display()
        raise HttpError(
            409,
            _("This step does not follow from where the referral stands now: %(state)s.") % {"state": state},
        ) from None
    except AlreadySent:
        raise HttpError(
            409, _("An open referral of the family to this service is under way already.")
        ) from None
    except Closed:
        raise HttpError(409, _("The file is closed; open it again before you refer the family.")) from None
    except ValidationError as error:
        raise HttpError(422, " ".join(error.messages)) from None
    except Http404:
        raise HttpError(404, _("There is no such referral in your authorities.")) from None


def _step(request: HttpRequest, pk: UUID, write: Callable[[Referral], Any]) -> ReferralFull:
    referral = found_referral(request, pk, Permission.EDIT_FAMILIES)
    written(lambda: write(referral))
    after = one_of(request.user, pk)
    assert after is not None
    return full(after)


@router.post(
    "/{uuid:pk}/accept",
    response=ReferralFull,
    summary="Write down that the service accepts",
    url_name="referral_accept",
)
def accept(request: HttpRequest, pk: UUID, body: WordsIn) -> ReferralFull:
    """In the service's name, marked as such."""
    return _step(
        request,
        pk,
        lambda one: actions.accept_referral(by=account_of(request), referral=one, words=body.words),
    )


@router.post(
    "/{uuid:pk}/decline",
    response=ReferralFull,
    summary="Write down that the service declines",
    url_name="referral_decline",
)
def decline(request: HttpRequest, pk: UUID, body: DeclineIn) -> ReferralFull:
    """In the service's name, marked as such."""
    return _step(
        request,
        pk,
        lambda one: actions.decline_referral(
            by=account_of(request), referral=one, reason=body.reason.value, words=body.words
        ),
    )


@router.post(
    "/{uuid:pk}/start",
    response=ReferralFull,
    summary="Write down that the service began",
    url_name="referral_start",
)
def start(request: HttpRequest, pk: UUID, body: WordsIn) -> ReferralFull:
    """In the service's name, marked as such."""
    return _step(
        request,
        pk,
        lambda one: actions.start_referral(by=account_of(request), referral=one, words=body.words),
    )


@router.post(
    "/{uuid:pk}/help",
    response=ReferralFull,
    summary="Write down the family's own word",
    url_name="referral_help",
)
def hear(request: HttpRequest, pk: UUID, body: HelpIn) -> ReferralFull:
    """Whether help was received, as somebody of the family says it."""
    given = {**body.dict(), "help": body.help.value, "how": body.how.value}
    return _step(request, pk, lambda one: actions.record_help(by=account_of(request), referral=one, **given))


@router.post("/{uuid:pk}/close", response=ReferralFull, summary="Close a referral", url_name="referral_close")
def close(request: HttpRequest, pk: UUID, body: CloseIn) -> ReferralFull:
    """422 where the family was not asked and nothing says why."""
    return _step(
        request,
        pk,
        lambda one: actions.close_referral(
            by=account_of(request), referral=one, reason=body.reason.value, words=body.words
        ),
    )


@router.post(
    "/{uuid:pk}/withdraw", response=ReferralFull, summary="Withdraw a referral", url_name="referral_withdraw"
)
def withdraw(request: HttpRequest, pk: UUID, body: WordsIn) -> ReferralFull:
    """The service stops seeing it at once."""
    return _step(
        request,
        pk,
        lambda one: actions.withdraw_referral(by=account_of(request), referral=one, words=body.words),
    )


@router.post(
    "/{uuid:pk}/withdraw-consent",
    response=ReferralFull,
    summary="A family withdraws its consent to a referral",
    url_name="referral_withdraw_consent",
)
def withdraw_consent(request: HttpRequest, pk: UUID, body: ConsentWithdrawn) -> ReferralFull:
    """In every state in which the service sees it; it stops seeing it at once, and is told that it ended."""
    return _step(
        request,
        pk,
        lambda one: actions.withdraw_referral_consent(by=account_of(request), referral=one, words=body.words),
    )


@router.post(
    "/{uuid:pk}/limits",
    response=ReferralFull,
    summary="Set a referral's time limits",
    url_name="referral_limits",
)
def limits(request: HttpRequest, pk: UUID, body: LimitsIn) -> ReferralFull:
    """What is late by the new limits is late."""
    return _step(
        request,
        pk,
        lambda one: actions.set_limits(
            by=account_of(request), referral=one, limits=limits_of(body), seen_days=body.seen_days
        ),
    )


@router.post(
    "/{uuid:pk}/send-on",
    response={201: ReferralOut},
    summary="Send a referral on",
    url_name="referral_send_on",
)
def send_on(request: HttpRequest, pk: UUID, body: SendOnIn) -> Status[Any]:
    """What was declined, or lapsed, goes with the same content to another service."""
    referral = found_referral(request, pk, Permission.EDIT_FAMILIES)
    service = service_of(body.service)
    made = written(
        lambda: actions.send_on(by=account_of(request), referral=referral, service=service, key=body.key)
    )
    return Status(201, ReferralOut.of(made))
