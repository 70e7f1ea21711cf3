"""The desks as tables of a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Table
from maarag.values import is_suppressed

from .assemble import Desk, MethodLine, WorkerLine
from .lines import Line
from .words import status_of_load, status_of_places, target_rows

SORTS: dict[str, Callable[[Line], Any]] = {
    "name": lambda line: name_in_language(line.key),
    "places": lambda line: line.places,
    "taken": lambda line: line.taken,
    "free": lambda line: line.free,
    "waits": lambda line: line.waits,
    "granted": lambda line: line.granted.agorot,
    "used": lambda line: line.share_used,
    "half": lambda line: line.half,
    "loop": lambda line: line.loop,
    "help": lambda line: line.help,
}


def address(desk: Desk, place: Any = None, **asked: Any) -> str:
    """The desk of a place with the same choices, or others."""
    chosen = {"programme": desk.chosen.code if desk.chosen else "", "year": _year(desk), **asked}
    query = urlencode({name: value for name, value in chosen.items() if value})
    url = reverse("array:place", args=[(place or desk.place).code])
    return f"{url}?{query}" if query else url


def _year(desk: Desk) -> Any:
    return desk.year if desk.years and desk.year != desk.years[0] else ""


def programmes_table(desk: Desk) -> Table:
    """By programme; the name leads to the desk of this programme."""
    above = any(line.not_given for line in desk.programmes)
    columns = [
        Column("name", _("Programme"), "name", heading=True, link="url"),
        Column("places", _("Places"), "number"),
        *([Column("not_given", _("Not given yet"), "number")] if above else []),
        *_figures(desk),
        Column("half", _("First response"), "number", hint=_("days, half of the families")),
    ]
    return Table(
        columns=columns,
        rows=[
            _row(desk.programmes, line, address(desk, programme=line.key.code)) for line in desk.programmes
        ],
        foot=_foot(desk.programmes),
        totals={"name": _("All programmes"), **_totals(desk)} if desk.chosen is None else {},
        caption=_("By programme"),
        caption_hidden=True,
        empty=_("No programme has places here."),
    )


def places_table(desk: Desk, lines: Sequence[Line], *, caption: str, sort: str = "") -> Table:
    """By place; the name leads to its desk."""
    chosen = sort if sort.lstrip("-") in SORTS else ""
    referrals = (
        []
        if desk.chosen
        else [
            Column("loop", _("Loop closure"), "percent", sortable=True),
            Column("help", _("Help received"), "percent", sortable=True),
        ]
    )
    columns = [
        Column("name", _("Place"), "name", heading=True, link="url", sortable=True),
        Column("places", _("Places"), "number", sortable=True),
        *_figures(desk, sortable=True),
        Column("half", _("First response"), "number", sortable=True, hint=_("days, half of the families")),
        *referrals,
    ]
    return Table(
        columns=columns,
        rows=[_row(lines, line, address(desk, line.key)) for line in in_order(lines, chosen)],
        foot=_foot(lines),
        caption=caption,
        caption_hidden=True,
        sort=chosen,
        region="results",
        dense=True,
    )


def in_order(lines: Sequence[Line], sort: str) -> list[Line]:
    """Sorted as asked; what is hidden or unknown comes last, by name."""
    if not sort:
        return list(lines)
    read = SORTS[sort.lstrip("-")]

    def known(line: Line) -> bool:
        value = read(line)
        return value is not None and not is_suppressed(value)

    first = sorted((line for line in lines if known(line)), key=read, reverse=sort.startswith("-"))
    return [*first, *(line for line in lines if not known(line))]


def _figures(desk: Desk, *, sortable: bool = False) -> list[Column]:
    load = any(line.most is not None for line in (*desk.programmes, *desk.places))
    return [
        Column("taken", _("Taken"), "number", sortable=sortable),
        Column("free", _("Free"), "number", sortable=sortable),
        Column("waits", _("Waiting"), "number", sortable=sortable),
        *([Column("load", _("Load"), "percent", hint=_("of the caseload"))] if load else []),
        Column("granted", _("Granted"), "money_short", sortable=sortable),
        Column("used", _("Used"), "percent", sortable=sortable, hint=_("bound or spent")),
        Column("status", _("State"), "status"),
    ]


def _foot(lines: Sequence[Line]) -> str:
    """That all are estimates is said once."""
    every = bool(lines) and all(line.is_estimate for line in lines)
    return _("Estimate: how the places are shared among the authorities was not published.") if every else ""


def _row(lines: Sequence[Line], line: Line, url: str) -> dict[str, Any]:
    name = name_in_language(line.key)
    marked = line.is_estimate and not all(one.is_estimate for one in lines)
    return {
        "name": f"{name} ({_('estimate')})" if marked else name,
        "url": url,
        "places": line.places,
        "not_given": line.not_given,
        "taken": line.taken,
        "free": line.free,
        "waits": line.waits,
        "load": line.load,
        "granted": line.granted,
        "used": line.share_used,
        "half": line.half,
        "loop": line.loop,
        "help": line.help,
        "status": status_of_places(line),
    }


def _totals(desk: Desk) -> dict[str, Any]:
    found = _row([desk.whole], desk.whole, "")
    return {
        key: found[key]
        for key in ("places", "not_given", "taken", "free", "waits", "load", "granted", "used", "half")
    }


def money_table(desk: Desk) -> Table:
    """Spending against the budget, by programme."""
    return Table(
        columns=[
            Column("name", _("Programme"), "name", heading=True),
            Column("granted", _("Granted"), "money"),
            Column("approved", _("Approved"), "money"),
            Column("committed", _("Committed"), "money"),
            Column("paid", _("Paid"), "money"),
            Column("free", _("Free"), "money"),
        ],
        rows=[
            {"name": line.key, "granted": line.granted, **line.use}
            for line in desk.programmes
            if line.granted.agorot and desk.chosen in (None, line.key)
        ],
        caption=_("Spending against the budget"),
        caption_hidden=True,
        empty=_("No money has been given to the places of this year."),
        dense=True,
    )


def times_table(desk: Desk) -> Table:
    """Until the first response: a quarter, half and three quarters of the families."""
    lines = [desk.whole, *(line for line in desk.programmes if desk.chosen is None)]
    rows = []
    for line in lines:
        times = line.times
        hidden = times if is_suppressed(times) else None
        known = None if hidden is not None else times
        rows.append(
            {
                "name": _("All families")
                if line is desk.whole and not desk.chosen
                else name_in_language(line.key if line is not desk.whole else desk.chosen),
                "quarter": hidden or getattr(known, "quarter", None),
                "half": hidden or getattr(known, "half", None),
                "three": hidden or getattr(known, "three_quarters", None),
                **({"families": getattr(known, "families", None)} if desk.exact else {}),
            }
        )
    return Table(
        columns=[
            Column("name", _("Programme"), heading=True),
            Column("quarter", _("A quarter"), "number", hint=_("days")),
            Column("half", _("Half"), "number", hint=_("days")),
            Column("three", _("Three quarters"), "number", hint=_("days")),
            *([Column("families", _("Of how many families"), "number")] if desk.exact else []),
        ],
        rows=rows,
        caption=_("Days until the first response"),
        caption_hidden=True,
        dense=True,
    )


def endings_table(desk: Desk) -> Table:
    """How the work ended, by programme."""
    return Table(
        columns=[
            Column("name", _("Programme"), heading=True),
            Column("ended", _("Families that ended"), "number"),
            Column("reached", _("Goals reached"), "number"),
            Column("share", pgettext("a part of a whole", "Share"), "percent"),
        ],
        rows=[
            {
                "name": name_in_language(line.key),
                "ended": line.ended,
                "reached": line.reached,
                "share": line.share_reached,
            }
            for line in desk.programmes
            if desk.chosen in (None, line.key)
        ],
        totals={
            "name": _("All families"),
            "ended": desk.whole.ended,
            "reached": desk.whole.reached,
            "share": desk.whole.share_reached,
        }
        if desk.chosen is None
        else {},
        caption=_("How the work ended"),
        caption_hidden=True,
        dense=True,
    )


def targets_table(desk: Desk) -> Table:
    return Table(
        columns=[
            Column("measure", _("Measure"), heading=True),
            Column("of", _("Programme")),
            Column("aim", _("Target")),
            Column("shown", _("Now")),
            Column("status", _("State"), "status"),
        ],
        rows=target_rows(desk),
        caption=_("Against the targets"),
        caption_hidden=True,
        empty=_("No target holds here yet."),
        dense=True,
    )


def methods_table(lines: Sequence[MethodLine]) -> Table:
    return Table(
        columns=[
            Column("name", _("Method"), heading=True),
            Column("setting", _("Where")),
            Column("taken", _("Families"), "number"),
        ],
        rows=[
            {
                "name": name_in_language(line.method) if line.method else _("No method was chosen"),
                "setting": line.method.get_setting_display() if line.method else "",
                "taken": line.taken,
            }
            for line in lines
        ],
        caption=_("By method"),
        caption_hidden=True,
        dense=True,
    )


def workers_table(lines: Sequence[WorkerLine]) -> Table:
    return Table(
        columns=[
            Column("name", _("Worker"), heading=True),
            Column("programme", _("Programme"), "name"),
            Column("families", _("Families"), "number"),
            Column("carried", _("By weight"), "decimal", hint=_("as usual families")),
            Column("most", _("At most"), "number"),
            Column("load", _("Load"), "percent"),
            Column("status", _("State"), "status"),
        ],
        rows=[
            {
                "name": line.account.name if line.account else _("Nobody of the team"),
                "programme": line.programme,
                "families": line.families,
                "carried": line.carried,
                "most": line.most,
                "load": line.load,
                "status": status_of_load(line),
            }
            for line in lines
        ],
        foot=_("Families whose social worker is nobody of the team take its room too.")
        if any(line.account is None for line in lines)
        else "",
        caption=_("Workers' load"),
        caption_hidden=True,
        empty=_("Nobody has been said to work in the programmes yet."),
        dense=True,
    )
