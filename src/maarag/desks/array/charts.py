"""The desks drawn: places against families by programme, the money, and a map of the authorities."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from maarag.ui import charts, figures
from maarag.ui.figures import name_in_language
from maarag.values import is_suppressed

from .assemble import Desk
from .lines import USED, Line
from .tables import address

BREAKS = (0.5, 0.75, 0.9, 1.0)
STAGE_COLOURS = {"paid": "series-1", "committed": "series-3", "approved": "series-2", "free": "series-5"}


def places_chart(desk: Desk) -> SafeString:
    """Of every programme its places beside those that are taken, and who waits."""
    lines = [line for line in desk.programmes if not line.is_empty]
    if not lines:
        return SafeString("")
    bars = [
        charts.Bar(
            name_in_language(line.key),
            (line.places + line.not_given, line.taken, line.waits),
            address(desk, programme=line.key.code),
        )
        for line in lines
    ]
    return charts.grouped_bars(
        bars,
        (_("Places"), _("Taken"), _("Waiting")),
        _("Places, places taken and families that wait, by programme"),
        description=_("For each programme three bars; the table beside it has the same numbers."),
        described_by="programmes",
        label_width=150,
    )


def money_chart(desk: Desk) -> SafeString:
    """What was granted, by where it stands; nothing where a part of it is hidden."""
    line = desk.whole
    if not line.granted.agorot or any(is_suppressed(amount) for amount in line.use.values()):
        return SafeString("")
    labels = {
        "paid": _("Paid"), "committed": _("Committed"), "approved": _("Approved"), "free": _("Free"),
    }  # fmt: skip
    parts = [
        charts.Part(labels[stage], float(line.use[stage].shekels), STAGE_COLOURS[stage])  # type: ignore[union-attr]
        for stage in (*reversed(USED), "free")
    ]
    return charts.stacked_bar(
        parts,
        _("Where the money stands, in shekels"),
        described_by="money",
    )


def places_map(desk: Desk) -> SafeString:
    """Authorities by their places; the colour tells how many of them are taken."""
    lines: Sequence[Line] = [
        line for line in desk.authorities if line.key.latitude is not None and line.places
    ]
    if len(lines) < 2 or desk.fictional:
        return SafeString("")
    places = [
        charts.Place(
            name=name_in_language(line.key),
            lat=line.key.latitude,
            lon=line.key.longitude,
            size=float(line.places),
            value=line.share_taken,
            url=address(desk, line.key),
            note=_("taken: %(share)s") % {"share": figures.percent(line.share_taken)},
        )
        for line in lines
    ]
    return charts.point_map(
        places,
        _("Places of the authorities, and how many of them are taken"),
        breaks=BREAKS,
        high_is_worse=True,
        low=_("many free"),
        high=_("full"),
        description=_("The larger the mark, the more places; the darker the red, the fewer are free."),
        described_by="places",
    )
