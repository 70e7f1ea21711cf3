"""Cutting the picture of one place out of the computation: rows, totals, gaps and what would close them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from time import perf_counter

import numpy as np

from maarag.domains.needs.models import Certainty
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, permits
from maarag.kernel.places.models import Place
from maarag.kernel.places.queries import parts, within
from maarag.kernel.taxonomy.models import Topic
from maarag.values import Shown, Suppressed

from .computed import Computed, computed
from .engine_data import Layer

CERTAINTIES = list(Certainty)

# Where the share of need that is answered falls below these, the row asks for attention, or is a severe gap.
COVERAGE_IN_ORDER = 0.8
COVERAGE_SEVERE = 0.5


@dataclass(frozen=True)
class Filters:
    """What the viewer asked to see."""

    topic: Topic | None = None
    population: int | None = None
    population_code: str = ""
    sector: str = ""


@dataclass(frozen=True)
class Row:
    """One place and topic: who needs, what is within reach, and what is missing.

    Counts are of `unit`. `need` is None where nobody has estimated it; `supply` is the capacity of all
    services within reach; `access` capacity per person in need after sharing with everyone else who reaches
    it; `coverage` the share of the need that can be served; `gap` the need that cannot. `services` are
    those within reach, `services_from_afar` those that answer everybody without a place of their own,
    `without_capacity` those of both that publish no number of places. Figures that would give a small count
    away are Suppressed.
    """

    place: Place
    topic: Topic
    unit: str
    need: Shown
    lowest: Shown
    highest: Shown
    supply: float
    access: Shown
    coverage: Shown
    served: Shown
    gap: Shown
    gap_cost: Shown
    services: int
    services_from_afar: int
    without_capacity: int
    nearest_km: float | None
    certainty: str
    oldest: date | None
    newest: date | None
    estimates: int
    layer: Layer = field(repr=False, compare=False)
    entries: tuple[int, ...] = field(repr=False, compare=False)

    @property
    def places_in_services(self) -> float | None:
        """The capacity within reach; None where no service publishes one."""
        return self.supply if self.services + self.services_from_afar > self.without_capacity else None

    @property
    def key(self) -> str:
        return f"{self.place.code}/{self.topic.code}/{self.unit}"

    @property
    def is_hidden(self) -> bool:
        return isinstance(self.need, Suppressed)

    @property
    def status(self) -> str:
        """unknown, hidden, in_order, attention or severe."""
        if self.is_hidden:
            return "hidden"
        if self.need is None or self.coverage is None or isinstance(self.coverage, Suppressed):
            return "unknown"
        if self.coverage >= COVERAGE_IN_ORDER:
            return "in_order"
        return "attention" if self.coverage >= COVERAGE_SEVERE else "severe"


@dataclass(frozen=True)
class Picture:
    """The integrated picture of a place at a moment, as one viewer may see it."""

    place: Place
    as_of: date
    filters: Filters
    rows: list[Row]
    by_topic: list[Row]
    exact: bool
    viewer: Viewer = field(repr=False, compare=False)
    seconds: float
    whole: Computed = field(repr=False, compare=False)

    @property
    def gaps(self) -> list[Row]:
        """Rows with people left without a response, those with most people first."""
        open_rows = [row for row in self.rows if isinstance(row.gap, (int, float)) and row.gap >= 0.5]
        return sorted(open_rows, key=lambda row: -float(row.gap))  # type: ignore[arg-type]

    @property
    def without_response(self) -> list[Row]:
        """Rows with need and no service within reach."""
        return [row for row in self.rows if row.need not in (None, 0) and row.services == 0]


def picture(place: Place, *, viewer: Viewer, as_of: date, filters: Filters | None = None) -> Picture:
    """The picture of `place` for `viewer` at `as_of`, cut from the computation of all places."""
    began = perf_counter()
    filters = filters or Filters()
    whole = computed(viewer, as_of, filters.sector)
    exact = not place.is_above_authority and permits(viewer, Permission.VIEW_EXACT_COUNTS, place=place)
    key = (place.pk, filters, exact)
    if key not in whole.pictures:
        whole.pictures[key] = _cut(place, viewer, as_of, filters, exact, whole)
    return replace(whole.pictures[key], viewer=viewer, seconds=perf_counter() - began)


def beside(view: Picture, place: Place) -> Picture:
    """Another place to compare with, from the same computation; its small counts stay hidden."""
    key = (place.pk, view.filters, False)
    if key not in view.whole.pictures:
        view.whole.pictures[key] = _cut(place, view.viewer, view.as_of, view.filters, False, view.whole)
    found: Picture = view.whole.pictures[key]
    return found


def _cut(
    place: Place, viewer: Viewer, as_of: date, filters: Filters, exact: bool, whole: Computed
) -> Picture:
    shown = list(parts(place))
    if place not in shown and not place.is_above_authority:
        shown.append(place)  # what is known of the authority only as a whole
    inside = {part.pk: _spots(part, place, whole) for part in shown}
    rows: list[Row] = []
    by_topic: list[Row] = []
    for layer in whole.layers:
        topic = whole.topics[layer.topic]
        if filters.topic and topic != filters.topic:
            continue
        of_layer: list[Row] = []
        everyone: list[int] = []
        for part in shown:
            entries = _entries(layer, inside[part.pk], filters)
            if not entries:
                continue
            everyone.extend(entries)
            row = _row(part, topic, layer, entries, whole, filters, exact)
            if part != place or len(shown) == 1 or row.need is not None:
                of_layer.append(row)
        answered = [row for row in of_layer if row.need is not None or row.services]
        # Asked for one topic, every place is listed, the unknown ones too.
        rows.extend(of_layer if filters.topic and place.is_above_authority else answered)
        if answered:
            by_topic.append(_row(place, topic, layer, everyone, whole, filters, exact))
    return Picture(place, as_of, filters, rows, by_topic, exact, viewer, 0.0, whole)


def _spots(part: Place, place: Place, whole: Computed) -> frozenset[int]:
    """The authorities and neighbourhoods that count for a row."""
    if part == place:
        return frozenset({part.pk})
    return whole.geography.inside.get(part.pk, frozenset())


def _entries(layer: Layer, spots: Iterable[int], filters: Filters) -> list[int]:
    found = [index for spot in sorted(spots) for index in layer.entries_of.get(spot, ())]
    if filters.population is None:
        return found
    return [
        index
        for index in found
        if layer.entries[index].demand is None or layer.entries[index].population == filters.population
    ]


@dataclass(frozen=True)
class Summed:
    """Entries added up: true `need` and the estimates it stands on (`atoms`, by id).

    `reckoned` is the need, and `lacking` the gap, that follow from what the viewer may know.
    """

    need: int
    reckoned: float
    lacking: float
    atoms: frozenset[int]

    @property
    def gap(self) -> float:
        """Where what was reckoned with is not the true need, the share is what counts."""
        if self.reckoned and abs(self.reckoned - self.need) > 1e-9:
            return self.lacking * self.need / self.reckoned
        return self.lacking


def summed(layer: Layer, entries: Iterable[int]) -> Summed:
    """The entries of a layer with a known need, together."""
    picked = [index for index in entries if layer.entries[index].demand]
    demands = [demand for index in picked if (demand := layer.entries[index].demand)]
    reach = layer.reach
    return Summed(
        need=sum(demand.number for demand in demands),
        reckoned=float(reach.people[picked].sum()),
        lacking=float(reach.gap[picked].sum()),
        atoms=frozenset().union(*(demand.atoms for demand in demands)),
    )


def together(sums: Iterable[Summed]) -> Summed:
    """Several layers as one: no true need counts but that of all, for each by itself may be hidden."""
    sums = list(sums)
    return Summed(
        need=sum(each.need for each in sums),
        reckoned=sum(each.reckoned for each in sums),
        lacking=sum(each.lacking for each in sums),
        atoms=frozenset().union(*(each.atoms for each in sums)),
    )


def _row(
    place: Place,
    topic: Topic,
    layer: Layer,
    entries: Sequence[int],
    whole: Computed,
    filters: Filters,
    exact: bool,
) -> Row:
    demands = [demand for index in entries if (demand := layer.entries[index].demand)]
    supplies, nearest_km = layer.reached(entries)
    reach = layer.reach
    picked = np.array([index for index in entries if layer.entries[index].demand], dtype=np.int64)
    sums = summed(layer, entries)
    need: Shown = sums.need if demands else None
    gap = sums.gap if demands else None
    access = coverage = served = None
    if need and gap is not None:
        served = need - gap
        coverage = served / need
        used = reach.people[picked] > 0
        reckoned = reach.people[picked][used]
        access = float((reckoned * reach.access[picked][used]).sum() / reckoned.sum())
    elif need == 0:
        served, coverage = 0.0, 1.0
    with_range = any(demand.lowest is not None for demand in demands)
    figures: dict[str, Shown] = {
        "need": need,
        "lowest": sum(_or(d.lowest, d.number) for d in demands) if with_range else None,
        "highest": sum(_or(d.highest, d.number) for d in demands) if with_range else None,
        "access": access,
        "coverage": coverage,
        "served": served,
        "gap": gap,
        "gap_cost": gap * topic.yearly_cost_per_place
        if gap is not None and topic.yearly_cost_per_place
        else None,
    }
    if not exact and demands:
        if mark := whole.protection.mark(sums.atoms):
            figures = {name: None if value is None else mark for name, value in figures.items()}
        elif any(whole.protection.mark({atom}) for atom in sums.atoms):
            # The bounds of a hidden estimate may be close to its number: no sum with them is shown.
            figures["lowest"] = figures["highest"] = None
    near = supplies[~layer.from_afar[supplies]]
    services = set(layer.services[near].tolist())
    afar = set(layer.services[supplies].tolist()) - services
    known = set(layer.services[supplies[layer.has_capacity[supplies]]].tolist())
    return Row(
        place=place,
        topic=topic,
        unit=layer.unit,
        supply=float(reach.capacity[supplies].sum()),
        services=len(services),
        services_from_afar=len(afar),
        without_capacity=len((services | afar) - known),
        nearest_km=nearest_km,
        certainty=_worst(demand.certainty for demand in demands),
        oldest=min((demand.oldest for demand in demands), default=None),
        newest=max((demand.newest for demand in demands), default=None),
        estimates=sum(demand.estimates for demand in demands),
        layer=layer,
        entries=tuple(entries),
        **figures,
    )


def _or(value: int | None, otherwise: int) -> int:
    return otherwise if value is None else value


def _worst(certainties: Iterable[str]) -> str:
    return max(certainties, key=lambda value: CERTAINTIES.index(Certainty(value)), default="")


@dataclass(frozen=True)
class Remedy:
    """Capacity that would close gaps: how much, at which existing service or in which place, for whom."""

    topic: Topic
    unit: str
    added: float
    service: int | None
    place: int
    serves: tuple[tuple[int, float], ...]


def remedies(view: Picture) -> list[Remedy]:
    """The smallest additions that close every gap of the places in the picture.

    At an existing service that publishes its number of places, where one is within reach, else a new
    response in the place itself. What places outside the picture lack is not counted, and nothing is proposed
    that would tell a hidden count.
    """
    found: list[Remedy] = []
    inside = {spot.pk for spot in within(view.place)}
    for total in view.by_topic:
        layer = total.layer
        closing = layer.closing
        for addition in closing.additions:
            serves = tuple(
                (layer.entries[entry].place, people)
                for entry, people in zip(addition.places, addition.people_by_place, strict=True)
                if layer.entries[entry].place in inside and people >= 0.5
            )
            if not serves or (not view.exact and _touches_hidden(layer, addition.places, inside, view)):
                continue
            if addition.kind == "existing":
                supply = layer.supplies[addition.site]
                service, place = supply.service, supply.place or serves[0][0]
            else:
                service, place = None, layer.entries[addition.site].place
            added = sum(people for _place, people in serves)
            found.append(Remedy(total.topic, total.unit, added, service, place, serves))
    return sorted(found, key=lambda remedy: -remedy.added)


def _touches_hidden(layer: Layer, entries: Iterable[int], inside: set[int], view: Picture) -> bool:
    served = (layer.entries[index] for index in entries)
    return any(
        entry.demand and entry.place in inside and view.whole.protection.mark(entry.demand.atoms)
        for entry in served
    )
