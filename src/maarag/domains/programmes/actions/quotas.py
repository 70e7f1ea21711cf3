"""Giving authorities their quotas in programmes, and taking them back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from maarag.domains.funding.actions import PurseDraft, allot, locked, open_allotments
from maarag.domains.funding.models import BudgetLine
from maarag.domains.funding.queries import granted_to
from maarag.kernel.audit.actions import record
from maarag.kernel.ledger.actions import decide
from maarag.kernel.ledger.models import PotKind
from maarag.kernel.places.models import Containment, Place, PlaceKind
from maarag.ui.figures import name_in_language, number
from maarag.values import Money

from ..in_use import places_taken
from ..models import Programme, ProgrammeLine, Quota, QuotaChange

if TYPE_CHECKING:
    from maarag.kernel.access.models import Account
    from maarag.kernel.sources.models import Source


class FamiliesPassed(ValidationError):
    """The quotas together would be of more families than their line."""


class PlacesTaken(ValidationError):
    """Families have more places of a quota than it would be left with."""


@dataclass(frozen=True)
class QuotaDraft:
    """What an authority's quota should be; without an amount it is families × the line's cost."""

    authority: Place
    families: int
    amount: Money | None = None


@transaction.atomic
def set_quotas(
    *,
    by: Account,
    line: BudgetLine,
    drafts: Sequence[QuotaDraft],
    what: str,
    why: str,
    document: str = "",
    source: Source | None = None,
    is_estimate: bool = False,
) -> list[Quota]:
    """Bring these authorities' quotas of a line to what is wanted, by one decision; all or none.

    Others stay as they are; no families and no amount take a quota back. Raises Http404, NotGranted,
    ValidationError, FamiliesPassed, PlacesTaken, and LimitPassed (ledger) where the line has not enough
    left, or where what should go back is in use.
    """
    locked(by, line.budget)  # one at a time, so that the families of two decisions are summed
    programme = _programme_of(line)
    _check(line, drafts)
    known = {
        quota.authority_id: quota
        for quota in Quota.objects.select_for_update(of=("self",)).filter(line=line).select_related("pot")
    }
    _check_families(line, known, drafts)
    _check_taken(known, drafts)
    amounts = {draft.authority.pk: _amount(line, draft) for draft in drafts}
    granted = granted_to([known[draft.authority.pk].pot for draft in drafts if draft.authority.pk in known])
    wanted = [draft for draft in drafts if _is_other(draft, known, granted, amounts)]
    if not wanted:
        return list(known.values())
    decision = decide(by=by, what=what, why=why, document=document)
    new = [draft for draft in wanted if draft.authority.pk not in known]
    opened = open_allotments(
        by=by,
        line=line,
        kind=PotKind.QUOTA,
        drafts=[
            PurseDraft(
                f"quota-{line.pk}-{draft.authority.code}",
                f"{programme.name_he} · {draft.authority.name_he}",
                draft.authority,
            )
            for draft in new
        ],
    )
    families_before = {pk: quota.families for pk, quota in known.items()}
    for draft, allotment in zip(new, opened, strict=True):
        known[draft.authority.pk] = Quota(
            programme=programme,
            line=line,
            authority=draft.authority,
            starts=line.budget.starts,
            ends=line.budget.ends,
            pot=allotment.pot,
        )
    told: dict[str, Any] = {}
    changes = []
    for draft in wanted:
        quota = known[draft.authority.pk]
        before = granted.get(quota.pot_id, Money(0))
        quota.families, quota.source, quota.is_estimate = draft.families, source, is_estimate
        quota.full_clean(validate_unique=False, validate_constraints=False)
        quota.save()
        amount = amounts[draft.authority.pk]
        changes.append(
            QuotaChange(
                quota=quota,
                decision=decision,
                families_before=families_before.get(draft.authority.pk, 0),
                families_after=draft.families,
                amount_before=before,
                amount_after=amount,
                changed_by=by,
            )
        )
        told[draft.authority.code] = [before.agorot, amount.agorot]
    moved = [(known[draft.authority.pk].pot.allotment, amounts[draft.authority.pk]) for draft in wanted]
    allot(by=by, allotments=moved, decision=decision)
    QuotaChange.objects.bulk_create(changes)
    record(
        by=by,
        action="programmes.set_quotas",
        subject=line,
        place=wanted[0].authority if len(wanted) == 1 else line.budget.place,
        changes={"quotas": told},
    )
    return list(known.values())


def _programme_of(line: BudgetLine) -> Programme:
    paid = ProgrammeLine.objects.filter(line=line).select_related("programme").first()
    if paid is None:
        raise ValidationError(_("This line pays for no programme, so it has no quotas."))
    return paid.programme


def _check(line: BudgetLine, drafts: Sequence[QuotaDraft]) -> None:
    pks = [draft.authority.pk for draft in drafts]
    if len(set(pks)) != len(pks):
        raise ValidationError(_("An authority is given twice."))
    inside = set(
        Containment.objects.filter(ancestor=line.budget.place_id, descendant__in=pks).values_list(
            "descendant", flat=True
        )
    )
    for draft in drafts:
        if draft.authority.kind != PlaceKind.AUTHORITY or draft.authority.pk not in inside:
            raise ValidationError(
                _("%(place)s is not a local authority within the place of this budget.")
                % {"place": name_in_language(draft.authority)}
            )


def _check_families(line: BudgetLine, known: Mapping[int, Quota], drafts: Sequence[QuotaDraft]) -> None:
    """Places are promised to no more families than the line is of."""
    if line.families is None:
        return
    after = {pk: quota.families for pk, quota in known.items()}
    after |= {draft.authority.pk: draft.families for draft in drafts}
    missing = sum(after.values()) - line.families
    if missing > 0:
        raise FamiliesPassed(
            _("The line “%(line)s” is of %(families)s families; these quotas are %(missing)s more.")
            % {
                "line": name_in_language(line),
                "families": number(line.families),
                "missing": number(missing),
            }
        )


def _check_taken(known: Mapping[int, Quota], drafts: Sequence[QuotaDraft]) -> None:
    """No place is taken back from under a family that has one."""
    for draft in drafts:
        quota = known.get(draft.authority.pk)
        if quota is None or draft.families >= quota.families:
            continue
        if draft.families < (taken := places_taken(quota)):
            raise PlacesTaken(
                _("%(taken)s places of the quota of %(place)s are taken; it cannot fall below that.")
                % {"taken": number(taken), "place": name_in_language(draft.authority)}
            )


def _amount(line: BudgetLine, draft: QuotaDraft) -> Money:
    if draft.amount is not None:
        return draft.amount
    if line.unit_cost is None:
        raise ValidationError(_("This line has no cost of a family: say how much money the quota is of."))
    cost: Money = line.unit_cost
    return cost * draft.families


def _is_other(
    draft: QuotaDraft, known: Mapping[int, Quota], granted: Mapping[int, Money], amounts: Mapping[int, Money]
) -> bool:
    quota = known.get(draft.authority.pk)
    if quota is None:
        return bool(draft.families or amounts[draft.authority.pk])
    return quota.families != draft.families or granted[quota.pot_id] != amounts[draft.authority.pk]
