"""What binds, told above the departments: by programme, so that nobody learns which place is full."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from maarag.kernel.matches.models import Run

FEWEST = 3
"""Authorities that a programme of the run is in, at least: whoever knows one still faces two."""
KINDS = {"place": "places", "purse": "purses", "load": "loads"}
"""The kind of a limit of one authority → that of its programme's limits together."""


def binding_above(limits: Iterable[Mapping[str, Any]], run: Run, *, sums: bool) -> list[dict[str, Any]]:
    """Of each programme the highest price of its places, of their money and of its workers' load.

    How many places an authority has is public: that they are all taken would tell how many families are
    proposed there, and with those how many were before. `sums`: whether the sums of the run are shown; only
    then are the funders' limits, for what they pay for is such a sum.
    """
    seats = {quota: (programme, authority) for quota, programme, authority, *_ in run.totals.get("seats", ())}
    reach: dict[int, set[int]] = {}
    for programme, authority in seats.values():
        reach.setdefault(programme, set()).add(authority)
    highest: dict[tuple[str, int], float] = {}
    told = []
    for one in limits:
        kind, key, price = one["kind"], one["key"], float(one["price"])
        if kind == "place" and one.get("exact"):
            price = float(one["brings"])
        if price <= 0:
            continue  # it lifts a floor: how many of a group are placed is not told
        if kind in KINDS:
            programme = key[0] if kind == "load" else seats[key][0]
            if len(reach.get(programme, ())) >= FEWEST:
                together = (KINDS[kind], programme)
                highest[together] = max(price, highest.get(together, 0.0))
        elif kind == "funder" and sums:
            told.append({"kind": kind, "key": key, "price": price})
    told += [{"kind": kind, "key": key, "price": price} for (kind, key), price in highest.items()]
    return told
