"""Random small problems of families and places, with the best placement found by trying everything."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import linprog

from maarag.engines.matching.placement_model import Floor, PlacementProblem
from maarag.engines.matching.placement_one_more import PLACE


@st.composite
def problems(draw: st.DrawFn, *, families: int = 6, places: int = 4) -> PlacementProblem:
    n, m = draw(st.integers(1, families)), draw(st.integers(1, places))
    every = [(i, j) for i in range(n) for j in range(m)]
    pairs = draw(st.lists(st.sampled_from(every), unique=True, max_size=12))
    fits = draw(st.lists(st.integers(-2, 20) | st.floats(0, 20), min_size=len(pairs), max_size=len(pairs)))
    costs = draw(st.lists(st.integers(0, 9), min_size=len(pairs), max_size=len(pairs)))
    funders = draw(st.lists(st.integers(-1, 1), min_size=len(pairs), max_size=len(pairs)))
    workers = draw(st.lists(st.integers(-1, 1), min_size=m, max_size=m))
    floors = []
    for members in draw(st.lists(st.sets(st.integers(0, n - 1), min_size=1), max_size=2)):
        floors.append(Floor.number(sorted(members), draw(st.integers(0, len(members)))))
    family, place = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return PlacementProblem.from_pairs(
        family, place, np.array(fits, dtype=float), n_families=n,
        capacity=draw(st.lists(st.integers(0, 3), min_size=m, max_size=m)),
        cost=np.array(costs, dtype=float), funder=np.array(funders, dtype=np.int64),
        budget=draw(st.lists(st.integers(0, 25), min_size=2, max_size=2)),
        load=draw(st.lists(st.integers(1, 3), min_size=n, max_size=n)),
        worker=np.array(workers)[place], caseload=draw(st.lists(st.integers(0, 6), min_size=2, max_size=2)),
        floors=floors,
    )  # fmt: skip


def best_by_trying(problem: PlacementProblem) -> tuple[int, float]:
    """(members of floors lacking, fit) of the best placement: lacking first."""
    least, value, _choices = all_best(problem)
    return least, value


def all_best(problem: PlacementProblem) -> tuple[int, float, list[tuple[int, ...]]]:
    """The same, with every choice that is as good."""
    ways = [[-1, *range(problem.start[i], problem.start[i + 1])] for i in range(problem.n_families)]
    best, choices = (10**9, 0.0), []
    for choice in itertools.product(*ways):
        chosen = np.array([p for p in choice if p >= 0], dtype=np.int64)
        taken = np.bincount(problem.place[chosen], minlength=problem.n_places)
        if np.any(taken > problem.capacity) or any(passed(limits, chosen) for limits in problem.limits):
            continue
        placed = np.array(choice) >= 0
        lacking = sum(max(0, one.least - int(placed[one.members].sum())) for one in problem.floors)
        found = (lacking, -float(problem.fit[chosen].sum()))
        if found[0] < best[0] or (found[0] == best[0] and found[1] < best[1] - 1e-4):
            best, choices = found, []
        if found[0] == best[0] and found[1] <= best[1] + 1e-4:
            choices.append(choice)
    return best[0], -best[1], choices


def wider(problem: PlacementProblem, kind: int, number: int, more: float) -> PlacementProblem:
    """With more of one limit."""
    if kind == PLACE:
        capacity = problem.capacity.copy()
        capacity[number] += int(more)
        return replace(problem, capacity=capacity)
    limits = list(problem.limits)
    most = limits[kind].most.copy()
    most[number] += more
    limits[kind] = replace(limits[kind], most=most)
    return replace(problem, limits=tuple(limits))


def passed(limits, chosen) -> bool:
    return any(
        limits.amount[chosen][limits.of_pair[chosen] == r].sum() > most for r, most in enumerate(limits.most)
    )


def larger(
    n: int = 400, m: int = 20, *, seed: int = 1, k: int = 8, tight: float = 0.8, floors: int = 3
) -> PlacementProblem:
    """A department's size: fits of 0 to 100, 4 funders, costs by place, floors for disadvantaged groups."""
    rng = np.random.default_rng(seed)
    place = rng.random((n, m)).argsort(axis=1)[:, :k]
    fit, cost, funder = rng.uniform(0, 100, (n, k)), rng.integers(2, 30, m) * 1000, rng.integers(0, 4, m)
    capacity = rng.multinomial(int(n * tight), np.full(m, 1 / m))
    budget = np.bincount(funder, weights=capacity * cost, minlength=4) * rng.uniform(0.6, 1.1, 4)
    rules = []
    for _ in range(floors):
        members = np.flatnonzero(rng.random(n) < 0.2)
        fit[members] *= 0.6
        rules.append(Floor.share(members, 0.6))
    return PlacementProblem.from_pairs(
        np.repeat(np.arange(n), k), place.ravel(), fit.ravel(), n_families=n, capacity=capacity,
        cost=cost, funder=funder, budget=budget, floors=rules,
    )  # fmt: skip


def linear_bound(problem: PlacementProblem) -> float:
    """The value of the linear programme, by HiGHS."""
    pairs = np.arange(len(problem.place))

    def rows(of, amounts, height):
        keep = of >= 0
        return sparse.csr_array((amounts[keep], (of[keep], pairs[keep])), shape=(height, len(pairs)))

    ones = np.ones(len(pairs))
    parts = [rows(problem.family, ones, problem.n_families), rows(problem.place, ones, problem.n_places)]
    most = [np.ones(problem.n_families), problem.capacity]
    for limits in problem.limits:
        parts.append(rows(limits.of_pair, limits.amount, len(limits.most)))
        most.append(limits.most)
    for floor in problem.floors:
        parts.append(sparse.csr_array(-np.isin(problem.family, floor.members).astype(float)[None]))
        most.append([-floor.least])
    result = linprog(-problem.fit, A_ub=sparse.vstack(parts).tocsr(), b_ub=np.concatenate(most))
    assert result.status == 0
    return -float(result.fun)
