"""The whole answer for one topic: access, reachable supply, coverage, gaps, what closes them, and how each
was computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy import sparse

from maarag.engines.reach.catchment import Catchment, Weights, catchment, quantities
from maarag.engines.reach.closing import Closing, Where, close_gaps
from maarag.engines.reach.decay import E2SFCA_DEFAULT, THREE_STEP_DEFAULT, Decay
from maarag.engines.reach.errors import MethodError
from maarag.engines.reach.pairs import Pairs
from maarag.engines.reach.raam import TAU, Raam, raam
from maarag.engines.reach.shares import Shares, fair_shares

Floats = npt.NDArray[np.float64]
Method = Literal["2sfca", "e2sfca", "3sfca", "raam"]


@dataclass(frozen=True)
class Rule:
    """How access is measured. Defaults are those of PySAL access.

    `max_cost`: pairs farther apart do not count (2SFCA: the threshold). `decay`: e2sfca and 3sfca only,
    default bands 10/20/30 with 1/0.68/0.22 and 10/20/30/60 with 0.962/0.704/0.377/0.042. `tau`, `rho`: RAAM
    only. `people_per_unit`: how many people one unit of capacity can serve (coverage and gaps only).
    `unit_cost`: money a person served costs.
    """

    method: Method = "e2sfca"
    max_cost: float | None = None
    decay: Decay | None = None
    tau: float = TAU
    rho: float | None = None
    people_per_unit: float = 1.0
    unit_cost: float | None = None

    def __post_init__(self) -> None:
        if self.method not in get_args(Method):
            raise MethodError(f"unknown method {self.method!r}; known: {', '.join(get_args(Method))}")
        if self.max_cost is not None and not self.max_cost >= 0:
            raise MethodError(f"the greatest distance or time must be 0 or more, not {self.max_cost}")
        if self.decay is not None and self.method == "raam":
            raise MethodError("RAAM knows no bands or decay function; it weighs travel by tau")
        if not (np.isfinite(self.people_per_unit) and self.people_per_unit > 0):
            raise MethodError(f"people per unit of capacity must be above 0, not {self.people_per_unit}")
        if self.unit_cost is not None and not (np.isfinite(self.unit_cost) and self.unit_cost >= 0):
            raise MethodError(f"the unit cost must be 0 or more, not {self.unit_cost}")

    @property
    def used_decay(self) -> Decay:
        """The decay in force; a 2SFCA with a decay is what others call E2SFCA."""
        defaults = {"e2sfca": E2SFCA_DEFAULT, "3sfca": THREE_STEP_DEFAULT}
        return self.decay or defaults.get(self.method, Decay.none())

    def as_data(self) -> dict[str, Any]:
        """Every parameter in force, defaults included, as plain data."""
        data: dict[str, Any] = {"max": self.max_cost, "people_per_unit": self.people_per_unit}
        data["unit_cost"] = self.unit_cost
        if self.method == "raam":
            return data | {"tau": self.tau, "rho": self.rho if self.rho is not None else "people / capacity"}
        return data | {"decay": self.used_decay.as_data()}


@dataclass(frozen=True, eq=False)
class Prepared:
    """Pairs with their weights under a rule; made once, used for every topic."""

    pairs: Pairs
    rule: Rule = field(default_factory=Rule)

    @cached_property
    def weights(self) -> Weights:
        limit = float("inf") if self.rule.max_cost is None else float(self.rule.max_cost)
        return Weights(self.pairs, self.rule.used_decay, limit, selective=self.rule.method == "3sfca")

    @cached_property
    def reached(self) -> Pairs:
        """The pairs within reach: those with a weight above 0 (RAAM: at most `max_cost` apart)."""
        if self.rule.method == "raam":
            limit = self.rule.max_cost
            return self.pairs if limit is None else self.pairs.within(limit)
        if self.rule.used_decay.kind == 0 and self.rule.max_cost is None:
            return self.pairs.without_repeats()
        return self.pairs.keep(self.weights.values > 0).without_repeats()

    @cached_property
    def incidence(self) -> sparse.csr_array:
        """1 for each pair within reach."""
        reached = self.reached
        shape = (reached.n_origins, reached.n_destinations)
        return sparse.csr_array((np.ones(len(reached)), reached.destination, reached.start), shape=shape)

    def measure(self, people: npt.ArrayLike, capacity: npt.ArrayLike) -> Reach:
        """One topic: `people` in need per place, `capacity` per service."""
        p = quantities(people, self.pairs.n_origins, "people", "place")
        s = quantities(capacity, self.pairs.n_destinations, "capacity", "service")
        return Reach(self, p, s)

    def measure_all(self, topics: Mapping[Any, tuple[npt.ArrayLike, npt.ArrayLike]]) -> dict[Any, Reach]:
        """Many topics (situation × response type) over the same pairs: {topic: (people, capacity)}."""
        return {topic: self.measure(people, capacity) for topic, (people, capacity) in topics.items()}


@dataclass(frozen=True, eq=False)
class Reach:
    """Results per place, each computed when first asked for.

    people, capacity: the inputs. `access`: capacity per person (RAAM: mean cost, lower is better; NaN where
    undefined; infinite where nobody competes). `reachable_supply`: capacity of the services within reach.
    `coverage`: share of the people in need who can be served (0 to 1), see `shares`. `gap`: people who
    cannot.
    """

    prepared: Prepared
    people: Floats
    capacity: Floats

    @property
    def rule(self) -> Rule:
        return self.prepared.rule

    @cached_property
    def catchment(self) -> Catchment:
        if self.rule.method == "raam":
            raise MethodError("RAAM has no catchments")
        return catchment(self.prepared.weights, self.people, self.capacity)

    @cached_property
    def raam(self) -> Raam:
        return raam(self.prepared.reached, self.people, self.capacity, tau=self.rule.tau, rho=self.rule.rho)

    @property
    def access(self) -> Floats:
        return self.raam.cost if self.rule.method == "raam" else self.catchment.access

    @cached_property
    def reachable_supply(self) -> Floats:
        return np.asarray(self.prepared.incidence @ self.capacity)

    @cached_property
    def shares(self) -> Shares:
        return fair_shares(self.prepared.reached, self.people, self.capacity * self.rule.people_per_unit)

    @property
    def coverage(self) -> Floats:
        return self.shares.coverage

    @cached_property
    def gap(self) -> Floats:
        return self.people * (1.0 - self.coverage)

    @property
    def gap_cost(self) -> Floats | None:
        """Money to serve the gap; None without a unit cost."""
        return None if self.rule.unit_cost is None else self.gap * self.rule.unit_cost

    def close(
        self, *, target: float = 1.0, where: Where = "both", new_points: Pairs | None = None
    ) -> Closing:
        """The smallest added capacity (in people) that lifts every place to `target`, and where."""
        reached = self.prepared.reached
        return close_gaps(
            self.people, self.coverage, reached, target=target, where=where, new_points=new_points
        )

    def totals(self) -> dict[str, float | None]:
        """Sums over the places: people, capacity (of all services), served, coverage, gap, gap_cost."""
        people, gap = float(self.people.sum()), float(self.gap.sum())
        served = people - gap
        cost = None if self.rule.unit_cost is None else gap * self.rule.unit_cost
        return {
            "people": people,
            "capacity": float(self.capacity.sum()),
            "served": served,
            "coverage": served / people if people else 1.0,
            "gap": gap,
            "gap_cost": cost,
        }

    def explain(self, place: int) -> dict[str, Any]:
        """How the numbers of one place came about, as plain data."""
        from maarag.engines.reach.explanation import explain

        return explain(self, place)
