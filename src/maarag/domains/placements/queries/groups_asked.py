"""The groups of families for which a new run may have floors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, permits
from maarag.kernel.matches.models import Run, RunState
from maarag.kernel.places.models import Place, PlaceKind
from maarag.values import Shown

from ..filing import KIND
from ..gathering import UNKNOWN, candidates
from ..groups import GroupsOf, groups_from


def floor_groups(viewer: Viewer, place: Place, before: Run | None = None) -> list[GroupsOf]:
    """The groups among the families without a place; their numbers only for whoever decides there.

    Above a department the groups are those of the run `before`, of which the place is or in which it lies, or
    else of its own last run; without numbers.
    """
    counted: Counter[tuple[str, str]] = Counter()
    numbers: dict[tuple[str, str], Shown]
    if place.kind == PlaceKind.AUTHORITY and permits(viewer, Permission.DECIDE_PLACEMENTS, place=place):
        for one in candidates(authorities=[place.pk], day=timezone.localdate()):
            counted.update(one.groups.items())
        numbers = dict(counted)
    else:
        runs = Run.objects.filter(kind=KIND, place=place, state=RunState.DONE)
        known = (one.totals.get("groups", ()) for one in (before, runs.order_by("-asked_at").first()) if one)
        rows: Sequence[Any] = next(filter(None, known), ())
        numbers = {
            (attribute, value): None for _a, attribute, value, _n, _placed in rows if attribute != "area"
        }
    return groups_from({key: n for key, n in numbers.items() if key[1] != UNKNOWN})
