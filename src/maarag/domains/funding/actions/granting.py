"""Granting a budget by a decision, changing what was granted by another, giving its money on, closing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from maarag.kernel.audit.actions import record
from maarag.kernel.ledger.actions import decide, grant, open_pots, transfer
from maarag.kernel.ledger.models import Pot, PotKind
from maarag.values import Money

from ..models import Allotment, Budget, BudgetLine, BudgetState, FunderShare, LineChange
from ..queries import granted_to, parts_of_funders
from .plan import MONEY, NotAPlan, locked

if TYPE_CHECKING:
    from maarag.kernel.access.models import Account
    from maarag.kernel.ledger.models import Decision
    from maarag.kernel.places.models import Place


class NotGranted(ValueError):
    """The budget is a plan still, or closed already: its money cannot be moved."""


@dataclass(frozen=True)
class Wanted:
    """What a line should be of after a decision: families at the line's cost, another cost, or a sum."""

    families: int | None = None
    unit_cost: Money | None = None
    fixed_sum: Money | None = None


@transaction.atomic
def approve_budget(*, by: Account, budget: Budget, what: str, why: str, document: str = "") -> Budget:
    """Grant every line and every funder's share, by one decision: from now on the ledger holds the money.

    Raises Http404 where `by` does not manage the budget, NotAPlan, ValidationError for a budget without
    lines.
    """
    budget = locked(by, budget)
    if budget.state != BudgetState.PLAN:
        raise NotAPlan(_("The budget is granted already."))
    lines = list(budget.lines.all())
    if not lines:
        raise ValidationError(_("A budget without lines cannot be granted. Add its lines first."))
    decision = decide(by=by, what=what, why=why, document=document)
    parts = parts_of_funders(budget, lines)
    shares = [share for share, _amount in parts]
    drafts = [_draft(PotKind.LINE, f"budget-line-{line.pk}", line.name_he, budget) for line in lines]
    for share in shares:
        label = f"{share.organisation.name_he} · {budget.name_he}"
        drafts.append(_draft(PotKind.SHARE, f"budget-share-{share.pk}", label, budget))
    pots = open_pots(by=by, pots=drafts)
    for holder, pot in zip([*lines, *shares], pots, strict=True):
        holder.pot = pot
    BudgetLine.objects.bulk_update(lines, ["pot"])
    FunderShare.objects.bulk_update(shares, ["pot"])
    amounts = [line.amount for line in lines] + [amount for _share, amount in parts]
    for pot, amount in zip(pots, amounts, strict=True):
        if amount:
            grant(by=by, pot=pot, amount=amount, decision=decision, key=_key(decision, pot))
    budget.state, budget.decision = BudgetState.APPROVED, decision
    budget.save()
    record(
        by=by,
        action="funding.approve_budget",
        subject=budget,
        place=budget.place,
        changes={
            "state": [BudgetState.PLAN.value, BudgetState.APPROVED.value],
            "amount": [None, sum(line.amount.agorot for line in lines)],
        },
    )
    return budget


def _draft(kind: str, code: str, label: str, budget: Budget, authority: Place | None = None) -> Pot:
    return Pot(
        kind=kind,
        code=code,
        label=label[:200],
        authority=authority,
        period_start=budget.starts,
        period_end=budget.ends,
    )


def _key(decision: Decision, pot: Pot) -> str:
    return f"funding-{decision.pk}-{pot.pk}"


@transaction.atomic
def change_line(
    *, by: Account, line: BudgetLine, wanted: Wanted, what: str, why: str, document: str = ""
) -> LineChange:
    """Change a granted line by a decision: the difference is granted to it, or taken back, and to its
    funders.

    What was given on or is in use cannot be taken back: raises LimitPassed (ledger). Raises Http404,
    NotGranted, ValidationError where nothing would change.
    """
    budget = locked(by, line.budget)
    _must_be_granted(budget)
    line = BudgetLine.objects.select_for_update(of=("self",)).select_related("pot").get(pk=line.pk)
    lines_before = list(budget.lines.all())
    before, families_before = line.amount, line.families
    if wanted.fixed_sum is not None and line.fixed_sum is not None:
        line.fixed_sum = wanted.fixed_sum
    if wanted.families is not None and line.families is not None:
        line.families = wanted.families
    if wanted.unit_cost is not None and line.unit_cost is not None:
        line.unit_cost = wanted.unit_cost
    if line.amount == before and line.families == families_before:
        raise ValidationError(_("This is what the line says already."))
    line.full_clean(exclude=MONEY, validate_unique=False)
    decision = decide(by=by, what=what, why=why, document=document)
    line.save()
    lines_after = [line if row.pk == line.pk else row for row in lines_before]
    moves: list[tuple[Pot, Money]] = [(_pot(line), line.amount - before)]
    old = {share.pk: amount for share, amount in parts_of_funders(budget, lines_before)}
    for share, amount in parts_of_funders(budget, lines_after):
        if share.pot is not None:
            moves.append((share.pot, amount - old[share.pk]))
    for pot, difference in moves:
        if difference:
            grant(by=by, pot=pot, amount=difference, decision=decision, key=_key(decision, pot))
    change = LineChange.objects.create(
        line=line,
        decision=decision,
        families_before=families_before,
        families_after=line.families,
        amount_before=before,
        amount_after=line.amount,
        changed_by=by,
    )
    changes = {"amount": [before.agorot, line.amount.agorot], "families": [families_before, line.families]}
    record(
        by=by,
        action="funding.change_line",
        subject=line,
        place=budget.place,
        changes={name: pair for name, pair in changes.items() if pair[0] != pair[1]},
    )
    return change


@dataclass(frozen=True)
class PurseDraft:
    """A purse that a line's money will be given to: its code and name in the ledger, and whose it is."""

    code: str
    label: str
    authority: Place | None = None


@transaction.atomic
def open_allotments(
    *, by: Account, line: BudgetLine, kind: str, drafts: Sequence[PurseDraft]
) -> list[Allotment]:
    """Make purses to which money of the line will be given; raises Http404, NotGranted."""
    budget = locked(by, line.budget)
    _must_be_granted(budget)
    pots = open_pots(
        by=by,
        pots=[_draft(kind, draft.code, draft.label, budget, draft.authority) for draft in drafts],
    )
    allotments = Allotment.objects.bulk_create([Allotment(line=line, pot=pot) for pot in pots])
    if allotments:
        record(
            by=by,
            action="funding.open_allotments",
            subject=line,
            place=budget.place,
            changes={"allotments": [None, [draft.code for draft in drafts]]},
        )
    return allotments


def allot(*, by: Account, allotments: Sequence[tuple[Allotment, Money]], decision: Decision) -> None:
    """Bring the money of purses to these amounts, out of their lines or back into them, within a transaction.

    What goes back goes first, so that one decision may move money between authorities. Raises LimitPassed
    where a line has not enough left, or where what should go back is in use.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("money is moved in the transaction of the decision")
    known = granted_to([allotment.pot for allotment, _amount in allotments])
    moves = [(allotment, amount - known[allotment.pot_id]) for allotment, amount in allotments]
    moves.sort(key=lambda move: move[1])
    for allotment, difference in moves:
        own, given = _pot(allotment.line), allotment.pot
        if difference.agorot > 0:
            transfer(
                by=by,
                source=own,
                target=given,
                amount=difference,
                decision=decision,
                key=_key(decision, given),
            )
        elif difference:
            transfer(
                by=by,
                source=given,
                target=own,
                amount=-difference,
                decision=decision,
                key=_key(decision, given),
            )


@transaction.atomic
def close_budget(*, by: Account, budget: Budget, why: str) -> Budget:
    """Close a granted budget: nothing more is granted, changed or given on; raises Http404, NotGranted."""
    budget = locked(by, budget)
    _must_be_granted(budget)
    budget.state = BudgetState.CLOSED
    budget.save()
    record(
        by=by,
        action="funding.close_budget",
        subject=budget,
        place=budget.place,
        changes={"state": [BudgetState.APPROVED.value, BudgetState.CLOSED.value], "reason": [None, why]},
    )
    return budget


def _pot(line: BudgetLine) -> Pot:
    if line.pot is None:
        raise NotGranted(_("The budget is a plan still: grant it first."))
    return line.pot


def _must_be_granted(budget: Budget) -> None:
    if budget.state == BudgetState.PLAN:
        raise NotGranted(_("The budget is a plan still: grant it first."))
    if budget.state == BudgetState.CLOSED:
        raise NotGranted(_("The budget is closed: nothing of it can be changed any more."))
