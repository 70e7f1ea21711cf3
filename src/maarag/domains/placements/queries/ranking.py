"""All programmes and places for one family, ranked, with what one more place is worth to others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from maarag.domains.families.models import Family, FamilyStatus
from maarag.domains.programmes.engine_data import method_models, programme_models
from maarag.domains.programmes.fit import Judgement, MethodFit, ProgrammeModel, judge
from maarag.domains.programmes.method_models import Setting
from maarag.domains.programmes.models import Programme, Quota
from maarag.kernel.matches.models import Run, RunState

from ..asked import Asked
from ..engine_data import FUNDER, LOAD, bonus_of
from ..fitting import facts_of, toolbox
from ..gathering import Candidate
from ..models import Waiting
from ..seats import Seat, Teammate, seats, teams
from .waiting import ORDER

KIND = "placements"
TAKE, KEEP, FULL, NO_MONEY, NO_WORKER, BARRED, BELOW, NOT_HERE, HAS_PLACE = (
    "take", "keep_for_others", "full", "no_money", "no_worker", "barred", "below", "not_here", "has_place",
)  # fmt: skip


@dataclass(frozen=True)
class Ranked:
    """A programme before the family.

    `quota` None: it has no places in the authority. `free`: places left; `waits_before`: families on the list
    before this one, or all where it does not wait. `price`: points of fit that the place, its money and its
    work are worth to others by the last run; `net`: fit by weight, with what waiting gives, less the price.
    `weight`: of the family on its worker. `advice`:
    take | keep_for_others | full | no_money | no_worker | barred | below | not_here | has_place.
    """

    programme: Programme
    judgement: Judgement
    fit: int
    advice: str
    quota: Quota | None = None
    free: int = 0
    families: int = 0
    workers_room: float | None = None
    waits_before: int = 0
    waiting: Waiting | None = None
    bonus: float = 0.0
    price: float = 0.0
    weight: float = 1.0

    @property
    def net(self) -> float:
        return self.judgement.fit * self.weight + self.bonus - self.price

    @property
    def is_open(self) -> bool:
        return self.judgement.is_open


@dataclass(frozen=True)
class Ranking:
    """The family before all programmes: those to be taken first, then by fit. `best`: what is advised now.

    `run`: whose prices were used (None: there was none, all prices are 0). `at_home`, `in_community`,
    `out_of_home`: methods of any programme by where they are carried out, the best first.
    """

    family: Family
    candidate: Candidate
    places: tuple[Ranked, ...]
    run: Run | None
    at_home: tuple[MethodFit, ...]
    in_community: tuple[MethodFit, ...]
    out_of_home: tuple[MethodFit, ...]

    @property
    def best(self) -> Ranked | None:
        return next((one for one in self.places if one.advice == TAKE), None)


def last_run(authority: int) -> Run | None:
    """The newest run that is done and reached the authority."""
    rows = Run.objects.filter(kind=KIND, state=RunState.DONE, authorities__contains=[authority])
    return rows.select_related("place", "asked_by").order_by("-asked_at").first()


def ranking(family: Family, *, day: date | None = None) -> Ranking:
    """Every programme that runs, for one family with an open file; a family that arrives after the last run
    is answered by its prices, so that a place is not taken from whoever it is worth more to.

    Reads what the scope in force lets it: the family's whole authority. Raises LookupError for a closed file.
    """
    day = day or timezone.localdate()
    candidate = facts_of(family, day)
    programmes = list(Programme.objects.filter(is_active=True).order_by("code"))
    models = programme_models(programmes)
    known = {seat.programme: seat for seat in seats([candidate.authority], day)}
    quotas = Quota.objects.select_related("programme", "line").in_bulk([one.quota for one in known.values()])
    run = last_run(candidate.authority)
    prices = run.totals.get("prices", {}) if run else {}
    least = Asked.of(run.settings).least_fit if run else Asked(day).least_fit
    people = teams([candidate.authority], day, {})
    lists = _lists(candidate.authority)
    found = []
    for programme in programmes:
        if not models[programme.pk].methods and programme.pk not in known:
            continue  # nothing is known of how it works, and it does not run here
        judgement = judge(models[programme.pk], candidate.facts)
        seat = known.get(programme.pk)
        order = lists.get(programme.pk, [])
        own = next((row for row in order if row.family_id == family.pk), None)
        team = people.get((programme.pk, candidate.authority))
        found.append(
            Ranked(
                programme=programme,
                judgement=judgement,
                fit=max(0, min(100, round(judgement.fit))),
                advice=_advice(judgement, seat, team, candidate, least),
                quota=quotas[seat.quota] if seat else None,
                free=seat.left if seat else 0,
                families=seat.families if seat else 0,
                workers_room=sum(one.room for one in team) if team else None,
                waits_before=order.index(own) if own else len(order),
                waiting=own,
                bonus=bonus_of(candidate.waits_for(programme.pk), day),
                price=price_of(prices, seat, candidate) if seat else 0.0,
                weight=candidate.weight,
            )
        )
    ranked = [_kept_for_others(one) for one in found]
    ranked.sort(key=lambda one: (_ADVICE_ORDER[one.advice], -one.net, -one.fit, one.programme.code))
    methods = _methods(candidate)
    return Ranking(
        family,
        candidate,
        tuple(ranked),
        run,
        *(tuple(one for one in methods if one.setting == setting) for setting in _SETTINGS),
    )


_SETTINGS = (Setting.HOME, Setting.COMMUNITY, Setting.OUT_OF_HOME)
_ADVICE_ORDER = {
    HAS_PLACE: 0, TAKE: 1, KEEP: 2, FULL: 3, NO_MONEY: 3, NO_WORKER: 3, NOT_HERE: 4, BELOW: 5, BARRED: 6,
}  # fmt: skip


def price_of(prices: Mapping[str, Any], seat: Seat, candidate: Candidate) -> float:
    """What the place, its money and its work are worth to others, in points of fit."""

    def of(kind: str, key: Any) -> float:
        return float(prices.get(kind, {}).get(str(key), 0.0))

    team = f"{seat.programme}:{seat.authority}"
    return (
        of("place", seat.quota)
        + of(FUNDER, seat.funder) * seat.funder_cost
        + of(LOAD, team) * candidate.weight
    )


def _advice(
    judgement: Judgement,
    seat: Seat | None,
    team: list[Teammate] | None,
    candidate: Candidate,
    least: int,
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
    if seat.purse_left < seat.cost or (seat.funder and seat.funder_left < seat.funder_cost):
        return NO_MONEY
    if team and sum(one.room for one in team) < candidate.weight:
        return NO_WORKER
    return TAKE


def _kept_for_others(one: Ranked) -> Ranked:
    """A free place that is worth more to others than to this family is not advised."""
    from dataclasses import replace

    return replace(one, advice=KEEP) if one.advice == TAKE and one.net < 0 else one


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
