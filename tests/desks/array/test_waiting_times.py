"""Quartiles of the time until the first response, those without one too, and of whom they are told."""

from __future__ import annotations

import random
from statistics import median

import pytest

from maarag.desks.array.waiting_times import FEWEST, Times, in_weeks, is_told, times_of


def test_where_everybody_had_one_they_are_the_quartiles_of_the_days():
    assert times_of([(day, True) for day in (1, 2, 3, 4, 5, 6, 7, 8)]) == Times(2, 4, 6, 8)
    dice = random.Random(3)
    days = [dice.randrange(100) for _one in range(101)]
    assert times_of([(day, True) for day in days]).half == median(days)


def test_who_waits_still_is_not_left_out():
    had = [(day, True) for day in (5, 10, 15)]
    waiting = [(30, False)] * 5
    # left out, half of the families would have had one within 10 days
    assert times_of(had).half == 10
    assert times_of(had + waiting) == Times(10, None, None, 8)
    # who waits for a day only tells nothing of later days: of 4 left, one more is a quarter
    young = [(1, False)] * 4
    assert times_of([*had, (30, False), *young]) == Times(5, 10, 15, 8)


def test_nobody_and_nothing():
    assert times_of([]) == Times(None, None, None, 0)
    assert times_of([]).is_empty
    assert times_of([(3, False)]) == Times(None, None, None, 1)
    assert times_of([(0, True)]) == Times(0, 0, 0, 1)


def test_above_the_authority_in_weeks_and_without_how_many():
    assert in_weeks(Times(0, 8, 14, 30)) == Times(0, 14, 14, None)
    assert in_weeks(Times(1, None, None, 30)) == Times(7, None, None, None)


@pytest.mark.parametrize(
    ("families", "told"),
    [
        ([], False),
        ([FEWEST - 1], False),
        ([FEWEST], True),
        ([FEWEST, FEWEST], True),
        ([FEWEST, FEWEST - 1], False),  # the larger one takes its own away
        ([10, 10, 10], True),
        ([10, 10, 9], False),
    ],
)
def test_of_enough_families_also_for_an_authority_that_takes_its_own_away(families: list[int], told: bool):
    assert is_told(families) is told
