"""Small counts stay hidden, also from whoever subtracts."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from maarag.engines.indicators import THRESHOLD, Sum, suppress


def bounds(counts, sums, hidden, cell):
    """What a reader of everything in sight can say of one hidden cell: its lowest and highest value."""
    names = sorted(hidden)
    column = {name: i for i, name in enumerate(names)}
    rows, sides = [], []
    for relation in sums:
        row, side = np.zeros(len(names)), 0.0
        for name, sign in [(relation.total, 1), *((part, -1) for part in relation.parts)]:
            if name in column:
                row[column[name]] += sign
            else:
                side -= sign * counts[name]
        if row.any():
            rows.append(row)
            sides.append(side)
    found = []
    for direction in (1, -1):
        aim = np.zeros(len(names))
        aim[column[cell]] = direction
        answer = linprog(aim, A_eq=rows or None, b_eq=sides or None, bounds=[(0, None)] * len(names))
        found.append(np.inf if answer.status == 3 else answer.x[column[cell]])
    return found


def test_nothing_is_hidden_where_nothing_is_small():
    counts = {"all": 30, "a": 10, "b": 20, "c": 0}
    assert suppress(counts, [Sum("all", ("a", "b", "c"))]) == {}


def test_a_lone_small_count_takes_another_with_it():
    counts = {"all": 33, "a": 3, "b": 10, "c": 20}
    hidden = suppress(counts, [Sum("all", ("a", "b", "c"))])
    assert set(hidden) == {"a", "b"}
    assert hidden["a"].primary
    assert not hidden["b"].primary


def test_two_small_counts_that_add_up_to_little_take_a_third():
    counts = {"all": 33, "a": 1, "b": 2, "c": 30}
    assert set(suppress(counts, [Sum("all", ("a", "b", "c"))])) == {"a", "b", "c"}


def test_a_total_of_one_part_is_hidden_with_it():
    counts = {"all": 3, "a": 3, "zero": 0}
    assert set(suppress(counts, [Sum("all", ("a", "zero"))])) == {"all", "a"}


def test_a_mark_does_not_hold_the_count():
    (mark,) = suppress({"a": 3}, []).values()
    assert "3" not in repr(mark)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 25), min_size=2, max_size=4), min_size=2, max_size=4))
def test_subtraction_pins_down_no_hidden_cell(table):
    """Over a table with both margins, linear bounds never leave one value for a cell below the threshold."""
    width = min(len(row) for row in table)
    table = [row[:width] for row in table]
    counts, sums = {}, []
    for i, row in enumerate(table):
        for j, value in enumerate(row):
            counts[f"{i},{j}"] = value
        counts[f"row {i}"] = sum(row)
        sums.append(Sum(f"row {i}", tuple(f"{i},{j}" for j in range(width))))
    for j in range(width):
        counts[f"column {j}"] = sum(row[j] for row in table)
        sums.append(Sum(f"column {j}", tuple(f"{i},{j}" for i in range(len(table)))))
    counts["all"] = sum(map(sum, table))
    sums.append(Sum("all", tuple(f"row {i}" for i in range(len(table)))))
    sums.append(Sum("all", tuple(f"column {j}" for j in range(width))))
    hidden = suppress(counts, sums)
    for cell, count in counts.items():
        if 0 < count < THRESHOLD:
            assert cell in hidden
            low, high = bounds(counts, sums, hidden, cell)
            assert high - low >= 1
