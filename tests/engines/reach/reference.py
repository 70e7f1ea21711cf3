"""PySAL access on the same inputs, as arrays in the order of the places."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from access import Access

Floats = npt.NDArray[np.float64]


def pysal(
    method: str,
    people: npt.ArrayLike,
    capacity: npt.ArrayLike,
    origin: npt.ArrayLike,
    destination: npt.ArrayLike,
    cost: npt.ArrayLike,
    **options: Any,
) -> Floats:
    """`method` is the name of the method of PySAL's Access; NaN where PySAL gives a place no value."""
    demand = pd.DataFrame({"people": np.asarray(people)})
    supply = pd.DataFrame({"capacity": np.asarray(capacity)})
    demand.index.name = supply.index.name = "geoid"
    costs = pd.DataFrame(
        {"origin": np.asarray(origin), "dest": np.asarray(destination), "cost": np.asarray(cost)}
    )
    model = Access(
        demand_df=demand, demand_value="people", supply_df=supply, supply_value="capacity",
        cost_df=costs, cost_origin="origin", cost_dest="dest", cost_name="cost",
    )  # fmt: skip
    getattr(model, method)(name="value", **options)
    return model.access_df["value_capacity"].to_numpy(dtype=float)
