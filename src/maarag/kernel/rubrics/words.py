"""Ratings in words, and as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from maarag.engines.agreement import Reading
from maarag.ui import figures
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Status, Table

from .charts import course
from .engine_data import DimensionAgreement, PairAgreement
from .models import Rubric
from .queries import Compared, Line, Point


def apart(compared: Compared) -> Status:
    """How far the raters of a dimension are apart."""
    found = compared.spread
    if found is None:
        return Status(pgettext("dimension", "Not rated yet"), "unknown")
    if found.ratings < 2:
        return Status(_("One rater"), "neutral")
    if not found.apart:
        return Status(_("All say the same"), "ok")
    word = ngettext("%(count)s level apart", "%(count)s levels apart", found.apart)
    return Status(word % {"count": found.apart}, "attention" if found.apart == 1 else "critical")


def reading(found: DimensionAgreement) -> Status:
    """What may be concluded from a measure of agreement."""
    match found.reading:
        case Reading.RELIABLE:
            return Status(_("They agree well"), "ok")
        case Reading.TENTATIVE:
            return Status(_("They agree in part"), "attention")
        case Reading.UNRELIABLE:
            return Status(_("They do not agree"), "critical")
        case Reading.NO_VARIATION:
            return Status(_("All gave the same level"), "neutral")
        case _:
            return Status(_("Too few to tell"), "unknown")


def level_words(point: Point) -> str:
    """The level that stands, or the levels between which the raters are."""
    if point.level is not None:
        return f"{figures.number(point.level.value)} · {name_in_language(point.level)}"
    return _("between %(low)s and %(high)s") % {"low": point.lowest, "high": point.highest}


def change(line: Line, rubric: Rubric) -> Status:
    """Whether a dimension is better than at first."""
    if line.change is None:
        return Status(_("Cannot be compared yet"), "unknown")
    if not line.change:
        return Status(_("As at first"), "neutral")
    better = (line.change > 0) == rubric.higher_is_better
    return Status(_("Better") if better else _("Worse"), "ok" if better else "critical")


def history_table(lines: Sequence[Line], rubric: Rubric) -> Table:
    """A line for each dimension, a column for each day, and the way between them."""
    days = sorted({point.day for line in lines for point in line.points})
    rows: list[dict[str, Any]] = []
    for line in lines:
        row: dict[str, Any] = {"name": name_in_language(line.dimension), "change": change(line, rubric)}
        row |= {f"on-{point.day}": level_words(point) for point in line.points}
        rows.append(row)
    return Table(
        columns=[
            Column("name", pgettext("of a rubric", "Dimension"), heading=True),
            *(Column(f"on-{day}", figures.day(day)) for day in days),
            Column("change", _("Since the first"), "status"),
        ],
        rows=rows,
        caption=_("The levels over time"),
        caption_hidden=True,
        empty=_("Nothing was rated yet."),
    )


def history_context(lines: Sequence[Line], rubric: Rubric) -> dict[str, Any]:
    """What `rubrics/_history.html` draws: a small chart for each dimension, and the table of the same."""
    shown = [line for line in lines if line.points]
    return {
        "history_table": history_table(shown, rubric),
        "courses": [
            {
                "name": name_in_language(line.dimension),
                "chart": course(line),
                "status": change(line, rubric),
            }
            for line in shown
            if len(line.points) > 1
        ],
    }


def agreement_table(found: Sequence[DimensionAgreement]) -> Table:
    """Agreement on each dimension, with what may be concluded from it; no figure where too few rated it."""
    return Table(
        columns=[
            Column("name", pgettext("of a rubric", "Dimension"), heading=True),
            Column("units", _("Rated by two or more"), "number"),
            Column("alpha", _("Krippendorff's alpha"), "text"),
            Column("reading", _("What it means"), "status"),
        ],
        rows=[
            {
                "name": name_in_language(one.dimension),
                "units": one.alpha.units,
                "alpha": figures.number(one.said, 2),
                "reading": reading(one),
            }
            for one in found
        ],
        caption=_("Agreement between raters"),
        caption_hidden=True,
    )


def pairs_table(found: Sequence[PairAgreement]) -> Table:
    """A line for each two raters, with the dimension on which they agree least."""
    return Table(
        columns=[
            Column("first", _("Rater"), heading=True),
            Column("second", pgettext("two raters", "With")),
            Column("together", _("Rated together"), "number"),
            Column("least", _("Least agreed on")),
            Column("kappa", _("Cohen's kappa there"), "text"),
            Column("reading", _("What it means"), "status"),
        ],
        rows=[_pair_row(pair) for pair in found],
        caption=_("Agreement of two raters"),
        caption_hidden=True,
        empty=_("No two raters have rated enough together yet to tell."),
    )


def _pair_row(pair: PairAgreement) -> dict[str, Any]:
    told = [one for one in pair.dimensions if one.said is not None]
    least = min(told, key=lambda one: one.said or 0, default=None)
    return {
        "first": pair.first.name,
        "second": pair.second.name,
        "together": pair.together,
        "least": name_in_language(least.dimension) if least else None,
        "kappa": figures.number(least.said, 2) if least else None,
        "reading": reading(least or pair.dimensions[0]),
    }
