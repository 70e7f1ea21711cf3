"""Small counts stay hidden, also from whoever solves for them."""

from __future__ import annotations

from collections.abc import Hashable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maarag.engines.indicators import ALL, Protection, cross, protect
from maarag.values import Suppressed

from .attacker import Knowledge, reader_of
from .trial import tried

PLACES = {"a1": "A", "a2": "A", "b1": "B", "b2": "B", "c": "C", "d": "D", "e": "E"}
DISTRICT = {"A": "north", "B": "north", "C": "north", "D": "south", "E": "south"}
CLUSTER = {"A": "lake", "D": "lake"}


def one_row(**parts: int) -> tuple[dict[str, int], list[frozenset[str]]]:
    """Parts and their total."""
    return parts, [*(frozenset({name}) for name in parts), frozenset(parts)]


def hidden_of(numbers, cells, **options):
    found = protect(numbers, [cells], **options)
    return {"+".join(sorted(cell)): mark for cell, mark in found.hidden.items()}


def place_levels(record):
    """Neighbourhood, authority, district and cluster, nation."""
    authority = PLACES[record[0]]
    return [record[0], authority, DISTRICT[authority], CLUSTER.get(authority, ALL), ALL]


def test_nothing_is_hidden_where_nothing_is_small():
    assert hidden_of(*one_row(a=10, b=20, c=0, d=5)) == {}


def test_a_lone_small_count_takes_another_with_it_the_smallest_that_will_do():
    hidden = hidden_of(*one_row(a=3, b=10, c=20))
    assert hidden == {"a": Suppressed(5), "b": Suppressed(5, primary=False)}


def test_two_small_counts_that_add_up_to_little_take_a_third():
    assert set(hidden_of(*one_row(a=1, b=2, c=30))) == {"a", "b", "c"}


def test_a_total_of_one_part_is_hidden_with_it():
    # The zero is published, so the total is the part: the same number, one mark.
    found = protect(*(lambda numbers, cells: (numbers, [cells]))(*one_row(a=3, zero=0)))
    assert found.mark({"a"}) == found.mark({"a", "zero"}) == Suppressed(5)
    assert found.mark({"zero"}) is None


def test_a_count_at_the_threshold_is_shown_unless_it_has_to_help():
    assert hidden_of({"a": 5, "b": 30}, [frozenset("a"), frozenset("b")]) == {}
    assert set(hidden_of(*one_row(a=4, b=5, c=40))) >= {"a", "b"}


def test_a_mark_that_would_say_too_much_says_less():
    """1 + 3 under a total of 4: "below 5" for the total would bound its parts, which are not zero."""
    numbers, cells = one_row(a=1, b=3)
    found = protect(numbers, [cells])
    assert found.mark({"a", "b"}) == Suppressed(5, primary=False)
    assert reader_of(numbers, [cells], found).narrowed() == []


def test_the_owner_of_a_part_cannot_subtract_it():
    numbers, cells = one_row(a=3, b=40)
    assert set(hidden_of(numbers, cells)) == {"a", "b"}
    owners = {"a": "A", "b": "B"}
    assert set(hidden_of(numbers, cells, owners=owners)) == {"a", "b", "a+b"}
    numbers, cells = one_row(a=3, b=40, c=60)
    owners["c"] = "C"
    assert set(hidden_of(numbers, cells, owners=owners)) == {"a", "b", "c"}


@pytest.mark.parametrize("cell", [{"a"}, {"a", "b"}, {"a", "b", "c"}])
def test_a_cell_that_is_kept_is_hidden_whatever_it_counts(cell: set[str]):
    numbers = {"a": 10, "b": 20, "c": 30}
    cells = [*map(frozenset, ({"a"}, {"b"}, {"c"}, {"a", "b"}, {"a", "b", "c"}))]
    found = protect(numbers, [cells], kept=[frozenset(cell)])
    assert found.mark(cell) == Suppressed(5, primary=False)
    assert len(found.hidden) > 1
    assert not found.unproved
    assert not reader_of(numbers, [cells], found).narrowed()


def test_a_sum_that_was_never_published_is_not_shown_over_a_hidden_part():
    numbers, cells = one_row(a=3, b=10, c=20, d=17)
    found = protect(numbers, [cells])
    assert found.mark({"a", "c"}) == Suppressed(5, primary=False)
    assert found.mark({"c", "d"}) is None


def test_a_mark_does_not_hold_the_count():
    assert "3" not in repr(protect({"a": 3}, [[frozenset("a")]]).hidden.values())


def test_another_threshold():
    numbers, cells = one_row(a=8, b=30, c=50)
    found = protect(numbers, [cells], threshold=10)
    assert found.mark({"a"}) == Suppressed(10)
    assert reader_of(numbers, [cells], found).narrowed(10) == []


def test_what_is_expected_follows_from_what_is_published():
    """Two tables that look the same give the same expected numbers."""
    first, second = ({"a": a, "b": 43 - a, "c": 60} for a in (3, 4))
    cells = [frozenset("a"), frozenset("b"), frozenset("c"), frozenset("abc")]
    one, two = (protect(numbers, [cells]) for numbers in (first, second))
    assert one.hidden == two.hidden
    assert one.expected == two.expected
    assert sum(one.expected.values()) == pytest.approx(103)
    assert one.expected["c"] == 60


def test_the_reader_undoes_the_hiding_of_small_counts_alone():
    """Without complementary cells the attacker gets through: the tests can fail."""
    numbers, cells = one_row(a=3, b=10, c=20)
    alone = Protection(5, {frozenset("a"): Suppressed(5)}, frozenset(cells[1:]), frozenset(), {})
    assert reader_of(numbers, [cells], alone).narrowed() == ["['a']: 3 to 3"]


@pytest.mark.parametrize("whole", [True, False])
def test_the_reader_solves_a_table_with_margins(whole: bool):
    """A circle of four hidden cells, one of them 0 at most: nothing but solving for it tells."""
    seen = Knowledge()
    for cell, number in {"ab": 9, "cd": 21, "ac": 10, "bd": 20}.items():
        seen.numbers[frozenset(cell)] = number
    assert seen.bounds(frozenset("a"), whole=whole) == (0, 9)
    seen.marks[frozenset("b")] = Suppressed(5)
    assert seen.bounds(frozenset("a"), whole=whole) == (5, 8)
    assert seen.narrowed(whole=whole) == []
    seen.marks[frozenset("c")] = Suppressed(3)
    assert seen.bounds(frozenset("a"), whole=whole) == (8, 8)


def counts(size: int) -> st.SearchStrategy[list[int]]:
    """Mostly small numbers, with zeros, and some large ones."""
    return st.lists(st.one_of(st.integers(0, 9), st.integers(0, 60)), min_size=size, max_size=size)


@settings(max_examples=8, deadline=None)
@given(counts(len(PLACES) * 3))
def test_places_by_topics_at_every_level(values):
    """Neighbourhoods, authorities, districts, clusters and the nation, by topics and all topics."""
    records = [(place, topic) for place in PLACES for topic in ("food", "care", "work")]
    numbers = dict(zip(records, values, strict=True))
    cells = cross(records, [place_levels, lambda record: [record[1], ALL]])
    tried(numbers, [cells.values()], {record: PLACES[record[0]] for record in records})


@settings(max_examples=8, deadline=None)
@given(counts(4 * 3 * 2))
def test_three_dimensions_with_totals(values):
    records = [(place, status, size) for place in "wxyz" for status in "pqr" for size in (1, 2)]
    numbers = dict(zip(records, values, strict=True))
    cells = cross(
        records,
        [
            lambda r: [r[0], "left" if r[0] in "wx" else "right", ALL],
            lambda r: [r[1], ALL],
            lambda r: [r[2], ALL],
        ],
    )
    tried(numbers, [cells.values()], {record: record[0] for record in records})


@settings(max_examples=8, deadline=None)
@given(counts(12), st.lists(st.booleans(), min_size=12, max_size=12))
def test_what_is_published_later_undoes_nothing(values, changes):
    """A second table, in which some of the counts were taken anew, beside the first."""
    numbers: dict[Hashable, int] = {}
    first, second = [], []
    for i, (value, anew) in enumerate(zip(values, changes, strict=True)):
        record = (f"p{i % 4}", f"t{i // 4}", "before")
        numbers[record] = value
        first.append(record)
        if anew:
            later = (*record[:2], "after")
            numbers[later] = (value * 7 + i) % 23
            second.append(later)
        else:
            second.append(record)
    levels = [lambda r: [r[0], ALL], lambda r: [r[1], ALL]]
    stages = [cross(first, levels).values(), cross(second, levels).values()]
    tried(numbers, [list(stage) for stage in stages], {record: record[0] for record in numbers})
