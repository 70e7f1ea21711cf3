"""Small counts of need: which may not be shown to whom, so that none can be worked back.

One decision for everybody: what is hidden from one reader is hidden from all who may not see exact counts,
so that no two of them can put their pages together. The engine is `maarag.engines.indicators`; what it has to
reckon with is listed in `published`.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from maarag.engines.indicators import Protection, protect
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, grants_of, places_permitted
from maarag.kernel.audit.queries import newest_change
from maarag.kernel.places.models import Containment, Place
from maarag.values import Suppressed

from .demand import geography
from .models import NeedEstimate
from .published import every_estimate, stages
from .queries import visible_to

KEPT = 4
DECIDED_FROM = (NeedEstimate, Place, Containment)


@dataclass(frozen=True, eq=False)
class Decided:
    """What is hidden, by the ids of estimates; the place and the number of each estimate."""

    protection: Protection[int]
    places: Mapping[int, int]
    numbers: Mapping[int, int]


_kept: OrderedDict[object, Decided] = OrderedDict()
_lock = threading.Lock()


def decided() -> Decided:
    """What is hidden of all that is recorded now; kept until an estimate or a place changes."""
    key = newest_change(DECIDED_FROM)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    found = decide()
    with _lock:
        _kept[key] = found
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return found


def decide() -> Decided:
    """Work out anew what is hidden."""
    places = geography()
    estimates = every_estimate()
    numbers = {estimate.pk: estimate.number for estimate in estimates}
    owners = {
        estimate.pk: spot.authority
        for estimate in estimates
        if (spot := places.spots.get(estimate.place)) and spot.authority
    }
    protection = protect(numbers, stages(estimates, places), owners=owners)
    return Decided(protection, {estimate.pk: estimate.place for estimate in estimates}, numbers)


def kind_of_exact(viewer: Viewer) -> tuple[object, ...]:
    """What decides which exact counts a viewer sees: viewers of one kind see the same."""
    if getattr(viewer, "is_system", False):
        return ("system",)
    places = grants_of(viewer, Permission.VIEW_EXACT_COUNTS).filter(place__isnull=False)
    return tuple(sorted(set(places.values_list("place_id", flat=True))))


def exact_places(viewer: Viewer) -> frozenset[int]:
    """The places whose small counts the viewer may see."""
    return frozenset(places_permitted(viewer, Permission.VIEW_EXACT_COUNTS).values_list("pk", flat=True))


def expected_numbers(viewer: Viewer) -> dict[int, float]:
    """For each estimate the number to compute with: the true one where this viewer may know it, else one that
    follows from what is published, so that nothing computed from it gives a hidden count away.
    """
    found = decided()
    exact = exact_places(viewer)
    return {
        pk: found.numbers[pk] if found.places[pk] in exact else number
        for pk, number in found.protection.expected.items()
    }


def hidden_estimates(viewer: Viewer) -> dict[int, Suppressed]:
    """The estimates, by id, whose number this viewer may not see."""
    if getattr(viewer, "is_system", False):
        return {}
    found = decided()
    exact = exact_places(viewer)
    marks = {next(iter(cell)): mark for cell, mark in found.protection.hidden.items() if len(cell) == 1}
    visible = visible_to(viewer).filter(pk__in=marks.keys()).values_list("pk", flat=True)
    return {pk: marks[pk] for pk in visible if found.places[pk] not in exact}


def forget() -> None:
    """Drop what is kept, so that it is worked out anew (for benchmarks and tests)."""
    with _lock:
        _kept.clear()
