"""All programmes and places for one family, ranked, with what one more place is worth to others.

In a department with one toolbox each method is ranked, once, with the places through which it can be had.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from maarag.domains.families.models import Family, FamilyStatus
from maarag.domains.programmes.engine_data import method_models, programme_models
from maarag.domains.programmes.fit import Judgement, MethodFit, ProgrammeModel, Weighed, judge
from maarag.domains.programmes.fit_methods import by_methods
from maarag.domains.programmes.method_models import Setting
from maarag.domains.programmes.models import Method, Programme, Quota
from maarag.domains.programmes.queries import toolbox_authorities
from maarag.kernel.matches.models import Run

from ..engine_data import bonus_of
from ..fitting import facts_of, toolbox
from ..gathering import Candidate
from ..models import Waiting
from ..promised import promised
from ..seats import Seat, Teammate, seats, teams
from .prices import UNWANTED, InForce, Worth, last_run, prices_in_force
from .waiting import ORDER

TAKE, KEEP, PROMISED, FULL, NO_MONEY, NO_WORKER, BARRED, BELOW, NOT_HERE, HAS_PLACE = (
    "take", "keep_for_others", "promised", "full", "no_money", "no_worker", "barred", "below", "not_here",
    "has_place",
)  # fmt: skip


NEARLY_EQUAL = 0.05
"""Points of fit that part nobody: they are not shown, and prices of many families are no more exact."""


@dataclass(frozen=True)
class Ranked:
    """A programme before the family, or a method with the place through which it is had best.

    `method` None: the department works by programmes, or the programme has no methods. `others`: further
    places with the same method, of other programmes, the best first. `quota` None: it has no places in the
    authority; of several quotas the one had best, and `beside` it the others, the best first. `free`: places
    left in it beside those `promised` to others on a board; `waits_before`: families on the list before this
    one, or all where it does not wait.
    `worth`: what the place, its money and its work are worth to others, by the run that ended at `priced`;
    `price`: that in points of fit; `net`: fit by weight, with what waiting gives, less the price. `weight`:
    of the family on its worker. `advice`: take | keep_for_others | promised | full | no_money | no_worker |
    barred | below | not_here | has_place.
    """

    programme: Programme
    judgement: Judgement
    fit: int
    advice: str
    quota: Quota | None = None
    free: int = 0
    promised: int = 0
    families: int = 0
    workers_room: float | None = None
    waits_before: int = 0
    waiting: Waiting | None = None
    bonus: float = 0.0
    worth: Worth = UNWANTED
    priced: datetime | None = None
    weight: float = 1.0
    method: Method | None = None
    others: tuple[Ranked, ...] = ()
    beside: tuple[Ranked, ...] = ()

    @property
    def price(self) -> float:
        return self.worth.points

    @property
    def net(self) -> float:
        return self.judgement.fit * self.weight + self.bonus - self.price

    @property
    def is_open(self) -> bool:
        return self.judgement.is_open

    @property
    def quotas(self) -> tuple[Ranked, ...]:
        """Every quota of the programme in force, this one first; none where it is not given here."""
        return (self, *self.beside) if self.quota else ()

    @property
    def seats(self) -> tuple[Ranked, ...]:
        """Every quota through which the programme or the method is had, the best of each programme first."""
        return tuple(seat for place in (self, *self.others) for seat in (place, *place.beside))

    @property
    def through(self) -> tuple[Ranked, ...]:
        """Every place with which the method is had, this one first; none where a programme is ranked."""
        return (self, *self.others) if self.method else ()


@dataclass(frozen=True)
class Ranking:
    """The family before all programmes, or all methods: those to be taken first, then by fit. `best`: what is
    advised now.

    `run`: the last one (None: there was none, all prices are 0). `at_home`, `in_community`,
    `out_of_home`: methods of any programme by where they are carried out, the best first. `by_method`: that
    methods are ranked.
    """

    family: Family
    candidate: Candidate
    places: tuple[Ranked, ...]
    run: Run | None
    at_home: tuple[MethodFit, ...]
    in_community: tuple[MethodFit, ...]
    out_of_home: tuple[MethodFit, ...]
    by_method: bool = False

    @property
    def best(self) -> Ranked | None:
        return next((one for one in self.places if one.advice == TAKE), None)

    @property
    def every_place(self) -> list[Ranked]:
        """Every place, each quota for itself, with every method of its programme where methods are ranked."""
        return [seat for one in self.places for seat in one.seats]


def ranking(family: Family, *, day: date | None = None, by_method: bool | None = None) -> Ranking:
    """Every programme that runs, for one family with an open file; a family that arrives after the last run
    is answered by the prices in force, so that a place is not taken from whoever it is worth more to.

    `by_method`: whether methods are ranked; None: as the department works on the day. Reads what the scope in
    force lets it: the family's whole authority. Raises LookupError for a closed file.
    """
    day = day or timezone.localdate()
    candidate = facts_of(family, day)
    if by_method is None:
        by_method = candidate.authority in toolbox_authorities(day)
    programmes = list(Programme.objects.filter(is_active=True).order_by("code"))
    models = programme_models(programmes)
    room, weighed = _Room.of(family, candidate, day), Weighed(candidate.facts)
    found = []
    for programme in programmes:
        model = models[programme.pk]
        if not model.methods and not room.seats[programme.pk]:
            continue  # nothing is known of how it works, and it does not run here
        if by_method and model.methods:
            found += [room.place(programme, one) for one in by_methods(model, weighed)]
        else:
            found.append(room.place(programme, judge(model, weighed)))
    ranked = _once(found) if by_method else found
    methods: dict[str, list[MethodFit]] = {setting: [] for setting in _SETTINGS}
    for one in _methods(candidate):
        methods.setdefault(one.setting, []).append(one)
    return Ranking(
        family=family,
        candidate=candidate,
        places=tuple(sorted(ranked, key=_order)),
        run=room.run,
        at_home=tuple(methods[Setting.HOME]),
        in_community=tuple(methods[Setting.COMMUNITY]),
        out_of_home=tuple(methods[Setting.OUT_OF_HOME]),
        by_method=by_method,
    )


_SETTINGS = (Setting.HOME, Setting.COMMUNITY, Setting.OUT_OF_HOME)
_ADVICE_ORDER = {
    HAS_PLACE: 0, TAKE: 1, KEEP: 2, PROMISED: 3, FULL: 3, NO_MONEY: 3, NO_WORKER: 3, NOT_HERE: 4, BELOW: 5,
    BARRED: 6,
}  # fmt: skip
_THROUGH_ORDER = {**_ADVICE_ORDER, HAS_PLACE: 4}
"""Where the family has a place already, the method is not had anew: any other that is free is before."""


def _order(one: Ranked) -> tuple[Any, ...]:
    """What is to be taken first, then by what it brings; ties fall by the codes."""
    code = one.judgement.methods[0].code if one.method else ""
    return _ADVICE_ORDER[one.advice], -one.net, -one.fit, code, one.programme.code


def _once(found: list[Ranked]) -> list[Ranked]:
    """Each method once, with the best place through which it is had and the others; by its name."""
    codes = {one.judgement.methods[0].code for one in found if one.judgement.methods}
    methods = {row.code: row for row in Method.objects.filter(code__in=codes)}
    by_code: dict[str, list[Ranked]] = {}
    alone: list[Ranked] = []
    for one in found:
        if one.judgement.methods:
            code = one.judgement.methods[0].code
            by_code.setdefault(code, []).append(_by(methods[code], one))
        else:
            alone.append(one)
    for places in by_code.values():
        places.sort(key=lambda one: (_THROUGH_ORDER[one.advice], *_order(one)[1:]))
        alone.append(replace(places[0], others=tuple(places[1:])))
    return alone


def _by(method: Method, one: Ranked) -> Ranked:
    beside = (replace(each, method=method) for each in one.beside)
    return replace(one, method=method, beside=tuple(beside))


@dataclass(frozen=True)
class _Room:
    """What there is in the family's authority: places, workers, lists, and the prices in force."""

    family: Family
    candidate: Candidate
    day: date
    seats: Mapping[int, list[Seat]]
    quotas: Mapping[int, Quota]
    teams: Mapping[tuple[int, int], list[Teammate]]
    lists: Mapping[int, list[Waiting]]
    promised: Mapping[int, int]
    run: Run | None
    prices: InForce

    @classmethod
    def of(cls, family: Family, candidate: Candidate, day: date) -> _Room:
        known: dict[int, list[Seat]] = defaultdict(list)
        for seat in seats([candidate.authority], day):
            known[seat.programme].append(seat)
        quotas = Quota.objects.told_apart()
        return cls(
            family=family,
            candidate=candidate,
            day=day,
            seats=known,
            quotas=quotas.in_bulk([one.quota for of in known.values() for one in of]),
            teams=teams([candidate.authority], day),
            lists=_lists(candidate.authority),
            promised=promised(candidate.authority, family.pk),
            run=last_run(candidate.authority),
            prices=prices_in_force(candidate.authority, known),
        )

    def place(self, programme: Programme, judgement: Judgement) -> Ranked:
        """The programme's place, as it was judged: of several quotas the one through which it is had best."""
        found = [self._at(seat, programme, judgement) for seat in self.seats[programme.pk] or [None]]
        best, *beside = sorted(found, key=lambda one: (_ADVICE_ORDER[one.advice], one.free < 1, -one.net))
        return replace(best, beside=tuple(beside))

    def _at(self, seat: Seat | None, programme: Programme, judgement: Judgement) -> Ranked:
        candidate = self.candidate
        order = self.lists.get(programme.pk, [])
        own = next((row for row in order if row.family_id == self.family.pk), None)
        team = self.teams.get((programme.pk, candidate.authority))
        given_away = min(self.promised.get(seat.quota, 0), seat.left) if seat else 0
        made = Ranked(
            programme=programme,
            judgement=judgement,
            fit=max(0, min(100, round(judgement.fit))),
            advice=_advice(judgement, seat, team, candidate, self.prices.least_fit(programme.pk), given_away),
            quota=self.quotas[seat.quota] if seat else None,
            free=seat.left - given_away if seat else 0,
            promised=given_away,
            families=seat.families if seat else 0,
            workers_room=sum(one.room for one in team) if team else None,
            waits_before=order.index(own) if own else len(order),
            waiting=own,
            bonus=bonus_of(candidate.waits_for(programme.pk), self.day),
            worth=self.prices.worth(seat, candidate) if seat else UNWANTED,
            priced=learned.since if (learned := self.prices.of.get(programme.pk)) else None,
            weight=candidate.weight,
        )
        # a free place that is worth more to others than to this family is not advised
        return replace(made, advice=KEEP) if made.advice == TAKE and made.net < -NEARLY_EQUAL else made


def _advice(
    judgement: Judgement,
    seat: Seat | None,
    team: list[Teammate] | None,
    candidate: Candidate,
    least: int,
    promised: int,
) -> str:
    if judgement.programme in candidate.placed_in:
        return HAS_PLACE
    if not judgement.is_open:
        return BARRED
    if judgement.fit < least:
        return BELOW
    if seat is None:
        return NOT_HERE
    if seat.left < 1:
        return FULL
    if not seat.has_money:
        return NO_MONEY
    if team and sum(one.room for one in team) < candidate.weight:
        return NO_WORKER
    return PROMISED if seat.left <= promised else TAKE


def _lists(authority: int) -> dict[int, list[Waiting]]:
    """Programme → who waits in the authority, in their order."""
    found: dict[int, list[Waiting]] = {}
    rows = Waiting.objects.filter(authority=authority, ended_on=None, family__status=FamilyStatus.OPEN)
    for row in rows.order_by(*ORDER):
        found.setdefault(row.programme_id, []).append(row)
    return found


def _methods(candidate: Candidate) -> tuple[MethodFit, ...]:
    """Every method in use as if one programme had them all."""
    models = tuple(method_models().values())
    alone = ProgrammeModel("", models, (), frozenset(toolbox()))
    return judge(alone, candidate.facts).methods if models else ()
