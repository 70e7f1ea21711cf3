"""Who lacks what: the newest estimates put together, so that nobody is counted twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from maarag.kernel.access.scope import Viewer
from maarag.kernel.places.models import Containment, Place, PlaceKind

from .models import Certainty
from .queries import newest, visible_to

CERTAINTIES = list(Certainty)


@dataclass(frozen=True)
class Spot:
    """A place as the computation needs it."""

    id: int
    code: str
    kind: str
    latitude: float | None
    longitude: float | None
    is_fictional: bool
    authority: int | None


@dataclass(frozen=True)
class Geography:
    """All authorities and neighbourhoods by id, and for each place above or equal the spots inside it."""

    spots: dict[int, Spot]
    inside: dict[int, frozenset[int]]


@dataclass(frozen=True)
class Demand:
    """People or families of one population group in one place who need responses of one topic.

    `number` is the true count of the estimates `atoms` (ids); `expected` is what a viewer who may not know it
    computes with, and the same where nothing is hidden from them.
    """

    place: int
    topic: int
    unit: str
    population: int | None
    situations: frozenset[int]
    number: int
    lowest: int | None
    highest: int | None
    certainty: str
    oldest: date
    newest: date
    atoms: frozenset[int]
    expected: float

    @property
    def estimates(self) -> int:
        return len(self.atoms)


class OfANeed(Protocol):
    """Whatever says which need, in which place, it is about."""

    @property
    def place(self) -> int: ...
    @property
    def topic(self) -> int: ...
    @property
    def unit(self) -> str: ...


About = TypeVar("About", bound=OfANeed)


def without_doubles(found: Iterable[About], places: Geography) -> list[About]:
    """Without the figures for a whole authority where the same need is known by neighbourhood."""
    found = list(found)
    by_neighbourhood = {
        (places.spots[each.place].authority, each.topic, each.unit)
        for each in found
        if places.spots[each.place].kind == PlaceKind.NEIGHBOURHOOD
    }
    return [
        each
        for each in found
        if places.spots[each.place].kind == PlaceKind.NEIGHBOURHOOD
        or (each.place, each.topic, each.unit) not in by_neighbourhood
    ]


def geography() -> Geography:
    """Every authority and neighbourhood, with what lies in what."""
    kinds = (PlaceKind.AUTHORITY, PlaceKind.NEIGHBOURHOOD)
    links = Containment.objects.filter(descendant__kind__in=kinds).values_list(
        "ancestor_id", "descendant_id", "ancestor__kind"
    )
    inside: dict[int, set[int]] = defaultdict(set)
    authority: dict[int, int] = {}
    for ancestor, descendant, kind in links:
        inside[ancestor].add(descendant)
        if kind == PlaceKind.AUTHORITY:
            authority[descendant] = ancestor
    spots = {
        pk: Spot(pk, code, kind, latitude, longitude, fictional, authority.get(pk))
        for pk, code, kind, latitude, longitude, fictional in Place.objects.filter(
            kind__in=kinds
        ).values_list("pk", "code", "kind", "latitude", "longitude", "is_fictional")
    }
    return Geography(spots, {place: frozenset(within) for place, within in inside.items()})


def demand(
    viewer: Viewer, as_of: date, places: Geography, expected: Mapping[int, float] | None = None
) -> list[Demand]:
    """The newest visible estimates, summed over situations.

    Where an authority's need for a topic is known by neighbourhood, the figure for the whole authority is
    left out, so that nobody is counted twice. Estimates for districts and clusters are sources, not rows.
    `expected` gives, by id, the number to compute with where it is not the estimate's own.
    """
    gathered: dict[DemandKey, list[DemandFigures]] = defaultdict(list)
    rows = newest(visible_to(viewer), as_of).values_list(
        "place_id",
        "topic_id",
        "unit",
        "population_id",
        "pk",
        "situation_id",
        "number",
        "lowest",
        "highest",
        "certainty",
        "as_of",
    )
    for place, topic, unit, population, *figures in rows:
        if place in places.spots:
            gathered[place, topic, unit, population].append(tuple(figures))  # type: ignore[arg-type]
    known = expected or {}
    return without_doubles((_summed(key, figures, known) for key, figures in gathered.items()), places)


DemandKey = tuple[int, int, str, int | None]
DemandFigures = tuple[int, int, int, int | None, int | None, str, date]


def _summed(key: DemandKey, figures: list[DemandFigures], expected: Mapping[int, float]) -> Demand:
    has_range = any(low is not None or high is not None for _p, _s, _n, low, high, *_rest in figures)
    dates = [as_of for *_rest, as_of in figures]
    return Demand(
        *key,
        situations=frozenset(situation for _pk, situation, *_rest in figures),
        number=sum(number for _pk, _situation, number, *_rest in figures),
        lowest=sum(n if low is None else low for _p, _s, n, low, *_rest in figures) if has_range else None,
        highest=sum(n if high is None else high for _p, _s, n, _l, high, *_rest in figures)
        if has_range
        else None,
        certainty=max((row[5] for row in figures), key=lambda value: CERTAINTIES.index(Certainty(value))),
        oldest=min(dates),
        newest=max(dates),
        atoms=frozenset(pk for pk, *_rest in figures),
        expected=sum(expected.get(pk, number) for pk, _situation, number, *_rest in figures),
    )
