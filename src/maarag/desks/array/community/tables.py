"""Community over out-of-home care as tables and charts of a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from maarag.domains.placements.models import Barrier, Choice, Incentive
from maarag.ui import charts
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Table
from maarag.values import Shown, Suppressed, is_suppressed

from .assemble import Community, PlaceFigures
from .numbers import GROUPS, LACKING, Costs
from .words import group_labels, lacking_kind, lacking_name


def address(view: Community, code: str) -> str:
    url = reverse("array:community", args=[code])
    return f"{url}?year={view.year}" if view.years and view.year != view.years[0] else url


def decisions(view: Community) -> list[tuple[str, Shown]]:
    """What was decided: the five inside an authority, three above."""
    if view.exact:
        return [(str(Choice(code).label), view.whole.choices[code]) for code in Choice.values]
    return [(label, view.whole.groups[name]) for name, label in group_labels().items()]


def decisions_table(view: Community) -> Table:
    whole = view.whole.considered
    return Table(
        columns=[
            Column("what", _("Decision"), heading=True),
            Column("families", _("Families"), "number"),
            Column("share", pgettext("a part of a whole", "Share"), "percent"),
        ],
        rows=[
            {"what": label, "families": families, "share": _share(families, whole)}
            for label, families in decisions(view)
        ],
        totals={"what": _("Leaving home was considered"), "families": whole},
        caption=_("What was decided"),
        caption_hidden=True,
        dense=True,
    )


def _share(part: Shown, whole: Shown) -> Shown:
    if is_suppressed(part):
        return part
    if is_suppressed(whole) or not whole:
        return None
    return (part or 0) / whole


def decisions_chart(view: Community) -> SafeString:
    """The decisions as parts of one bar; nothing where one is hidden."""
    found = decisions(view)
    if view.is_empty or any(is_suppressed(families) for _label, families in found):
        return SafeString("")
    colours = ["tone-attention", "series-1", "series-4", "series-2", "series-5"]
    colours = colours if view.exact else ["series-1", "series-4", "series-5"]
    parts = [
        charts.Part(label, float(families or 0), css)  # type: ignore[arg-type]
        for (label, families), css in zip(found, colours, strict=True)
    ]
    return charts.stacked_bar(parts, _("What was decided, in families"), described_by="decisions")


def barriers_in_order(view: Community) -> list[tuple[str, Shown]]:
    """Barriers by how often they stood in the way, hidden ones last."""
    return in_order(view.whole.barriers)


def in_order(counts: Mapping[str, Shown]) -> list[tuple[str, Shown]]:
    return sorted(
        counts.items(),
        key=lambda one: (is_suppressed(one[1]), -(one[1] or 0) if _known(one[1]) else 0),  # type: ignore[operator]
    )


def _known(shown: Shown) -> bool:
    return shown is not None and not is_suppressed(shown)


def barriers_table(view: Community) -> Table:
    """What stood in the way, and where to look about it."""
    return Table(
        columns=[
            Column("what", _("What stands in its way"), heading=True),
            Column("count", _("Alternatives"), "number"),
            Column("door", _("Further"), link="url"),
        ],
        rows=[
            {"what": Barrier(code).label, "count": count, **_door(view, code)}
            for code, count in barriers_in_order(view)
            if count != 0
        ],
        caption=_("What stands in the way"),
        caption_hidden=True,
        empty=_("No barrier has been written down."),
        dense=True,
    )


def _door(view: Community, code: str) -> dict[str, Any]:
    """From what is lacking to the picture of gaps or to who waits."""
    if code == Barrier.MISSING:
        return {"door": _("Gaps in the picture"), "url": reverse("picture:place", args=[view.place.code])}
    if code in (Barrier.NO_PLACE, Barrier.WAIT):
        if view.exact:
            return {"door": _("Waiting lists"), "url": reverse("placements:waiting")}
        desk = reverse("array:place", args=[view.place.code])
        return {"door": _("Places and who waits"), "url": f"{desk}?sort=-waits"}
    return {"door": "", "url": ""}


def barriers_chart(view: Community) -> SafeString:
    bars = [
        charts.Bar(str(Barrier(code).label), (count,))
        for code, count in barriers_in_order(view)
        if _known(count) and count
    ]
    if len(bars) < 2:
        return SafeString("")
    return charts.grouped_bars(
        bars,
        (_("Alternatives"),),
        _("What stands in the way of alternatives in the community"),
        description=_("A bar for each barrier; the table beside it has the same numbers."),
        described_by="barriers",
        label_width=190,
    )


def incentives_table(view: Community) -> Table:
    lines = [line for line in view.incentives if line.community != 0 or line.otherwise != 0]
    lines.sort(key=lambda line: -(line.community or 0) if _known(line.community) else 1)  # type: ignore[operator]
    return Table(
        columns=[
            Column("what", _("What speaks for it"), heading=True),
            Column("community", _("The community was decided for"), "number"),
            Column("otherwise", _("Other families"), "number"),
        ],
        rows=[
            {"what": Incentive(line.code).label, "community": line.community, "otherwise": line.otherwise}
            for line in lines
        ],
        caption=_("What speaks for the community, in alternatives"),
        caption_hidden=True,
        empty=_("No incentive has been written down."),
        dense=True,
    )


def costs_of(line: PlaceFigures) -> dict[str, Any]:
    costs = line.costs
    if isinstance(costs, Costs):
        return {"away": costs.away, "instead": costs.instead, "saved": costs.saved}
    return dict.fromkeys(("away", "instead", "saved"), costs)


def costs_table(view: Community) -> Table:
    lines = [view.whole, *(line for line in (*view.districts, *view.authorities) if line.costs is not None)]
    return Table(
        columns=[
            Column("name", _("Place"), "name", heading=True),
            Column("away", _("Out of the home, a year"), "money"),
            Column("instead", _("The alternative chosen, a year"), "money"),
            Column("saved", _("Difference, a year"), "money"),
        ],
        rows=[{"name": line.place, **costs_of(line)} for line in lines],
        caption=_("Yearly cost"),
        caption_hidden=True,
        dense=True,
    )


def places_table(view: Community, lines: Sequence[PlaceFigures], caption: str) -> Table:
    """By place; the name leads to its own page."""
    labels = group_labels()
    rest = view.untold if lines is view.authorities else 0
    return Table(
        columns=[
            Column("name", _("Place"), "name", heading=True, link="url"),
            Column("considered", _("Considered"), "number"),
            *(Column(name, labels[name], "number") for name in GROUPS),
            Column("stays", _("Stays in the community"), "percent", hint=_("of those decided")),
            Column("half", _("Days"), "number", hint=_("until half are decided")),
        ],
        rows=[
            {
                "name": line.place,
                "url": address(view, line.place.code),
                "considered": line.considered,
                **line.groups,
                "stays": line.stays,
                "half": line.half,
            }
            for line in lines
        ],
        totals={"name": _("All other local authorities together"), "considered": rest} if rest else {},
        caption=caption,
        caption_hidden=True,
        empty=_("There are too few families in each local authority to tell of it."),
        dense=True,
    )


def barriers_by_place(view: Community) -> Table | None:
    """Barriers × places below; only places and barriers of which a number is told."""
    lines = [line for line in (view.districts or view.authorities) if any(map(_told, line.barriers.values()))]
    if not lines:
        return None
    return _matrix(
        [(line.place, line.barriers) for line in lines], _("Place"), _("What stands in the way, by place")
    )


def responses_table(view: Community) -> Table:
    labels = group_labels()
    return Table(
        columns=[
            Column("name", _("Response out of the home"), "name", heading=True),
            Column("considered", _("Considered"), "number"),
            *(Column(name, labels[name], "number") for name in GROUPS),
        ],
        rows=[
            {"name": line.response, "considered": line.considered, **line.groups} for line in view.responses
        ],
        caption=_("By the response that was considered"),
        caption_hidden=True,
        empty=_("There are too few families with any one response to tell of it."),
        dense=True,
    )


def barriers_by_response(view: Community) -> Table | None:
    lines = [line for line in view.responses if any(map(_told, line.barriers.values()))]
    if not lines:
        return None
    return _matrix(
        [(line.response, line.barriers) for line in lines],
        _("Response out of the home"),
        _("What stands in the way, by the response that was considered"),
    )


def _told(shown: Shown) -> bool:
    return bool(shown) and not isinstance(shown, Suppressed)


def _matrix(rows: Sequence[tuple[Any, Mapping[str, Shown]]], first: str, caption: str) -> Table:
    codes = [code for code in Barrier.values if any(_told(counts[code]) for _name, counts in rows)]
    return Table(
        columns=[
            Column("name", first, "name", heading=True),
            *(Column(code, Barrier(code).label, "number") for code in codes),
        ],
        rows=[{"name": name, **counts} for name, counts in rows],
        caption=caption,
        caption_hidden=True,
        dense=True,
    )


def lacking_table(view: Community) -> Table:
    return Table(
        columns=[
            Column("name", _("Alternative in the community"), heading=True),
            Column("kind", _("Kind")),
            *(Column(code, Barrier(code).label, "number") for code in LACKING),
        ],
        rows=[
            {"name": lacking_name(line), "kind": lacking_kind(line), **line.lacking} for line in view.lacking
        ],
        caption=_("What is lacking"),
        caption_hidden=True,
        empty=_("Nothing can be told to be lacking."),
        dense=True,
    )


def name_of(view: Community) -> str:
    return name_in_language(view.place)
