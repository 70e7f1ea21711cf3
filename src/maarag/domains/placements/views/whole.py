"""A run as a whole: what binds, who waits and why, what floors cost; and beside another run."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from maarag.domains.programmes.models import Method, Quota
from maarag.domains.programmes.words import quota_words
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.kernel.matches.models import Run, RunState
from maarag.ui import figures
from maarag.ui.charts import Bar, Part, grouped_bars, stacked_bar
from maarag.ui.choices import asked_text
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Table
from maarag.values import Shown, Suppressed

from ..queries import Figures, board, compare, figures_of
from ..scope import runs_of, sees_names
from ..tables import (
    binding_lines,
    binding_table,
    figures_by_method,
    floors_table,
    places_table,
    programmes_table,
    waits_lines,
    waits_table,
    workers_table,
)
from ..told import place_words
from .runs import run_of
from .shown import run_name, run_page

MOST_BARS = 8


@require_safe
@needs_permission(Permission.RUN_PLACEMENTS)
def whole(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What binds, the price of one more, who waits and why, what the floors cost."""
    account = account_of(request)
    run = run_of(request, pk, done=True)
    named = sees_names(account, run)
    found = figures_of(account, run)
    binding = binding_lines(found)
    context = {
        **run_page(run, "whole", _("The whole, explained"), named=named),
        "tiles": tiles_of(found),
        "binding": binding_table(binding) if binding else None,
        "binding_chart": _prices_chart(binding),
        "waits": waits_table(found) if found.waiting_because else None,
        "waits_chart": _waits_chart(found),
        "programmes": programmes_table(found),
        "methods": figures_by_method(found) if found.methods else None,
        "floors": floors_table(found) if found.floors else None,
        "floors_cost": floors_cost(found),
        "exact": found.is_exact,
        "sums": found.value is not None,
        "value": found.value,
        "bound": found.bound,
        "gap": found.gap,
        "hides": found.hides_something,
    }
    if named:
        stands = board(account, run)
        context |= {
            "places": places_table(stands.places),
            "places_chart": _places_chart(stands.places),
            "load": workers_table(stands.workers) if stands.workers else None,
        }
    return render(request, "placements/whole.html", context)


@require_safe
@needs_permission(Permission.RUN_PLACEMENTS)
def compare_runs(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Two runs side by side; families only for whoever reads their files."""
    account = account_of(request)
    run = run_of(request, pk, done=True)
    others = _others(account, run)
    chosen = asked_text(request.GET, "with", 40)
    other = next((one for one in others if str(one.pk) == chosen), others[0] if others else None)
    context: dict[str, Any] = {
        **run_page(run, "compare", _("Compare"), named=sees_names(account, run)),
        "others": [(str(one.pk), run_name(one)) for one in others],
        "chosen": str(other.pk) if other else "",
        "compared": other is not None,
    }
    if other is not None:
        first, second = sorted((run, other), key=lambda one: one.asked_at)
        context |= _compared(account, first, second)
    return render(request, "placements/compare.html", context)


def _others(account: Account, run: Run) -> list[Run]:
    """Other runs that are done: those from which this one stems or the reverse, then of the same place."""
    related = Q(place=run.place_id) | Q(pk=run.based_on_id) | Q(based_on=run.pk)
    rows = runs_of(account).filter(related, state=RunState.DONE).exclude(pk=run.pk)
    kin = {run.based_on_id}
    return sorted(
        rows[:30],
        key=lambda one: (one.pk not in kin and one.based_on_id != run.pk, -one.asked_at.timestamp()),
    )


def _compared(account: Account, first: Run, second: Run) -> dict[str, Any]:
    one, two = figures_of(account, _with_totals(first)), figures_of(account, _with_totals(second))
    rows = [
        {"what": words, "first": value(one), "second": value(two), "change": _change(value(one), value(two))}
        for words, value in (
            (_("Families without a place"), lambda f: f.whole.families),
            (_("Proposed a place"), lambda f: f.whole.placed),
            (_("Left waiting"), lambda f: f.whole.waiting),
            (_("Sum of fits, with what waiting gives"), _points),
        )
    ]
    columns = [
        Column("what", _("Figure"), heading=True),
        Column("first", run_name(first), "number"),
        Column("second", run_name(second), "number"),
        Column("change", _("Change"), "signed"),
    ]
    found = compare(account, first, second)
    changed = len(found.lines)
    title = ngettext(
        "%(n)s family is proposed something else", "%(n)s families are proposed something else", changed
    )
    lines = [
        {
            "family": line.family.name,
            "url": reverse("placements:family", args=[line.family.pk]),
            "before": _place(line.before, line.before_method),
            "after": _place(line.after, line.after_method),
            "fits": _change(line.before_fit or 0, line.after_fit or 0),
        }
        for line in found.lines
    ]
    changed_columns = [
        Column("family", _("Family"), heading=True, link="url"),
        Column("before", _("Before")),
        Column("after", _("After")),
        Column("fits", _("Change of fit"), "signed"),
    ]
    named = sees_names(account, first) and sees_names(account, second)
    return {
        "figures_title": _("In figures"),
        "figures": Table(columns, rows, _("In figures"), caption_hidden=True, dense=True),
        "named": named,
        "changed_title": title % {"n": figures.number(changed)},
        "changed_table": Table(changed_columns, lines, _("Changed"), caption_hidden=True, dense=True)
        if lines
        else None,
        "gained": found.gained,
        "lost": found.lost,
        "same": found.same,
    }


def _points(found: Figures) -> Shown:
    return None if found.value is None else round(found.value)


def _place(quota: Quota | None, method: Method | None) -> str:
    return place_words(quota, name_in_language(method) if method else "")


def _with_totals(run: Run) -> Run:
    return Run.objects.select_related("place").get(pk=run.pk)


def _change(first: Shown, second: Shown) -> Shown:
    """Not where either is hidden: the difference would tell it."""
    if first is None or second is None or isinstance(first, Suppressed) or isinstance(second, Suppressed):
        return None
    return second - first


def tiles_of(found: Figures) -> list[dict[str, Any]]:
    whole = found.whole
    numbers = [whole.families, whole.placed]
    share = ""
    if all(isinstance(one, int) for one in numbers) and whole.families:
        share = figures.percent(float(whole.placed or 0) / float(whole.families))  # type: ignore[arg-type]
    return [
        {"label": _("Families without a place"), "value": whole.families},
        {"label": _("Proposed a place"), "value": whole.placed, "note": share},
        {"label": _("Left waiting"), "value": whole.waiting},
        {
            "label": _("To what could be at most"),
            "value": figures.percent(1 - found.gap, 1),
            "how": _("Of the largest sum of fits that any placement within all limits could have."),
        },
    ]


def floors_cost(found: Figures) -> str:
    if found.floors_cost is None:
        return ""
    if not found.floors_cost:
        return _("They cost the others nothing: as much fit is reached without them.")
    return _(
        "They cost %(points)s points of fit in all, which families outside of these groups go without."
    ) % {"points": figures.number(found.floors_cost, 1)}


def _prices_chart(rows: list[dict[str, Any]]) -> Any:
    shown = [row for row in rows if row["price"] > 0][:MOST_BARS]
    if not shown:
        return ""
    alike = len({row["kind"] for row in shown}) == 1  # then the table beside it says what it is
    names = [row["name"] if alike else f"{row['name']} – {row['what']}" for row in shown]
    bars = [Bar(name, [round(row["price"], 1)]) for name, row in zip(names, shown, strict=True)]
    what = [_("Points of fit that one more would bring")]
    return grouped_bars(bars, what, _("What binds"), label_width=210, described_by="binding")


def _waits_chart(found: Figures) -> Any:
    parts = [
        Part(words, float(n))
        for words, n in waits_lines(found)
        if isinstance(n, int) and not isinstance(n, bool)
    ]
    return stacked_bar(parts, _("Families that wait, by reason"), described_by="waits") if parts else ""


def _places_chart(lines: Any) -> Any:
    if not lines:
        return ""
    bars = [
        Bar(
            quota_words(line.quota),
            [line.quota.families, line.taken + line.decided + line.proposed],
        )
        for line in lines[:MOST_BARS]
    ]
    what = [_("Places"), _("Taken, decided or proposed")]
    return grouped_bars(bars, what, _("Places and families"), label_width=150, described_by="places")
