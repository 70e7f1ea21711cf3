"""One solver on one assignment file, in its own process; prints its objective and seconds as JSON.

`python -m bench.assignment_solvers maarag|CP-SAT|HiGHS FILE SECONDS THREADS`
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np

from maarag.engines.matching.instances import AssignmentInstance, read_instance


def maarag(instance: AssignmentInstance, seconds: float, threads: int) -> int | None:
    from maarag.engines.matching import NotFoundError, solve_assignment

    try:
        return solve_assignment(instance, seconds, threads=threads).objective
    except NotFoundError:
        return None


def cp_sat(instance: AssignmentInstance, seconds: float, threads: int) -> int | None:
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    x = [[model.new_bool_var("") for _job in range(instance.jobs)] for _agent in range(instance.agents)]
    for job in range(instance.jobs):
        model.add_exactly_one(row[job] for row in x)
    for agent, row in enumerate(x):
        model.add(
            cp_model.LinearExpr.weighted_sum(row, instance.resource[agent].tolist())
            <= int(instance.capacity[agent])
        )
    every = [variable for row in x for variable in row]
    model.minimize(cp_model.LinearExpr.weighted_sum(every, instance.cost.ravel().tolist()))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = threads
    found = solver.solve(model) in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return round(solver.objective_value) if found else None


def highs(instance: AssignmentInstance, seconds: float, threads: int) -> int | None:
    """HiGHS as SciPy carries it; it decides itself how many processors it uses."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    size = instance.agents * instance.jobs
    pairs, one = np.arange(size), np.ones(size)
    once = csr_array((one, (pairs % instance.jobs, pairs)), (instance.jobs, size))
    load = instance.resource.ravel().astype(float)
    loads = csr_array((load, (pairs // instance.jobs, pairs)), (instance.agents, size))
    limits = [LinearConstraint(once, 1, 1), LinearConstraint(loads, -np.inf, instance.capacity)]
    options = {"time_limit": seconds, "mip_rel_gap": 0.0}
    cost = instance.cost.ravel()
    answer = milp(cost, integrality=one, bounds=Bounds(0, 1), constraints=limits, options=options)
    return None if answer.x is None else round(answer.fun)


def main() -> None:
    solver, path, seconds, threads = sys.argv[1:]
    instance = read_instance(path)
    began = time.perf_counter()
    solve = {"maarag": maarag, "CP-SAT": cp_sat, "HiGHS": highs}[solver]
    objective = solve(instance, float(seconds), int(threads))
    print(json.dumps({"objective": objective, "seconds": time.perf_counter() - began}))


if __name__ == "__main__":
    main()
