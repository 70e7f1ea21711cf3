"""The morning of whoever works with families: one page of tables, each line leads to its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from maarag.domains.families.scope import authorities_with
from maarag.domains.families.waiting import Waiting, waiting_of
from maarag.domains.families.words import status_of
from maarag.domains.referrals.words import how_late
from maarag.domains.referrals.words import status_of as status_of_referral
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.ui import figures
from maarag.ui.choices import asked_text
from maarag.ui.tables import Column, Table

from .actions import switch_letter
from .queries import (
    contacts_of_today,
    late_referrals,
    leads,
    letter_of,
    load_of,
    my_families,
    team,
    waiting_by_family,
)
from .words import group_of, how_far

PER_PAGE = 15
FAMILIES_SHOWN = 8


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def index(request: HttpRequest) -> HttpResponse:
    """What waits for me, today's visits, my families; for a team leader the team and its late referrals."""
    account, today = account_of(request), timezone.localdate()
    waiting = waiting_of(account)
    asked = asked_text(request.GET, "kind")
    groups = Counter(group_of(item.kind) for item in waiting)
    shown = [item for item in waiting if not asked or group_of(item.kind)[0] == asked]
    page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    mine = my_families(account)
    count = mine.count()
    context: dict[str, Any] = {
        "today": today,
        "load": load_of(waiting, today),
        "page": page,
        "asked": asked,
        "tabs": _tabs(groups, asked, len(waiting)),
        "waiting": _waiting_table(list(page)),
        "visits": _visits_table(account),
        "families": _families_table(mine[:FAMILIES_SHOWN], waiting, count),
        "more_families": count > FAMILIES_SHOWN,
        "wants_letter": letter_of(account).is_wanted,
        "keeps": count > 0 or not leads(account),
        "fictional": authorities_with(account, Permission.VIEW_FAMILIES).filter(is_fictional=True).exists(),
    }
    if leads(account):
        context |= {"team": _team_table(account), "late": _late_table(account)}
    return render(request, "morning/index.html", context)


@require_POST
@needs_permission(Permission.VIEW_FAMILIES)
def letter(request: HttpRequest) -> HttpResponse:
    """Switch the morning's letter on or off for oneself."""
    wanted = request.POST.get("wanted") == "yes"
    switch_letter(by=account_of(request), wanted=wanted)
    told = _("The letter comes again.") if wanted else _("No letter comes any more.")
    messages.success(request, told)
    return redirect("morning:index")


def _tabs(groups: Counter[tuple[str, Any]], asked: str, total: int) -> list[dict[str, Any]]:
    address = reverse("morning:index")
    first = {"label": _("All"), "url": address, "current": not asked, "count": total}
    words: dict[str, Any] = {}
    counts: Counter[str] = Counter()
    for (code, label), number in groups.items():
        words[code] = label
        counts[code] += number
    return [
        first,
        *(
            {"label": words[code], "url": f"{address}?kind={code}", "current": code == asked, "count": number}
            for code, number in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        ),
    ]


def _waiting_table(items: Sequence[Waiting]) -> Table:
    return Table(
        columns=[
            Column("what", _("What waits"), heading=True, link="url"),
            Column("family", _("Family"), link="family_url"),
            Column("due", _("Until"), "date"),
            Column("far", _("How far off")),
            Column("status", _("State"), "status"),
        ],
        rows=[
            {
                "what": item.what,
                "url": item.url,
                "family": item.family.name if item.family else "",
                "family_url": reverse("families:detail", args=[item.family.pk]) if item.family else "",
                "due": item.due,
                "far": how_far(item.due),
                "status": item.status,
            }
            for item in items
        ],
        caption=_("What waits for me"),
        caption_hidden=True,
        empty=_("Nothing waits for you now."),
        dense=True,
    )


def _visits_table(account: Account) -> Table:
    return Table(
        columns=[
            Column("hour", _("Hour")),
            Column("family", _("Family"), heading=True, link="url"),
            Column("kind", _("Kind")),
            Column("place", _("Place"), "name"),
        ],
        rows=[
            {
                "hour": f"{timezone.localtime(contact.at):%H:%M}",
                "family": contact.family.name,
                "url": reverse("casework:contacts", args=[contact.family_id]),
                "kind": contact.get_kind_display(),
                "place": contact.family.neighbourhood or contact.family.authority,
            }
            for contact in contacts_of_today(account)
        ],
        caption=_("Visits and contacts of today"),
        caption_hidden=True,
        empty=_("No visit or contact is written down for today."),
        dense=True,
    )


def _families_table(families: Any, waiting: Sequence[Waiting], count: int) -> Table:
    waits = waiting_by_family(waiting)
    return Table(
        columns=[
            Column("name", _("Family"), heading=True, link="url"),
            Column("people", _("People"), "number"),
            Column("review", _("Next review"), "date"),
            Column("waits", _("Waits"), "number"),
            Column("status", _("State"), "status"),
        ],
        rows=[
            {
                "name": family.name,
                "url": reverse("families:detail", args=[family.pk]),
                "people": family.people,
                "review": family.review_on,
                "waits": waits[family.pk] or None,
                "status": status_of(family),
            }
            for family in families
        ],
        caption=_("My families"),
        caption_hidden=True,
        empty=_("No open file is in your care."),
        foot=ngettext("%(count)s open file", "%(count)s open files", count)
        % {"count": figures.number(count)},
        dense=True,
    )


def _team_table(account: Account) -> Table:
    return Table(
        columns=[
            Column("name", _("Worker"), heading=True, link="url"),
            Column("files", _("Open files"), "number"),
            Column("reviews_late", _("Reviews overdue"), "number"),
            Column("tasks", _("Tasks"), "number"),
            Column("tasks_late", _("Tasks late"), "number"),
            Column("referrals", _("Referrals"), "number"),
            Column("referrals_late", _("Referrals late"), "number"),
        ],
        rows=[
            {
                "name": one.worker.name,
                "url": f"{reverse('families:index')}?sort=worker",
                "files": one.files,
                "reviews_late": one.reviews_late,
                "tasks": one.tasks,
                "tasks_late": one.tasks_late,
                "referrals": one.referrals,
                "referrals_late": one.referrals_late,
            }
            for one in team(account)
        ],
        caption=_("The team’s load"),
        caption_hidden=True,
        empty=_("Nobody of the team keeps a file yet."),
        dense=True,
    )


def _late_table(account: Account) -> Table:
    return Table(
        columns=[
            Column("family", _("Family"), heading=True, link="url"),
            Column("service", _("Service"), "name"),
            Column("sender", _("Sent by")),
            Column("late", _("Days late"), "number"),
            Column("status", _("State"), "status"),
        ],
        rows=[
            {
                "family": referral.family.name,
                "url": reverse("referrals:detail", args=[referral.pk]),
                "service": referral.service,
                "sender": referral.sent_by.name,
                "late": how_late(referral),
                "status": status_of_referral(referral),
            }
            for referral in late_referrals(account)
        ],
        caption=_("Late referrals"),
        caption_hidden=True,
        empty=_("No referral of your places is late."),
        dense=True,
    )
