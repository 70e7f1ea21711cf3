"""Carrying out what was decided on the board."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.kernel.matches.models import Run
from maarag.kernel.matches.rows import Verdict
from maarag.ui import figures
from maarag.ui.choices import asked_text
from maarag.ui.tables import Column, Table

from ..actions import carry_out
from ..actions.decisions import DECIDED
from ..beyond import beyond, coming_of
from ..elsewhere import elsewhere
from ..errors import CannotCarryOut, PlacementsError
from ..leaving import Left, left_of
from ..models import Proposal
from ..queries.fairness import unanswered
from ..scope import proposals_of
from ..told import place_of
from .runs import named_run_of
from .shown import run_page

MOST_WORDS = 300


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.DECIDE_PLACEMENTS)
def carry(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Look once more, then open the baskets and the waits."""
    account = account_of(request)
    run = named_run_of(request, pk)
    rows = list(proposals_of(account, run).exclude(verdict=Verdict.PENDING).filter(carried_at=None))
    failed: Table | None = None
    status = 200
    if request.method == "POST":
        try:
            done = carry_out(by=account, run=run, why=asked_text(request.POST, "why", MOST_WORDS))
        except CannotCarryOut as error:
            failed, status = _failed(error, rows), 422
            messages.error(request, error.in_words())
        except PlacementsError as error:
            messages.error(request, error.in_words())
            status = 422
        else:
            messages.success(request, _done_words(len(done.placed), len(done.waits)))
            if done.nowhere:
                messages.info(request, _nowhere_words(len(done.nowhere)))
            return redirect("placements:run", pk=pk)
    placed = [row for row in rows if row.quota_id is not None]
    left = left_of([row for row in rows if row.quota_id is None])
    passed = beyond(coming_of(row for row in placed if row.verdict in DECIDED))
    context = {
        **run_page(run, "run", _("Carry out"), named=True),
        "title": _("What will be done"),
        "lines": _lines(placed, left),
        "failed": failed,
        "short": [one.in_words() for one in passed.funders],
        "above": [one.in_words() for one in passed.workers],
        "why": asked_text(request.POST, "why", MOST_WORDS),
        "most_words": MOST_WORDS,
        "unanswered": _unanswered(account, run),
        "elsewhere": _elsewhere(run, rows),
        "run_tabs": [],
    }
    return render(request, "placements/carry_out.html", context, status=status)


def _unanswered(account: Account, run: Run) -> str:
    """How many differences between groups nobody has explained or mended."""
    count = len(unanswered(account, run))
    if not count:
        return ""
    words = ngettext(
        "%(n)s group is placed less, or less well, than all others, and nobody has said why or mended it.",
        "%(n)s groups are placed less, or less well, than all others, and nobody has said why or mended it.",
        count,
    )
    return words % {"n": figures.number(count)}


def _elsewhere(run: Run, rows: list[Proposal]) -> str:
    """Of how many of them it was decided otherwise on another board since."""
    count = len(elsewhere(run, [row.family_id for row in rows]))
    if not count:
        return ""
    words = ngettext(
        "Of %(n)s of these families it was decided otherwise on another board since.",
        "Of %(n)s of these families it was decided otherwise on another board since.",
        count,
    )
    return words % {"n": figures.number(count)}


def _lines(placed: list[Proposal], left: Left) -> list[str]:
    """How many families come to each programme, how many wait, and for how many there is no list."""
    counts: dict[str, int] = {}
    for row in placed:
        counts[place_of(row)] = counts.get(place_of(row), 0) + 1
    lines = [
        ngettext("%(programme)s: %(n)s family", "%(programme)s: %(n)s families", n)
        % {"programme": programme, "n": figures.number(n)}
        for programme, n in sorted(counts.items())
    ]
    if n := len(left.to_list):
        words = ngettext("%(n)s family waits", "%(n)s families wait", n)
        lines.append(words % {"n": figures.number(n)})
    if left.nowhere:
        lines.append(_nowhere_words(len(left.nowhere)))
    return lines


def _failed(error: CannotCarryOut, rows: list[Proposal]) -> Table:
    known = {row.pk: row for row in rows}
    lines: list[dict[str, Any]] = [
        {
            "family": known[pk].family.name,
            "url": reverse("placements:proposal", args=[pk]),
            "place": place_of(known[pk]),
            "why": words,
        }
        for pk, words in error.faults.items()
        if pk in known
    ]
    columns = [
        Column("family", _("Family"), heading=True, link="url"),
        Column("place", _("Place")),
        Column("why", _("Why")),
    ]
    return Table(columns, lines, _("Could not be carried out"), caption_hidden=True)


def _nowhere_words(families: int) -> str:
    words = ngettext(
        "%(n)s family that was left comes to no waiting list: no programme is open to it.",
        "%(n)s families that were left come to no waiting list: no programme is open to them.",
        families,
    )
    return words % {"n": figures.number(families)}


def _done_words(placed: int, waits: int) -> str:
    words = ngettext(
        "Carried out: %(n)s family has its place.", "Carried out: %(n)s families have their places.", placed
    ) % {"n": figures.number(placed)}
    if waits:
        more = ngettext("%(n)s was put on a waiting list.", "%(n)s were put on a waiting list.", waits)
        words += " " + more % {"n": figures.number(waits)}
    return words
