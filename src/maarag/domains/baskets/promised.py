"""Places that were promised to families and not given yet: rooms above count them."""

from __future__ import annotations

from collections.abc import Callable

from maarag.domains.families.models import Family
from maarag.domains.programmes.models import Quota

Counter = Callable[[Quota, Family], int]
"""Given a quota: how many of its places are promised to other families than this one."""

_counters: list[Counter] = []


def register(counter: Counter) -> None:
    """Count the places that are promised with this; of several, the largest count holds."""
    if counter not in _counters:
        _counters.append(counter)


def promised_to_others(quota: Quota, family: Family) -> int:
    return max((counter(quota, family) for counter in _counters), default=0)
