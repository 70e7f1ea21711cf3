"""Contacts with a family, and tasks: what was said, what is to be done next."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.domains.families.models import Family
from maarag.domains.families.scope import may
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission

from ..models import Contact, Task
from .writing import AlreadyDone, check, file_for_change, put, row_for_change, told

CONTACT_FIELDS = ("kind", "at", "minutes", "people", "said", "next_step")
TASK_FIELDS = ("what", "worker", "due")
FARTHEST = timedelta(days=5 * 366)
"""A task farther ahead is a slip of the year."""


@transaction.atomic
def record_contact(
    *,
    by: Account,
    family: Family,
    kind: str,
    at: datetime,
    people: str,
    said: str,
    minutes: int | None = None,
    next_step: str = "",
    next_on: date | None = None,
) -> Contact:
    """Write down a contact; where the next step has a day, it becomes a task of the writer. Raises Http404,
    AlreadyClosed, ValidationError.
    """
    found = file_for_change(by, family)
    contact = Contact(authority=found.authority, family=found, written_by=by)
    put(
        contact,
        {"kind": kind, "at": at, "minutes": minutes, "people": people, "said": said, "next_step": next_step},
    )
    _check_contact(
        contact, ("next_step", bool(next_on and not contact.next_step), _("Say what is to be done."))
    )
    contact.save(force_insert=True)
    if next_on:
        task = Task(authority=found.authority, family=found, written_by=by)
        put(task, {"what": contact.next_step[:500], "worker": by, "due": next_on})
        check(task, _too_far("next_on", next_on))
        task.save(force_insert=True)
    told(by, "casework.record_contact", contact, kind=contact.kind, at=contact.at, due=next_on)
    return contact


@transaction.atomic
def change_contact(*, by: Account, contact: Contact, seen: str = "", **values: Any) -> Contact:
    """Correct what was written; that it was corrected, by whom and when, stays with it. Raises Http404,
    AlreadyClosed, ChangedMeanwhile, ValidationError.
    """
    found = row_for_change(by, contact, seen=seen)
    changed = put(found, {name: value for name, value in values.items() if name in CONTACT_FIELDS})
    if not changed:
        return found
    found.changed_by, found.changed_at = by, timezone.now()
    _check_contact(found)
    found.save()
    told(by, "casework.change_contact", found, fields=changed)
    return found


@transaction.atomic
def add_task(*, by: Account, family: Family, what: str, due: date, worker: Account | None = None) -> Task:
    """Put something to do on somebody's list; raises Http404, AlreadyClosed, ValidationError."""
    found = file_for_change(by, family)
    task = Task(authority=found.authority, family=found, written_by=by)
    put(task, {"what": what, "worker": worker or by, "due": due})
    _check_task(task, found)
    task.save(force_insert=True)
    told(by, "casework.add_task", task, worker=task.worker_id, due=task.due)
    return task


@transaction.atomic
def change_task(*, by: Account, task: Task, seen: str = "", **values: Any) -> Task:
    """Change what is to be done, by whom or until when. Raises Http404, AlreadyClosed, AlreadyDone,
    ChangedMeanwhile, ValidationError.
    """
    found = row_for_change(by, task, seen=seen)
    if found.done_at:
        raise AlreadyDone(found.pk)
    changed = put(found, {name: value for name, value in values.items() if name in TASK_FIELDS})
    if not changed:
        return found
    _check_task(found, found.family)
    found.save()
    told(by, "casework.change_task", found, fields=changed)
    return found


@transaction.atomic
def finish_task(*, by: Account, task: Task) -> Task:
    """Tick a task off; raises Http404, AlreadyDone. Of a closed file too."""
    found = row_for_change(by, task, closed_too=True)
    if found.done_at:
        raise AlreadyDone(found.pk)
    found.done_at, found.done_by = timezone.now(), by
    found.save(update_fields=["done_at", "done_by"])
    told(by, "casework.finish_task", found, done_at=found.done_at)
    return found


@transaction.atomic
def reopen_task(*, by: Account, task: Task) -> Task:
    """A task is not done after all; raises Http404, AlreadyClosed, AlreadyDone where it was open."""
    found = row_for_change(by, task)
    if not found.done_at:
        raise AlreadyDone(found.pk)
    found.done_at = found.done_by = None
    found.save(update_fields=["done_at", "done_by"])
    told(by, "casework.reopen_task", found, due=found.due)
    return found


def _check_contact(contact: Contact, *rules: tuple[str, bool, Any]) -> None:
    ahead = bool(contact.at and contact.at > timezone.now())
    check(contact, ("at", ahead, _("This hour is in the future; a meeting to come is a task.")), *rules)


def _check_task(task: Task, family: Family) -> None:
    keeps = may(task.worker, Permission.VIEW_FAMILIES, family)
    check(
        task,
        ("worker", not keeps, _("This account does not keep files in the authority.")),
        _too_far("due", task.due),
    )


def _too_far(name: str, day: date | None) -> tuple[str, bool, Any]:
    far = bool(day and day > timezone.localdate() + FARTHEST)
    return name, far, _("More than five years ahead; look for a slip in the year.")
