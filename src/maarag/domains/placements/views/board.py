"""The review board of a run: what is proposed to whom, and what people decide of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from maarag.domains.families.actions import read_words
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.kernel.matches.models import Run
from maarag.ui import figures
from maarag.ui.choices import asked_text
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Table

from ..actions import accept, leave_waiting, swap, take_back
from ..beyond import Standing
from ..errors import PlacementsError
from ..models import Proposal
from ..queries import Board, board
from ..tables import methods_table, places_table
from ..told import Keys, place_of
from .board_shown import (
    Asked,
    left_waiting,
    notices_of,
    reason_names,
    row_of,
    state_choices,
    tiles_of,
    to_accept_table,
)
from .runs import named_run_of, places_of_again
from .shown import run_page

PER_PAGE = 50


@dataclass
class Confirm:
    """What is asked once more before it is done."""

    act: str
    title: str
    yes: str
    lines: list[str] = field(default_factory=list)
    reason: bool = False
    text: str = ""
    table: Table | None = None
    """What it is about, where that is too much to be shown family by family."""


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.DECIDE_PLACEMENTS)
def review(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The board, and decisions on several of its lines at once."""
    account = account_of(request)
    found = board(account, named_run_of(request, pk))
    if request.method != "POST":
        return board_page(request, found)
    return _act(request, account, found)


def _act(request: HttpRequest, account: Account, found: Board) -> HttpResponse:
    act = asked_text(request.POST, "act")
    rows = {str(line.proposal.pk): line.proposal for line in found.lines}
    chosen = [rows[key] for key in request.POST.getlist("choose") if key in rows]
    if act == "accept_all":
        filters = Asked.of(request.POST)
        chosen = [line.proposal for line in found.lines if filters.takes(line) and line.is_open]
    if act not in ACTS or not chosen:
        return board_page(request, found, error=_("Choose families on the board first."), status=422)
    if act == "swap" and len(chosen) != 2:
        return board_page(
            request, found, chosen=chosen, error=_("Choose exactly two families to swap."), status=422
        )
    sure = asked_text(request.POST, "sure") == act
    if not sure and (act in ("swap", "accept_all") or (act != "undo" and len(chosen) > 1)):
        confirm = _confirm(act, found, chosen)
        return board_page(request, found, chosen=chosen, confirm=confirm)
    try:
        with transaction.atomic():
            said = ACTS[act](account, chosen, asked_text(request.POST, "reason", 1000))
    except (PlacementsError, ValidationError) as error:
        words = " ".join(error.messages) if isinstance(error, ValidationError) else error.in_words()
        words = f"{words} " + _("Nothing was changed.")
        return board_page(request, found, chosen=chosen, error=words, status=422)
    messages.success(request, said)
    return redirect(address(found.run, Asked.of(request.POST)))


def _accept(by: Account, chosen: Sequence[Proposal], _reason: str) -> str:
    accept(by=by, proposals=chosen)
    words = ngettext("Accepted: %(n)s proposal.", "Accepted: %(n)s proposals.", len(chosen))
    return words % {"n": figures.number(len(chosen))}


def _swap(by: Account, chosen: Sequence[Proposal], reason: str) -> str:
    swap(by=by, first=chosen[0], second=chosen[1], reason=reason)
    return _("Swapped. Both decisions are on the board.")


def _leave(by: Account, chosen: Sequence[Proposal], reason: str) -> str:
    for one in chosen:
        leave_waiting(by=by, proposal=one, reason=reason)
    words = ngettext("%(n)s family waits for now.", "%(n)s families wait for now.", len(chosen))
    return words % {"n": figures.number(len(chosen))}


def _undo(by: Account, chosen: Sequence[Proposal], _reason: str) -> str:
    for one in chosen:
        take_back(by=by, proposal=one)
    words = ngettext("%(n)s decision was taken back.", "%(n)s decisions were taken back.", len(chosen))
    return words % {"n": figures.number(len(chosen))}


ACTS: dict[str, Callable[[Account, Sequence[Proposal], str], str]] = {
    "accept": _accept,
    "accept_all": _accept,
    "swap": _swap,
    "wait": _leave,
    "undo": _undo,
}


def _confirm(act: str, found: Board, chosen: Sequence[Proposal]) -> Confirm:
    if act == "swap":
        first, second = chosen
        lines = [
            _("%(family)s: %(before)s → %(after)s")
            % {"family": one.family.name, "before": place_of(one), "after": place_of(other)}
            for one, other in ((first, second), (second, first))
        ]
        standing = Standing.of((line.proposal for line in found.lines if not line.stale), (), ())
        to = {one.family_id: (of.quota, of.worker_id) for one, of in ((first, second), (second, first))}
        lines += standing.change(to).in_words()
        lines.append(_("How well each then fits is judged anew; a place that excludes a family is refused."))
        return Confirm(act, _("Swap the places of these two?"), _("Yes, swap"), lines, reason=True)
    n = len(chosen)
    if act == "wait":
        title = ngettext("Leave %(n)s family waiting?", "Leave %(n)s families waiting?", n)
        return Confirm(act, title % {"n": figures.number(n)}, _("Yes, leave waiting"), reason=True)
    title = ngettext("Accept %(n)s proposal?", "Accept %(n)s proposals?", n)
    placed = sum(one.quota_id is not None for one in chosen)
    lines = [
        _("With a place: %(placed)s. Left waiting: %(waits)s.")
        % {"placed": figures.number(placed), "waits": figures.number(n - placed)},
        _("No basket is opened before you carry it out, and each can be taken back until then."),
    ]
    table = to_accept_table(chosen) if act == "accept_all" else None
    return Confirm(act, title % {"n": figures.number(n)}, _("Yes, accept"), lines, table=table)


def board_page(
    request: HttpRequest,
    found: Board,
    *,
    chosen: Sequence[Proposal] = (),
    confirm: Confirm | None = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    """The board as it stands; `chosen` stay chosen and come first where something is asked of them. The files
    of the families on the page are recorded as read: it says why each is proposed its place.
    """
    run = found.run
    asked = Asked.of(request.POST if request.method == "POST" else request.GET)
    lines = [line for line in found.lines if asked.takes(line)]
    keys = {one.pk for one in chosen}
    if keys:
        others = [line for line in lines if line.proposal.pk not in keys]
        lines = [line for line in found.lines if line.proposal.pk in keys] + ([] if confirm else others)
    if confirm and confirm.table:
        lines = []
    page = Paginator(lines, PER_PAGE if not confirm else max(1, len(lines))).get_page(request.GET.get("page"))
    read_words(by=account_of(request), rows=[line.proposal for line in page])
    told = Keys.in_explanations(line.proposal.explanation for line in page)
    names = reason_names(page)
    programmes = {line.quota.programme.code: name_in_language(line.quota.programme) for line in found.places}
    pending = [line for line in found.lines if asked.takes(line) and line.is_open]
    context = {
        **run_page(run, "run", _("Review board"), named=True),
        "rows": [row_of(line, told, names, line.proposal.pk in keys) for line in page],
        "page": page,
        "tiles": tiles_of(found),
        "notices": notices_of(found),
        "places": places_table(found.places),
        "by_method": found.by_method,
        "methods_table": methods_table(found.methods) if found.methods else None,
        "asked": asked,
        "states": state_choices(),
        "programmes": [("", _("Every programme")), *sorted(programmes.items(), key=lambda one: one[1])],
        "methods": [("", _("Every method")), *((one.method.code, one.name) for one in found.methods)],
        "here": address(run, asked),
        "plain": reverse("placements:run", args=[run.pk]),
        "pending": len(pending),
        "may_decide": True,
        "may_again": places_of_again(account_of(request), run).exists(),
        "carry": found.to_carry_out or left_waiting(found),
        "confirm": confirm,
        "error": error,
    }
    return render(request, "placements/board.html", context, status=status)


def address(run: Run, asked: Asked) -> str:
    query = urlencode([(name, value) for name, value in asked.items() if value])
    return reverse("placements:run", args=[run.pk]) + (f"?{query}" if query else "")
