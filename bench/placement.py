"""`python -m bench.placement`: families placed within capacities, 20 funders' budgets and 8 floors.

HiGHS (as SciPy carries it) solves the linear programme of the same case in a process of its own: its value is
the bound that ours is held against. The plain min-cost flow is OR-Tools' on the capacities alone.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import random
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from maarag.domains.programmes.fit import Weighed, judge, score
from maarag.domains.programmes.fit_facts import (
    AT_RISK,
    LOW_INCOME,
    FamilyFacts,
    MethodModel,
    ProgrammeModel,
    RuleModel,
)
from maarag.domains.programmes.fit_methods import best_score
from maarag.engines.matching import (
    Explained,
    Floor,
    Limits,
    PlacementProblem,
    answer_arrivals,
    before_those_to_come,
    place,
)
from maarag.engines.matching.placement_flow import flow
from maarag.engines.matching.placement_model import Floats, Ints, Prices

ELIGIBLE = 10
NEARLY_EQUAL = 0.05
"""As the page of a family takes prices: points of fit that part nobody."""


def case(families: int, places: int, seed: int = 1) -> PlacementProblem:
    """Places for four families in five, budgets for 60 to 110 % of them, eight groups that fit less well and
    are to be placed in three cases of four."""
    rng = np.random.default_rng(seed)
    steps = rng.integers(1, places // ELIGIBLE, (families, ELIGIBLE))
    place_of = (rng.integers(0, places, (families, 1)) + np.cumsum(steps, axis=1)) % places
    fit = rng.uniform(0, 100, (families, ELIGIBLE))
    capacity = rng.multinomial(int(families * 0.8), np.full(places, 1 / places))
    funder, cost = rng.integers(0, 20, places), rng.integers(2_000, 20_000, places)
    wanted = np.bincount(funder, weights=capacity * cost, minlength=20)
    floors = []
    for _ in range(8):
        members = np.flatnonzero(rng.random(families) < 0.05)
        fit[members] *= 0.7
        floors.append(Floor.share(members, 0.75))
    return PlacementProblem.from_pairs(
        np.repeat(np.arange(families), ELIGIBLE), place_of.ravel(), fit.ravel(), n_families=families,
        capacity=capacity, cost=cost, funder=funder, budget=np.floor(wanted * rng.uniform(0.6, 1.1, 20)),
        floors=floors,
    )  # fmt: skip


def linear(families: int, places: int) -> float:
    """The value of the linear programme, by HiGHS (dual simplex is slower here than its interior point)."""
    from scipy import sparse
    from scipy.optimize import linprog

    problem = case(families, places)
    pairs = np.arange(len(problem.place))

    def rows(of: Any, amounts: Any, height: int) -> Any:
        return sparse.csr_array((amounts, (of, pairs)), shape=(height, len(pairs)))

    ones, budget = np.ones(len(pairs)), problem.limits[0]
    counted = [np.isin(problem.family, floor.members).astype(float)[None] for floor in problem.floors]
    matrix = sparse.vstack(
        [
            rows(problem.family, ones, families),
            rows(problem.place, ones, places),
            rows(budget.of_pair, budget.amount / 1000, 20),
            *(sparse.csr_array(-row) for row in counted),
        ]
    ).tocsr()
    most = [np.ones(families), problem.capacity, budget.most / 1000, [-one.least for one in problem.floors]]
    result = linprog(-problem.fit, A_ub=matrix, b_ub=np.concatenate(most), method="highs-ipm")
    if result.status:
        raise RuntimeError(result.message)
    return -float(result.fun)


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = call()
    return time.perf_counter() - began, result


def against_the_linear_programme(families: int, places: int, patience: float) -> None:
    problem = case(families, places)
    seconds, placed = timed(lambda: place(problem))
    binding = int((placed.prices.limits[0] > 0).sum()), int((placed.prices.floors > 0).sum())
    print(f"\n{families:,} families × {places} places, {ELIGIBLE} eligible, 20 budgets, 8 floors")
    print(f"  placed in {seconds:.2f} s: value {placed.value:,.1f}, own bound {placed.bound:,.1f}, "
          f"gap {placed.gap:.4%}; {binding[0]} budgets and {binding[1]} floors bind")  # fmt: skip
    print(f"  limits passed: {len(placed.broken())}; floors kept: {int(placed.floors_kept.sum())} of 8")
    command = [sys.executable, "-m", "bench.placement", "--linear", str(families), str(places)]
    try:
        took, done = timed(
            lambda: subprocess.run(command, check=True, capture_output=True, text=True, timeout=patience)
        )
        value = json.loads(done.stdout)
        below, above = 1 - placed.value / value, placed.bound / value - 1
        print(f"  linear programme by HiGHS, {took:.1f} s: {value:,.1f}")
        print(f"  value below it by {below:.4%}, own bound above it by {above:.1e}")
    except subprocess.TimeoutExpired:
        print(f"  HiGHS did not end within {patience:.0f} s")
    seconds, count = timed(lambda: sum(1 for _ in Explained(placed).families()))
    print(f"  {count:,} families explained in {seconds:.2f} s")


def against_the_plain_flow(families: int, places: int) -> None:
    problem = case(families, places)
    plain, _ = timed(
        lambda: flow(np.arange(families), problem.start, problem.place, problem.fit / 100, problem.capacity)
    )
    seconds, placed = timed(lambda: place(problem))
    print(f"\n{families:,} families × {places} places")
    print(f"  plain min-cost flow {plain:.1f} s; with 20 budgets and 8 floors {seconds:.1f} s "
          f"({seconds / plain:.2f}×), gap {placed.gap:.4%}, limits passed: {len(placed.broken())}, "
          f"floors kept: {int(placed.floors_kept.sum())} of 8")  # fmt: skip


def arriving(families: int, places: int) -> None:
    """A year's families in turn, after a year of which all is known, against all of them at once."""
    both = case(2 * families, places, seed=2)

    def year(first: int) -> PlacementProblem:
        part = slice(both.start[first], both.start[first + families])
        budget = both.limits[0]
        limits = Limits("budget", np.floor(budget.most / 2), budget.of_pair[part], budget.amount[part])
        start = both.start[first : first + families + 1] - both.start[first]
        return PlacementProblem(start, both.place[part], both.fit[part], both.capacity // 2, (limits,))

    history, stream = year(0), year(families)
    hindsight = place(stream)
    print(
        f"\n{families:,} families arriving one by one at {places} places, 20 budgets; hindsight = the bound"
    )
    ways = (
        ("each its best open place", None, 1),
        ("prices, a year of history", history, 30),
        ("the same, learned 12 times", history, 12),
        ("the same, learned 4 times", history, 4),
        ("the same, learned once", history, 1),
        ("prices, no history", None, 30),
    )
    for name, past, times in ways:
        seconds, pairs = timed(lambda past=past, times=times: answer_arrivals(stream, past, times=times))
        value = stream.fit[pairs[pairs >= 0]].sum()
        print(
            f"  {name:28}{value / hindsight.bound:8.2%}{seconds:8.1f} s, {families / seconds:,.0f} a second"
        )
    for runs in (1, 4, 12, 52):
        seconds, found = timed(lambda runs=runs: at_desks(year, families, runs))
        value, full, kept = found
        print(
            f"  {f'as pages, {runs} runs a year':28}{value / hindsight.bound:8.2%}{seconds:8.1f} s; of those"
            f" left {full:,} had nothing open to them, {kept:,} were told that it is worth more to others"
        )


def at_desks(year: Callable[[int], PlacementProblem], families: int, runs: int) -> tuple[float, int, int]:
    """What the second year's families bring, each answered as its page advises: by the prices of the run
    before, which learned them of the families of the year until then, for the places and money left.

    Also how many are left as nothing was open, or as it was kept for others.
    """
    stream = year(families)
    left, money = stream.capacity.copy(), [one.most.copy() for one in stream.limits]
    bounds = np.linspace(0, families, runs + 1).astype(int)
    value, full, kept = 0.0, 0, 0
    for first, last in pairwise(bounds):
        seen = year(int(first))
        limits = tuple(replace(one, most=rest) for one, rest in zip(seen.limits, money, strict=True))
        nobody, everybody = np.zeros(families), np.ones(families)
        ahead = np.full(stream.n_places, 1 - first / families)
        before = before_those_to_come(
            replace(seen, capacity=left.copy(), limits=limits), nobody, everybody, ahead
        )
        found = at_a_desk(stream, range(first, last), place(before).losses, left, money)
        value, full, kept = value + found[0], full + found[1], kept + found[2]
    return value, full, kept


def at_a_desk(
    stream: PlacementProblem, families: range, prices: Prices, left: Ints, money: list[Floats]
) -> tuple[float, int, int]:
    """As above, for some families by prices that stand; what they take is counted down."""
    net = stream.fit - prices.places[stream.place]
    for limits, each in zip(stream.limits, prices.limits, strict=True):
        net -= each[limits.of_pair] * limits.amount
    value, full, kept = 0.0, 0, 0
    for i in families:
        pairs = np.arange(stream.start[i], stream.start[i + 1])
        is_open = left[stream.place[pairs]] > 0
        for limits, rest in zip(stream.limits, money, strict=True):
            is_open &= rest[limits.of_pair[pairs]] >= limits.amount[pairs]
        pairs = pairs[is_open]
        if not len(pairs):
            full += 1
            continue
        best = pairs[np.argmax(net[pairs])]
        if net[best] < -NEARLY_EQUAL:
            kept += 1
            continue
        value += stream.fit[best]
        left[stream.place[best]] -= 1
        for limits, rest in zip(stream.limits, money, strict=True):
            rest[limits.of_pair[best]] -= limits.amount[best]
    return value, full, kept


def judging(families: int = 2_000, programmes: int = 8) -> None:
    """Families judged before programmes of two to four methods each, as a run does it; chance falls alike."""
    chance = random.Random(1)
    terms = [LOW_INCOME, AT_RISK, *(f"human_situations:kind{n // 4}:of{n % 4}" for n in range(16))]

    def method(number: int) -> MethodModel:
        said = {term: chance.randint(1, 3) for term in chance.sample(terms, 6)}
        parts = [
            dict(list(said.items())[of]) for of in (slice(3), slice(3, 5), slice(5, 6 if number % 3 else 5))
        ]
        return MethodModel(f"m{number:02}", "home", chance.choice([None, 4, 8, 16]), 12, *parts)

    methods = [method(number) for number in range(12)]
    toolbox = frozenset(term for one in methods for term in one.suits)
    rules = (RuleModel("child_age", most=12), RuleModel("poverty", most=3, is_hard=False))
    models = [
        ProgrammeModel(f"p{n}", tuple(chance.sample(methods, chance.randint(2, 4))), rules[: n % 3], toolbox)
        for n in range(programmes)
    ]
    facts = [
        FamilyFacts(
            children=tuple(chance.sample(range(18), chance.randint(0, 5))),
            situations=dict.fromkeys(chance.sample(terms, chance.randint(1, 6)), 1.0),
            poverty=chance.choice([None, 1.5, 3.2]),
            risk=chance.choice([None, 1.0, 4.0]),
        )
        for _ in range(families)
    ]

    def all_of(judged: Callable[[Weighed], Any]) -> float:
        began = time.process_time()
        for one in facts:
            judged(Weighed(one))
        return time.process_time() - began

    print(f"\n{families:,} families judged before {programmes} programmes, on one core, a second:")
    for name, judged in (
        ("with all reasons", judge),
        ("fit alone, as a run first needs it", score),
        ("the best method alone, in a toolbox", best_score),
    ):
        seconds = all_of(lambda weighed, judged=judged: [judged(model, weighed) for model in models])
        print(f"  {name:38}{families * programmes / seconds:10,.0f} pairs")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--linear", nargs=2, type=int, help="only the linear programme of this size")
    parser.add_argument("--patience", type=float, default=600.0, help="seconds that HiGHS may take")
    parser.add_argument("--large", type=int, default=500_000, help="families against the plain flow")
    parser.add_argument("--arriving", action="store_true", help="only families that arrive one by one")
    parser.add_argument("--judging", action="store_true", help="only how fast families are judged")
    options = parser.parse_args()
    if options.judging:
        judging()
        return
    if options.arriving:
        print(f"{os.cpu_count()} cores, {datetime.date.today()}, load {os.getloadavg()[0]:.1f}")
        arriving(50_000, 500)
        return
    if options.linear:
        print(json.dumps(linear(*options.linear)))
        return
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, {datetime.date.today()}")
    print(f"load before the run: {os.getloadavg()[0]:.1f}")
    seconds, _ = timed(lambda: place(case(2_000, 50)))
    print(
        f"loading the compiled kernels, with a small case: {seconds:.1f} s (the first time they are compiled)"
    )
    judging()
    against_the_linear_programme(5_000, 500, options.patience)
    against_the_linear_programme(50_000, 500, options.patience)
    arriving(50_000, 500)
    if options.large:
        against_the_plain_flow(options.large, 500)


if __name__ == "__main__":
    main()
