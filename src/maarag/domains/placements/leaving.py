"""Which waiting list a family comes to that was decided to be left without a place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from maarag.domains.baskets.models import Basket, BasketStatus
from maarag.domains.families.models import FamilyStatus
from maarag.domains.programmes.models import Quota
from maarag.kernel.matches.rows import Verdict

from .models import Proposal, Waiting, WhyWaits

_WHY = {
    "full": WhyWaits.NO_PLACE,
    "purse_spent": WhyWaits.NO_MONEY,
    "funder_spent": WhyWaits.NO_MONEY,
    "load_spent": WhyWaits.NO_WORKER,
}


@dataclass(frozen=True)
class Left:
    """Of families that were left: whom to put on the list of which programme, and who is open to none.

    Neither has who is on the list by this decision already, has a place, or whose file is closed.
    """

    to_list: dict[UUID, tuple[int, WhyWaits]]
    nowhere: tuple[Proposal, ...]


def left_of(rows: Sequence[Proposal]) -> Left:
    """Of proposals decided without a place, what is still to be done."""
    families = [row.family_id for row in rows]
    open_ones = Basket.objects.filter(family__in=families, status=BasketStatus.OPEN)
    placed = set(open_ones.values_list("family_id", flat=True))
    waits: dict[tuple[UUID, int], list[Waiting]] = defaultdict(list)
    for wait in Waiting.objects.filter(family__in=families).defer("note"):
        waits[wait.family_id, wait.programme_id].append(wait)
    programmes = _programmes(rows)
    to_list: dict[UUID, tuple[int, WhyWaits]] = {}
    nowhere = []
    for row in rows:
        if row.family_id in placed or row.family.status != FamilyStatus.OPEN:
            continue
        found = _list_of(row, programmes)
        if found is None:
            nowhere.append(row)
        elif not any(_answers(wait, row) for wait in waits[row.family_id, found[0]]):
            to_list[row.pk] = found
    return Left(to_list, tuple(nowhere))


def _answers(wait: Waiting, row: Proposal) -> bool:
    """Whether the family waits there, or did since the decision: who was taken off is not put back by it."""
    if wait.ended_on is None or wait.asked_at >= row.decided_at:
        return True
    return bool(wait.ended_on >= timezone.localdate(row.decided_at))


def _list_of(row: Proposal, programmes: dict[tuple[int, int], int]) -> tuple[int, WhyWaits] | None:
    """The programme that the run proposed and people did not give; else the best that could not be had. For
    one that no longer runs nobody waits.
    """
    proposed = programmes.get((row.proposed_id, row.authority_id)) if row.proposed_id is not None else None
    if proposed is not None:
        return proposed, WhyWaits.NO_PLACE if row.verdict == Verdict.SWAPPED else WhyWaits.NOT_READY
    for told in _why_not(row):
        programme = programmes.get((told["quota"], row.authority_id))
        if programme is not None:
            because = [each["code"] for each in told.get("because", ())]
            return programme, next((_WHY[code] for code in because if code in _WHY), WhyWaits.NO_PLACE)
    return None


def _programmes(rows: Sequence[Proposal]) -> dict[tuple[int, int], int]:
    """(quota, authority) → programme, of all places that the rows name and whose programmes run."""
    quotas = {row.proposed_id for row in rows} | {told["quota"] for row in rows for told in _why_not(row)}
    found = Quota.objects.filter(pk__in=quotas - {None}, programme__is_active=True)
    return {(pk, at): of for pk, at, of in found.values_list("pk", "authority_id", "programme_id")}


def _why_not(row: Proposal) -> list[dict[str, Any]]:
    return list(row.explanation.get("why_not") or ())
