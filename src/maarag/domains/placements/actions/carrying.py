"""Carrying decisions out: families get their baskets, and those that are left are put on the waiting list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils import timezone

from maarag.domains.baskets.actions import open_basket
from maarag.domains.baskets.actions.steps import lock_money
from maarag.domains.baskets.errors import LEDGER, BasketError
from maarag.domains.baskets.errors import in_words as basket_words
from maarag.domains.baskets.funders import Purses
from maarag.domains.families.scope import authorities_with
from maarag.domains.funding.models import BudgetLine
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.audit.actions import Change, record, record_many
from maarag.kernel.matches.models import Run
from maarag.kernel.matches.rows import Verdict

from ..beyond import beyond, coming_of
from ..errors import CannotCarryOut, PlacementsError, WorkersAboveRoom
from ..leaving import left_of
from ..models import Ended, Proposal, Waiting, WhyWaits
from ..queries.fairness import unanswered
from .decisions import DECIDED, require_current
from .steps import hold, proposal_of


@dataclass(frozen=True)
class Carried:
    """Proposals whose families have their place now, and the waits that began and ended by it.

    `nowhere`: of families that were left, and for which there is no list.
    """

    placed: tuple[Proposal, ...]
    waits: tuple[Waiting, ...]
    ended: int
    nowhere: tuple[Proposal, ...] = ()


def carry_out(
    *, by: Account, run: Run, proposals: Sequence[Proposal] | None = None, why: str = ""
) -> Carried:
    """Open the baskets of what was decided in the departments of `by`, or of these proposals; all or none.

    Decided to wait: the family is put once on the list of the programme that was proposed to it, or else of
    the best-fitting one that could not take it. `why`: without names, where a worker comes to carry more than
    they may; it is kept with the money of each such basket. Raises Http404, WorkersAboveRoom where it is not
    said, and CannotCarryOut that names each decision that cannot be carried out, as where a place was taken
    meanwhile or a funder has not enough left.
    """
    departments = authorities_with(by, Permission.DECIDE_PLACEMENTS).values("pk")
    rows = Proposal.objects.filter(run=run, carried_at=None, authority__in=departments)
    rows = rows.exclude(verdict=Verdict.PENDING)
    if proposals is not None:
        rows = rows.filter(pk__in=[one.pk for one in proposals])
    faults: dict[UUID, str] = {}
    placed: list[Proposal] = []
    waits: list[Waiting] = []
    ended = 0
    with transaction.atomic():
        # as `open_basket` does: the money first, then the file, then the place
        authorities = sorted(set(rows.values_list("authority_id", flat=True)))
        for authority in authorities:
            lock_money(authority, alone=True)
        purses = Purses(BudgetLine.objects.filter(quotas__in=rows.values("quota")).distinct())
        hold(rows.all())
        chosen = sorted(rows.select_related("family", "quota"), key=lambda row: row.rank)
        if proposals is not None and len(chosen) != len(set(proposals)):
            raise Http404
        left = left_of([row for row in chosen if row.quota_id is None])
        unanswered_ones = [f"{one.attribute}:{one.value}" for one in unanswered(by, run)]
        above = _above_room([row for row in chosen if row.verdict in DECIDED], why)
        for row in chosen:
            try:
                with transaction.atomic():
                    if row.pk in left.to_list:
                        waits.append(_wait(by, row, *left.to_list[row.pk]))
                    elif row.quota_id is not None and row.verdict in DECIDED:
                        ended += _open(by, row, purses, why if row.pk in above else "")
                        placed.append(row)
            except (BasketError, *LEDGER) as error:
                faults[row.pk] = basket_words(error)
            except PlacementsError as error:
                faults[row.pk] = error.in_words()
            except ValidationError as error:
                faults[row.pk] = " ".join(error.messages)
        if faults:
            raise CannotCarryOut(faults)
        told = {"unanswered": unanswered_ones} if unanswered_ones else {}
        record_many(
            by=by,
            action="placements.carry_out_board",
            changes=[Change(run, told, authority) for authority in authorities],
        )
    return Carried(tuple(placed), tuple(waits), ended, left.nowhere)


def _above_room(rows: Sequence[Proposal], why: str) -> set[UUID]:
    """Which of them come to a team in which somebody would then carry more than they may."""
    found = beyond(coming_of(rows)).workers
    if found and not why.strip():
        raise WorkersAboveRoom(tuple(one.in_words() for one in found))
    return {row.pk for row in rows for one in found if one.has(row.quota, row.worker_id)}


def _open(by: Account, row: Proposal, purses: Purses, why: str) -> int:
    """Open the basket; how many waits ended by it. `why`: whoever takes the family has no room for it."""
    held = proposal_of(by, row)
    require_current(held)
    basket = open_basket(
        by=by,
        family=held.family,
        quota=held.quota,
        why=why.strip(),
        purses=purses,
        of_a_board=True,
    )
    now = timezone.now()
    for one in (held, row):
        one.basket, one.carried_at, one.carried_by = basket, now, by
    held.save(update_fields=["basket", "carried_at", "carried_by"])
    changes = {"basket": [None, str(basket.pk)], **({"above_room": True} if why else {})}
    record(by=by, action="placements.carry_out", subject=held, changes=changes)
    return end_waits(by, held.family_id, basket.quota.programme_id, basket.opened_on)


def end_waits(by: Account, family: UUID, programme: int, day: date) -> int:
    """End the family's waits for the programme in which it has a place now; how many."""
    rows = list(Waiting.objects.select_for_update().filter(family=family, programme=programme, ended_on=None))
    for wait in rows:
        wait.ended_on, wait.outcome, wait.ended_by = max(day, wait.since), Ended.PLACED, by
        wait.save(update_fields=["ended_on", "outcome", "ended_by"])
        record(
            by=by, action="placements.stop_waiting", subject=wait, changes={"outcome": [None, Ended.PLACED]}
        )
    return len(rows)


def _wait(by: Account, row: Proposal, programme: int, why: WhyWaits) -> Waiting:
    """Put the family that is left on the programme's list."""
    held = proposal_of(by, row)
    wait = Waiting.objects.create(
        authority_id=held.authority_id,
        family=held.family,
        programme_id=programme,
        since=timezone.localdate(),
        why=why,
        asked_by=by,
    )
    changes = {"programme": [None, programme], "why": [None, str(why)]}
    record(by=by, action="placements.wait", subject=wait, changes=changes)
    return wait
