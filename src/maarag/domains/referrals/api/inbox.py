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
from ..models import Referral, WithdrawalNotice
from ..queries import inbox_lines, notices_to, sent_to
from .files import router
from .shapes import (
    DeclineIn,
    InboxLineOut,
    InboxPage,
    InboxReferral,
    InboxStep,
    NoticeOut,
    WordsIn,
    step_values,
)
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
    withdrawn = [_notice(row) for row in notices_to(account)]
    return InboxPage(total=total, items=items, consent_withdrawn=withdrawn)


def _notice(row: WithdrawalNotice) -> NoticeOut:
    return NoticeOut(
        id=row.referral,
        authority=row.authority.code,
        service=row.service.code,
        sent_on=row.sent_on,
        withdrawn_at=row.at,
    )


@router.get(
    "/inbox/{uuid:pk}",
    response=InboxReferral,
    summary="One referral to my body",
    url_name="referrals_inbox_one",
)
def one(request: HttpRequest, pk: UUID) -> InboxReferral:
    """What is asked for, and the named fields; whoever reads them is recorded with the authority."""
    found = actions.read_referral(by=_partner(request), pk=pk)
    if found is None:
        raise HttpError(404, _("No such referral to your body is open to you."))
    row, file = found
    return InboxReferral(
        text=row.text,
        sent_by=row.sent_by.name,
        answer_words=row.answer_words,
        file=ShownFileOut.of(file),
        **step_values(row),
    )


def _step(request: HttpRequest, pk: UUID, write: Callable[[Account, Referral], Any]) -> InboxStep:
    account = _partner(request)
    referral = sent_to(account).filter(pk=pk).first()
    if referral is None:
        raise HttpError(404, _("No such referral to your body is open to you."))
    written(lambda: write(account, referral))
    return InboxStep.of(sent_to(account).get(pk=pk))


@router.post(
    "/inbox/{uuid:pk}/accept",
    response=InboxStep,
    summary="Take a family",
    url_name="referrals_inbox_accept",
)
def accept(request: HttpRequest, pk: UUID, body: WordsIn) -> InboxStep:
    """409 where it was answered or withdrawn meanwhile."""
    return _step(request, pk, lambda by, row: actions.accept_referral(by=by, referral=row, words=body.words))


@router.post(
    "/inbox/{uuid:pk}/decline",
    response=InboxStep,
    summary="Not take a family",
    url_name="referrals_inbox_decline",
)
def decline(request: HttpRequest, pk: UUID, body: DeclineIn) -> InboxStep:
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
    response=InboxStep,
    summary="Say that it began",
    url_name="referrals_inbox_start",
)
def start(request: HttpRequest, pk: UUID, body: WordsIn) -> InboxStep:
    """Of what was accepted."""
    return _step(request, pk, lambda by, row: actions.start_referral(by=by, referral=row, words=body.words))
