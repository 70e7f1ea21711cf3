"""All that is shown above the authorities of considering to leave home, given to one who works it back."""

from __future__ import annotations

import random
from collections.abc import Callable, Hashable, Iterable
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from maarag.desks.array.community.assemble import inside_of, tree_of
from maarag.desks.array.community.numbers import GROUPS, Numbers
from maarag.domains.placements.models import Barrier, Choice, Incentive
from maarag.domains.placements.queries.regional import WORDS, Considered, Offered
from maarag.kernel.places.models import PlaceKind
from maarag.values import is_suppressed

NATION, NORTH, SOUTH, CLUSTER = 1000, 1001, 1002, 1003
KINDS = {
    NATION: PlaceKind.NATION, NORTH: PlaceKind.DISTRICT,
    SOUTH: PlaceKind.DISTRICT, CLUSTER: PlaceKind.CLUSTER,
}  # fmt: skip
CODES = ("money", "wait", "no_place")
RESPONSES = (1, 2, 3, 4)


@cache
def invented(seed: int, most: int = 22) -> Numbers:
    """Nine authorities in two districts and one cluster across them, from nobody to many families each."""
    dice = random.Random(seed)
    rows = []
    for authority in range(1, 10):
        for _one in range(dice.choice((0, 1, 3, 7, most))):
            offered = tuple(
                Offered(
                    dice.choice([("programme", 1), ("programme", 2), ("method", 1), WORDS]),
                    tuple(dice.sample(CODES, dice.choice((0, 1, 1, 2)))),
                    tuple(dice.sample(("cost", "school"), dice.choice((0, 1, 2)))),
                )
                for _option in range(dice.choice((1, 1, 2)))
            )
            choice = dice.choices(list(Choice.values), (2, 5, 4, 1, 1))[0]
            costs = (100_00, 40_00) if choice == Choice.COMMUNITY and dice.random() < 0.6 else None
            response = dice.choices(RESPONSES, (6, 3, 1, 1))[0]
            rows.append(Considered(authority, len(rows), response, choice, 10, costs, offered))
    above = {
        one: frozenset({NATION, NORTH if one <= 5 else SOUTH, *([CLUSTER] if one % 3 == 0 else [])})
        for one in range(1, 10)
    }
    return Numbers(tuple(rows), tree_of(above, KINDS), inside_of(above, set(above)))


PLACES = (NATION, NORTH, SOUTH, CLUSTER, *range(1, 10))


class Reader:
    """Whoever knows all numbers shown of one partition; its cells are sums of whole numbers from 0."""

    def __init__(self, atoms: Iterable[Hashable], *, spare: bool = False) -> None:
        self.column = {atom: i for i, atom in enumerate(atoms)}
        self.rows: list[np.ndarray] = []
        self.values: list[float] = []
        self.hidden: list[tuple[str, np.ndarray, int]] = []
        self.spare = spare

    def sees(self, name: str, atoms: Iterable[Hashable], shown: Any, truth: int) -> None:
        row = np.zeros(len(self.column))
        row[[self.column[atom] for atom in atoms]] = 1
        if is_suppressed(shown) and not (self.spare and (truth == 0 or truth >= 5)):
            self.hidden.append((name, row, truth))
            return
        assert is_suppressed(shown) or shown == truth, name
        self.rows.append(row)
        self.values.append(truth)

    def knows(self, atoms: Iterable[tuple[Hashable, int]]) -> None:
        for atom, number in atoms:
            self.sees("own", [atom], number, number)

    def width(self, row: np.ndarray) -> float:
        ends = []
        for sign in (1.0, -1.0):
            answer = milp(
                sign * row,
                integrality=np.ones(len(row)),
                bounds=Bounds(0, 500),
                constraints=LinearConstraint(np.array(self.rows), self.values, self.values)
                if self.rows
                else (),
            )
            assert answer.x is not None, answer.message
            ends.append(sign * answer.fun)
        return ends[1] - ends[0]

    def narrowed(self, but: Callable[[str], bool] = lambda _name: False) -> list[str]:
        """Hidden cells of one to four of which fewer than four values are left."""
        return [
            f"{name}: {truth}"
            for name, row, truth in self.hidden
            if 0 < truth < 5 and not but(name) and self.width(row) < 3
        ]


def families(numbers: Numbers, *, spare: bool = False) -> tuple[Reader, dict[Hashable, int]]:
    """A reader of places × decisions and of responses × decisions, which are of the same families."""
    atoms = {(a, r, g): 0 for a in range(1, 10) for r in RESPONSES for g in GROUPS}
    for row in numbers.rows:
        group = next(name for name, choices in GROUPS.items() if row.choice in choices)
        atoms[row.authority, row.response, group] += 1
    reader = Reader(atoms, spare=spare)

    def sees(name: str, shown: Any, wanted: Callable[[Any], bool]) -> None:
        inside = [atom for atom in atoms if wanted(atom)]
        reader.sees(name, inside, shown, sum(atoms[atom] for atom in inside))

    for place in PLACES:
        within = numbers.inside[place]
        sees(f"{place}", numbers.count(place), lambda atom, within=within: atom[0] in within)
        for name in GROUPS:
            shown = numbers.group(place, name)
            sees(f"{place} {name}", shown, lambda a, w=within, g=name: a[0] in w and a[2] == g)
    for response, columns in numbers.responses(NATION).items():
        sees(f"response {response}", columns["all"], lambda atom, r=response: atom[1] == r)
        for name in GROUPS:
            sees(f"response {response} {name}", columns[name], lambda a, r=response, g=name: a[1:] == (r, g))
    return reader, dict(atoms)


def test_nobody_works_back_how_few_families_were_decided_for():
    shown = 0
    for seed in range(5):
        reader, _atoms = families(invented(seed))
        assert len(reader.hidden) > 10
        assert reader.narrowed() == []
        shown += len(reader.rows)
    assert shown > 20


def test_the_reader_is_through_where_only_small_numbers_are_hidden():
    found = [len(families(invented(seed), spare=True)[0].narrowed()) for seed in range(3)]
    assert sum(found) > 5


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_nor_does_an_authority_that_knows_its_own(seed: int):
    numbers = invented(seed)
    for own in sorted({row.authority for row in numbers.rows})[:4]:
        reader, atoms = families(numbers)
        reader.knows((atom, n) for atom, n in atoms.items() if atom[0] == own)  # type: ignore[index]
        assert reader.narrowed(lambda name, own=own: name.split()[0] == str(own)) == []


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("code", CODES)
def test_nor_what_stood_in_the_way_by_place_response_or_alternative(seed: int, code: str):
    numbers = invented(seed)
    keys = sorted({one.kind for row in numbers.rows for one in row.offered})
    atoms = {(a, r, k): 0 for a in range(1, 10) for r in RESPONSES for k in keys}
    for row in numbers.rows:
        for one in row.offered:
            if code in one.barriers:
                atoms[row.authority, row.response, one.kind] += 1
    across = (
        (1, numbers.across(NATION, code, lambda row, _one: row.response, RESPONSES)),
        (2, numbers.across(NATION, code, lambda _row, one: one.kind, keys)),
    )
    for own in (0, *sorted({row.authority for row in numbers.rows})[:2]):
        reader = Reader(atoms)
        for place in PLACES:
            inside = [atom for atom in atoms if atom[0] in numbers.inside[place]]
            reader.sees(f"{place}", inside, numbers.barrier(place, code), sum(atoms[one] for one in inside))
        for at, shown in across:
            for key, number in shown.items():
                inside = [atom for atom in atoms if atom[at] == key]
                reader.sees(f"across {key}", inside, number, sum(atoms[one] for one in inside))
        reader.knows((atom, n) for atom, n in atoms.items() if atom[0] == own)
        assert reader.narrowed(lambda name, own=own: name == str(own)) == []


def test_no_figure_is_told_of_fewer_than_five_families():
    told = 0
    for numbers, place in product([invented(seed) for seed in range(6)], PLACES):
        rows = numbers.of(place)
        if not is_suppressed(numbers.costs(place)) and numbers.costs(place) is not None:
            assert len([row for row in rows if row.costs]) >= 5
            told += 1
        for code in Barrier.values:
            behind = {row.family for row in rows for one in row.offered if code in one.barriers}
            assert is_suppressed(numbers.barrier(place, code)) or len(behind) == 0 or len(behind) >= 5
        for code in Incentive.values:
            for stays in (True, False):
                behind = {
                    row.family
                    for row in rows
                    for one in row.offered
                    if code in one.incentives and (row.choice == Choice.COMMUNITY) == stays
                }
                shown = numbers.incentive(place, code, community=stays)
                assert is_suppressed(shown) or len(behind) == 0 or len(behind) >= 5
    assert told


def test_a_cluster_across_districts_is_told_where_all_its_authorities_are():
    every = invented(1, most=40)
    for seed in range(6):
        numbers = invented(seed)
        parts = [numbers.count(one) for one in numbers.inside[CLUSTER]]
        hidden = any(map(is_suppressed, parts))
        assert is_suppressed(numbers.count(CLUSTER)) == hidden
    assert every.count(NATION) == len(every.rows)


def test_one_family_with_many_alternatives_is_not_told_as_many():
    many = tuple(Offered(("programme", 1), ("money",), ()) for _one in range(9))
    above = {1: frozenset({NATION, NORTH}), 2: frozenset({NATION, NORTH})}
    rows = (Considered(1, 1, 1, "open", 3, None, many), Considered(2, 2, 1, "open", 3, None, ()))
    numbers = Numbers(rows, tree_of(above, KINDS), inside_of(above, set(above)))
    assert all(is_suppressed(numbers.barrier(place, "money")) for place in (NATION, NORTH, 1, 2))
    assert numbers.barrier(NATION, "wait") == 0
