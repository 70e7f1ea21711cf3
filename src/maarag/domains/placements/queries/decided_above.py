"""What stands after people's decisions in the departments of a run, for whoever is above them: numbers alone.

This module looks at the proposals of all departments of the run at once; no row leaves it. What a run
proposed is told before anybody decides, so it is what everybody knows: decisions are published after it, and
hidden where they, or what they changed, would be of few families.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

from django.db.models import BooleanField, Count, ExpressionWrapper, Q
from django.db.models.fields.json import KT

from maarag.database.rows import RowScope, visible
from maarag.engines.indicators import ALL, THRESHOLD, cross, protect
from maarag.kernel.matches.models import Run
from maarag.values import Shown

from ..gathering import ATTRIBUTES, UNKNOWN
from ..models import Proposal

TOLD = tuple(attribute for attribute in ATTRIBUTES if attribute != "area")
"""Neighbourhoods are left out, as they are of every figure above their authority."""


@dataclass(frozen=True)
class Stand:
    """The finest count: an authority's families of a group that had a place in the run or not, and have one
    after the decisions or not.
    """

    authority: int
    value: str
    proposed: bool
    decided: bool


def stands_of(run: Run) -> dict[str, dict[Stand, int] | None]:
    """By attribute the counts as they are now; None where they do not go with what the run told.

    A family whose file is gone has no place of the run. Each proposal says how the run counted it; where none
    does, it is what was proposed.
    """
    had = Q(counted="true") | Q(counted=None, proposed__isnull=False)
    named = {f"of_{name}": KT(f"explanation__groups__{name}") for name in TOLD}
    with visible(RowScope(authorities=frozenset(run.authorities))):
        counted = list(
            Proposal.objects.filter(run=run)
            .order_by()
            .annotate(counted=KT("explanation__placed"))
            .annotate(
                had=ExpressionWrapper(had, BooleanField()),
                has=ExpressionWrapper(Q(quota__isnull=False), BooleanField()),
                **named,
            )
            .values_list("authority_id", "had", "has", *named)
            .annotate(families=Count("pk"))
        )
    found: dict[str, dict[Stand, int] | None] = {}
    for at, attribute in enumerate(TOLD):
        numbers: dict[Stand, int] = {}
        for authority, was, is_now, *values, families in counted:
            stand = Stand(authority, values[at] or UNKNOWN, bool(was), bool(is_now))
            numbers[stand] = numbers.get(stand, 0) + families
        found[attribute] = _with_those_gone(run, attribute, numbers)
    return found


def _with_those_gone(run: Run, attribute: str, numbers: dict[Stand, int]) -> dict[Stand, int] | None:
    told: dict[tuple[int, str, bool], int] = {}
    for authority, name, value, families, placed in run.totals.get("groups", ()):
        if name == attribute:
            told[authority, value, True] = placed
            told[authority, value, False] = families - placed
    left = dict(told)
    for stand, families in numbers.items():
        key = stand.authority, stand.value, stand.proposed
        left[key] = left.get(key, 0) - families
    if any(families < 0 for families in left.values()):
        return None
    for (authority, value, proposed), families in left.items():
        stand = Stand(authority, value, proposed, False)
        numbers[stand] = numbers.get(stand, 0) + families
    return numbers


def decided_shown(
    numbers: Mapping[Stand, int], is_told: Callable[[Hashable, Hashable], bool]
) -> Callable[[Hashable], Shown] | None:
    """A function group (or ALL) → how many have a place after the decisions; None where nothing is proved.

    `is_told(group, placed)`: whether the number of the run's own table is shown, `placed` True, False or ALL.
    """
    groups: Callable[[Stand], list[Hashable]] = lambda stand: [stand.value, ALL]  # noqa: E731
    before = cross(numbers, [groups, lambda stand: [stand.proposed, ALL]])
    after = cross(numbers, [groups, lambda stand: [stand.decided]])
    changed = cross(
        [stand for stand in numbers if stand.proposed != stand.decided],
        [groups, lambda stand: [stand.proposed]],
    )
    known = [cell for key, cell in before.items() if is_told(*key)]
    small = [
        cell
        for key, cell in before.items()
        if not is_told(*key) and sum(numbers[stand] for stand in cell) < THRESHOLD
    ]
    protection = protect(
        numbers,
        [known, [*small, *after.values(), *changed.values()]],
        owners={stand: stand.authority for stand in numbers},
    )
    if protection.unproved:
        return None

    def read(group: Hashable) -> Shown:
        cell = after.get((group, True), frozenset())
        return protection.mark(cell) or sum(numbers[stand] for stand in cell)

    return read
