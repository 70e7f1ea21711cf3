"""Who waits for a programme, in which position and why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from maarag.domains.families.models import FamilyStatus
from maarag.domains.programmes.models import Programme
from maarag.kernel.access.scope import Viewer
from maarag.kernel.places.models import Place

from ..models import Waiting
from ..scope import waitings_of

ORDER = ("-priority", "since", "asked_at", "pk")


@dataclass(frozen=True)
class WaitLine:
    """A family on a list: its position among `of`, 1 the next."""

    waiting: Waiting
    position: int
    of: int


def waiting_list(viewer: Viewer, programme: Programme, authority: Place) -> list[WaitLine]:
    """The list of a programme in an authority: by priority, then by who waits longer.

    Positions count everybody; shown are the families whose files the viewer reads. Closed files wait no more.
    """
    order = _order(programme.pk, authority.pk)
    shown = waitings_of(viewer).filter(programme=programme, authority=authority, ended_on=None)
    rows = {row.pk: row for row in shown}
    return [WaitLine(rows[pk], at, len(order)) for at, pk in enumerate(order, start=1) if pk in rows]


def position_of(waiting: Waiting) -> tuple[int, int] | None:
    """(position, of how many); None where it has ended or the file is closed."""
    order = _order(waiting.programme_id, waiting.authority_id)
    return (order.index(waiting.pk) + 1, len(order)) if waiting.pk in order else None


def waiting_counts(authorities: Collection[int]) -> dict[tuple[int, int], int]:
    """(programme, authority) → how many families wait, in the scope in force."""
    rows = Waiting.objects.filter(
        authority__in=authorities, ended_on=None, family__status=FamilyStatus.OPEN
    ).order_by()
    counted = rows.values_list("programme_id", "authority_id").annotate(n=Count("pk"))
    return {(programme, authority): n for programme, authority, n in counted}


def _order(programme: int, authority: int) -> list[UUID]:
    rows = Waiting.objects.filter(
        programme=programme, authority=authority, ended_on=None, family__status=FamilyStatus.OPEN
    )
    return list(rows.order_by(*ORDER).values_list("pk", flat=True))
