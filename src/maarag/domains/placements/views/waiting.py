"""The waiting lists of a department."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from maarag.domains.families.actions import read_words
from maarag.domains.families.actions.reading import record_export
from maarag.domains.programmes.models import Programme
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.kernel.places.models import Place
from maarag.ui import figures
from maarag.ui.choices import asked_text
from maarag.ui.documents.attached import attached
from maarag.ui.figures import name_in_language

from ..exports import lists_as_file
from ..models import Waiting
from ..queries import WaitLine, waiting_list
from ..scope import waitings_of
from ..tables import waiting_table
from .shown import room_tabs


@dataclass(frozen=True)
class WaitList:
    """One list: of a programme in an authority."""

    programme: Programme
    authority: Place
    lines: list[WaitLine]


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def lists(request: HttpRequest) -> HttpResponse:
    """Who waits for which programme. The files of families with a note are recorded as read."""
    account = account_of(request)
    programme, mine = asked_text(request.GET, "programme"), asked_text(request.GET, "whose") == "mine"
    every = lists_of(account)
    shown = [one for one in every if programme in ("", one.programme.code)]
    several = len({one.authority.pk for one in every}) > 1
    told = [(one, _mine(one.lines, account) if mine else one.lines) for one in shown]
    rows = [line.waiting for _one, lines in told for line in lines]
    read_words(by=account, rows=[row for row in rows if row.note])
    context = {
        "tabs": room_tabs(account, "waiting"),
        "parts": [
            {
                "title": _title(one, several),
                "subtitle": _size(one),
                "table": waiting_table(lines, url_of, caption=_title(one, several)),
            }
            for one, lines in told
        ],
        "tiles": _tiles(every),
        "asked": {"programme": programme, "whose": "mine" if mine else ""},
        "programmes": [("", _("Every programme")), *_programmes(every)],
        "whose": [("", _("All families")), ("mine", _("My families"))],
        "fictional": any(one.authority.is_fictional for one in every),
    }
    return render(request, "placements/waiting.html", context)


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The same lists as a file."""
    if form not in ("xlsx", "csv"):
        raise Http404
    account = account_of(request)
    found = lists_of(account)
    several = len({one.authority.pk for one in found}) > 1
    named = [(_title(one, several), one.lines) for one in found]
    families = {line.waiting.family_id: line.waiting.family for one in found for line in one.lines}
    record_export(by=account, families=list(families.values()))
    return attached(lists_as_file(named, form), f"waiting.{form}")


def lists_of(account: Account) -> list[WaitList]:
    """Every list with a family whose file the account reads, by name of the programme."""
    pairs = set(waitings_of(account).filter(ended_on=None).values_list("programme", "authority").order_by())
    programmes = Programme.objects.in_bulk([programme for programme, _a in pairs])
    places = Place.objects.defer("outline").in_bulk([authority for _p, authority in pairs])
    found = [
        WaitList(programmes[programme], places[authority], lines)
        for programme, authority in pairs
        if (lines := waiting_list(account, programmes[programme], places[authority]))
    ]
    return sorted(found, key=lambda one: (name_in_language(one.programme), name_in_language(one.authority)))


def _programmes(found: list[WaitList]) -> list[tuple[str, str]]:
    named = {one.programme.code: name_in_language(one.programme) for one in found}
    return sorted(named.items(), key=lambda one: one[1])


def url_of(row: Waiting) -> str:
    return reverse("placements:family", args=[row.family_id])


def _mine(lines: Iterable[WaitLine], account: Account) -> list[WaitLine]:
    return [line for line in lines if line.waiting.family.worker_id == account.pk]


def _title(one: WaitList, several: bool) -> str:
    name = name_in_language(one.programme)
    return f"{name} · {name_in_language(one.authority)}" if several else name


def _size(one: WaitList) -> str:
    n = one.lines[0].of
    return ngettext("%(n)s family waits", "%(n)s families wait", n) % {"n": figures.number(n)}


def _tiles(found: list[WaitList]) -> list[dict[str, Any]]:
    if not found:
        return []
    rows = [line.waiting for one in found for line in one.lines]
    urgent = sum(row.priority > 0 for row in rows)
    return [
        {"label": _("Families that wait"), "value": len({row.family_id for row in rows})},
        {"label": _("Waiting lists"), "value": len(found)},
        {"label": _("Urgent or raised"), "value": urgent, "tone": "attention" if urgent else ""},
        {"label": _("Waits since, the longest"), "value": figures.day(min(row.since for row in rows))},
    ]
