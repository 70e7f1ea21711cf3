"""The referrals that I follow."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_safe

from maarag.domains.families.actions.reading import record_export
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.ui import figures
from maarag.ui.documents.attached import attached
from maarag.ui.documents.excel import workbook
from maarag.ui.tables import Column, Table

from ..documents import list_of
from ..listing import Asked, referrals
from ..models import Referral
from ..words import how_late, status_of, status_of_help, who_is_waited_for

PER_PAGE = 30
MOST_ROWS = 5000


def state_choices() -> list[tuple[str, Any]]:
    """What the list may be narrowed to."""
    return [
        ("open", _("All that are open")),
        ("late", pgettext("referrals", "Late")),
        ("service", _("Waiting for the service")),
        ("sender", _("Waiting for the sender")),
        ("refused", _("Refused, and not sent on")),
        ("ended", pgettext("referrals", "Ended")),
        ("all", _("All")),
    ]


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def index(request: HttpRequest) -> HttpResponse:
    """My referrals, those that are due first on top."""
    account, asked = account_of(request), Asked.of(request.GET)
    page = Paginator(referrals(account, asked), PER_PAGE).get_page(request.GET.get("page"))
    count = page.paginator.count
    table = Table(
        columns=[
            Column("family", _("Family"), heading=True, link="family_url"),
            Column("service", _("Service"), "name", link="url"),
            Column("response", _("Response asked for"), "name"),
            Column("waits", _("Waiting for")),
            Column("due", _("Due"), "date"),
            Column("late", _("Days late"), "number"),
            Column("status", _("State"), "status"),
            Column("help", _("Help received"), "status"),
            *([Column("sender", _("Sent by"))] if asked.whose == "all" else []),
        ],
        rows=[_row(referral) for referral in page],
        caption=_("Referrals"),
        caption_hidden=True,
        empty=_("No referral matches. Referrals are sent from a family's file."),
        region="results",
        foot=ngettext("%(count)s referral", "%(count)s referrals", count) % {"count": figures.number(count)},
        dense=True,
    )
    context = {
        "table": table,
        "page": page,
        "asked": asked,
        "whose": [("mine", pgettext("referrals", "Mine")), ("all", _("All of my places"))],
        "states": state_choices(),
        "fictional": any(referral.authority.is_fictional for referral in page),
        "answers": account.may_somewhere(Permission.ANSWER_REFERRALS),
        "sees_figures": account.may_somewhere(Permission.VIEW_STAFF_FIGURES),
    }
    return render(request, "referrals/index.html", context)


def _row(referral: Referral) -> dict[str, Any]:
    late = how_late(referral)
    return {
        "family": referral.family.name,
        "family_url": reverse("referrals:family", args=[referral.family_id]),
        "service": referral.service,
        "url": reverse("referrals:detail", args=[referral.pk]),
        "response": referral.response,
        "waits": who_is_waited_for(referral),
        "due": referral.due_on,
        "late": late or None,
        "status": status_of(referral),
        "help": status_of_help(referral.help),  # type: ignore[attr-defined]
        "sender": referral.sent_by.name,
    }


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def export(request: HttpRequest) -> HttpResponse:
    """The list as a workbook, as filtered there; each of its families is recorded as read."""
    account = account_of(request)
    found = list(referrals(account, Asked.of(request.GET))[:MOST_ROWS])
    families = {referral.family_id: referral.family for referral in found}
    for referral in found:
        referral.family.authority = referral.authority
    record_export(by=account, families=list(families.values()))
    return attached(workbook([list_of(found)]), "referrals.xlsx")
