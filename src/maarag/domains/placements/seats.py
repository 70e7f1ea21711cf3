"""Places of programmes as matching counts them: how many are left, what they cost, who works there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from maarag.domains.baskets.models import Basket, BasketStatus
from maarag.domains.families.models import Family
from maarag.domains.funding.models import FunderShare
from maarag.domains.programmes.models import ProgrammeWorker, Quota
from maarag.kernel.ledger.queries import balances
from maarag.values import Money

from .gathering import LANGUAGE
from .models import Proposal

ZERO = Money(0)
HEBREW = f"{LANGUAGE}hebrew_speaking"


@dataclass(frozen=True)
class Seat:
    """A quota as places: `left` of `families`, what a basket costs and draws on, and whose work it is.

    `cost`, `purse_left` and `funder_left` in agorot; `funder` is the purse of the funder that binds first (0:
    none is known) and `funder_cost` its share of one basket. `team`: (programme, authority) where workers are
    known.
    """

    quota: int
    programme: int
    code: str
    authority: int
    families: int
    taken: int
    cost: int
    purse_left: int
    funder: int = 0
    funder_cost: int = 0
    funder_left: int = 0

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
    def can_take(self) -> int:
        """Families more: as many as there are places, and money of the quota for."""
        return min(self.left, self.purse_left // self.cost) if self.cost else self.left


@dataclass(frozen=True)
class Teammate:
    """A worker of a programme in an authority: how much they may carry and carry now, in usual families.

    `languages`: codes of terms, read from the families that they work with; Hebrew always.
    """

    account: int
    most: float
    carried: float
    languages: frozenset[str] = frozenset()

    @property
    def room(self) -> float:
        return max(0.0, self.most - self.carried)


def seats(authorities: Collection[int], day: date) -> list[Seat]:
    """The quotas in force on the day with places in them, by programme and authority."""
    rows = list(
        Quota.objects.filter(
            authority__in=authorities, starts__lte=day, ends__gte=day, families__gt=0,
            programme__is_active=True,
        )
        .select_related("programme", "line")
        .order_by("programme__code", "authority_id", "-starts", "-pk")
    )  # fmt: skip
    newest = {(row.programme_id, row.authority_id): row for row in reversed(rows)}
    chosen = sorted(newest.values(), key=lambda row: (row.programme.code, row.authority_id))
    baskets: dict[int, list[int]] = defaultdict(list)
    open_ones = Basket.objects.filter(quota__in=chosen, status=BasketStatus.OPEN).order_by()
    for quota, pot in open_ones.values_list("quota_id", "pot_id"):
        baskets[quota].append(pot)
    funders = _funders(chosen)
    pots = {row.pot_id for row in chosen} | {pot for found in baskets.values() for pot in found}
    pots |= {pot for found in funders.values() for pot, _weight, _total in found}
    money = balances(list(pots))
    promised = {
        row.pk: sum((money[pot].free for pot in baskets[row.pk] if pot in money), ZERO) for row in chosen
    }
    by_line: dict[int, Money] = defaultdict(lambda: ZERO)
    for row in chosen:
        by_line[row.line_id] += promised[row.pk]
    made = []
    for row in chosen:
        cost = row.line.unit_cost or ZERO
        free = money[row.pot_id].free if row.pot_id in money else ZERO
        binding = _binding(funders[row.line_id], cost, by_line[row.line_id], money)
        made.append(
            Seat(
                quota=row.pk,
                programme=row.programme_id,
                code=row.programme.code,
                authority=row.authority_id,
                families=row.families,
                taken=len(baskets[row.pk]),
                cost=cost.agorot,
                purse_left=max(0, (free - promised[row.pk]).agorot),
                **binding,
            )
        )
    return made


def _funders(quotas: Sequence[Quota]) -> Mapping[int, list[tuple[int, int, int]]]:
    """Line → the purses of its funders: (purse, weight, sum of the weights)."""
    lines = {row.line_id: (row.line.budget_id, row.line.part) for row in quotas}
    shares: dict[tuple[int, str], list[tuple[int | None, int]]] = defaultdict(list)
    rows = FunderShare.objects.filter(budget__in={budget for budget, _part in lines.values()})
    for budget, part, pot, weight in rows.values_list("budget_id", "part", "pot_id", "weight"):
        shares[budget, part].append((pot, weight))
    found: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for line, of in lines.items():
        total = sum(weight for _pot, weight in shares[of])
        found[line] = [(pot, weight, total) for pot, weight in shares[of] if pot is not None]
    return found


def _binding(
    shares: Sequence[tuple[int, int, int]], cost: Money, promised: Money, money: Mapping[int, object]
) -> dict[str, int]:
    """Of a line's funders the one whose money ends first; what the known baskets may still spend is taken."""
    best: tuple[float, dict[str, int]] | None = None
    for pot, weight, total in shares:
        if pot not in money or not total or not cost:
            continue
        part = -(-cost.agorot * weight // total)
        balance: object = money[pot]
        left = max(0, balance.free.agorot - promised.agorot * weight // total)  # type: ignore[attr-defined]
        lasts = left / part if part else float("inf")
        if best is None or lasts < best[0]:
            best = (lasts, {"funder": pot, "funder_cost": part, "funder_left": left})
    return best[1] if best else {}


def teams(
    authorities: Collection[int], day: date, weights: Mapping[UUID, float]
) -> dict[tuple[int, int], list[Teammate]]:
    """(programme, authority) → its workers on the day, by account; no entry where none is known.

    A worker carries the families that were given to them when a proposal was carried out, and their own
    families among those that have a place of the programme otherwise, as long as the basket is open.
    `weights`: what each family weighs, 1 where it is not told.
    """
    rows = ProgrammeWorker.objects.filter(
        Q(ends=None) | Q(ends__gte=day), authority__in=authorities, starts__lte=day
    ).order_by("account_id")
    workers = list(rows.values_list("programme_id", "authority_id", "account_id", "most"))
    if not workers:
        return {}
    carried = _carried(authorities, weights)
    spoken = _spoken({account for _p, _a, account, _most in workers})
    found: dict[tuple[int, int], list[Teammate]] = defaultdict(list)
    for programme, authority, account, most in workers:
        load = carried.get((programme, authority, account), 0.0)
        found[programme, authority].append(Teammate(account, float(most), load, spoken.get(account, HEBREWS)))
    return dict(found)


HEBREWS = frozenset({HEBREW})


def _carried(
    authorities: Collection[int], weights: Mapping[UUID, float]
) -> dict[tuple[int, int, int], float]:
    given: dict[UUID, int] = dict(
        Proposal.objects.filter(
            authority__in=authorities, basket__status=BasketStatus.OPEN, worker__isnull=False
        ).values_list("basket_id", "worker_id")
    )
    found: dict[tuple[int, int, int], float] = defaultdict(float)
    rows = Basket.objects.filter(authority__in=authorities, status=BasketStatus.OPEN).order_by()
    for pk, family, programme, authority, own in rows.values_list(
        "pk", "family_id", "quota__programme_id", "authority_id", "family__worker_id"
    ):
        found[programme, authority, given.get(pk, own)] += weights.get(family, 1.0)
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
