"""The page of one referral, which several steps lead back to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from maarag.domains.families.actions import read_family
from maarag.domains.families.parts import page_of
from maarag.kernel.access.scope import account_of
from maarag.ui import figures
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Table

from ..actions.consent import ends_by_consent
from ..actions.rules import NEXT
from ..actions.sending import SENT_ON_FROM
from ..forms import (
    AcceptForm,
    CloseForm,
    DeclineForm,
    HelpForm,
    LimitsForm,
    StartForm,
    WithdrawConsentForm,
    WithdrawForm,
)
from ..models import OPEN, HelpWord, Referral, ReferralStatus
from ..queries import answered_here, for_same_need, is_late, one_of, steps_of, words_of
from ..scope import may_send
from ..words import fields_in_words, path_of, status_of, status_of_help

S = ReferralStatus


def kept_referral(request: HttpRequest, pk: UUID) -> Referral:
    """The referral of the page; that its family's file is read is recorded. Raises Http404."""
    referral = one_of(request.user, pk)
    if referral is None:
        raise Http404
    family = read_family(by=account_of(request), pk=referral.family_id)
    if family is None:
        raise Http404
    referral.family = family
    return referral


def detail_page(
    request: HttpRequest, referral: Referral, forms: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """`forms`: what was typed and refused, by the name of its step."""
    family, own = referral.family, referral.status
    words = list(words_of(referral))
    sends = may_send(request.user, family)
    made = {
        name: form
        for name, form in _forms(referral).items()
        if sends
        and (
            (name == "limits" and own in OPEN)
            or (name == "consent" and ends_by_consent(referral))
            or own in NEXT.get(_STATE.get(name, ""), ())
        )
    }
    context = {
        **page_of(request, family, "referrals", crumb=name_in_language(referral.service)),
        "referral": referral,
        "path": path_of(referral, words[0] if words else None),
        "state": status_of(referral),
        "late": is_late(referral),
        "facts": _facts(referral),
        "words": _words_table(words),
        "forms": {**made, **(forms or {})},
        "faulty": next(iter(forms), "") if forms else "",
        "history": _history(referral),
        "others": [(one, status_of(one)) for one in for_same_need(request.user, referral)],
        "may_send": sends,
        "may_send_on": sends
        and own in SENT_ON_FROM
        and referral.consent_withdrawn_at is None
        and page_open(family),
        "answers_here": bool(answered_here([referral.organisation_id])),
        "waits_for_service": own in (S.SENT, S.ACCEPTED),
    }
    return render(request, "referrals/detail.html", context, status=status)


_STATE = {
    "accept": "accepted",
    "decline": "declined",
    "start": "started",
    "hear": "heard",
    "close": "closed",
    "withdraw": "withdrawn",
}


def page_open(family: Any) -> bool:
    """Whether the file takes new referrals."""
    return bool(family.status == "open")


def _forms(referral: Referral) -> dict[str, Any]:
    limits = {name: getattr(referral, name) for name in LimitsForm.base_fields}
    return {
        "accept": AcceptForm(prefix="accept"),
        "decline": DeclineForm(prefix="decline"),
        "start": StartForm(prefix="start"),
        "hear": HelpForm(family=referral.family, prefix="hear"),
        "close": CloseForm(prefix="close"),
        "withdraw": WithdrawForm(prefix="withdraw"),
        "consent": WithdrawConsentForm(prefix="consent"),
        "limits": LimitsForm(initial=limits, prefix="limits"),
    }


def _facts(referral: Referral) -> list[tuple[Any, Any]]:
    facts = [
        (_("Service"), name_in_language(referral.service)),
        (_("Organisation"), name_in_language(referral.organisation)),
        (_("Response asked for"), name_in_language(referral.response) if referral.response else ""),
        (_("What is asked for"), referral.text),
        (_("What the service sees"), fields_in_words(referral.fields)),
        (_("By what right"), f"{referral.get_basis_display()} · {referral.basis_details}"),
        (_("Sent by"), referral.sent_by.name),
        (
            _("The service sees it until"),
            figures.day(referral.seen_until) if referral.seen_until else _("not any more"),
        ),
    ]
    if referral.consent_withdrawn_at:
        facts.append((_("Consent withdrawn"), figures.day(referral.consent_withdrawn_at)))
    if referral.decline_reason:
        facts.append((_("Why it was declined"), referral.get_decline_reason_display()))
    if referral.answer_words:
        facts.append((_("Words of the service"), referral.answer_words))
    if referral.close_reason:
        facts.append((_("How it ended"), referral.get_close_reason_display()))
    if referral.end_words:
        facts.append((_("In words"), referral.end_words))
    return [fact for fact in facts if fact[1]]


def _words_table(words: list[HelpWord]) -> Table:
    return Table(
        columns=[
            Column("help", _("Help received"), "status"),
            Column("said_by", _("Who said it"), heading=True),
            Column("how", _("How it was asked")),
            Column("said_on", _("When"), "date"),
            Column("words", _("In the family's words")),
        ],
        rows=[
            {
                "help": status_of_help(word.help),
                "said_by": word.said_by,
                "how": word.get_how_display(),
                "said_on": word.said_on,
                "words": word.words,
            }
            for word in words
        ],
        caption=_("What the family said"),
        caption_hidden=True,
        empty=_("The family was not asked yet."),
    )


def _history(referral: Referral) -> list[dict[str, Any]]:
    """What happened, newest first, as the timeline shows it."""
    return [
        {
            "when": step.at,
            "title": step.get_kind_display(),
            "who": _("%(who)s, in the service's name") % {"who": step.by.name}
            if step.in_name_of_service
            else step.by.name,
            "text": step.words,
        }
        for step in reversed(list(steps_of(referral)))
    ]


def back_to(referral: Referral) -> str:
    """The address of the referral's page."""
    return reverse("referrals:detail", args=[referral.pk])
