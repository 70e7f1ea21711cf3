"""The page of community over out-of-home care of one place, cut out of the numbers of a year."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from maarag.domains.needs.published import levels_above
from maarag.domains.placements.models import Barrier, Choice, Incentive
from maarag.domains.placements.queries.regional import Considered, Offered, considered, years_considered
from maarag.domains.programmes.models import Method, Programme
from maarag.domains.referrals.counts import share_of
from maarag.kernel.places.models import Place, PlaceKind
from maarag.kernel.taxonomy.models import Term
from maarag.values import Shown, Suppressed, is_suppressed

from ..waiting_times import Times
from .hiding import Tree
from .numbers import AWAY, COMMUNITY, GROUPS, LACKING, Costs, Numbers


@dataclass(frozen=True)
class PlaceFigures:
    """Families of a place for which leaving home was considered; `groups` by GROUPS, `choices` by Choice."""

    place: Place
    considered: Shown
    groups: Mapping[str, Shown]
    choices: Mapping[str, int]
    costs: Costs | Suppressed | None
    times: Times | Suppressed
    barriers: Mapping[str, Shown]

    @property
    def stays(self) -> Shown:
        """Of those decided for the community or for leaving home, the share for the community."""
        community, away = self.groups[COMMUNITY], self.groups[AWAY]
        if is_suppressed(community) or is_suppressed(away):
            return self.groups[COMMUNITY] if is_suppressed(community) else away
        return share_of(community, (community or 0) + (away or 0))

    @property
    def half(self) -> Shown:
        return self.times if isinstance(self.times, Suppressed) else self.times.half


@dataclass(frozen=True)
class IncentiveFigures:
    """Alternatives that it spoke for: of families for which the community was decided, and of others."""

    code: str
    community: Shown
    otherwise: Shown


@dataclass(frozen=True)
class ResponseFigures:
    """Families for which a response was considered, and the barriers to what could be instead."""

    response: Term
    considered: Shown
    groups: Mapping[str, Shown]
    barriers: Mapping[str, Shown]


@dataclass(frozen=True)
class LackingFigures:
    """An alternative (a programme, a method, or None: in words alone) and how often it was lacking."""

    what: Any
    kind: str
    lacking: Mapping[str, Shown]


@dataclass(frozen=True)
class Community:
    """What one viewer may see of a place and a year.

    `across`: the place of which responses and what is lacking are told: the place itself inside an authority,
    else the nation. `untold`: families of authorities that are not among `authorities`, together.
    """

    place: Place
    exact: bool
    year: int
    years: tuple[int, ...]
    whole: PlaceFigures
    districts: tuple[PlaceFigures, ...]
    authorities: tuple[PlaceFigures, ...]
    untold: Shown
    incentives: tuple[IncentiveFigures, ...]
    across: Place
    responses: tuple[ResponseFigures, ...]
    lacking: tuple[LackingFigures, ...]
    day: date

    @property
    def is_empty(self) -> bool:
        return self.whole.considered == 0

    @property
    def fictional(self) -> bool:
        return self.place.is_fictional or any(line.place.is_fictional for line in self.authorities)


def community(place: Place, *, exact: bool, year: int | None = None) -> Community:
    """The figures of a nation, district, cluster or authority."""
    above = levels_above()
    kinds = dict(
        Place.objects.filter(kind__in=[PlaceKind.NATION, PlaceKind.DISTRICT, PlaceKind.CLUSTER]).values_list(
            "pk", "kind"
        )
    )
    authorities = {place.pk} if exact else set(above) | _alone(place)
    years = years_considered(authorities)
    chosen = year if year in years else next(iter(years), timezone.localdate().year)
    tree = tree_of({one: above.get(one, frozenset()) for one in authorities}, kinds)
    inside = inside_of(above, authorities)
    numbers = Numbers(tuple(considered(authorities, chosen)), tree, inside, exact)
    return _cut(place, numbers, chosen, tuple(years))


def _alone(place: Place) -> set[int]:
    return {place.pk} if place.kind == PlaceKind.AUTHORITY else set()


def tree_of(above: Mapping[int, frozenset[int]], kinds: Mapping[int, str]) -> Tree:
    """Each authority under one district and one nation; where there is no nation, under its first cluster."""
    root, district = {}, {}
    for authority, places in above.items():
        ordered = sorted(places)
        nation = next((one for one in ordered if kinds.get(one) == PlaceKind.NATION), None)
        other = next((one for one in ordered if kinds.get(one) == PlaceKind.CLUSTER), authority)
        root[authority] = other if nation is None else nation
        within = next((one for one in ordered if kinds.get(one) == PlaceKind.DISTRICT), None)
        if within is not None and nation is not None:
            district[authority] = within
    return Tree(root, district)


def inside_of(above: Mapping[int, frozenset[int]], authorities: set[int]) -> dict[int, frozenset[int]]:
    """The authorities in each place; an authority is in itself."""
    found: dict[int, set[int]] = {one: {one} for one in authorities}
    for authority, places in above.items():
        for one in places:
            found.setdefault(one, set()).add(authority)
    return {one: frozenset(within) for one, within in found.items()}


def _cut(place: Place, numbers: Numbers, year: int, years: tuple[int, ...]) -> Community:
    root = numbers.root_of(place.pk)
    within = numbers.inside.get(place.pk, frozenset()) - {place.pk}
    known = Place.objects.filter(pk__in=within).defer("outline").order_by("name_he", "code")
    towns = [_figures(one, numbers) for one in known] if place.is_above_authority else []
    told = [one for one in towns if one.considered and not is_suppressed(one.considered)]
    districts: list[Place] = []
    if place.kind == PlaceKind.NATION:
        mine = {numbers.tree.district[one] for one in within if one in numbers.tree.district}
        districts = list(Place.objects.filter(pk__in=mine).defer("outline").order_by("name_he", "code"))
    whole = _figures(place, numbers)
    return Community(
        place=place,
        exact=numbers.exact,
        year=year,
        years=years,
        whole=whole,
        districts=tuple(_figures(one, numbers) for one in districts),
        authorities=tuple(told),
        untold=_rest(whole.considered, told),
        incentives=tuple(
            IncentiveFigures(
                code,
                numbers.incentive(place.pk, code, community=True),
                numbers.incentive(place.pk, code, community=False),
            )
            for code in Incentive.values
        ),
        across=place if root == place.pk else Place.objects.defer("outline").get(pk=root),
        responses=tuple(_responses(numbers, root)),
        lacking=tuple(_lacking(numbers, root)),
        day=timezone.localdate(),
    )


def _rest(whole: Shown, told: list[PlaceFigures]) -> Shown:
    if is_suppressed(whole):
        return whole
    return (whole or 0) - sum(int(one.considered) for one in told)  # type: ignore[arg-type]


def _figures(place: Place, numbers: Numbers) -> PlaceFigures:
    return PlaceFigures(
        place=place,
        considered=numbers.count(place.pk),
        groups={name: numbers.group(place.pk, name) for name in GROUPS},
        choices={code: numbers.choice(place.pk, code) for code in Choice.values} if numbers.exact else {},
        costs=numbers.costs(place.pk),
        times=numbers.times(place.pk),
        barriers={code: numbers.barrier(place.pk, code) for code in Barrier.values},
    )


def _responses(numbers: Numbers, root: int) -> list[ResponseFigures]:
    """The responses that are told, the most considered first: that others were considered is not said."""

    def response(row: Considered, _one: Offered) -> Hashable:
        return row.response

    found = numbers.responses(root)
    told = {key: columns for key, columns in found.items() if not is_suppressed(columns["all"])}
    terms = Term.objects.in_bulk([int(str(key)) for key in told])
    by_barrier = {code: numbers.across(root, code, response, list(found)) for code in Barrier.values}
    lines = [
        ResponseFigures(
            response=terms[int(str(key))],
            considered=columns["all"],
            groups={name: columns[name] for name in GROUPS},
            barriers={code: by_barrier[code][key] for code in Barrier.values},
        )
        for key, columns in told.items()
    ]
    return sorted(lines, key=lambda line: (-int(line.considered or 0), line.response.name_he))  # type: ignore[arg-type]


def _lacking(numbers: Numbers, root: int) -> list[LackingFigures]:
    """Alternatives of which it is told that they were lacking, the most often lacking first."""

    def kind(_row: Considered, one: Offered) -> Hashable:
        return one.kind

    rows = numbers.of(root)
    keys = sorted({one.kind for row in rows for one in row.offered})
    counts = {code: numbers.across(root, code, kind, keys) for code in LACKING}
    names: dict[str, Mapping[int, Any]] = {
        "programme": Programme.objects.in_bulk([pk for of, pk in keys if of == "programme"]),
        "method": Method.objects.in_bulk([pk for of, pk in keys if of == "method"]),
    }
    lines = []
    for key in keys:
        shown = {code: counts[code][key] for code in LACKING}
        total = sum(int(one) for one in shown.values() if one and not is_suppressed(one))  # type: ignore[arg-type]
        if total:
            what = names[key[0]].get(key[1]) if key[0] in names else None
            lines.append((total, LackingFigures(what, key[0], shown)))
    return [line for _total, line in sorted(lines, key=lambda one: -one[0])]
