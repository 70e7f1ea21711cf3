"""How many places of a quota are taken: rooms above count, so that a quota never falls below it."""

from __future__ import annotations

from collections.abc import Callable

from .models import Quota

Counter = Callable[[Quota], int]
"""Given a quota, locked: how many of its places are taken now."""

_counters: list[Counter] = []


def register(counter: Counter) -> None:
    """Count the places that are taken with this; of several, the largest count holds."""
    if counter not in _counters:
        _counters.append(counter)


def places_taken(quota: Quota) -> int:
    return max((counter(quota) for counter in _counters), default=0)
