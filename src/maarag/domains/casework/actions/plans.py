"""The plan of responses: a draft that is worked on, versions that were agreed and stay as they were."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.domains.families.actions import ChangedMeanwhile
from maarag.domains.families.models import Family
from maarag.domains.services.models import Service
from maarag.kernel.access.models import Account
from maarag.kernel.audit.actions import record
from maarag.kernel.taxonomy.models import Term, Vocabulary

from ..models import Doer, Goal, Plan, PlanItem, Progress
from .writing import (
    AlreadyDone,
    NothingToAgree,
    check,
    file_for_change,
    in_future,
    mark_of,
    put,
    row_for_change,
    told,
    without,
)

ITEM_FIELDS = (
    "goal",
    "response",
    "service",
    "doer",
    "who",
    "starts",
    "ends",
    "frequency",
    "amount",
    "details",
    "professions",
)
KEPT = ("line", "position", "progress", "progress_on", "progress_note")


@transaction.atomic
def draft_plan(*, by: Account, family: Family) -> Plan:
    """Begin the next version as a draft, with the items of the one in force; the draft that is there already
    is returned. Raises Http404, AlreadyClosed.
    """
    found = file_for_change(by, family)
    draft = Plan.objects.filter(family=found, agreed_on=None).first()
    if draft is not None:
        return draft
    draft = _new_draft(by, found)
    told(by, "casework.draft_plan", draft, number=draft.number)
    return draft


@transaction.atomic
def add_item(
    *,
    by: Account,
    family: Family,
    goal: Goal,
    response: Term,
    doer: str,
    starts: date,
    frequency: str,
    professions: Collection[str],
    **fields: Any,
) -> PlanItem:
    """Add an item to the draft, which is begun where there is none. Raises Http404, AlreadyClosed,
    ValidationError.
    """
    found = file_for_change(by, family)
    draft = Plan.objects.filter(family=found, agreed_on=None).first() or _new_draft(by, found)
    last = draft.items.aggregate(last=Max("position"))["last"] or 0
    item = PlanItem(authority=found.authority, family=found, plan=draft, written_by=by, position=last + 1)
    given = {
        "goal": goal,
        "response": response,
        "doer": doer,
        "starts": starts,
        "frequency": frequency,
        "professions": professions,
        **{name: value for name, value in fields.items() if name in ITEM_FIELDS},
    }
    put(item, given)
    _check(item)
    item.save(force_insert=True)
    told(by, "casework.add_item", item, response=item.response_id, starts=item.starts)
    return item


@transaction.atomic
def change_item(*, by: Account, item: PlanItem, seen: str = "", **fields: Any) -> PlanItem:
    """Change an item of the draft. Raises Http404, AlreadyClosed, AlreadyDone where its version is agreed,
    ChangedMeanwhile, ValidationError.
    """
    found = _of_draft(by, item, seen)
    changed = put(found, {name: value for name, value in fields.items() if name in ITEM_FIELDS})
    if not changed:
        return found
    _check(found)
    found.save()
    told(by, "casework.change_item", found, fields=changed)
    return found


@transaction.atomic
def remove_item(*, by: Account, item: PlanItem) -> None:
    """Take an item out of the draft; versions that hold it keep it. Raises as change_item."""
    found = _of_draft(by, item)
    told(by, "casework.remove_item", found, response=found.response_id)
    found.delete()


@transaction.atomic
def move_item(*, by: Account, item: PlanItem, progress: str, note: str = "", seen: str = "") -> PlanItem:
    """Say how an item of the version in force goes on, in the draft of the next version too. Raises Http404,
    AlreadyClosed, AlreadyDone where its version is not in force, ChangedMeanwhile, ValidationError.
    """
    found = row_for_change(by, item, seen=seen)
    in_force = Plan.objects.filter(family=found.family_id).exclude(agreed_on=None).order_by("-number").first()
    if in_force is None or found.plan_id != in_force.pk:
        raise AlreadyDone(found.pk)
    before = found.progress
    same = PlanItem.objects.filter(family=found.family_id, line=found.line, plan__agreed_on=None)
    for row in (found, *same):
        row.progress, row.progress_note, row.progress_on = progress, note.strip(), timezone.localdate()
        check(
            row,
            ("note", progress == Progress.STOPPED and not note.strip(), _("Say why it was stopped.")),
        )
        row.save()
    record(by=by, action="casework.move_item", subject=found, changes={"progress": [before, found.progress]})
    return found


@transaction.atomic
def agree_plan(
    *,
    by: Account,
    plan: Plan,
    agreed_by: str,
    agreed_on: date | None = None,
    note: str = "",
    seen: str = "",
) -> Plan:
    """The family and the worker agree on the draft, which is the version in force from now on. Raises
    Http404, AlreadyClosed, AlreadyDone, ChangedMeanwhile, NothingToAgree, ValidationError.

    `seen` is `content_mark` of the draft as it was read.
    """
    found = row_for_change(by, plan)
    if not found.is_draft:
        raise AlreadyDone(found.pk)
    _same_as_seen(found, seen)
    count = found.items.count()
    if not count:
        raise NothingToAgree(found.pk)
    found.agreed_on, found.agreed_by = agreed_on or timezone.localdate(), agreed_by.strip()
    found.agreed_with, found.note = by, note.strip()
    before = Plan.objects.filter(family=found.family_id, agreed_on__gt=found.agreed_on).exists()
    check(
        found,
        in_future("agreed_on", found.agreed_on),
        ("agreed_on", before, _("A later version was agreed after this day.")),
        ("agreed_by", not found.agreed_by, _("Say who of the family agreed.")),
    )
    found.save()
    told(by, "casework.agree_plan", found, number=found.number, items=count, agreed_on=found.agreed_on)
    return found


@transaction.atomic
def discard_draft(*, by: Account, plan: Plan) -> None:
    """Give up a draft; the version in force stays. Raises Http404, AlreadyClosed, AlreadyDone."""
    found = row_for_change(by, plan)
    if not found.is_draft:
        raise AlreadyDone(found.pk)
    told(by, "casework.discard_draft", found, number=found.number)
    found.delete()


def content_mark(plan: Plan) -> str:
    """A mark that differs whenever the draft or one of its items does."""
    return ".".join([mark_of(plan)[:8], *(mark_of(item)[:8] for item in plan.items.order_by("position"))])


def _same_as_seen(plan: Plan, seen: str) -> None:
    if seen and seen != content_mark(plan):
        raise ChangedMeanwhile(plan.pk)


def _new_draft(by: Account, family: Family) -> Plan:
    last = Plan.objects.filter(family=family).order_by("-number").first()
    draft = Plan.objects.create(
        authority=family.authority, family=family, written_by=by, number=last.number + 1 if last else 1
    )
    if last:
        PlanItem.objects.bulk_create(
            PlanItem(
                authority=family.authority,
                family=family,
                plan=draft,
                written_by=item.written_by,
                written_at=item.written_at,
                **{name: getattr(item, name) for name in (*ITEM_FIELDS, *KEPT)},
            )
            for item in last.items.order_by("position")
        )
    return draft


def _of_draft(by: Account, item: PlanItem, seen: str = "") -> PlanItem:
    found = row_for_change(by, item, seen=seen)
    if not found.plan.is_draft:
        raise AlreadyDone(found.pk)
    return found


def _check(item: PlanItem) -> None:
    if item.goal.family_id != item.family_id:
        raise ValidationError({"goal": _("This goal is of another family.")})
    service: Service | None = item.service
    check(
        item,
        without("professions", item.professions),
        (
            "response",
            item.response.vocabulary != Vocabulary.RESPONSE,
            _("Choose a response of the taxonomy."),
        ),
        (
            "ends",
            bool(item.ends and item.starts and item.ends < item.starts),
            _("It ends before it begins."),
        ),
        (
            "who",
            item.doer == Doer.BODY and not item.who and service is None,
            _("Name the body, or choose a service of the directory."),
        ),
    )
