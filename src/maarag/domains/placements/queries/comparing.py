"""Two runs side by side, with the families that they place differently."""

from __future__ import annotations

from dataclasses import dataclass

from maarag.domains.families.models import Family
from maarag.domains.families.scope import visible_to
from maarag.domains.programmes.models import Quota
from maarag.kernel.access.scope import Viewer
from maarag.kernel.matches import queries
from maarag.kernel.matches.models import Run


@dataclass(frozen=True)
class ComparedLine:
    """A family with its place in either run; None: it waits."""

    family: Family
    before: Quota | None
    after: Quota | None
    before_fit: int | None
    after_fit: int | None


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

    Raises ValueError where one of them is not done.
    """
    found = queries.compare(first, second)
    families = {
        row.pk: row for row in visible_to(viewer).filter(pk__in=[one.subject for one in found.changed])
    }
    keys = {key for one in found.changed for key in (one.before, one.after) if key is not None}
    quotas = Quota.objects.select_related("programme", "authority").in_bulk(keys)
    lines = [
        ComparedLine(
            families[one.subject],
            quotas.get(one.before),
            quotas.get(one.after),
            one.before_fit,
            one.after_fit,
        )
        for one in found.changed
        if one.subject in families
    ]
    return ComparedRuns(
        found.first, found.second, found.same, tuple(lines), found.only_first, found.only_second
    )
