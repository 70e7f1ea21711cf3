"""Verdicts: shown instead of the score, kept out of groups, and learned from with restraint."""

from __future__ import annotations

import random

import pytest

from maarag.engines.overlap import DEFAULT_WEIGHTS, Judgement, Options, Verdict, find_overlaps, learn
from maarag.engines.overlap.weights import SIGNS
from tests.engines.overlap import fictional

SERVICES = fictional.services()


def test_a_verdict_takes_the_place_of_the_score() -> None:
    verdicts = [
        Verdict("f02", "f01", Judgement.COMPLEMENTARY),
        Verdict("f01", "f81", Judgement.DUPLICATE),
        Verdict("f05", "f06", Judgement.UNCLEAR),
    ]
    result = find_overlaps(SERVICES, verdicts=verdicts)
    pairs = {(pair.a, pair.b): pair for pair in result.pairs}
    assert (pairs["f01", "f02"].score, pairs["f01", "f02"].judgement) == (0.0, Judgement.COMPLEMENTARY)
    assert pairs["f01", "f02"].estimate > 0.5
    assert (pairs["f01", "f81"].score, pairs["f01", "f81"].judgement) == (1.0, Judgement.DUPLICATE)
    assert pairs["f05", "f06"].score == pairs["f05", "f06"].estimate
    assert not any({"f01", "f02"} <= set(group) for group in result.groups)
    assert any({"f01", "f81"} <= set(group) for group in result.groups)


def test_no_verdicts_no_change_and_no_features_no_learning() -> None:
    assert learn(DEFAULT_WEIGHTS, []) == DEFAULT_WEIGHTS
    with pytest.raises(ValueError, match="f01 and f02"):
        learn(DEFAULT_WEIGHTS, [Verdict("f01", "f02", Judgement.DUPLICATE)])


def test_agreeing_verdicts_hardly_move_anything() -> None:
    pairs = find_overlaps(SERVICES).pairs[:10]
    learned = learn(DEFAULT_WEIGHTS, [Verdict(p.a, p.b, Judgement.DUPLICATE, p.features) for p in pairs])
    assert max(abs(learned[name] - DEFAULT_WEIGHTS[name]) for name in learned) < 0.2


def test_three_wrong_verdicts_do_not_wreck_it() -> None:
    sure = [pair for pair in find_overlaps(SERVICES).pairs if pair.score > 0.9]
    wrong = [Verdict(p.a, p.b, Judgement.COMPLEMENTARY, p.features) for p in sure[:3]]
    learned = learn(DEFAULT_WEIGHTS, wrong)
    still = find_overlaps(SERVICES, options=Options(weights=learned))
    kept = {(p.a, p.b) for p in still.pairs} & fictional.duplicate_pairs()
    assert len(kept) >= 0.8 * len(fictional.duplicate_pairs())
    for name, sign in SIGNS.items():
        assert learned[name] * sign >= 0


def test_many_verdicts_teach() -> None:
    """Who holds branches of one provider to be duplicates is followed after some dozens of verdicts."""
    found = {(p.a, p.b): p for p in find_overlaps(SERVICES, options=Options(min_score=0.0)).pairs}
    branches = found["f08", "f10"]
    assert branches.score < 0.5
    rng = random.Random(4)
    verdicts = [Verdict("f08", "f10", Judgement.DUPLICATE, branches.features) for _ in range(40)]
    verdicts += [
        Verdict(*key, Judgement.DUPLICATE if p.score > 0.5 else Judgement.COMPLEMENTARY, p.features)
        for key, p in rng.sample(sorted(found.items()), 20)
        if key != ("f08", "f10")
    ]
    learned = learn(DEFAULT_WEIGHTS, verdicts)
    again = {(p.a, p.b): p.score for p in find_overlaps(SERVICES, options=Options(weights=learned)).pairs}
    assert again.get(("f08", "f10"), 0) > 0.5


def test_groups_do_not_chain() -> None:
    """b resembles a and c, which do not resemble each other: no group holds all three."""
    import numpy as np

    from maarag.engines.overlap.groups import grouped

    a, b = np.array([0, 1, 2, 3]), np.array([1, 2, 3, 4])
    score = np.array([0.9, 0.6, 0.9, 0.6])
    groups = grouped(5, a, b, score, [], lambda x, y: np.zeros(len(x)))
    assert groups == [[0, 1], [2, 3]]
    apart = grouped(
        3, np.array([0, 0, 1]), np.array([1, 2, 2]), np.ones(3), [(0, 1)], lambda x, y: np.zeros(len(x))
    )
    assert not any({0, 1} <= set(group) for group in apart)
