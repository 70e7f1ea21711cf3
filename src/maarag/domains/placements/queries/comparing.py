"""Two runs side by side, with the families that they place differently."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from maarag.domains.families.models import Family
from maarag.domains.families.scope import visible_to
from maarag.domains.programmes.models import Method, Quota
from maarag.kernel.access.scope import Viewer
from maarag.kernel.matches import queries
from maarag.kernel.matches.models import Run

from ..models import Proposal


@dataclass(frozen=True)
class ComparedLine:
    """A family with its place in either run, and its method where methods are chosen; None: it waits."""

    family: Family
    before: Quota | None
    after: Quota | None
    before_fit: int | None
    after_fit: int | None
    before_method: Method | None = None
    after_method: Method | None = None


@dataclass(frozen=True)
class ComparedRuns:
    """What a second run changes: families, how many have a place and how well it fits in the mean."""

    first: Run
    second: Run
    same: int
    lines: tuple[ComparedLine, ...]
    only_first: int
    only_second: int

    @property
    def gained(self) -> int:
        """Families that have a place only in the second run."""
        return sum(line.before is None for line in self.lines)

    @property
    def lost(self) -> int:
        """Families that have a place only in the first run."""
        return sum(line.after is None for line in self.lines)


def compare(viewer: Viewer, first: Run, second: Run) -> ComparedRuns:
    """In what two runs differ, for the families whose files the viewer reads.

    A place of another quota of the same programme is the same place to a family.

    Raises ValueError where one of them is not done.
    """
    found = queries.compare(first, second)
    before, after = _methods(first), _methods(second)
    otherwise = _by_other_methods(first, second, before, after, {one.subject for one in found.changed})
    changed = [*found.changed, *otherwise]
    families = {row.pk: row for row in visible_to(viewer).filter(pk__in=[one.subject for one in changed])}
    keys = {key for one in changed for key in (one.before, one.after) if key is not None}
    quotas = Quota.objects.select_related("programme", "authority").in_bulk(keys)
    alike = {
        one.subject
        for one in changed
        if (first_place := quotas.get(one.before)) is not None
        and (second_place := quotas.get(one.after)) is not None
        and first_place.programme_id == second_place.programme_id
        and before.get(one.subject) == after.get(one.subject)
    }
    methods = Method.objects.in_bulk({*before.values(), *after.values()})
    lines = [
        ComparedLine(
            families[one.subject],
            quotas.get(one.before),
            quotas.get(one.after),
            one.before_fit,
            one.after_fit,
            methods.get(before.get(one.subject, 0)),
            methods.get(after.get(one.subject, 0)),
        )
        for one in changed
        if one.subject in families and one.subject not in alike
    ]
    return ComparedRuns(
        found.first,
        found.second,
        found.same - len(otherwise) + len(alike),
        tuple(lines),
        found.only_first,
        found.only_second,
    )


def _methods(run: Run) -> dict[UUID, int]:
    """Family → key of its method, where methods were chosen."""
    rows = Proposal.objects.filter(run=run, authority__in=run.totals.get("toolboxes", ()))
    return dict(rows.filter(method__isnull=False).values_list("family_id", "method_id"))


def _by_other_methods(
    first: Run, second: Run, before: Mapping[UUID, int], after: Mapping[UUID, int], known: set[Any]
) -> list[queries.Changed]:
    """Families that either run gives the same place, and another method with it."""
    others = [key for key in before if key not in known and key in after and before[key] != after[key]]
    told: dict[UUID, dict[UUID, tuple[int | None, int | None]]] = {first.pk: {}, second.pk: {}}
    rows = Proposal.objects.filter(run__in=(first, second), family__in=others) if others else ()
    for row in rows:
        told[row.run_id][row.family_id] = row.quota_id, row.fit
    return [
        queries.Changed(key, told[first.pk][key][0], told[second.pk][key][0], told[first.pk][key][1],
                        told[second.pk][key][1])
        for key in others
    ]  # fmt: skip
