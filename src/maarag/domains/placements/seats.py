"""Places of programmes as matching counts them: how many are left, what they cost, who works there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db.models import Q

from maarag.domains.baskets.funders import FunderPart, funders_of
from maarag.domains.baskets.models import Basket, BasketStatus
from maarag.domains.families.models import Family
from maarag.domains.programmes.models import ProgrammeWorker, Quota
from maarag.kernel.ledger.queries import balances
from maarag.values import Money

from .gathering import LANGUAGE, weights_of
from .models import Proposal
from .sharing import Team, Teammate, charged

ZERO = Money(0)
HEBREW = f"{LANGUAGE}hebrew_speaking"


@dataclass(frozen=True)
class Seat:
    """A quota as places: `left` of `families`, what a basket costs and draws on, and whose work it is.

    `ends`: the last day on which it may be filled. `cost` and `purse_left` in agorot; `funders`: those whose
    purses are known. `team`: (programme, authority) where workers are known.
    """

    quota: int
    programme: int
    code: str
    authority: int
    ends: date
    families: int
    taken: int
    cost: int
    purse_left: int
    funders: tuple[FunderPart, ...] = ()

    @property
    def left(self) -> int:
        return max(0, self.families - self.taken)

    @property
    def team(self) -> tuple[int, int]:
        return self.programme, self.authority

    @property
    def is_short_of_money(self) -> bool:
        """Whether the money of the quota ends before its places."""
        return bool(self.cost) and self.purse_left // self.cost < self.left

    @property
    def has_money(self) -> bool:
        """Whether the quota and each of its funders have money for one more basket."""
        return self.purse_left >= self.cost and all(one.left >= one.cost for one in self.funders)

    @property
    def can_take(self) -> int:
        """Families more: as many as there are places, and money of the quota for."""
        return min(self.left, self.purse_left // self.cost) if self.cost else self.left


def seats(authorities: Collection[int], day: date) -> list[Seat]:
    """The quotas in force on the day with places in them, by programme and authority, the newest first.

    Where budgets overlap a programme has several in an authority: each has its own places and money.
    """
    chosen = list(
        Quota.objects.filter(
            authority__in=authorities, starts__lte=day, ends__gte=day, families__gt=0,
            programme__is_active=True,
        )
        .select_related("programme", "line")
        .order_by("programme__code", "authority_id", "-starts", "-pk")
    )  # fmt: skip
    baskets: dict[int, list[int]] = defaultdict(list)
    open_ones = Basket.objects.filter(quota__in=chosen, status=BasketStatus.OPEN).order_by()
    for quota, pot in open_ones.values_list("quota_id", "pot_id"):
        baskets[quota].append(pot)
    funders = funders_of(row.line for row in chosen)
    pots = {row.pot_id for row in chosen} | {pot for found in baskets.values() for pot in found}
    money = balances(list(pots))
    promised = {
        row.pk: sum((money[pot].free for pot in baskets[row.pk] if pot in money), ZERO) for row in chosen
    }
    made = []
    for row in chosen:
        cost = row.line.unit_cost or ZERO
        free = money[row.pot_id].free if row.pot_id in money else ZERO
        made.append(
            Seat(
                quota=row.pk,
                programme=row.programme_id,
                code=row.programme.code,
                authority=row.authority_id,
                ends=row.ends,
                families=row.families,
                taken=len(baskets[row.pk]),
                cost=cost.agorot,
                purse_left=max(0, (free - promised[row.pk]).agorot),
                funders=funders.bear(row.line, cost),
            )
        )
    return made


def teams(
    authorities: Collection[int], day: date, weights: Mapping[UUID, float] | None = None
) -> dict[tuple[int, int], list[Teammate]]:
    """(programme, authority) → its workers on the day, by account; no entry where none is known.

    What the team carries beside its people's own families is charged to their room, so that all of it
    together is what the team can still take. `weights`: what families weigh, where that is known already.
    """
    found = teams_alone(authorities, day, weights)
    spoken = _spoken({one.account for team in found.values() for one in team.people}) if found else {}
    return {
        key: [replace(one, languages=spoken.get(one.account, HEBREWS)) for one in charged(team)]
        for key, team in found.items()
    }


def teams_alone(
    authorities: Collection[int], day: date, weights: Mapping[UUID, float] | None = None
) -> dict[tuple[int, int], Team]:
    """(programme, authority) → its team on the day, with each worker's own families; without languages.

    A worker carries the families that were given to them when a proposal was carried out, and their own
    families among those that have a place of the programme otherwise, as long as the basket is open. Those
    whose worker is nobody of the team stand beside it. `weights`: those that are not told are read here.
    """
    rows = ProgrammeWorker.objects.filter(
        Q(ends=None) | Q(ends__gte=day), authority__in=authorities, starts__lte=day
    ).order_by("account_id")
    workers: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for programme, authority, account, most in rows.values_list(
        "programme_id", "authority_id", "account_id", "most"
    ):
        workers[programme, authority].append((account, most))
    if not workers:
        return {}
    carried = _carried(workers)
    known = weights or {}
    weighs = {**weights_of({one for of in carried.values() for one in of} - set(known), day), **known}
    found: dict[tuple[int, int], Team] = {}
    for key, team in workers.items():
        loads: dict[int, list[float]] = {account: [] for account, _most in team}
        beside: list[float] = []
        for family, account in carried[key].items():
            loads.get(account, beside).append(weighs[family])
        people = [
            Teammate(account, float(most), sum(loads[account]), families=len(loads[account]))
            for account, most in team
        ]
        found[key] = Team(tuple(people), tuple(beside))
    return found


HEBREWS = frozenset({HEBREW})


def _carried(teams: Collection[tuple[int, int]]) -> Mapping[tuple[int, int], Mapping[UUID, int]]:
    """(programme, authority) of a team → the families with a place there, each once, and whose work it is."""
    authorities = {authority for _programme, authority in teams}
    given: dict[UUID, int] = dict(
        Proposal.objects.filter(
            authority__in=authorities, basket__status=BasketStatus.OPEN, worker__isnull=False
        ).values_list("basket_id", "worker_id")
    )
    found: dict[tuple[int, int], dict[UUID, int]] = {key: {} for key in teams}
    rows = Basket.objects.filter(authority__in=authorities, status=BasketStatus.OPEN).order_by(
        "opened_on", "pk"
    )
    for pk, family, programme, authority, own in rows.order_by("opened_on", "pk").values_list(
        "pk", "family_id", "quota__programme_id", "authority_id", "family__worker_id"
    ):
        if (team := found.get((programme, authority))) is not None:
            team[family] = given.get(pk, team.get(family, own))
    return found


def _spoken(accounts: Collection[int]) -> dict[int, frozenset[str]]:
    """Account → the languages of the families that it works with, where two families or more speak them."""
    counts: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    rows = Family.objects.filter(
        worker__in=accounts, circumstances__ended_on=None, circumstances__term__code__startswith=LANGUAGE
    ).order_by()
    for account, code in rows.values_list("worker_id", "circumstances__term__code"):
        counts[account][code] += 1
    return {
        account: HEBREWS | {code for code, number in found.items() if number >= 2}
        for account, found in counts.items()
    }
