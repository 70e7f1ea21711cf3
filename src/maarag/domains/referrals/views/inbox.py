"""The pages of the body whose services families are referred to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from maarag.domains.families.views.shown import facts_of, people_of
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.kernel.drafts.actions import forget_draft
from maarag.ui import figures
from maarag.ui.choices import asked_text
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Table

from .. import actions
from ..actions import NotNow
from ..actions.rules import NEXT
from ..forms import AcceptForm, DeclineForm, StartForm
from ..listing import INBOX_STATES, narrowed
from ..models import Referral, WithdrawalNotice
from ..queries import InboxLine, inbox_lines, notices_to, sent_to
from ..words import path_of, status_for_service
from .files import add_errors

PER_PAGE = 30


@require_safe
@needs_permission(Permission.ANSWER_REFERRALS)
def index(request: HttpRequest) -> HttpResponse:
    """What was referred to my body's services, what waits for an answer first."""
    state = asked_text(request.GET, "state")
    state = state if state in INBOX_STATES else "open"
    found = narrowed(sent_to(request.user), state)
    total, _none = inbox_lines(request.user, found, limit=0)
    page = Paginator(range(total), PER_PAGE).get_page(request.GET.get("page"))
    lines = inbox_lines(request.user, found, limit=PER_PAGE, offset=(page.number - 1) * PER_PAGE)[1]
    table = Table(
        columns=[
            Column("name", _("Family"), heading=True, link="url"),
            Column("service", _("Service"), "name"),
            Column("response", _("Response asked for"), "name"),
            Column("authority", _("Local authority"), "name"),
            Column("sent", _("Sent"), "date"),
            Column("due", _("Due"), "date"),
            Column("status", _("State"), "status"),
        ],
        rows=[_row(line) for line in lines],
        caption=_("Referrals to us"),
        caption_hidden=True,
        empty=_("No referral to your body is in this state."),
        region="results",
    )
    context = {
        "table": table,
        "page": page,
        "state": state,
        "states": [
            ("open", _("All that are open")),
            ("answer", _("To be answered")),
            ("late", pgettext("referrals", "Late")),
            ("ended", pgettext("referrals", "Ended")),
            ("all", _("All")),
        ],
        "fictional": any(line.referral.authority.is_fictional for line in lines),
        "withdrawn": _withdrawn(list(notices_to(request.user))),
    }
    return render(request, "referrals/inbox.html", context)


def _withdrawn(notices: list[WithdrawalNotice]) -> Table | None:
    """The referrals to which families withdrew their consent: nothing of the family."""
    if not notices:
        return None
    return Table(
        columns=[
            Column("service", _("Service"), "name", heading=True),
            Column("authority", _("Local authority"), "name"),
            Column("sent", _("Sent"), "date"),
            Column("at", _("Consent withdrawn"), "date"),
        ],
        rows=[
            {"service": row.service, "authority": row.authority, "sent": row.sent_on, "at": row.at}
            for row in notices
        ],
        caption=_("Ended because the consent was withdrawn"),
        caption_hidden=True,
        empty="",
    )


def _row(line: InboxLine) -> dict[str, Any]:
    referral = line.referral
    waits = referral.status in ("sent", "accepted")
    return {
        "name": line.name or _("File %(number)s") % {"number": line.number},
        "url": reverse("referrals:inbox_referral", args=[referral.pk]),
        "service": referral.service,
        "response": referral.response,
        "authority": referral.authority,
        "sent": referral.sent_at,
        "due": referral.due_on if waits else None,
        "status": status_for_service(referral),
    }


@require_safe
@needs_permission(Permission.ANSWER_REFERRALS)
def referral(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One referral to my body: what is asked for, the named fields, the answer. Reading is recorded."""
    return _page(request, pk)


def _page(
    request: HttpRequest, pk: UUID, forms: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    found = actions.read_referral(by=account_of(request), pk=pk)
    if found is None:
        raise Http404
    referral, file = found
    own = referral.status
    made: dict[str, Any] = {}
    if own in NEXT["accepted"]:
        made["accept"] = AcceptForm(prefix="accept")
    if own in NEXT["started"]:
        made["start"] = StartForm(prefix="start")
    if own in NEXT["declined"]:
        made["decline"] = DeclineForm(prefix="decline")
    heading = file.name or _("File %(number)s") % {"number": file.number}
    facts = [
        (_("Service"), name_in_language(referral.service)),
        (_("Response asked for"), name_in_language(referral.response) if referral.response else ""),
        (_("What is asked for"), referral.text),
        (
            pgettext("sender of a referral", "From"),
            f"{name_in_language(referral.authority)}, {referral.sent_by.name}",
        ),
        (_("Sent"), figures.day(referral.sent_at)),
        (_("You see it until"), figures.day(referral.seen_until)),
    ]
    if referral.decline_reason:
        facts.append((_("Why it was declined"), referral.get_decline_reason_display()))
    if referral.answer_words:
        facts.append((_("Words of the service"), referral.answer_words))
    context = {
        "referral": referral,
        "heading": heading,
        "state": status_for_service(referral),
        "path": path_of(referral, for_service=True),
        "facts": [fact for fact in facts if fact[1]],
        "shared": facts_of(file),
        "people": people_of(file),
        "forms": {**made, **(forms or {})},
        "faulty": next(iter(forms), "") if forms else "",
        "crumbs": [(_("Referrals to us"), reverse("referrals:inbox")), (heading, "")],
    }
    return render(request, "referrals/inbox_referral.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.ANSWER_REFERRALS)
def accept(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take the family."""
    form = AcceptForm(request.POST, prefix="accept")
    return _step(request, pk, "accept", form, actions.accept_referral, _("Accepted: the sender sees it."))


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.ANSWER_REFERRALS)
def decline(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Not take the family, and say why."""
    form = DeclineForm(request.POST, prefix="decline")
    return _step(request, pk, "decline", form, actions.decline_referral, _("Declined: the sender sees why."))


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.ANSWER_REFERRALS)
def start(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that it has begun."""
    form = StartForm(request.POST, prefix="start")
    return _step(request, pk, "start", form, actions.start_referral, _("Begun: the sender sees it."))


def _step(
    request: HttpRequest, pk: UUID, name: str, form: Any, write: Callable[..., Referral], done: str
) -> HttpResponse:
    found = sent_to(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    if request.method != "POST":
        return redirect("referrals:inbox_referral", pk=pk)
    if not form.is_valid():
        return _page(request, pk, {name: form}, status=422)
    try:
        write(by=account_of(request), referral=found, **form.cleaned_data)
    except NotNow as error:
        state = status_for_service(error.referral).word
        text = _("This step does not follow from where the referral stands now: %(state)s.")
        messages.error(request, text % {"state": state})
    except ValidationError as error:
        add_errors(form, error, {})
        return _page(request, pk, {name: form}, status=422)
    else:
        forget_draft(request)
        messages.success(request, done)
    return redirect("referrals:inbox_referral", pk=pk)
