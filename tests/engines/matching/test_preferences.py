"""Deferred acceptance: stable, and as good as any stable matching for the side that proposes."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maarag.engines.matching.errors import PlacementError
from maarag.engines.matching.preferences import Wishes, accept_in_turn, blocking_pairs


@st.composite
def wishes(draw: st.DrawFn) -> Wishes:
    m = draw(st.integers(1, 3))
    ranked = draw(st.lists(st.permutations(range(m)).flatmap(
        lambda order: st.integers(0, m).map(lambda k: list(order[:k]))), min_size=1, max_size=5))  # fmt: skip
    priority = [[draw(st.integers(0, 2)) for _ in places] for places in ranked]
    quotas = draw(st.lists(st.integers(0, 2), min_size=m, max_size=m))
    return Wishes(ranked, quotas, priority, seed=draw(st.integers(0, 9)))


def every_stable(given_wishes: Wishes) -> list[list[int]]:
    found = []
    for choice in itertools.product(*[[-1, *ranked] for ranked in given_wishes.wishes]):
        within = all(choice.count(j) <= quota for j, quota in enumerate(given_wishes.quotas))
        if within and not blocking_pairs(given_wishes, choice):
            found.append(list(choice))
    return found


@settings(deadline=None, max_examples=60)
@given(wishes())
def test_stable_and_best_for_the_side_that_proposes(given_wishes: Wishes) -> None:
    stable = every_stable(given_wishes)
    families = accept_in_turn(given_wishes, "families").tolist()
    places = accept_in_turn(given_wishes, "places").tolist()
    assert families in stable
    assert places in stable

    def rank(i: int, j: int) -> int:
        return given_wishes.wishes[i].index(j) if j >= 0 else 99

    for i in range(len(given_wishes.wishes)):
        ranks = [rank(i, one[i]) for one in stable]
        assert rank(i, families[i]) == min(ranks)
        assert rank(i, places[i]) == max(ranks)


def test_a_known_case() -> None:
    # Both would rather have the other's first wish: who proposes, wins.
    case = Wishes([[0, 1], [1, 0]], [1, 1], [[1, 2], [1, 2]])
    assert accept_in_turn(case, "families").tolist() == [0, 1]
    assert accept_in_turn(case, "places").tolist() == [1, 0]
    assert blocking_pairs(Wishes([[0]], [1]), [-1]) == [(0, 0)]


def test_the_lottery_is_the_seeds() -> None:
    alike = [Wishes([[0]] * 20, [5], seed=seed) for seed in (1, 1, 2)]
    first, again, other = (accept_in_turn(case) for case in alike)
    assert (first == again).all()
    assert (first != other).any()
    assert np.count_nonzero(first == 0) == 5


@pytest.mark.parametrize(
    ("given_wishes", "message"),
    [
        (([[0, 0]], [1]), "names a place twice"),
        (([[1]], [1]), "does not exist"),
        (([[0]], [1], [[1, 2]]), "other priorities"),
        (([[0]], [-1]), "negative"),
    ],
)
def test_what_cannot_be_is_told(given_wishes: tuple, message: str) -> None:
    with pytest.raises(PlacementError, match=message):
        Wishes(*given_wishes)
    with pytest.raises(PlacementError, match="either families or places"):
        accept_in_turn(Wishes([[0]], [1]), "nobody")  # type: ignore[arg-type]
