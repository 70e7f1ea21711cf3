"""Many random tables with hierarchies, of two and of three dimensions, each given to the attacker."""

from __future__ import annotations

import random
from collections.abc import Callable, Hashable
from itertools import product

import pytest

from maarag.engines.indicators import ALL, cross, protect

from .attacker import Cell
from .trial import tried

Levels = dict[Hashable, tuple[Hashable, ...]]
"""For each category of a dimension: itself, and all that it is counted under."""


def hierarchy(rng: random.Random, name: str, size: int) -> Levels:
    """A dimension of so many categories in groups, groups of groups, and sometimes groups across these."""
    groups = rng.randint(1, max(1, size // 2))
    group = [rng.randrange(groups) for _ in range(size)]
    second = [rng.randrange(2) for _ in range(groups)]
    across = [rng.randrange(3) for _ in range(size)]
    depth, has_across = rng.randint(0, 2), rng.random() < 0.4
    found: Levels = {}
    for i in range(size):
        above: list[Hashable] = []
        if depth >= 1:
            above.append(f"{name} group {group[i]}")
        if depth >= 2:
            above.append(f"{name} part {second[group[i]]}")
        if has_across and across[i]:
            above.append(f"{name} across {across[i]}")
        found[f"{name}{i}"] = (f"{name}{i}", *above, ALL)
    return found


def counting(rng: random.Random) -> Callable[[], int]:
    """How large the counts of one table are: small ones, skewed ones, or rare small ones among large."""
    return rng.choice(
        [
            lambda: rng.randint(0, 9),
            lambda: int(rng.lognormvariate(2.2, 1.3)),
            lambda: rng.randint(1, 4) if rng.random() < 0.12 else rng.randint(15, 400),
            lambda: rng.choice((0, 0, 0, 1, 2, 3, 6, 40)),
        ]
    )


def table(
    seed: int, sizes: tuple[int, ...]
) -> tuple[dict[Hashable, int], list[Cell], dict[Hashable, Hashable]]:
    """Counts, all cells with all margins, and owners: each place, or two places together, own theirs."""
    rng = random.Random(seed)
    levels = [hierarchy(rng, "abc"[i], rng.randint(2, size)) for i, size in enumerate(sizes)]
    records = list(product(*levels))
    if rng.random() < 0.3:  # not every combination is counted
        records = [record for record in records if rng.random() < 0.8] or records
    count = counting(rng)
    numbers: dict[Hashable, int] = {record: count() for record in records}
    cells = cross(records, [lambda record, i=i, of=of: of[record[i]] for i, of in enumerate(levels)])
    shared = rng.random() < 0.5
    places = {name: (n // 2 if shared else n) for n, name in enumerate(levels[0])}
    return numbers, list(cells.values()), {record: places[record[0]] for record in records}


@pytest.mark.parametrize("sizes", [(6, 4), (4, 3, 3)])
def test_some_random_tables(sizes: tuple[int, ...]) -> None:
    hidden = 0
    for seed in range(8):
        numbers, cells, owners = table(seed, sizes)
        hidden += len(tried(numbers, [cells], owners).hidden)
    assert hidden > 20


@pytest.mark.parametrize("sizes", [(9, 5), (5, 3, 3)])
def test_what_is_hidden_does_not_depend_on_the_order_of_the_cells(sizes: tuple[int, ...]) -> None:
    """Processes that serve the same figures decide by themselves: they must hide the same."""
    hidden = 0
    for seed in range(6):
        numbers, cells, owners = table(seed, sizes)
        first = protect(numbers, [cells], owners=owners)
        for _ in range(3):
            random.Random(seed).shuffle(cells)
            other = protect(numbers, [cells], owners=owners)
            assert other.hidden == first.hidden
            assert other.expected == first.expected
        hidden += len(first.hidden)
    assert hidden > 20


@pytest.mark.proof
@pytest.mark.parametrize("first", range(0, 48, 16))
@pytest.mark.parametrize("sizes", [(9, 5), (5, 3, 3)])
def test_many_random_tables(sizes: tuple[int, ...], first: int) -> None:
    hidden = 0
    for seed in range(1000 + first, 1016 + first):
        numbers, cells, owners = table(seed, sizes)
        hidden += len(tried(numbers, [cells], owners).hidden)
    assert hidden > 200
