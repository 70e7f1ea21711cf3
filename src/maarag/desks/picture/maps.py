"""The picture as a map: areas where outlines are known, else points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from maarag.domains.services.models import Location
from maarag.ui import charts, figures
from maarag.values import Shown, Suppressed

from .assemble import COVERAGE_IN_ORDER, COVERAGE_SEVERE, Picture
from .links import place_url, query
from .summary import Line, lines

BREAKS = (0.25, COVERAGE_SEVERE, 0.65, COVERAGE_IN_ORDER)


def drawing(view: Picture) -> tuple[SafeString, str]:
    """A map of areas where outlines are known, else of points, and what its colours tell; else empty.

    Kept with the computation, for a nation's map takes longer to draw than everything else.
    """
    key = ("map", view.place.pk, view.filters, view.exact, figures.language(), query(view))
    if key not in view.whole.pictures:
        view.whole.pictures[key] = _draw(view)
    found: tuple[SafeString, str] = view.whole.pictures[key]
    return found


def _draw(view: Picture) -> tuple[SafeString, str]:
    found = [line for line in lines(view) if line.place != view.place or len(view.rows) == 1]
    if found and all(line.place.outline for line in found):
        return _areas(view, found)
    with_point = [line for line in found if line.place.latitude is not None]
    return _points(view, with_point) if len(with_point) > 1 else (SafeString(""), "")


def _areas(view: Picture, found: Iterable[Line]) -> tuple[SafeString, str]:
    found = list(found)
    spots: dict[int, list[tuple[float, float]]] = {line.place.pk: [] for line in found}
    for place, longitude, latitude in (
        Location.objects.filter(place__in=spots, longitude__isnull=False)
        .values_list("place_id", "longitude", "latitude")
        .distinct()
    ):
        spots[place].append((longitude, latitude))
    areas = [
        charts.Area(
            name=figures.name_in_language(line.place),
            ring=[(x, y) for x, y in line.place.outline or ()],
            value=line.coverage,
            url=place_url(line.place, view),
            points=spots[line.place.pk],
        )
        for line in found
    ]
    title = _("Share of the needs that can be answered; a dot is a place where services are given")
    drawn = charts.choropleth(
        areas,
        title,
        breaks=BREAKS,
        description=_("Share of the needs that the services within reach can answer; a dot is a service."),
        described_by="places",
        low=_("low coverage"),
        high=_("high coverage"),
    )
    return drawn, title


def _points(view: Picture, found: Iterable[Line]) -> tuple[SafeString, str]:
    """Coverage; or, where nearly everything is a severe gap, how wide the gap is among the residents."""
    found = list(found)
    shares = sorted(line.coverage for line in found if isinstance(line.coverage, float))
    if shares and shares[int(len(shares) * 0.8)] < COVERAGE_SEVERE:
        values: dict[int, Shown] = {line.place.pk: _gap_per_thousand(line) for line in found}
        known = sorted(value for value in values.values() if isinstance(value, float))
        title, low, high = (
            _("Gap per 1,000 residents; the larger the mark, the more needs"),
            _("narrow gap"),
            _("wide gap"),
        )
        breaks, kind = _fifths(known), "number"
        told = _(
            "The larger the mark, the more needs; the darker the red, the wider the gap among residents."
        )
    else:
        values = {line.place.pk: line.coverage for line in found}
        title, low, high = _("Share of the needs that can be answered"), _("low coverage"), _("high coverage")
        breaks, kind = BREAKS, "percent"
        told = _("The larger the mark, the more needs; the colour is the share of them that is answered.")
    places = [
        charts.Place(
            name=figures.name_in_language(line.place),
            lat=line.place.latitude or 0.0,
            lon=line.place.longitude or 0.0,
            size=float(line.need) if isinstance(line.need, int) else 0.0,
            value=values[line.place.pk],
            url=place_url(line.place, view),
            missing=line.services == 0 and line.need not in (None, 0),
        )
        for line in found
    ]
    drawn = charts.point_map(
        places,
        title,
        breaks=breaks,
        kind=kind,
        high_is_worse=kind == "number",
        description=told,
        described_by="places",
        low=low,
        high=high,
        missing=_("needs and no service within reach"),
    )
    return drawn, title


def _gap_per_thousand(line: Line) -> Shown:
    if isinstance(line.gap, Suppressed) or not line.place.population or line.gap is None:
        return line.gap if isinstance(line.gap, Suppressed) else None
    return float(line.gap) / line.place.population * 1000


def _fifths(values: Sequence[float]) -> tuple[float, ...]:
    """Four whole numbers that part the values into five groups of about equal size."""
    steps = [values[int(len(values) * part / 5)] for part in range(1, 5)] if values else []
    rounded = [float(round(step)) for step in steps]
    return tuple(rounded) if len(set(rounded)) == 4 else (1.0, 5.0, 10.0, 20.0)
