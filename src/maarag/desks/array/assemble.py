"""Cutting the desk of one place out of the numbers: programmes, methods, the places within it, workers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from maarag.database.rows import RowScope, visible
from maarag.domains.baskets.reports_above import cells_of
from maarag.domains.funding.hidden import Hidden
from maarag.domains.funding.hidden import decided as money_decided
from maarag.domains.guidance.queries import Targets, targets_for
from maarag.domains.needs.published import levels_above
from maarag.domains.placements.seats import teams_alone
from maarag.domains.programmes.models import Method, Programme, ProgrammeLine
from maarag.domains.programmes.queries import toolbox_authorities
from maarag.domains.referrals import counts as referrals
from maarag.kernel.access.models import Account
from maarag.kernel.ledger.queries import Balance, balances
from maarag.kernel.places.models import Place, PlaceKind
from maarag.values import Shown

from .decided import ALL, HIDDEN, Decided, decided, method_row, programme_row
from .lines import STAGES, Amount, Line
from .tallies import ENDED, REACHED, TAKEN, WAITS, quotas_of, tallies


@dataclass(frozen=True)
class WorkerLine:
    """Somebody of a programme's team and the families they carry; inside an authority only.

    `carried`: what the families weigh, in usual families. No account, no `most`: those whose worker is nobody
    of the team.
    """

    account: Account | None
    programme: Programme
    most: int | None
    families: int
    carried: float

    @property
    def load(self) -> float | None:
        return self.carried / self.most if self.most else None


@dataclass(frozen=True)
class MethodLine:
    """Families that have a place by a method; None: no method was chosen."""

    method: Method | None
    taken: Shown


@dataclass(frozen=True)
class Desk:
    """The array of programmes of one place, as one viewer may see it.

    `exact`: an authority in which the viewer works. `chosen`: the one programme asked for; then `places` and
    `whole` are of it alone. `toolbox`: authorities within the place that work by one toolbox of methods.
    """

    place: Place
    exact: bool
    year: int
    years: tuple[int, ...]
    chosen: Programme | None
    whole: Line
    programmes: tuple[Line, ...]
    districts: tuple[Line, ...]
    authorities: tuple[Line, ...]
    methods: tuple[MethodLine, ...]
    workers: tuple[WorkerLine, ...]
    targets: Targets
    toolbox: tuple[Place, ...]
    day: date

    @property
    def places(self) -> tuple[Line, ...]:
        return self.districts + self.authorities

    @property
    def fictional(self) -> bool:
        return self.place.is_fictional or any(line.key.is_fictional for line in self.places)

    @property
    def is_over(self) -> bool:
        """Whether the year of the budgets has ended."""
        return self.year < self.day.year


def desk(place: Place, *, exact: bool, year: int | None = None, programme: str = "") -> Desk:
    """The desk of a place: a nation, district, cluster or authority."""
    return _Cutting(place, exact, year, programme).desk()


class _Cutting:
    """What one desk is cut from, read once."""

    def __init__(self, place: Place, exact: bool, year: int | None, programme: str) -> None:
        self.place, self.exact = place, exact
        self.day = timezone.localdate()
        self.above = levels_above()
        self.inside = frozenset(
            authority for authority, above in self.above.items() if place.pk in (authority, *above)
        ) or frozenset({place.pk})
        every = quotas_of()
        mine = [one for one in every if one.authority in self.inside]
        self.years = tuple(sorted({one.year for one in mine}, reverse=True))
        self.year = year if year in self.years else next(iter(self.years), self.day.year)
        quotas = [one for one in every if one.year == self.year]
        if exact:
            quotas = [one for one in quotas if one.authority == place.pk]
        self.quotas = [one for one in quotas if one.authority in self.inside]
        # above an authority the whole nation is decided on together, whichever part of it is shown
        counted = {place.pk} if exact else set(self.above) | {one.authority for one in every}
        self.found: Decided = decided(tallies(counted, [one.pk for one in quotas]), quotas, self.above)
        self.lines = self._lines_of_budgets()
        known = {one.programme for one in self.quotas} | set(self.lines)
        known |= {atom.programme for atom in self.found.numbers.places if atom.authority in self.inside}
        self.programmes = Programme.objects.in_bulk(known)
        self.chosen = next((one for one in self.programmes.values() if one.code == programme), None)
        self.money = balances([one.pot for one in self.quotas])
        self.hidden: Hidden | None = None if exact else money_decided()
        self.pots = cells_of((one.pot, one.programme, one.authority, one.year) for one in self.quotas)
        self.referrals = referrals.decided()

    def _lines_of_budgets(self) -> Mapping[int, int]:
        """By programme: families in the lines of the place's own budgets of the year."""
        rows = ProgrammeLine.objects.filter(
            line__budget__place=self.place, line__budget__starts__year=self.year, line__families__isnull=False
        )
        found: dict[int, int] = defaultdict(int)
        for programme, families in rows.values_list("programme_id", "line__families"):
            found[programme] += families or 0
        return found

    def desk(self) -> Desk:
        row = programme_row(self.chosen.pk) if self.chosen else ALL
        places = self._places_inside()
        ordered = sorted(self.programmes.values(), key=lambda one: (one.name_he, one.pk))
        whole = self.line(self.place, self.place.pk, row)
        return Desk(
            place=self.place,
            exact=self.exact,
            year=self.year,
            years=self.years,
            chosen=self.chosen,
            whole=whole,
            programmes=tuple(self.line(one, self.place.pk, programme_row(one.pk)) for one in ordered),
            districts=tuple(self.line(one, one.pk, row) for one in places if one.kind != PlaceKind.AUTHORITY),
            authorities=tuple(
                self.line(one, one.pk, row) for one in places if one.kind == PlaceKind.AUTHORITY
            ),
            methods=self._methods(),
            workers=self._workers() if self.exact else (),
            targets=targets_for(self.place, self.day),
            toolbox=self._toolbox(places),
            day=self.day,
        )

    def _places_inside(self) -> list[Place]:
        """Of a nation its districts and authorities, of a district or cluster its authorities: those with
        places or families.
        """
        if not self.place.is_above_authority:
            return []
        known = {one.authority for one in self.quotas}
        known |= {atom.authority for atom in self.found.numbers.places if atom.authority in self.inside}
        wanted = set(known)
        if self.place.kind == PlaceKind.NATION:
            for authority in known:
                wanted |= self.above.get(authority, frozenset())
        rows = Place.objects.filter(pk__in=wanted - {self.place.pk}).exclude(kind=PlaceKind.CLUSTER)
        return list(rows.defer("outline").order_by("name_he", "code"))

    def line(self, key: Any, place: int, row: Hashable) -> Line:
        """One line: a place by all programmes or by one."""
        found, exact = self.found, self.exact
        programme: Any = row[1] if isinstance(row, tuple) else ALL
        pots = self.pots.get((place, programme, self.year), frozenset())
        given = [one for one in self.quotas if one.pot in pots]
        whole = place == self.place.pk
        budgeted = sum(self.lines.values()) if programme is ALL else self.lines.get(programme, 0)
        places = sum(one.families for one in given)
        return Line(
            key=key,
            places=places,
            not_given=max(0, budgeted - places) if whole and budgeted else 0,
            is_estimate=any(one.is_estimate for one in given),
            taken=found.count(place, row, TAKEN, exact=exact),
            waits=found.count(place, row, WAITS, exact=exact),
            most=found.most(place, row),
            carried=found.carried(place, row, exact=exact),
            times=found.times(place, row, exact=exact),
            ended=found.ended(place, row, ENDED, exact=exact),
            reached=found.ended(place, row, REACHED, exact=exact),
            **self._money(pots),
            **({} if isinstance(row, tuple) else self._referrals(place)),
        )

    def _money(self, pots: frozenset[int]) -> dict[str, Any]:
        total = sum((self.money[pot] for pot in pots if pot in self.money), Balance())
        use: dict[str, Amount] = {stage: getattr(total, stage) for stage in STAGES}
        if self.hidden is not None and pots:
            use = {stage: HIDDEN if self.hidden.of(pots, stage) else use[stage] for stage in STAGES}
        return {"granted": total.granted, "use": use}

    def _referrals(self, place: int) -> dict[str, Any]:
        """Loop closure and help received, as the page of referrals' figures tells them."""
        read = self.referrals.exact if self.exact else self.referrals.shown
        run, known, helped = (
            read(place, ALL, column) for column in (referrals.RUN, referrals.KNOWN, referrals.HELPED)
        )
        return {"loop": referrals.share_of(known, run), "help": referrals.share_of(helped, known)}

    def _methods(self) -> tuple[MethodLine, ...]:
        keys = self.found.methods_at(self.place.pk, exact=self.exact)
        methods = Method.objects.in_bulk([key for key in keys if key])
        lines = [
            MethodLine(
                methods.get(key), self.found.count(self.place.pk, method_row(key), TAKEN, exact=self.exact)
            )
            for key in keys
        ]
        return tuple(
            sorted(lines, key=lambda line: (line.method is None, line.method.name_he if line.method else ""))
        )

    def _workers(self) -> tuple[WorkerLine, ...]:
        """Who carries how many, by programme, the fullest first; last the families of nobody in the team."""
        with visible(RowScope(authorities=frozenset({self.place.pk}))):
            found = teams_alone([self.place.pk], self.day)
        accounts = Account.objects.in_bulk({one.account for team in found.values() for one in team.people})
        lines, beside = [], []
        for (programme, _authority), team in found.items():
            of = self.programmes.get(programme)
            if of is None or self.chosen not in (None, of):
                continue
            lines += [
                WorkerLine(accounts[one.account], of, round(one.most), one.families, one.carried)
                for one in team.people
            ]
            if team.beside:
                beside.append(WorkerLine(None, of, None, len(team.beside), sum(team.beside)))
        lines.sort(key=lambda one: (one.carried - (one.most or 0), str(one.account)), reverse=True)
        return (*lines, *sorted(beside, key=lambda one: one.programme.name_he))

    def _toolbox(self, places: Sequence[Place]) -> tuple[Place, ...]:
        switched: Collection[int] = toolbox_authorities(self.day)
        among: Iterable[Place] = [*places, self.place]
        return tuple(one for one in among if one.pk in switched)
