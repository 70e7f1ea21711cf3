"""Every fact of an explanation is true of the placement that it explains."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pytest

from maarag.engines.matching.errors import PlacementCancelled
from maarag.engines.matching.placement import place
from maarag.engines.matching.placement_explained import Explained
from maarag.engines.matching.placement_model import Floor, Placed, PlacementProblem
from tests.engines.matching.placement_cases import larger


@cache
def department() -> Placed:
    return place(larger(seed=2), {0: None, 1: int(larger(seed=2).place[larger(seed=2).start[1]])})


def test_every_better_place_is_named_and_every_reason_is_true() -> None:
    placed = department()
    problem, explained = placed.problem, Explained(department())
    room, left = problem.capacity - placed.taken, problem.limits[0].most - placed.used(0)
    said = 0
    for data in explained.families():
        i = data["family"]
        now = placed.pair_of_family[i]
        part = problem.pairs_of(i)
        better = problem.place[part][problem.fit[part] > (problem.fit[now] if now >= 0 else 0)]
        assert {item["place"] for item in data["why_not"]} == set(better.tolist())
        for item in data["why_not"]:
            kinds = [reason["kind"] for reason in item["because"]]
            assert kinds, "a better place is refused for a reason"
            pair = problem.pair(i, item["place"])
            assert ("full" in kinds) == (room[item["place"]] == 0)
            for reason in item["because"]:
                if reason["kind"] == "budget":
                    funder = reason["limit"]
                    spare = 0.0
                    if now >= 0 and problem.limits[0].of_pair[now] == funder:
                        spare = problem.limits[0].amount[now]
                    assert reason["left"] == pytest.approx(left[funder] + spare)
                    assert reason["needs"] == problem.limits[0].amount[pair] > reason["left"]
                if "floor_holds" in reason:
                    holder = reason["floor_holds"]
                    assert placed.place_of_family[holder] == item["place"]
                    assert any(holder in floor.members for floor in problem.floors)
            assert ("decided" in kinds) == (i in (0, 1))
            if "displaced" in item:
                other = item["displaced"]["family"]
                assert placed.place_of_family[other] == item["place"]
                assert other not in (0, 1)
            changes = [change["kind"] for change in item["would_change"]]
            assert "fit" not in changes[:-1], "it would do alone"
            assert i not in (0, 1) or "fit" not in changes, "no fit undoes what people decided"
            said += 1
    assert said > 100


def test_the_change_that_is_asked_for_changes_it() -> None:
    # One place, fits 9 and 7: the second family needs about 2 more, or one more place.
    problem = PlacementProblem.from_pairs([0, 1], [0, 0], [9.0, 7.0], n_families=2, capacity=[1])
    data = Explained(place(problem)).family_explained(1)
    assert data["place"] is None
    (refused,) = data["why_not"]
    assert refused["because"] == [{"kind": "full", "capacity": 1}]
    assert refused["displaced"]["family"] == 0
    assert refused["displaced"]["goes_to"] is None
    place_more, fit_more = refused["would_change"]
    assert place_more == {"kind": "place", "more": 1, "before": 0}
    assert refused["enough"]
    assert not fit_more["about"]
    assert fit_more["more"] == pytest.approx(2, abs=0.05)
    more = PlacementProblem.from_pairs(
        [0, 1], [0, 0], [9.0, 7.1 + fit_more["more"]], n_families=2, capacity=[1]
    )
    assert place(more).place_of_family.tolist() == [-1, 0]


def test_a_place_held_by_a_floor_says_so_and_floors_have_their_cost() -> None:
    problem = PlacementProblem.from_pairs(
        [0, 1], [0, 0], [9.0, 4.0], n_families=2, capacity=[1], floors=[Floor.number([1], 1)]
    )
    explained = Explained(place(problem))
    assert explained.placed.place_of_family.tolist() == [-1, 0]
    (refused,) = explained.family_explained(0)["why_not"]
    assert refused["because"][0]["floor_holds"] == 1
    whole = explained.whole()
    assert whole["floors_cost"] == pytest.approx(5)
    assert whole["floors"][0]["kept"]
    assert whole["waiting"] == {"full": 1}


def test_the_cost_of_floors_can_be_stopped_and_is_searched_for_as_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    placed = department()
    assert placed.problem.floors
    with pytest.raises(PlacementCancelled):
        Explained(placed).whole(cancelled=lambda: True)
    given: list[float] = []

    def noted(*args: Any, exact_seconds: float, **more: Any) -> Any:
        given.append(exact_seconds)
        return place(*args, exact_seconds=exact_seconds, **more)

    monkeypatch.setattr("maarag.engines.matching.placement_explained.place", noted)
    Explained(placed).whole(exact_seconds=0.25)
    assert given == [0.25]


def test_the_whole_adds_up() -> None:
    placed = department()
    whole = Explained(placed).whole()
    assert whole["families"] == placed.problem.n_families
    assert whole["placed"] + sum(whole["waiting"].values()) == whole["families"]
    assert whole["waiting"]["decided"] == 1
    assert whole["floors_cost"] >= 0
    for item in whole["binding"]:
        assert item["price"] > 0
    json.dumps(whole)
    json.dumps(list(Explained(placed).families()))


def test_the_cheapest_leaver_is_the_cheapest() -> None:
    placed = department()
    explained = Explained(placed)
    problem, worth, leaving = placed.problem, explained.worth, explained.leaving
    compared = 0
    for j in np.flatnonzero(placed.taken >= problem.capacity):
        inside = [int(i) for i in np.flatnonzero(placed.place_of_family == j) if not placed.fixed[i]]
        waits = {i: max(0.0, worth[placed.pair_of_family[i]]) for i in inside if i not in leaving.held_by}
        found = leaving.makes_room(0, int(j), [])
        if not waits or found is None:
            assert found is None or found.next_pair >= 0, "whom a floor holds does not wait"
            continue
        assert found.loses <= min(waits.values()) + 1e-9
        assert found.family in inside
        if found.next_pair < 0:
            assert found.loses == pytest.approx(waits[found.family])
        else:
            assert explained.family[found.next_pair] == found.family
            step = worth[placed.pair_of_family[found.family]] - worth[found.next_pair]
            assert found.loses >= max(0.0, step) - 1e-9
        compared += 1
    assert compared > 5
