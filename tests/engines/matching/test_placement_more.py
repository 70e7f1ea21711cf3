"""What more of a limit would do, and for whom, against everything tried."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maarag.engines.matching.placement import place
from maarag.engines.matching.placement_explained import Explained
from maarag.engines.matching.placement_model import Floor, PlacementProblem
from maarag.engines.matching.placement_one_more import PLACE, one_more
from tests.engines.matching.placement_cases import all_best, best_by_trying, problems, wider

slowly = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
#: Of money and work so much more is tried.
TRIED = 8


@slowly
@given(problems(families=5), st.data())
def test_the_least_that_helps_is_told_and_what_it_brings(
    problem: PlacementProblem, data: st.DataObject
) -> None:
    placed = place(problem)
    lacking, best = best_by_trying(problem)
    places = [(PLACE, j) for j in range(problem.n_places)]
    limits = [(k, row) for k, one in enumerate(problem.limits) for row in range(len(one.most))]
    kind, number = data.draw(st.sampled_from([*places, *limits]))
    told = one_more(placed).get((kind, number))
    for more in range(1, 2 if kind == PLACE else TRIED + 1):
        with_it = best_by_trying(wider(problem, kind, number, more))
        if with_it[0] < lacking or with_it[1] > best + 1e-3:
            assert told is not None
            assert told.exact
            assert abs(told.more - more) < 1e-6
            assert abs(told.brings - (with_it[1] - best)) < 1e-3
            assert sum(told.lifts.values()) >= lacking - with_it[0]
            return
    assert told is None or told.more > TRIED or told.brings < 2e-3


@slowly
@given(problems(families=5))
def test_enough_is_enough(problem: PlacementProblem) -> None:
    placed = place(problem)
    for data in Explained(placed).families():
        for item in data["why_not"]:
            lacks = [change for change in item["would_change"] if change["kind"] != "fit"]
            if not item["enough"]:
                continue
            (lack,) = lacks
            kind = PLACE if lack["kind"] == "place" else ["budget", "load"].index(lack["kind"])
            number = item["place"] if kind == PLACE else lack["limit"]
            pair = problem.pair(data["family"], item["place"])
            choices = all_best(wider(problem, kind, number, lack["more"]))[2]
            assert any(choice[data["family"]] == pair for choice in choices)
            assert lack["before"] == 0


def test_whoever_gains_more_comes_first_and_is_counted() -> None:
    # fits 9, 8, 7, 6 at one place with room for one: three wait, each behind those who fit better
    problem = PlacementProblem.from_pairs(range(4), [0] * 4, [9.0, 8.0, 7.0, 6.0], n_families=4, capacity=[1])
    explained = Explained(place(problem))
    told = [explained.family_explained(i)["why_not"][0] for i in (1, 2, 3)]
    assert [(one["enough"], one["would_change"][0]["before"]) for one in told] == [
        (True, 0), (False, 1), (False, 2),
    ]  # fmt: skip


def test_money_goes_first_to_whoever_gains_most_for_it() -> None:
    problem = PlacementProblem.from_pairs(
        range(4), [0] * 4, [9.0, 8.0, 7.0, 6.0], n_families=4, capacity=[4], cost=[1.0, 8.0, 2.0, 1.0],
        funder=[0], budget=[1.0],
    )  # fmt: skip
    explained = Explained(place(problem))
    told = {i: explained.family_explained(i)["why_not"][0] for i in (1, 2, 3)}
    assert {i: told[i]["would_change"][0]["before"] for i in told} == {1: 2, 2: 1, 3: 0}
    assert [told[i]["enough"] for i in (1, 2, 3)] == [False, False, True]


def test_members_of_a_missed_floor_come_before_all_others() -> None:
    problem = PlacementProblem.from_pairs(
        range(4), [0] * 4, [5.0, 4.0, 9.0, 8.0], n_families=4, capacity=[1], floors=[Floor.number([0, 1], 2)]
    )
    explained = Explained(place(problem))
    assert explained.placed.place_of_family.tolist() == [0, -1, -1, -1]
    told = [explained.family_explained(i)["why_not"][0]["would_change"][0]["before"] for i in (2, 3)]
    assert told == [1, 2]


def test_what_would_keep_a_missed_floor_binds_though_it_costs_fit() -> None:
    # The member takes both cases of the worker: with one more it is placed, and both others give way.
    problem = PlacementProblem.from_pairs(
        range(3), [0] * 3, [1.0, 4.0, 4.0], n_families=3, capacity=[3], load=[3.0, 1.0, 1.0], worker=0,
        caseload=[2.0], floors=[Floor.number([0], 1)],
    )  # fmt: skip
    placed = place(problem)
    assert not placed.floors_kept.any()
    (told,) = Explained(placed).whole()["binding"]
    assert (told["kind"], told["more"], told["brings"], told["price"]) == ("load", 1, -7, 0)
    assert told["lifts"] == [{"floor": 0, "more": 1, "kept": True}]


def test_many_are_counted_as_few_are() -> None:
    """By the prices alone, no family being placed anew."""
    rng = np.random.default_rng(4)
    n, places = 2_000, 30
    place_of = rng.random((n, places)).argsort(axis=1)[:, :4]
    problem = PlacementProblem.from_pairs(
        np.repeat(np.arange(n), 4), place_of.ravel(), rng.uniform(40, 100, 4 * n), n_families=n,
        capacity=np.full(places, 55),
    )  # fmt: skip
    placed = place(problem)
    before, ahead = 6, Explained(placed).ahead.at_places
    there = (problem.place == 0) & (placed.place_of_family[problem.family] != 0)
    first = problem.family[there & (ahead < before)]
    assert len(first) == before
    given = place(wider(problem, PLACE, 0, before)).place_of_family
    assert (given[first] == 0).sum() >= before - 1
