"""Everything that is told of baskets' money above the authorities, given to one who solves for the rest.

Unknown is, for every purse of a quota, what is approved, committed, paid and planned. Known is every sum that
is shown of quotas, lines, budgets and places, and that with what is free they make what was granted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import combinations
from random import Random
from uuid import UUID

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from maarag.domains.baskets import reports_above
from maarag.domains.baskets.report_rows import Line, Spent
from maarag.domains.baskets.reports_above import _quotas, _row, cells_of, sums_published
from maarag.domains.funding import hidden
from maarag.domains.funding.models import Allotment, BudgetLine, FunderShare
from maarag.domains.funding.queries import shares_of
from maarag.domains.funding.statement import STAGES, statement
from maarag.domains.programmes.models import Quota
from maarag.domains.programmes.use import rows_for
from maarag.kernel.access.permissions import Role
from maarag.kernel.ledger import above
from maarag.kernel.ledger.actions import approve, commit, decide, pay, plan
from maarag.kernel.ledger.queries import balances
from maarag.kernel.places.actions import save_place
from maarag.kernel.places.models import DistrictOf, PlaceKind
from maarag.values import Money
from tests.factories.baskets import ENDS, STARTS, programme, quota
from tests.factories.services import World, world

UNKNOWN = ("planned", "approved", "committed", "paid")
Cell = frozenset[tuple[int, str]]
ONE = 45_000


@pytest.fixture
def nation(db: None) -> tuple[World, list[Quota]]:
    """Two programmes, seven authorities in two districts; the ledger holds what the counts say, 450 each."""
    found = world()
    by = found.system
    districts = [
        save_place(
            by=by, code=f"D-{number}", within=[found.nation], kind=PlaceKind.DISTRICT,
            district_of=DistrictOf.WELFARE, name_he=f"מחוז {number}",
        )
        for number in range(2)
    ]  # fmt: skip
    towns = [found.city, found.sister]
    for number in range(5):
        towns.append(
            save_place(
                by=by, code=f"{7000 + number}", within=[found.nation, districts[number % 2]],
                kind=PlaceKind.AUTHORITY, authority_type="city", name_he=f"יישוב {number}",
            )
        )  # fmt: skip
    quotas = []
    for code in ("one", "two"):
        line = programme(found, code, families=400)
        quotas += [quota(found, line, town, 50) for town in towns]
    return found, quotas


@pytest.fixture
def two_years(nation: tuple[World, list[Quota]]) -> tuple[World, list[Quota]]:
    """A third programme of the first one's budget; quotas of the last three towns began a year later, and one
    funder bears only the first budget: its sums by year are of no place or programme.
    """
    found, quotas = nation
    first, second = quotas[0].line.budget, quotas[-1].line.budget
    line = programme(found, "three", families=400)
    BudgetLine.objects.filter(pk=line.pk).update(budget=first, code="three")
    line.refresh_from_db()
    towns = list(dict.fromkeys(one.authority for one in quotas))
    quotas = [*quotas, *(quota(found, line, town, 50) for town in towns)]
    later = {"starts": STARTS.replace(year=STARTS.year + 1), "ends": ENDS.replace(year=ENDS.year + 1)}
    Quota.objects.filter(authority__in=towns[4:]).update(**later)
    FunderShare.objects.filter(budget=second, organisation=found.sister_organisation).delete()
    return found, quotas


Counts = Mapping[str, hidden.Held]


def counted(quotas: Sequence[Quota], seed: int) -> Counts:
    """Families by stage behind each quota; no family is at two stages, and each has 450 in its purse."""
    chance = Random(seed)
    at = {
        stage: Counter({frozenset([one.pot_id]): chance.choice((0, 0, 1, 3, 4, 6, 12, 25)) for one in quotas})
        for stage in UNKNOWN
    }
    return with_sums(at)


def scarce(quotas: Sequence[Quota], seed: int) -> Counts:
    """The same, but of the first programme two families of one town alone: its shares tell of them."""
    counts, first = counted(quotas, seed), quotas[0]
    of_it = {frozenset([one.pot_id]) for one in quotas if one.line_id == first.line_id}
    at = {stage: Counter({**counts[stage], **dict.fromkeys(of_it, 0)}) for stage in UNKNOWN}
    for stage in ("approved", "paid"):
        at[stage][frozenset([first.pot_id])] = 1
    return with_sums(at)


def shared(quotas: Sequence[Quota], seed: int) -> Counts:
    """The same with families of several purses, 450 in each; in the first town four at a stage, of all."""
    chance, (first, *others) = Random(seed), towns_of(quotas)
    at = {
        stage: Counter({frozenset(first): 4, **{pots: chance.choice(FEW) for pots in sets_of(others)}})
        for stage in UNKNOWN
    }
    return with_sums(at)


FEW, MANY = (0, 0, 1, 2, 4, 9), (12, 25, 40)


def with_sums(at: dict[str, Counter[frozenset[int]]]) -> Counts:
    used = sum((at[stage] for stage in hidden.USED_STAGES), Counter())
    return {**at, "used": used, "asked": used + at["planned"]}


def towns_of(quotas: Sequence[Quota]) -> list[list[int]]:
    """The purses of each authority."""
    towns = dict.fromkeys(one.authority_id for one in quotas)
    return [[one.pot_id for one in quotas if one.authority_id == town] for town in towns]


def sets_of(towns: Sequence[Sequence[int]]) -> list[frozenset[int]]:
    """Every set of purses that a family may have: any of its authority."""
    return [
        frozenset(pots) for town in towns for n in range(1, len(town) + 1) for pots in combinations(town, n)
    ]


def in_purse(pot: int, stage: str, counts: Counts) -> int:
    return sum(n for pots, n in counts[stage].items() if pot in pots)


def spend(found: World, quotas: Sequence[Quota], counts: Counts) -> None:
    decision = decide(by=found.system, what="סלים", why="לבדיקה")
    for one in quotas:
        for stage in UNKNOWN:
            if not (families := in_purse(one.pot_id, stage, counts)):
                continue
            key, amount = f"{one.pk}-{stage}", Money(ONE * families)
            spending = plan(
                by=found.system, pots=[one.pot], shares=shares_of(one.line), amount=amount, key=f"{key}-1"
            )
            if stage == "planned":
                continue
            approve(by=found.system, spending=spending, decision=decision, key=f"{key}-2")
            if stage == "approved":
                continue
            commit(by=found.system, spending=spending, key=f"{key}-3")
            if stage == "paid":
                pay(by=found.system, spending=spending, amount=amount, key=f"{key}-4")


def published(found: World, quotas: Sequence[Quota]) -> tuple[dict[Cell, int], set[Cell]]:
    """(sums that are shown, hidden ones), each as the purses and stages it adds up."""
    viewer = found.account(Role.NATIONAL_MANAGER, place=found.nation)
    known = balances([one.pot_id for one in quotas])
    shown: dict[Cell, int] = {}
    kept: set[Cell] = set()

    def tell(pots: frozenset[int], stage: str, amount: object) -> None:
        stages = hidden.USED_STAGES if stage == "free" else (stage,)
        cell = frozenset((pot, one) for pot in pots for one in stages)
        if not isinstance(amount, Money):
            kept.add(cell)
        elif stage == "free":  # what was granted is public
            shown[cell] = sum(known[pot].granted.agorot - known[pot].free.agorot for pot in pots)
        else:
            shown[cell] = amount.agorot

    for row in rows_for(viewer, quotas):
        for stage, amount in (row.use or {}).items():
            tell(frozenset({row.quota.pot_id}), stage, amount)
    for budget in {one.line.budget for one in quotas}:
        told = statement(budget, viewer)
        whole = frozenset(Allotment.objects.filter(line__budget=budget).values_list("pot_id", flat=True))
        for stage in STAGES:
            tell(whole, stage, getattr(told.total, stage))
            for line in told.lines:
                pots = frozenset(line.line.allotments.values_list("pot_id", flat=True))
                tell(pots, stage, getattr(line.row, stage))
    for budget, part in {(one.line.budget, one.line.part) for one in quotas}:
        whole = frozenset(
            Allotment.objects.filter(line__budget=budget, line__part=part).values_list("pot_id", flat=True)
        )
        purses = [share.pot for share in budget.shares.filter(part=part).select_related("pot")]
        books = list(above.standing(viewer, purses).values())
        for stage in STAGES:  # the books: all funders of a part together
            amounts = [told[stage] for told in books]
            seen = all(isinstance(amount, Money) for amount in amounts)
            tell(whole, stage, sum(amounts, Money(0)) if seen else None)
    decision = hidden.decided()
    for pots in sums_published(list(known)):
        for stage in UNKNOWN:
            amount = sum((getattr(known[pot], stage) for pot in pots), Money(0))
            tell(pots, stage, None if decision.of(pots, stage) else amount)
    return shown, kept


def bounds(cell: Cell, shown: Mapping[Cell, int]) -> tuple[float, float]:
    """The least and the most that the cell may be."""
    names = sorted(set(cell).union(*shown))
    column = {name: at for at, name in enumerate(names)}
    matrix = np.zeros((len(shown), len(names)))
    for at, known in enumerate(shown):
        matrix[at, [column[name] for name in known]] = 1
    wanted = np.zeros(len(names))
    wanted[[column[name] for name in cell]] = 1
    ends = []
    for sign in (1, -1):
        answer = linprog(sign * wanted, A_eq=matrix, b_eq=list(shown.values()), bounds=(0, None))
        ends.append(np.inf if answer.status == 3 else abs(answer.fun))
    return ends[0], ends[1]


def families(cell: Cell, counts: Counts) -> int:
    """Each once, of however many purses."""
    return sum(
        n
        for stage in UNKNOWN
        for pots, n in counts[stage].items()
        if any((pot, stage) in cell for pot in pots)
    )


@pytest.mark.parametrize(
    ("nation_of", "seed", "count"),
    [
        *(("nation", seed, counted) for seed in range(4)),
        *(("two_years", seed, counted) for seed in (4, 5)),
        ("nation", 6, scarce),
        ("nation", 7, shared),
        ("two_years", 8, shared),
    ],
)
def test_no_sum_of_a_few_families_can_be_worked_back(
    db: None,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    nation_of: str,
    seed: int,
    count: Callable[[Sequence[Quota], int], Counts],
) -> None:
    found, quotas = request.getfixturevalue(nation_of)
    counts = count(quotas, seed)
    monkeypatch.setattr(hidden, "_counters", [lambda pots: counts])
    spend(found, quotas, counts)
    shown, kept = published(found, quotas)
    small = [cell for cell in kept if 0 < families(cell, counts) < hidden.THRESHOLD]
    assert len(small) > 5
    assert not [cell for cell in shown if 0 < families(cell, counts) < hidden.THRESHOLD]
    assert any(families(cell, counts) for cell in shown)
    for cell in small:
        least, most = bounds(cell, shown)
        assert most - least > ONE, (sorted(cell), least, most)
    # the same reader is through as soon as only what is small is hidden
    naive = dict(shown)
    for cell in kept - set(small):
        naive[cell] = ONE * sum(in_purse(pot, stage, counts) for pot, stage in cell)
    assert any(most - least < 1 for least, most in (bounds(cell, naive) for cell in small))
    if count is shared:  # and without solving where a family of two purses counts for two
        monkeypatch.setattr(hidden, "of_few", lambda held, cells: set())
        assert any(0 < families(cell, counts) < hidden.THRESHOLD for cell in published(found, quotas)[0])


def test_what_a_funder_bears_of_a_year_is_among_the_sums_decided_on(
    two_years: tuple[World, list[Quota]],
) -> None:
    _found, quotas = two_years
    first = quotas[0].line.budget_id
    for year in (STARTS.year, STARTS.year + 1):
        of_the_sister = Quota.objects.filter(line__budget=first, starts__year=year)
        cell = frozenset(of_the_sister.values_list("pot_id", flat=True))
        assert cell
        assert cell not in cells_of(_quotas()).values()
        assert cell in set(sums_published([]))


def worked_out(
    wanted: Callable[[frozenset[int]], int],
    shown: Mapping[frozenset[int], int],
    counts: Callable[[frozenset[int], frozenset[int]], int],
    sets: Sequence[frozenset[int]],
) -> tuple[float, float]:
    """The least and the most of a count over families, whose numbers by their purses are whole.

    `counts`: for how much a family of these purses counts in a number that is shown of those.
    """
    rows = [[counts(pots, cell) for pots in sets] for cell in shown]
    told = list(shown.values())
    ends = []
    for sign in (1, -1):
        answer = milp(
            [sign * wanted(pots) for pots in sets],
            integrality=np.ones(len(sets)),
            bounds=Bounds(0, 200),
            constraints=LinearConstraint(np.array(rows), told, told),
        )
        assert answer.x is not None, answer.message
        ends.append(round(sign * answer.fun))
    return ends[0], ends[1]


def told_of_families(
    quotas: Sequence[Quota], held: hidden.Held
) -> tuple[dict[frozenset[int], int], set[frozenset[int]]]:
    """The numbers of families that the report shows by place, programme and funder; and what it hides."""
    lines = [
        Line(0, UUID(int=number), 0, "", date(2026, 1, 1), pot, UUID(int=0), Spent())
        for number, pots in enumerate(Counter(held).elements())
        for pot in pots
    ]
    decision = hidden.decided()
    rows = {pots: _row("", pots, lines, decision).families for pots in sums_published([])}
    shown = {pots: number for pots, number in rows.items() if isinstance(number, int)}
    return shown, set(rows) - set(shown)


@pytest.mark.parametrize(("seed", "alone"), [(1, FEW), (3, FEW), (7, FEW), (0, MANY), (1, MANY)])
def test_how_many_families_stand_in_two_rows_cannot_be_worked_back(
    nation: tuple[World, list[Quota]], monkeypatch: pytest.MonkeyPatch, seed: int, alone: Sequence[int]
) -> None:
    """Few families of several purses, and few that two rows have in common.

    `alone`: how many families a purse may have that are in no other.
    """
    _found, quotas = nation
    chance, (first, *others) = Random(seed), towns_of(quotas)
    sets = sets_of([first, *others])
    held = {pots: chance.choice(alone if len(pots) == 1 else FEW) for pots in sets_of(others)}
    held[frozenset(first)] = 4
    monkeypatch.setattr(hidden, "_counters", [lambda pots: dict.fromkeys(hidden.KINDS, held)])
    cells = set(sums_published([]))

    def once(cell: frozenset[int]) -> Callable[[frozenset[int]], int]:
        return lambda pots: int(bool(pots & cell))

    def in_both(one: frozenset[int], other: frozenset[int]) -> Callable[[frozenset[int]], int]:
        return lambda pots: int(bool(pots & one) and bool(pots & other))

    def small(count: Callable[[frozenset[int]], int]) -> bool:
        return 0 < sum(n * count(pots) for pots, n in held.items()) < hidden.THRESHOLD

    apart = [(one, other) for one, other in combinations(cells, 2) if not one & other]
    rows = [*map(once, cells), *(in_both(one, other) for one, other in apart)]
    few = [count for count in rows if small(count)]
    assert len(few) > 3
    shown, kept = told_of_families(quotas, held)
    assert shown
    assert kept
    for count in few:
        least, most = worked_out(count, shown, lambda pots, cell: len(pots & cell), sets)
        assert most - least >= hidden.THRESHOLD - 2, (least, most)
    # a reader of families that are counted once in all is through
    monkeypatch.setattr(hidden, "of_few", lambda held, cells: set())
    monkeypatch.setattr(reports_above, "_once_in_each", lambda lines: len({line.family for line in lines}))
    shown, _kept = told_of_families(quotas, held)
    found = [worked_out(count, shown, lambda pots, cell: int(bool(pots & cell)), sets) for count in few]
    assert any(least == most for least, most in found)
