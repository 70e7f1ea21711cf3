"""What people decide of proposals: accept, swap, decide otherwise, leave waiting, take a decision back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.domains.baskets.models import Basket, BasketStatus
from maarag.domains.programmes.models import Method, Quota
from maarag.domains.programmes.words import quota_words, reasons_in_words
from maarag.kernel.access.models import Account
from maarag.kernel.audit.actions import record
from maarag.kernel.matches.rows import Verdict
from maarag.ui.figures import name_in_language

from ..errors import Barred, NoPlaceLeft, OutOfDate, SamePlace
from ..fitting import Fitted, fitted, fitted_by_method
from ..models import Proposal
from .steps import hold, proposal_of
from .workers import worker_for

DECIDED = (Verdict.ACCEPTED, Verdict.SWAPPED, Verdict.OVERRIDDEN)


@transaction.atomic
def accept(*, by: Account, proposals: Sequence[Proposal]) -> list[Proposal]:
    """Accept these proposals as they stand; all or none.

    Raises Http404, AlreadyCarriedOut, OutOfDate, NoPlaceLeft, RunNotReady.
    """
    rows = []
    hold(proposals)
    for proposal in proposals:
        row = proposal_of(by, proposal)
        require_current(row)
        if row.quota is not None and row.verdict not in DECIDED:
            _require_left(row, row.quota)
        rows.append(_decide(by, row, Verdict.ACCEPTED, "placements.accept", reason=row.reason))
    return rows


@transaction.atomic
def swap(*, by: Account, first: Proposal, second: Proposal, reason: str = "") -> tuple[Proposal, Proposal]:
    """Give each of two families the place of the other; one of them may wait.

    Where methods are chosen, each has the other's method too. Raises Http404, SamePlace, Barred where a
    programme or a method is not open to the family that would come to it, NoPlaceLeft, AlreadyCarriedOut,
    OutOfDate, RunNotReady.
    """
    hold([first, second])
    one, other = proposal_of(by, first), proposal_of(by, second)
    if one.run_id != other.run_id or one.authority_id != other.authority_id:
        raise Http404
    if one.quota_id == other.quota_id and not (one.works_by_method and one.method_id != other.method_id):
        raise SamePlace
    for row in (one, other):
        require_current(row, gives_up=True)
    for row, of in ((one, other), (other, one)):
        if of.quota is not None:
            _quota_in_force(row, of.quota)
            if of.quota_id != row.quota_id:
                _require_left(row, of.quota, instead_of=of)
    given = [(row, of.quota, of.method, of.worker, of.pk) for row, of in ((one, other), (other, one))]
    for row, quota, method, worker, _partner in given:
        _set(row, quota, _fit(row, quota, method, strict=True), worker)
    for row, _quota, _method, _worker, partner in given:
        _decide(by, row, Verdict.SWAPPED, "placements.swap", reason=reason, swapped_with=str(partner))
    return one, other


@transaction.atomic
def override(
    *, by: Account, proposal: Proposal, quota: Quota | None, reason: str, method: Method | None = None
) -> Proposal:
    """Decide on another place than the proposed one, or on none, and say why.

    `method`: where methods are chosen, by which of the programme's; without it the best that may be used. A
    condition may be passed over so; the programme's places may not. Raises Http404, NoPlaceLeft,
    AlreadyCarriedOut, OutOfDate, RunNotReady, ValidationError.
    """
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": _("Say why it is decided otherwise than proposed.")})
    row = proposal_of(by, proposal)
    if quota is not None:
        quota = _quota_in_force(row, quota)
        require_current(row, gives_up=True)
        if row.quota_id != quota.pk or row.verdict not in DECIDED:
            _require_left(row, quota)
        if method is not None and not (row.works_by_method and _works_by(quota, method)):
            raise Http404
    worker = _worker(row, quota)
    _set(row, quota, _fit(row, quota, method, strict=False), worker)
    return _decide(by, row, Verdict.OVERRIDDEN, "placements.override", reason=reason)


@transaction.atomic
def leave_waiting(*, by: Account, proposal: Proposal, reason: str = "") -> Proposal:
    """Decide that the family waits for now. Raises Http404, AlreadyCarriedOut, OutOfDate, RunNotReady."""
    row = proposal_of(by, proposal)
    _set(row, None, None, None)
    return _decide(by, row, Verdict.DECLINED, "placements.leave_waiting", reason=reason)


@transaction.atomic
def take_back(*, by: Account, proposal: Proposal) -> Proposal:
    """Take the decision back: the proposal stands as the run made it.

    Raises Http404, AlreadyCarriedOut, OutOfDate, RunNotReady.
    """
    row = proposal_of(by, proposal)
    if row.verdict == Verdict.PENDING:
        return row
    before = row.verdict
    quota = row.proposed
    method = Method.objects.filter(code=row.proposed_method).first() if row.proposed_method else None
    worker = _worker(row, quota)
    _set(row, quota, _fit(row, quota, method, strict=False) if quota is not None else None, worker)
    row.fit = row.proposed_fit
    row.verdict, row.decided_by, row.decided_at, row.reason = Verdict.PENDING, None, None, ""
    row.save()
    record(by=by, action="placements.take_back", subject=row, changes={"verdict": [before, Verdict.PENDING]})
    return row


def _decide(
    by: Account, row: Proposal, verdict: Verdict, action: str, *, reason: str = "", **told: Any
) -> Proposal:
    before = Proposal.objects.filter(pk=row.pk).values_list("verdict", "quota_id", "method__code").get()
    row.verdict, row.decided_by, row.decided_at, row.reason = verdict, by, timezone.now(), reason.strip()
    row.full_clean(validate_unique=False, validate_constraints=False)
    row.save()
    changes: dict[str, Any] = {"verdict": [before[0], str(verdict)]}
    if before[1] != row.quota_id:
        changes["quota"] = [before[1], row.quota_id]
    if row.works_by_method and before[2] != (after := row.method.code if row.method else None):
        changes["method"] = [before[2], after]
    changes |= {name: [None, value] for name, value in told.items()}
    record(by=by, action=action, subject=row, changes=changes)
    return row


def _set(row: Proposal, quota: Quota | None, found: Fitted | None, worker: Account | None) -> None:
    row.quota = quota
    row.fit = None if quota is None or found is None else found.whole
    row.method = None if quota is None or found is None else _method(found)
    row.worker = None if quota is None else worker


def _worker(row: Proposal, quota: Quota | None) -> Account | None:
    """Who takes the family at the place: who is there for it already, or one of the place's team."""
    if quota is None:
        return None
    if row.quota is not None and row.quota.programme_id == quota.programme_id and row.worker is not None:
        return row.worker
    found = worker_for(row, quota)
    return Account.objects.get(pk=found) if found is not None else None


def _method(found: Fitted) -> Method | None:
    return Method.objects.filter(code=found.method).first() if found.method else None


def _works_by(quota: Quota, method: Method) -> bool:
    return method.is_active and method.in_programmes.filter(programme=quota.programme_id).exists()


def _fit(row: Proposal, quota: Quota | None, method: Method | None, *, strict: bool) -> Fitted | None:
    """How the place fits the family today, by this method where methods are chosen and it is still in use
    there; raises Barred where it is not open and `strict`.
    """
    if quota is None:
        return None
    if row.works_by_method:
        code = method.code if method is not None and _works_by(quota, method) else ""
        found = fitted_by_method(row.family, quota, code)
    else:
        found = fitted(row.family, quota)
    if strict and not found.judgement.is_open:
        raise Barred(name_in_language(quota.programme), reasons_in_words(found.judgement.excluded))
    return found


def _quota_in_force(row: Proposal, quota: Quota) -> Quota:
    today = timezone.localdate()
    found = (
        Quota.objects.select_related("programme", "line")
        .filter(pk=quota.pk, authority=row.authority_id, families__gt=0)
        .first()
    )
    if found is None:
        raise Http404
    if not found.programme.is_active:
        raise OutOfDate("programme_closed")
    if not found.starts <= today <= found.ends:
        raise OutOfDate("place_gone")
    return found


def require_current(row: Proposal, *, gives_up: bool = False) -> None:
    """The family has no place meanwhile, and the proposed one is still there."""
    if Basket.objects.filter(family=row.family_id, status=BasketStatus.OPEN).exists():
        raise OutOfDate("placed")
    if row.quota is not None and not gives_up:
        _quota_in_force(row, row.quota)


def _require_left(row: Proposal, quota: Quota, instead_of: Proposal | None = None) -> None:
    """A place is left beside those that are taken and those that this run's decisions promise.

    `instead_of`: who gives its place up with the same decision.
    """
    Quota.objects.select_for_update(of=("self",)).order_by().filter(pk=quota.pk).first()
    taken = Basket.objects.filter(quota=quota, status=BasketStatus.OPEN).count()
    decided = Proposal.objects.filter(run=row.run_id, quota=quota, verdict__in=DECIDED, carried_at=None)
    promised = decided.exclude(pk__in=[row.pk, *([instead_of.pk] if instead_of else [])]).count()
    if taken + promised >= quota.families:
        raise NoPlaceLeft(quota_words(quota), quota.families, taken, promised)
