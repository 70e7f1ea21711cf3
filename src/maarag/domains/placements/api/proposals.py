"""Proposals through the API: read, decided, carried out."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.http import HttpRequest
from ninja import Query
from ninja.errors import HttpError

from maarag.domains.families.actions import read_words
from maarag.domains.programmes.models import Method, Quota
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission

from .. import actions
from ..elsewhere import elsewhere
from ..models import Proposal
from ..queries import stale_codes
from ..scope import proposals_for, proposals_of
from .runs import done_run
from .schemas import (
    AcceptIn,
    CarriedOut,
    CarryIn,
    DecisionReasonIn,
    OverrideIn,
    ProposalOut,
    ProposalPage,
    SwapIn,
    done,
    keeper,
    nothing,
    router,
)

DECIDE = Permission.DECIDE_PLACEMENTS


@router.get(
    "/runs/{uuid:pk}/proposals",
    response=ProposalPage,
    summary="What a run proposes",
    url_name="placement_proposals",
)
def list_proposals(
    request: HttpRequest,
    pk: UUID,
    verdict: str = Query("", max_length=10),
    limit: int = Query(100, ge=1, le=500),
    offset: int = Query(0, ge=0, le=1_000_000),
) -> ProposalPage:
    """Of the departments for which the account decides, by rank; each family's file is recorded as read."""
    by = keeper(request, DECIDE)
    found = proposals_of(by, done_run(by, pk))
    if verdict:
        found = found.filter(verdict=verdict)
    rows = list(found[offset : offset + limit])
    read_words(by=by, rows=rows)
    return ProposalPage(total=found.count(), items=_out(rows))


@router.get(
    "/proposals/{uuid:pk}", response=ProposalOut, summary="One proposal", url_name="placement_proposal"
)
def one(request: HttpRequest, pk: UUID) -> ProposalOut:
    """With its explanation in codes; that the family's file is read is recorded."""
    return _out([_proposal(keeper(request), pk)])[0]


@router.post(
    "/runs/{uuid:pk}/accept",
    response=list[ProposalOut],
    summary="Accept proposals",
    url_name="placement_accept",
)
def accept(request: HttpRequest, pk: UUID, body: AcceptIn) -> list[ProposalOut]:
    """All of them or none."""
    by = keeper(request, DECIDE)
    rows = list(proposals_of(by, done_run(by, pk)).filter(pk__in=body.proposals))
    if len(rows) != len(set(body.proposals)):
        raise HttpError(404, nothing())
    return _again(by, done(lambda: actions.accept(by=by, proposals=rows)))


@router.post(
    "/runs/{uuid:pk}/swap", response=list[ProposalOut], summary="Swap two places", url_name="placement_swap"
)
def swap(request: HttpRequest, pk: UUID, body: SwapIn) -> list[ProposalOut]:
    """One of the two families may wait."""
    by = keeper(request, DECIDE)
    rows = {
        row.pk: row for row in proposals_of(by, done_run(by, pk)).filter(pk__in=[body.first, body.second])
    }
    if body.first not in rows or body.second not in rows:
        raise HttpError(404, nothing())
    first, second = rows[body.first], rows[body.second]
    return _again(by, done(lambda: actions.swap(by=by, first=first, second=second, reason=body.reason)))


@router.post(
    "/proposals/{uuid:pk}/override",
    response=ProposalOut,
    summary="Decide otherwise than proposed",
    url_name="placement_override",
)
def override(request: HttpRequest, pk: UUID, body: OverrideIn) -> ProposalOut:
    """Another place, or none, with the reason."""
    by = keeper(request, DECIDE)
    row = _proposal(by, pk)
    quota = None
    if body.quota is not None:
        quota = Quota.objects.filter(pk=body.quota, authority=row.authority_id).first()
        if quota is None:
            raise HttpError(404, nothing())
    method = None
    if body.method is not None:
        method = Method.objects.filter(code=body.method).first()
        if method is None or quota is None:
            raise HttpError(404, nothing())
    made = done(lambda: actions.override(by=by, proposal=row, quota=quota, method=method, reason=body.reason))
    return _again(by, [made])[0]


@router.post(
    "/proposals/{uuid:pk}/leave",
    response=ProposalOut,
    summary="Leave a family waiting",
    url_name="placement_leave",
)
def leave(request: HttpRequest, pk: UUID, body: DecisionReasonIn) -> ProposalOut:
    """It waits for now."""
    by = keeper(request, DECIDE)
    row = _proposal(by, pk)
    return _again(by, [done(lambda: actions.leave_waiting(by=by, proposal=row, reason=body.reason))])[0]


@router.post(
    "/proposals/{uuid:pk}/take-back",
    response=ProposalOut,
    summary="Take a decision back",
    url_name="placement_take_back",
)
def take_back(request: HttpRequest, pk: UUID) -> ProposalOut:
    """The proposal stands again as the run made it."""
    by = keeper(request, DECIDE)
    row = _proposal(by, pk)
    return _again(by, [done(lambda: actions.take_back(by=by, proposal=row))])[0]


@router.post(
    "/runs/{uuid:pk}/carry-out",
    response=CarriedOut,
    summary="Carry decisions out",
    url_name="placement_carry_out",
)
def carry_out(request: HttpRequest, pk: UUID, body: CarryIn) -> CarriedOut:
    """Open the baskets of what was decided; all or none, 409 says what stands in the way of which."""
    by = keeper(request, DECIDE)
    run = done_run(by, pk)
    chosen = None
    if body.proposals is not None:
        chosen = list(proposals_of(by, run).filter(pk__in=body.proposals))
        if len(chosen) != len(set(body.proposals)):
            raise HttpError(404, nothing())
    found = done(lambda: actions.carry_out(by=by, run=run, proposals=chosen, why=body.why))
    return CarriedOut(placed=len(found.placed), waiting=len(found.waits), ended=found.ended)


def _proposal(by: Account, pk: UUID) -> Proposal:
    found = proposals_for(by).filter(pk=pk).first()
    if found is None:
        raise HttpError(404, nothing())
    read_words(by=by, rows=[found])
    return found


def _again(by: Account, rows: Iterable[Proposal]) -> list[ProposalOut]:
    return _out(proposals_for(by).filter(pk__in=[row.pk for row in rows]).order_by("rank"))


def _out(rows: Iterable[Proposal]) -> list[ProposalOut]:
    found = list(rows)
    stale = stale_codes(found)
    others = {}
    for run in {row.run for row in found}:
        families = [row.family_id for row in found if row.run_id == run.pk and not row.is_carried_out]
        others |= {(run.pk, family): other for family, other in elsewhere(run, families).items()}
    return [
        ProposalOut.of(row, stale.get(row.pk, ""), others.get((row.run_id, row.family_id))) for row in found
    ]
