"""From rows of the database to the arrays of the engine `reach`, and back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maarag.engines.reach import Decay, Pairs, Prepared, Reach, Rule, haversine_km, pairs_by_distance

from .queries import Demand, Geography, Supply

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
    """One topic counted in one unit: who needs (entries), what is offered (supplies), and what comes of it."""

    topic: int
    unit: str
    entries: Sequence[Entry]
    supplies: Sequence[Supply]
    has_capacity: Bools
    reach: Reach


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
    families: Mapping[int, frozenset[int]],
) -> list[Layer]:
    """One layer for each topic and unit that anybody needs or offers.

    `families`: for each situation term the terms above and below it; a service meant for certain situations
    serves a population group only where the two are of one family.
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
            found.append(_layer(topic, unit, entries, offered, geography, areas, families))
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
    families: Mapping[int, frozenset[int]],
) -> Layer:
    pairs = _pairs(topic, entries, supplies, geography)
    if len(pairs):
        origin, destination = pairs.origin, pairs.destination
        keep = areas.allowed(entries, supplies)[destination, origin]
        keep &= _same_world(entries, supplies, geography)[destination, origin]
        keep &= _for_population(entries, supplies, families)[destination, origin]
        pairs = pairs.keep(keep)
    people = np.array([entry.demand.number if entry.demand else 0 for entry in entries], dtype=np.float64)
    capacity = np.array([supply.capacity.get(unit, 0.0) for supply in supplies], dtype=np.float64)
    # Weights fall with distance and stay above 0 up to the edge of what is within reach.
    rule = Rule("e2sfca", decay=Decay.gaussian(topic.reach_km / 2), unit_cost=topic.yearly_cost_per_place)
    return Layer(
        topic=topic.id,
        unit=unit,
        entries=entries,
        supplies=supplies,
        has_capacity=np.array([unit in supply.capacity for supply in supplies], dtype=np.bool_),
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
                rows[supply.areas] = np.array([spots is None or place in spots for place in places], dtype=np.bool_)
        return np.stack([rows[supply.areas] for supply in supplies])


def _same_world(entries: Sequence[Entry], supplies: Sequence[Supply], geography: Geography) -> Bools:
    """Fictional people are served by fictional services only, and real ones by real services."""
    fictional = np.array([geography.spots[entry.place].is_fictional for entry in entries])
    return np.array([supply.is_fictional for supply in supplies])[:, None] == fictional[None, :]


def _for_population(
    entries: Sequence[Entry], supplies: Sequence[Supply], families: Mapping[int, frozenset[int]]
) -> Bools:
    groups = sorted({entry.population for entry in entries if entry.population is not None})
    column = {group: number + 1 for number, group in enumerate(groups)}
    table: dict[frozenset[int], Bools] = {}
    for supply in supplies:
        if supply.populations not in table:
            fits = [not supply.populations or bool(families.get(g, frozenset({g})) & supply.populations) for g in groups]
            table[supply.populations] = np.array([True, *fits], dtype=np.bool_)
    of_entry = np.array([column.get(entry.population, 0) for entry in entries])  # type: ignore[arg-type]
    return np.stack([table[supply.populations] for supply in supplies])[:, of_entry]
