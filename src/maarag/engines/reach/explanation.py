"""How the numbers of one place came about, as plain data for "how was this computed?"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from maarag.engines.reach.model import Reach

FORMULAS = {
    "2sfca": "access = Σ capacity_j / competing people_j, over the services within reach",
    "e2sfca": "access = Σ weight_ij · capacity_j / competing people_j, over the services within reach",
    "3sfca": "access = Σ weight_ij · capacity_j / competing people_j; weight = decay · decay / Σ decays",
    "raam": "access = mean over people assigned of travel / tau + people at j / (rho · capacity_j)",
}


def explain(reach: Reach, place: int) -> dict[str, Any]:
    """Terms sum to the access of the place; the group's capacity / people is its coverage."""
    pairs = reach.prepared.pairs
    pairs.row(place)  # raises IndexOutOfRange
    terms = _raam_terms(reach, place) if reach.rule.method == "raam" else _catchment_terms(reach, place)
    gap_cost = reach.gap_cost
    return {
        "place": place,
        "method": reach.rule.method,
        "parameters": reach.rule.as_data(),
        "formula": FORMULAS[reach.rule.method],
        "people": float(reach.people[place]),
        "access": float(reach.access[place]),
        "reachable_supply": float(reach.reachable_supply[place]),
        "terms": terms,
        "coverage": _coverage(reach, place),
        "gap": float(reach.gap[place]),
        "gap_cost": None if gap_cost is None else float(gap_cost[place]),
    }


def _catchment_terms(reach: Reach, place: int) -> list[dict[str, Any]]:
    pairs, found = reach.prepared.pairs, reach.catchment
    part = pairs.row(place)
    weights = reach.prepared.weights.values[part]
    terms = []
    for service, cost, weight in zip(pairs.destination[part], pairs.cost[part], weights, strict=True):
        if weight <= 0:
            continue
        terms.append(
            {
                "service": int(service),
                "cost": float(cost),
                "weight": float(weight),
                "capacity": float(reach.capacity[service]),
                "competing_people": float(found.competing[service]),
                "ratio": float(found.ratio[service]),
                "adds": float(weight * found.ratio[service]),
            }
        )
    return terms


def _raam_terms(reach: Reach, place: int) -> list[dict[str, Any]]:
    pairs, found = reach.prepared.reached, reach.raam
    part = pairs.row(place)
    assigned = found.assigned[part]
    whole = float(assigned.sum())
    terms = []
    for service, cost, people in zip(pairs.destination[part], pairs.cost[part], assigned, strict=True):
        if people == 0:
            continue
        travel, congestion = float(cost) / reach.rule.tau, float(found.congestion[service])
        terms.append(
            {
                "service": int(service),
                "cost": float(cost),
                "capacity": float(reach.capacity[service]),
                "people_assigned": float(people),
                "travel": travel,
                "congestion": congestion,
                "adds": float(people) / whole * (travel + congestion),
            }
        )
    return terms


def _coverage(reach: Reach, place: int) -> dict[str, Any]:
    shares, pairs = reach.shares, reach.prepared.reached
    part = pairs.row(place)
    served = shares.served[part]
    by = [
        {"service": int(service), "people": float(people)}
        for service, people in zip(pairs.destination[part], served, strict=True)
        if people > 0
    ]
    number = int(shares.group_of[place])
    group = None
    if number >= 0:
        found = shares.groups[number]
        group = {
            "places": list(found.places),
            "services": list(found.services),
            "people": found.people,
            "capacity": found.capacity,
        }
    return {
        "value": float(shares.coverage[place]),
        "people_served": float(np.sum(served)),
        "served_by": by,
        "group": group,
    }
