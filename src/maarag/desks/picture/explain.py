"""Behind one row of the picture: which estimates, which services, and how the figures follow from them."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from maarag.domains.needs.listing import told
from maarag.domains.needs.suppression import hidden_estimates
from maarag.domains.services.models import Location, Service
from maarag.ui.tables import Column, Table
from maarag.values import Shown

from .assemble import Picture, Row
from .queries import estimates_behind

SERVICES_SHOWN = 60


def explain_row(row: Row, view: Picture) -> dict[str, Any]:
    """Tables and figures for the page behind a row; hidden counts of estimates stay hidden."""
    hidden = row.is_hidden
    return {
        "estimates_table": None if hidden else _estimates(row, view),
        "services_table": _services(row),
        "hidden": hidden,
        "reach_km": row.topic.reach_km,
        "cost": row.topic.yearly_cost_per_place,
    }


def _estimates(row: Row, view: Picture) -> Table:
    places = {row.layer.entries[index].place for index in row.entries}
    hidden = {} if view.exact else hidden_estimates(view.viewer)
    shown = {
        estimate: told(estimate, hidden)
        for estimate in estimates_behind(view.viewer, places, row.topic, row.unit, view.as_of)
    }
    rows = [
        {
            "place": estimate.place,
            "url": reverse("needs:detail", args=[estimate.pk]),
            "situation": estimate.situation,
            "population": estimate.population,
            "number": counts.number,
            "range": _range(counts.lowest, counts.highest),
            "certainty": estimate.get_certainty_display(),
            "as_of": estimate.as_of,
            "source": estimate.source,
            "source_row": estimate.source_row,
        }
        for estimate, counts in shown.items()
    ]
    return Table(
        columns=[
            Column("place", _("Place"), "name", heading=True, link="url"),
            Column("situation", _("Situation"), "name"),
            Column("population", _("Population group"), "name"),
            Column("number", _("Number"), "number"),
            Column("range", _("Range")),
            Column("certainty", _("Certainty")),
            Column("as_of", _("As of"), "date"),
            Column("source", _("Source"), "name"),
            Column("source_row", _("Row of the source")),
        ],
        rows=rows,
        caption=_("Estimates of need"),
        caption_hidden=True,
        empty=_("Nobody has estimated this need yet."),
        tall=len(rows) > 20,
        dense=True,
    )


def _range(lowest: Shown, highest: Shown) -> str:
    if lowest is None and highest is None:
        return ""
    return (
        f"\u2066{'' if lowest is None else f'{lowest:,}'}–{'' if highest is None else f'{highest:,}'}\u2069"
    )


def _services(row: Row) -> Table:
    """Services within reach, nearest first, and the need that shares each as far as the viewer may know."""
    layer = row.layer
    pairs = layer.reach.prepared.reached
    nearest: dict[int, float] = defaultdict(lambda: float("inf"))
    for entry in row.entries:
        part = pairs.row(entry)
        for supply, cost in zip(pairs.destination[part], pairs.cost[part], strict=True):
            nearest[int(supply)] = min(nearest[int(supply)], float(cost))
    ordered = sorted(nearest, key=lambda supply: (nearest[supply], -layer.reach.capacity[supply]))
    shown = ordered[:SERVICES_SHOWN]
    services = Service.objects.select_related("organisation").in_bulk(
        {layer.supplies[supply].service for supply in shown}
    )
    locations = Location.objects.select_related("place").in_bulk(
        {location for supply in shown if (location := layer.supplies[supply].location)}
    )
    rows = [
        {
            "service": services[layer.supplies[supply].service],
            "url": reverse("services:detail", args=[services[layer.supplies[supply].service].code]),
            "organisation": services[layer.supplies[supply].service].organisation,
            "where": locations[location].place if (location := layer.supplies[supply].location) else None,
            "km": nearest[supply] if location else None,
            "capacity": layer.reach.capacity[supply] if layer.has_capacity[supply] else None,
            "competing": layer.reach.catchment.competing[supply],
        }
        for supply in shown
    ]
    return Table(
        columns=[
            Column("service", _("Service"), "name", heading=True, link="url"),
            Column("organisation", _("Organisation"), "name"),
            Column("where", _("Where"), "name"),
            Column("km", _("Kilometres"), "decimal"),
            Column("capacity", _("Places"), "number"),
            Column("competing", _("Need within its reach"), "number", hint=_("nearer counts more")),
        ],
        rows=rows,
        caption=_("Services within reach"),
        caption_hidden=True,
        empty=_("No service of this topic is within reach."),
        foot=_("%(shown)s of %(all)s shown") % {"shown": len(shown), "all": len(ordered)}
        if len(ordered) > len(shown)
        else "",
        tall=len(rows) > 20,
        dense=True,
    )
