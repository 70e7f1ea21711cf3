"""`python -m bench.reach`: the engine `reach` against PySAL access, in one run, as ratios.

Both get the same people, capacities and pairs with costs in memory. PySAL starts from its Access object (a
data frame of pairs); ours from Pairs, which are built once and used for every topic; building them from an
unsorted table is shown apart.
"""

from __future__ import annotations

import argparse
import datetime
import gc
import os
import platform
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from maarag.engines.reach import Pairs, Prepared, Rule

METHODS = {
    "2sfca": "two_stage_fca",
    "e2sfca": "enhanced_two_stage_fca",
    "3sfca": "three_stage_fca",
    "raam": "raam",
}
Floats = npt.NDArray[np.float64]


def problem(n: int) -> tuple[Floats, Floats, Floats]:
    """People, capacities and costs of n places × n services that are all within reach of 35."""
    rng = np.random.default_rng(20250101)
    people, capacity = rng.integers(100, 50_000, n), rng.integers(1, 400, n)
    return people.astype(float), capacity.astype(float), rng.uniform(0.0, 35.0, (n, n))


def best(call: Callable[[], Any], times: int) -> tuple[float, Any]:
    """Shortest of several runs, and the last result."""
    shortest, result = float("inf"), None
    for _ in range(times):
        gc.collect()
        begin = time.perf_counter()
        result = call()
        shortest = min(shortest, time.perf_counter() - begin)
    return shortest, result


def pysal(people: Floats, capacity: Floats, cost: Floats) -> Any:
    """The Access object of PySAL for the same problem."""
    import pandas as pd
    from access import Access

    origin, destination = np.indices(cost.shape)
    pairs = {"origin": origin.ravel(), "dest": destination.ravel(), "cost": cost.ravel()}
    demand = pd.DataFrame({"people": people.astype(int)})
    supply = pd.DataFrame({"capacity": capacity})
    demand.index.name = supply.index.name = "geoid"
    return Access(
        demand_df=demand, demand_value="people", supply_df=supply, supply_value="capacity",
        cost_df=pd.DataFrame(pairs), cost_origin="origin", cost_dest="dest", cost_name="cost",
    )  # fmt: skip


def against_pysal(n: int, methods: list[str]) -> None:
    people, capacity, cost = problem(n)
    model, pairs = pysal(people, capacity, cost), Pairs.dense(cost)
    print(f"\n{len(pairs) / 1e6:.1f} million pairs ({n:,} × {n:,}, all within reach)")
    print(f"{'method':8}{'PySAL access':>14}{'maarag':>12}{'ratio':>9}{'greatest relative difference':>31}")
    for method in methods:
        prepared = Prepared(pairs, Rule(method))  # type: ignore[arg-type]
        ours, values = best(lambda p=prepared: p.measure(people, capacity).access, 7)
        theirs, frame = best(lambda m=method: getattr(model, METHODS[m])(name=m), 1)
        expected = frame[f"{method}_capacity"].to_numpy(dtype=float)
        difference = np.max(np.abs(values - expected) / np.abs(expected))
        print(f"{method:8}{theirs:12.2f} s{ours * 1000:9.1f} ms{theirs / ours:8,.0f}×{difference:31.1e}")


def ours_alone(millions: float) -> None:
    n = round((millions * 1e6) ** 0.5)
    people, capacity, cost = problem(n)
    pairs = Pairs.dense(cost)
    del cost
    prepared = Prepared(pairs, Rule("e2sfca"))
    print(f"\n{len(pairs) / 1e6:.0f} million pairs, maarag e2sfca, from cost to access")
    seconds, _ = best(lambda: prepared.measure(people, capacity).access, 5)
    print(f"  services numbered without gaps:    {rate(len(pairs), seconds)}")
    # Services of a place scattered among twice as many: indices must be read one by one.
    scattered = Pairs(n, 2 * n, pairs.start, pairs.destination * 2, pairs.cost)
    double = np.repeat(capacity, 2)
    prepared = Prepared(scattered, Rule("e2sfca"))
    seconds, _ = best(lambda: prepared.measure(people, double).access, 5)
    print(f"  services scattered, indices read:  {rate(len(pairs), seconds)}")


def rate(pairs: int, seconds: float) -> str:
    return f"{seconds:.3f} s, {pairs / seconds / 1e6:,.0f} million pairs/s"


def building(n: int) -> None:
    _, _, cost = problem(n)
    origin, destination = (index.ravel() for index in np.indices(cost.shape))
    order = np.random.default_rng(1).permutation(n * n)
    table = origin[order], destination[order], cost.ravel()[order]
    seconds, _ = best(lambda: Pairs.from_table(*table, n_origins=n, n_destinations=n), 2)
    print(f"\nBuilding {n * n / 1e6:.0f} million pairs from a table in random order (once): {seconds:.2f} s")


def machine() -> str:
    model = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            model = next(line.split(":")[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}, {datetime.date.today()}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs-millions", type=float, default=9.0, help="size of the comparison for e2sfca")
    parser.add_argument("--large-millions", type=float, default=100.0, help="size of the run without PySAL")
    options = parser.parse_args()
    print(f"reach: {machine()}")
    if hasattr(os, "getloadavg"):
        print(
            f"load before the run: {os.getloadavg()[0]:.1f} (other work on the machine lengthens every time)"
        )
    # Compiled code is loaded (or, the very first time, compiled) before anything is measured.
    begin = time.perf_counter()
    import maarag.engines.reach.compiled
    import maarag.engines.reach.compiled_raam  # noqa: F401

    seconds = time.perf_counter() - begin
    print(f"loading the compiled kernels: {seconds:.1f} s (the first time they are compiled)")
    against_pysal(1000, list(METHODS))
    against_pysal(round((options.pairs_millions * 1e6) ** 0.5), ["e2sfca"])
    building(3000)
    ours_alone(options.large_millions)


if __name__ == "__main__":
    main()
