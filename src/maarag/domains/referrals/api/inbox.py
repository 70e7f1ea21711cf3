"""The service's side: what was referred to my body, and its answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query
from ninja.errors import HttpError

from maarag.domains.families.api.shown import ShownFileOut
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, holds_somewhere

from .. import actions
from ..listing import narrowed
from ..models import Referral
from ..queries import inbox_lines, sent_to
from .files import router
from .shapes import DeclineIn, InboxLineOut, InboxPage, InboxReferral, WordsIn
from .steps import written


def _partner(request: HttpRequest) -> Account:
    if not holds_somewhere(request.user, Permission.ANSWER_REFERRALS):
        raise HttpError(403, _("Your account works for no body to which families are referred."))
    return account_of(request)


@router.get("/inbox", response=InboxPage, summary="Referrals to my body", url_name="referrals_inbox")
def inbox(
    request: HttpRequest,
    state: Literal["open", "answer", "late", "ended", "all"] = "open",
    limit: int = Query(100, ge=1, le=200),
    offset: int = Query(0, ge=0, le=1_000_000),
) -> InboxPage:
    """Those that are due first on top; an ended one is seen for some days after its end."""
    account = _partner(request)
    found = narrowed(sent_to(account), state)
    total, lines = inbox_lines(account, found, limit=limit, offset=offset)
    items = [
        InboxLineOut(
            id=line.referral.pk,
            authority=line.referral.authority.code,
            number=line.number,
            name=line.name,
            service=line.referral.service.code,
            response=line.referral.response.code if line.referral.response else None,
            sent_at=line.referral.sent_at,
            status=line.referral.status,
            due_on=line.referral.due_on,
            seen_until=line.referral.seen_until,
        )
        for line in lines
    ]
    return InboxPage(total=total, items=items)


@router.get(
    "/inbox/{uuid:pk}",
    response=InboxReferral,
    summary="One referral to my body",
    url_name="referrals_inbox_one",
)
def one(request: HttpRequest, pk: UUID) -> InboxReferral:
    """What is asked for, and the named fields; whoever reads them is recorded with the authority."""
    return _shown(_partner(request), pk)


def _shown(account: Account, pk: UUID) -> InboxReferral:
    found = actions.read_referral(by=account, pk=pk)
    if found is None:
        raise HttpError(404, _("No such referral to your body is open to you."))
    row, file = found
    names = ("text", "sent_at", "status", "answered_at", "started_at", "decline_reason", "answer_words")
    return InboxReferral(
        id=row.pk,
        service=row.service.code,
        response=row.response.code if row.response else None,
        sent_by=row.sent_by.name,
        due_on=row.due_on,
        seen_until=row.seen_until,
        file=ShownFileOut.of(file),
        **{name: getattr(row, name) for name in names},
    )


def _step(request: HttpRequest, pk: UUID, write: Callable[[Account, Referral], Any]) -> InboxReferral:
    account = _partner(request)
    referral = sent_to(account).filter(pk=pk).first()
    if referral is None:
        raise HttpError(404, _("No such referral to your body is open to you."))
    written(lambda: write(account, referral))
    return _shown(account, pk)


@router.post(
    "/inbox/{uuid:pk}/accept",
    response=InboxReferral,
    summary="Take a family",
    url_name="referrals_inbox_accept",
)
def accept(request: HttpRequest, pk: UUID, body: WordsIn) -> InboxReferral:
    """409 where it was answered or withdrawn meanwhile."""
    return _step(request, pk, lambda by, row: actions.accept_referral(by=by, referral=row, words=body.words))


@router.post(
    "/inbox/{uuid:pk}/decline",
    response=InboxReferral,
    summary="Not take a family",
    url_name="referrals_inbox_decline",
)
def decline(request: HttpRequest, pk: UUID, body: DeclineIn) -> InboxReferral:
    """For a coded reason, and in words."""
    return _step(
        request,
        pk,
        lambda by, row: actions.decline_referral(
            by=by, referral=row, reason=body.reason.value, words=body.words
        ),
    )


@router.post(
    "/inbox/{uuid:pk}/start",
    response=InboxReferral,
    summary="Say that it began",
    url_name="referrals_inbox_start",
)
def start(request: HttpRequest, pk: UUID, body: WordsIn) -> InboxReferral:
    """Of what was accepted."""
    return _step(request, pk, lambda by, row: actions.start_referral(by=by, referral=row, words=body.words))
