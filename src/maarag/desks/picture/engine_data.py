"""From rows of the database to the arrays of the engine `reach`, and back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from maarag.domains.needs.demand import Demand, Geography
from maarag.engines.reach import (
    Closing,
    Decay,
    Pairs,
    Prepared,
    Reach,
    Rule,
    close_gaps,
    haversine_km,
    pairs_by_distance,
)

from .queries import Situations, Supply

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Entry:
    """One demand point of a layer: a place, and of its people all or one population group."""

    place: int
    population: int | None
    demand: Demand | None


@dataclass(frozen=True, eq=False)
class Layer:
    """One topic counted in one unit: who needs (entries), what is offered, and what comes of it."""

    topic: int
    unit: str
    entries: Sequence[Entry]
    supplies: Sequence[Supply]
    has_capacity: Bools
    from_afar: Bools
    reach: Reach

    @cached_property
    def entries_of(self) -> dict[int, list[int]]:
        """Indices of the entries of each place."""
        found: dict[int, list[int]] = defaultdict(list)
        for index, entry in enumerate(self.entries):
            found[entry.place].append(index)
        return dict(found)

    @cached_property
    def services(self) -> Ints:
        """The service of each supply."""
        return np.array([supply.service for supply in self.supplies], dtype=np.int64)

    @cached_property
    def closing(self) -> Closing:
        """What would close every gap; a service that only answers from afar is no site to enlarge."""
        within_reach = self.reach.prepared.reached
        sites = within_reach.keep((self.has_capacity & ~self.from_afar)[within_reach.destination])
        return close_gaps(self.reach.people, self.reach.coverage, sites)

    def reached(self, entries: Sequence[int]) -> tuple[npt.NDArray[np.int32], float | None]:
        """Indices of the distinct supplies that any of the entries reaches, and how far the nearest place is.

        The distance is None where only what answers from afar is reached.
        """
        pairs = self.reach.prepared.reached
        rows = [pairs.row(entry) for entry in entries]
        if not rows:
            return np.zeros(0, np.int32), None
        found = np.concatenate([pairs.destination[row] for row in rows])
        cost = np.concatenate([pairs.cost[row] for row in rows])[~self.from_afar[found]]
        return np.unique(found) if len(rows) > 1 else found, float(cost.min()) if cost.size else None

    def services_of(self, entries: Sequence[int], *, near: bool = False) -> set[int]:
        """The distinct services that any of the entries reaches; `near`: without what answers from afar."""
        found = self.reached(entries)[0]
        return set(self.services[found[~self.from_afar[found]] if near else found].tolist())


@dataclass(frozen=True)
class TopicRule:
    """What the computation needs of a topic."""

    id: int
    reach_km: float
    yearly_cost_per_place: int | None


def layers(
    geography: Geography,
    demands: Iterable[Demand],
    supplies: Iterable[Supply],
    topics: Iterable[TopicRule],
    situations: Situations,
) -> list[Layer]:
    """One layer for each topic and unit that anybody needs or offers.

    A service meant for certain situations serves only the needs that fit it (see `_fitting`).
    """
    by_layer: dict[tuple[int, str], list[Demand]] = defaultdict(list)
    for demand in demands:
        by_layer[demand.topic, demand.unit].append(demand)
    by_topic: dict[int, list[Supply]] = defaultdict(list)
    for supply in supplies:
        by_topic[supply.topic].append(supply)
    spots = [spot.id for spot in geography.spots.values() if spot.latitude is not None]
    areas = _Areas(geography)
    found = []
    for topic in topics:
        offered = by_topic[topic.id]
        units = {unit for about, unit in by_layer if about == topic.id}
        units |= {unit for supply in offered for unit in supply.capacity}
        for unit in sorted(units or ({"people"} if offered else set())):
            entries = _entries(by_layer[topic.id, unit], spots)
            found.append(_layer(topic, unit, entries, offered, geography, areas, situations))
    return found


def _entries(demands: Iterable[Demand], spots: Iterable[int]) -> list[Entry]:
    entries = [Entry(demand.place, demand.population, demand) for demand in demands]
    known = {entry.place for entry in entries}
    # Places where nobody has estimated the need still see what is within their reach.
    return entries + [Entry(spot, None, None) for spot in spots if spot not in known]


def _layer(
    topic: TopicRule,
    unit: str,
    entries: Sequence[Entry],
    supplies: Sequence[Supply],
    geography: Geography,
    areas: _Areas,
    situations: Situations,
) -> Layer:
    pairs = _pairs(topic, entries, supplies, geography)
    if len(pairs):
        origin, destination = pairs.origin, pairs.destination
        keep = areas.allowed(entries, supplies)[destination, origin]
        keep &= _same_world(entries, supplies, geography)[destination, origin]
        keep &= _fitting(entries, supplies, situations)[destination, origin]
        pairs = pairs.keep(keep)
    people = np.array([entry.demand.expected if entry.demand else 0 for entry in entries], dtype=np.float64)
    capacity = np.array([supply.capacity.get(unit, 0.0) for supply in supplies], dtype=np.float64)
    # Weights fall with distance and stay above 0 up to the edge of what is within reach.
    rule = Rule("e2sfca", decay=Decay.gaussian(topic.reach_km / 2), unit_cost=topic.yearly_cost_per_place)
    return Layer(
        topic=topic.id,
        unit=unit,
        entries=entries,
        supplies=supplies,
        has_capacity=np.array([unit in supply.capacity for supply in supplies], dtype=np.bool_),
        from_afar=np.array([supply.is_from_afar(geography) for supply in supplies], dtype=np.bool_),
        reach=Prepared(pairs, rule).measure(people, capacity),
    )


def _pairs(
    topic: TopicRule, entries: Sequence[Entry], supplies: Sequence[Supply], geography: Geography
) -> Pairs:
    """Pairs within the topic's reach, in one's own authority, or with a service that needs no journey."""
    spots = [geography.spots[entry.place] for entry in entries]
    lat = np.array([np.nan if spot.latitude is None else spot.latitude for spot in spots])
    lon = np.array([np.nan if spot.longitude is None else spot.longitude for spot in spots])
    s_lat = np.array([np.nan if supply.latitude is None else supply.latitude for supply in supplies])
    s_lon = np.array([np.nan if supply.longitude is None else supply.longitude for supply in supplies])
    has_point, located = np.flatnonzero(~np.isnan(lat)), np.flatnonzero(~np.isnan(s_lat))
    near = pairs_by_distance(lat[has_point], lon[has_point], s_lat[located], s_lon[located], topic.reach_km)
    origins = [has_point[near.origin]]
    destinations = [located[near.destination]]
    costs = [near.cost]
    own_origin, own_destination = _own_authority(spots, supplies, geography)
    if own_origin.size:
        far = haversine_km(lat[own_origin], lon[own_origin], s_lat[own_destination], s_lon[own_destination])
        origins.append(own_origin)
        destinations.append(own_destination)
        costs.append(np.where(np.isnan(far), 0.0, np.minimum(far, topic.reach_km)))
    anywhere = np.flatnonzero(np.isnan(s_lat))
    origins.append(np.repeat(np.arange(len(entries)), anywhere.size))
    destinations.append(np.tile(anywhere, len(entries)))
    costs.append(np.zeros(anywhere.size * len(entries)))
    return Pairs.from_table(
        np.concatenate(origins),
        np.concatenate(destinations),
        np.concatenate(costs),
        n_origins=len(entries),
        n_destinations=len(supplies),
        allow_duplicates=True,
    ).without_repeats()


def _own_authority(spots: Sequence, supplies: Sequence[Supply], geography: Geography) -> tuple[Ints, Ints]:
    at: dict[int, list[int]] = defaultdict(list)
    for index, supply in enumerate(supplies):
        spot = geography.spots.get(supply.place) if supply.place is not None else None
        if spot is not None and spot.authority is not None and supply.latitude is not None:
            at[spot.authority].append(index)
    pairs = [(i, j) for i, spot in enumerate(spots) for j in at.get(spot.authority, ())]
    columns = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return columns[:, 0], columns[:, 1]


class _Areas:
    """Which spots the areas of a service hold; worked out once for each set of areas."""

    def __init__(self, geography: Geography) -> None:
        self._geography = geography
        self._spots: dict[frozenset[int], frozenset[int] | None] = {frozenset(): None}

    def spots(self, areas: frozenset[int]) -> frozenset[int] | None:
        """The spots inside the areas; None where the service is for whoever reaches it."""
        if areas not in self._spots:
            inside = {spot for area in areas for spot in self._geography.inside.get(area, ())}
            # What serves a neighbourhood serves part of its authority.
            inside |= {
                authority
                for area in areas
                if (spot := self._geography.spots.get(area)) and (authority := spot.authority)
            }
            self._spots[areas] = frozenset(inside)
        return self._spots[areas]

    def allowed(self, entries: Sequence[Entry], supplies: Sequence[Supply]) -> Bools:
        """supplies × entries: whether the entry's place lies in the service's areas."""
        places = [entry.place for entry in entries]
        rows: dict[frozenset[int], Bools] = {}
        for supply in supplies:
            if supply.areas not in rows:
                spots = self.spots(supply.areas)
                rows[supply.areas] = np.array(
                    [spots is None or place in spots for place in places], dtype=np.bool_
                )
        return np.stack([rows[supply.areas] for supply in supplies])


def _same_world(entries: Sequence[Entry], supplies: Sequence[Supply], geography: Geography) -> Bools:
    """Fictional people are served by fictional services only, and real ones by real services."""
    fictional = np.array([geography.spots[entry.place].is_fictional for entry in entries])
    return np.array([supply.is_fictional for supply in supplies])[:, None] == fictional[None, :]


def _fitting(entries: Sequence[Entry], supplies: Sequence[Supply], known: Situations) -> Bools:
    """supplies × entries: whether the service is meant for those in need.

    It is when it names no situation, or when it shares one with the need (a term, or one above or below it)
    and contradicts none: where both say something of one branch, such as age, they must share a term of it.
    Where no need is known, every service counts.
    """
    wanted = [
        entry.demand.situations | ({entry.population} if entry.population is not None else frozenset())
        if entry.demand
        else frozenset()
        for entry in entries
    ]
    kinds = {terms: number for number, terms in enumerate(dict.fromkeys(wanted))}
    table: dict[frozenset[int], Bools] = {}
    for supply in supplies:
        if supply.situations not in table:
            table[supply.situations] = np.array(
                [_fits(supply.situations, terms, known) for terms in kinds], dtype=np.bool_
            )
    of_entry = np.array([kinds[terms] for terms in wanted])
    return np.stack([table[supply.situations] for supply in supplies])[:, of_entry]


def _fits(offered: frozenset[int], wanted: frozenset[int], known: Situations) -> bool:
    if not offered or not wanted:
        return True
    shared = {term for term in offered if known.family.get(term, frozenset({term})) & wanted}
    if not shared:
        return False
    branches = {known.branch.get(term) for term in wanted} & {known.branch.get(term) for term in offered}
    return branches <= {known.branch.get(term) for term in shared}
