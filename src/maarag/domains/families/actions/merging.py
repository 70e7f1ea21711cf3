"""Telling two files apart, merging them, and undoing it. Each runs in the scope of its caller."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Max, Model
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.database.encryption.fields import indexes_of, is_encrypted, with_index
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.audit.actions import record

from ..merging import Plan, UndoPlan, hanging_on, moved_rows, plan_of, undo_plan_of
from ..merging_models import Distinct, DistinctReason, Merge, MergeStep
from ..models import Family, FamilyStatus, Member
from ..moving import links_to
from ..scope import require_for
from .files import ChangedMeanwhile


class NotMerged(ValueError):
    """The files cannot be merged, or no longer be taken apart; `reasons` says why, to the reader."""

    def __init__(self, reasons: Sequence[Any]) -> None:
        super().__init__(*map(str, reasons))
        self.reasons = [str(reason) for reason in reasons]


@transaction.atomic
def tell_apart(
    *, by: Account, family: Family, others: Sequence[Family], reason: str, note: str = ""
) -> list[Distinct]:
    """Say of files that resemble one that they are of other families, and why.

    What was said of a pair before is left as it is. Raises Http404, ValidationError.
    """
    require_for(by, Permission.EDIT_FAMILIES, family)
    if reason not in DistinctReason.values:
        raise ValidationError({"reason": _("Say why these are two families.")})
    if reason == DistinctReason.OTHER and not note.strip():
        raise ValidationError({"note": _("Say in a few words why these are two families.")})
    said = []
    for other in others:
        require_for(by, Permission.VIEW_FAMILIES, other)
        if other.authority_id != family.authority_id or other.pk == family.pk:
            raise Http404
        if told_apart(family, other):
            continue
        row = Distinct(
            authority=family.authority,
            family=family,
            other=other,
            reason=reason,
            note=note.strip(),
            said_by=by,
        )
        row.full_clean(validate_unique=False, validate_constraints=False)
        row.save()
        said.append(row)
    if said:
        changes = {"families": [None, len(said)], "reason": [None, reason]}
        record(by=by, action="families.tell_apart", subject=family, changes=changes)
    return said


def told_apart(one: Family, other: Family) -> bool:
    """Whether somebody said of the two files that they are of two families."""
    return Distinct.objects.filter(family__in=[one, other], other__in=[one, other]).exists()


@transaction.atomic
def merge_families(
    *,
    by: Account,
    kept: Family,
    away: Family,
    same: Mapping[UUID, UUID] | None = None,
    seen: str = "",
) -> Merge:
    """Make one file of two: everything of `away` goes over to `kept`, and `away` leads there from now on.

    `same`: who of `away` is who of `kept`, without it as it seems; `seen`: the digest of the plan that was
    looked at. Raises Http404, NotMerged, ChangedMeanwhile where anything else would happen than was seen.
    """
    kept, away = _both(by, kept.pk, away.pk)
    plan = plan_of(kept, away, same)
    if plan.refusals:
        raise NotMerged(plan.refusals)
    if seen and seen != plan.digest:
        raise ChangedMeanwhile(kept.pk)
    merge = Merge(authority=kept.authority, family=kept, away=away, away_number=away.number, merged_by=by)
    merge.save(force_insert=True)
    steps = _Steps(merge)
    _move(plan, steps)
    changes = {"status": FamilyStatus.MERGED.value, "merged_into_id": kept.pk, "closing_reason": ""}
    steps.change(away, {**changes, "closed_on": timezone.localdate()})
    steps.save()
    told = {"rows": len(steps.rows), "members": len(plan.people)}
    record(by=by, action="families.merge", subject=kept, changes={"file": away.number, **told})
    record(by=by, action="families.merge_away", subject=away, changes={"file": kept.number})
    return merge


@transaction.atomic
def undo_merge(*, by: Account, merge: Merge) -> UndoPlan:
    """Take two files apart again: every row that merging moved goes back, with what hangs on it since.

    What was added to the file since stays with it, and so does a field that was changed since. Raises
    Http404, NotMerged.
    """
    found = Merge.objects.filter(pk=merge.pk).first()
    if found is None:
        raise Http404
    kept, away = _both(by, found.family_id, found.away_id)
    merge = Merge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    merge.family, merge.away = kept, away
    plan = undo_plan_of(merge)
    if plan.refusals:
        raise NotMerged(plan.refusals)
    moved = moved_rows(merge)
    for model, rows in hanging_on(merge, moved):
        column = next(
            link.column for link in links_to(Family) if link.model is model and link.name == "family"
        )
        model._base_manager.filter(pk__in=[row.pk for row in rows]).update(**{column: away.pk})
    for step in merge.steps.order_by("-position"):
        _back(step)
    merge.undone_by, merge.undone_at = by, timezone.now()
    merge.save(update_fields=["undone_by", "undone_at"])
    record(by=by, action="families.undo_merge", subject=kept, changes={"file": away.number})
    record(by=by, action="families.bring_back", subject=away, changes={"file": kept.number})
    return plan


def _both(by: Account, kept: UUID, away: UUID) -> tuple[Family, Family]:
    """Both files, held until the end; always in one order, so that no two wait for each other."""
    rows = Family.objects.select_for_update(of=("self",)).filter(pk__in=[kept, away]).order_by("pk")
    found = {row.pk: row for row in rows}
    if set(found) != {kept, away}:
        raise Http404
    for family in found.values():
        require_for(by, Permission.MERGE_FAMILIES, family)
    return found[kept], found[away]


def _move(plan: Plan, steps: _Steps) -> None:
    last = plan.kept.members.aggregate(last=Max("position"))["last"] or 0
    for step in plan.people:
        if step.same is None:
            last += 1
            steps.change(step.person, {"family_id": plan.kept.pk, "position": last})
        elif step.fills:
            steps.change(step.same, step.fills)
    if plan.fills:
        steps.change(plan.kept, plan.fills)
    targets = {step.person.pk: step.same.pk for step in plan.people if step.same is not None}
    for moving in plan.moving:
        if moving.link.model is Member:
            continue
        for row in moving.goes:
            was = getattr(row, moving.link.column)
            steps.change(row, {moving.link.column: targets.get(was, plan.kept.pk)})


class _Steps:
    """What is changed, with what was there before; `update`, so that nothing but these columns moves."""

    def __init__(self, merge: Merge) -> None:
        self.merge = merge
        self.rows: list[MergeStep] = []

    def change(self, row: Any, values: Mapping[str, Any]) -> None:
        before = {name: getattr(row, name) for name in values}
        _write(type(row), row.pk, self.merge.authority_id, values)
        for name, value in values.items():
            setattr(row, name, value)
        self.rows.append(
            MergeStep(
                authority_id=self.merge.authority_id,
                family_id=self.merge.family_id,
                merge=self.merge,
                model=row._meta.label_lower,
                row=str(row.pk),
                before=json.dumps(before, cls=DjangoJSONEncoder, ensure_ascii=False),
                after=json.dumps(dict(values), cls=DjangoJSONEncoder, ensure_ascii=False),
                position=len(self.rows) + 1,
            )
        )

    def save(self) -> None:
        MergeStep.objects.bulk_create(self.rows)


def _back(step: MergeStep) -> None:
    """Put back what the step changed, where it still stands as the step left it."""
    model: Any = apps.get_model(step.model)
    row = model._base_manager.filter(pk=step.row).first()
    if row is None:
        return
    after, before = json.loads(step.after), json.loads(step.before)
    now = json.loads(json.dumps({name: getattr(row, name) for name in after}, cls=DjangoJSONEncoder))
    columns = {field.attname: field for field in model._meta.concrete_fields}
    values = {
        name: columns[name].to_python(value) for name, value in before.items() if now[name] == after[name]
    }
    if values:
        _write(model, row.pk, step.authority_id, values)


def _write(model: type[Model], pk: Any, authority: int, values: Mapping[str, Any]) -> None:
    columns: dict[str, Any] = {field.attname: field for field in model._meta.concrete_fields}
    written: dict[str, Any] = {}
    for name, value in values.items():
        if is_encrypted(columns[name]) and any(indexes_of(columns[name])):
            written |= with_index(model, authority, **{name: value})
        else:
            written[name] = value
    model._base_manager.filter(pk=pk).update(**written)
