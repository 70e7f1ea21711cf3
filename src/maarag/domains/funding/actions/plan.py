"""Planning a budget: what it is, its lines, who bears them. Nothing is granted yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import permits, require
from maarag.kernel.audit.actions import changed_fields, record
from maarag.values import Money

from ..models import Budget, BudgetLine, BudgetState, FunderShare, Part

if TYPE_CHECKING:
    from maarag.kernel.access.models import Account
    from maarag.kernel.people.models import Organisation
    from maarag.kernel.places.models import Place
    from maarag.kernel.sources.models import Source

MONEY = ("unit_cost", "fixed_sum")
"""Fields of amounts, which `LineDraft` checks itself."""


class NotAPlan(ValueError):
    """The budget is granted already: its lines change only by decision."""


class ChangedMeanwhile(ValueError):
    """Somebody else changed the budget since it was read."""


@dataclass(frozen=True)
class LineDraft:
    """A line as it should be: either `families` and `unit_cost`, or `fixed_sum`."""

    code: str
    part: str
    names: Mapping[str, str] = field(default_factory=dict)
    families: int | None = None
    unit_cost: Money | None = None
    fixed_sum: Money | None = None
    source_row: str = ""

    @property
    def amount(self) -> Money:
        if self.families is not None and self.unit_cost is not None:
            return self.unit_cost * self.families
        return self.fixed_sum or Money(0)


@dataclass(frozen=True)
class ShareDraft:
    """That an organisation bears a part by weight."""

    part: str
    organisation: Organisation
    weight: int


@transaction.atomic
def save_budget(*, by: Account, code: str, place: Place, source: Source, **fields: Any) -> Budget:
    """Make or change a budget that is a plan; `fields` are those of the model.

    Raises Http404 where `by` does not manage the budgets of the place, NotAPlan, ValidationError.
    """
    require(by, Permission.MANAGE_BUDGETS, place=place)
    budget = Budget.objects.select_for_update().filter(code=code).first() or Budget(code=code)
    if budget.pk:
        require(by, Permission.MANAGE_BUDGETS, place=budget.place)
        _must_be_a_plan(budget)
    given = {**fields, "place_id": place.pk, "source_id": source.pk}
    before = {name: getattr(budget, name) for name in given} if budget.pk else {}
    changes = changed_fields(before, given)
    if budget.pk and not changes:
        return budget
    for name, value in given.items():
        setattr(budget, name, value)
    _check_period(budget)
    budget.full_clean(validate_unique=False)
    budget.save()
    told = {name.removesuffix("_id"): [_text(old), _text(new)] for name, (old, new) in changes.items()}
    record(by=by, action="funding.save_budget", subject=budget, place=place, changes=told)
    return budget


def _check_period(budget: Budget) -> None:
    if budget.starts and budget.ends and budget.ends < budget.starts:
        raise ValidationError({"ends": _("A budget cannot end before it starts.")})


@transaction.atomic
def save_lines(
    *, by: Account, budget: Budget, drafts: Sequence[LineDraft], whole: bool = False
) -> list[BudgetLine]:
    """Make or change lines of a plan, in the order given; all or none, one event.

    `whole`: lines that are not given are removed. Whoever manages budgets may, and whoever loads data for the
    place: nothing of a plan is granted before a manager does. Raises Http404, NotAPlan, ValidationError.
    """
    budget = locked(by, budget, Permission.MANAGE_BUDGETS, Permission.IMPORT_DATA)
    _must_be_a_plan(budget)
    codes = [draft.code for draft in drafts]
    if twice := sorted({code for code in codes if codes.count(code) > 1}):
        raise ValidationError(_("A line is given twice: %(lines)s.") % {"lines": ", ".join(twice)})
    known = {line.code: line for line in budget.lines.all()}
    changes: dict[str, list[Any]] = {}
    saved = []
    for at, draft in enumerate(drafts):
        line = known.get(draft.code) or BudgetLine(budget=budget, code=draft.code)
        before = line.amount if line.pk else None
        kept = line.position if line.pk else len(known) + at
        position = at if whole else kept
        if _set(line, draft, position) or not line.pk:
            line.full_clean(exclude=MONEY, validate_unique=False)
            line.save()
            changes[draft.code] = [before.agorot if before is not None else None, line.amount.agorot]
        saved.append(line)
    if whole:
        for line in known.values():
            if line.code not in codes:
                changes[line.code] = [line.amount.agorot, None]
                line.delete()
    if changes:
        record(
            by=by, action="funding.save_lines", subject=budget, place=budget.place, changes={"lines": changes}
        )
    return saved


def _set(line: BudgetLine, draft: LineDraft, position: int) -> bool:
    """Write the draft into the line; whether anything is other than before."""
    by_families = draft.families is not None and draft.unit_cost is not None
    if by_families == (draft.fixed_sum is not None):
        raise ValidationError(
            _("The line “%(line)s” needs families and the cost of one, or a sum: one of the two.")
            % {"line": draft.names.get("name_he", draft.code)}
        )
    if any(amount is not None and amount < Money(0) for amount in (draft.unit_cost, draft.fixed_sum)):
        raise ValidationError(_("An amount cannot be below zero."))
    values = {
        "part": Part(draft.part).value,
        "position": position,
        "families": draft.families,
        "unit_cost": draft.unit_cost,
        "fixed_sum": draft.fixed_sum,
        "source_row": draft.source_row,
        **draft.names,
    }
    is_other = any(getattr(line, name) != value for name, value in values.items())
    for name, value in values.items():
        setattr(line, name, value)
    return is_other


@transaction.atomic
def save_shares(*, by: Account, budget: Budget, drafts: Sequence[ShareDraft]) -> list[FunderShare]:
    """Say who bears a plan, instead of what was said before; all or none, one event.

    Raises Http404, NotAPlan, ValidationError.
    """
    budget = locked(by, budget)
    _must_be_a_plan(budget)
    before = [_share_in_words(share) for share in budget.shares.select_related("organisation")]
    shares = []
    for at, draft in enumerate(drafts):
        share = FunderShare(
            budget=budget,
            part=Part(draft.part).value,
            organisation=draft.organisation,
            weight=draft.weight,
            position=at,
        )
        if draft.weight < 1:
            raise ValidationError(_("A funder's weight is a whole number from one up."))
        shares.append(share)
    keys = [(share.part, share.organisation_id) for share in shares]
    if len(set(keys)) != len(keys):
        raise ValidationError(_("A funder is given twice for the same part."))
    after = [_share_in_words(share) for share in shares]
    if after == before:
        return list(budget.shares.all())
    budget.shares.all().delete()
    FunderShare.objects.bulk_create(shares)
    record(
        by=by,
        action="funding.save_shares",
        subject=budget,
        place=budget.place,
        changes={"shares": [before, after]},
    )
    return shares


def _share_in_words(share: FunderShare) -> str:
    return f"{share.part}: {share.organisation.code} {share.weight}"


def locked(by: Account, budget: Budget, *enough: Permission) -> Budget:
    """The budget, held until the transaction ends; Http404 where `by` does not manage it.

    `enough`: the permissions of which any one will do, instead of MANAGE_BUDGETS.
    """
    found = Budget.objects.select_for_update(of=("self",)).select_related("place", "source").get(pk=budget.pk)
    if not any(permits(by, one, place=found.place) for one in enough or (Permission.MANAGE_BUDGETS,)):
        raise Http404
    return found


def _must_be_a_plan(budget: Budget) -> None:
    if budget.state != BudgetState.PLAN:
        raise NotAPlan(_("The budget is granted: its lines change only by a decision."))


def _text(value: Any) -> Any:
    return value if isinstance(value, (bool, int)) or value is None else str(value)
