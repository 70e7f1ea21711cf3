"""What a list of runs tells of each: how many families it matched, and how many it proposed a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, places_permitted
from maarag.kernel.matches.models import Run


@dataclass(frozen=True)
class Counts:
    """None where the run is not done, or its figures may be told only with small ones hidden."""

    families: int | None = None
    placed: int | None = None


def counts_of(viewer: Viewer, runs: Sequence[Run]) -> dict[UUID, Counts]:
    """The counts of each run: of departments for which the viewer decides."""
    own = places_permitted(viewer, Permission.DECIDE_PLACEMENTS)
    rows = Run.objects.filter(pk__in=[run.pk for run in runs], place__in=own.values("pk")).order_by()
    told = {pk: Counts(*row) for pk, *row in rows.values_list("pk", "totals__families", "totals__placed")}
    return {run.pk: told.get(run.pk, Counts()) for run in runs}
