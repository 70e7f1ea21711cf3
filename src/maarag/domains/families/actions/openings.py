"""Opening a foreign file in an emergency: at once, for a reason and a time, seen by whom it belongs to.

The worker's own scope never holds the foreign authority: each step enters it for itself, for this one family.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Q
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.database.encryption.fields import matching
from maarag.database.rows import RowScope, current, visible
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import holds_somewhere
from maarag.kernel.audit.actions import record, record_read
from maarag.kernel.jobs.actions import defer
from maarag.kernel.jobs.registry import TASKS
from maarag.kernel.places.models import Place, PlaceKind

from ..models import Attempt, Family, FamilyStatus, Member, Opening, Verdict
from ..queries.openings import is_open, opened_by, overdue, supervised_by
from ..scope import authorities_with
from ..shown import ALL, ShownFile, shown

HOURS, MOST_HOURS = 4, 24
ATTEMPTS_AN_HOUR = 5
LONGEST_NUMBER = 7
"""Digits of a file number at most; more of them are an id."""
SHORTEST_REASON = 10
"""Characters: a reason is a sentence."""


class Unjustified(ValueError):
    """Something that the worker opened waits for its justification for too long."""


class TooManyAttempts(ValueError):
    """The worker has opened or looked for too many files within the hour."""


class AlreadyDone(ValueError):
    """The opening has ended, or was justified or judged, already."""


class NotYet(ValueError):
    """The opening cannot be judged before it is over and justified, or late."""


Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def as_caller(action: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Run the action in one transaction in which `by` sees their own openings, whoever asks in their name."""

    @wraps(action)
    def run(*positional: Parameters.args, **given: Parameters.kwargs) -> Result:
        by: Any = given["by"]
        with visible(replace(current(), account=by.pk)):
            return action(*positional, **given)

    return run


@as_caller
def open_in_emergency(
    *, by: Account, authority: Place, text: str, reason: str, hours: int = HOURS
) -> Opening | None:
    """Open the file of a family of another authority, found by its number or somebody's national id.

    None where there is no such file; that it was looked for is recorded too: commit it. Raises Http404
    without the permission, Unjustified, TooManyAttempts, ValidationError.
    """
    if not holds_somewhere(by, Permission.OPEN_FOREIGN_FILES):
        raise Http404
    _one_at_a_time(by)
    reason, text = reason.strip(), text.strip()
    _check_asked(by, authority, text, reason, hours)
    if opened_by(by).filter(overdue()).exists():
        raise Unjustified
    if _attempts_of(by) >= ATTEMPTS_AN_HOUR:
        raise TooManyAttempts
    with visible(RowScope(frozenset({authority.pk}), by.pk)):
        found = _found(authority, text)
    if found is None:
        Attempt.objects.create(account=by, authority=authority)
        record(by=by, action="families.find_nothing_in_emergency", subject=authority, place=authority)
        return None
    now = timezone.now()
    with visible(RowScope(frozenset({authority.pk}), by.pk, family=found)):
        family = Family.objects.get(pk=found)
        opening = Opening(
            authority=authority,
            family=family,
            number=family.number,
            opened_by=by,
            reason=reason,
            opened_at=now,
            until=now + timedelta(hours=hours),
        )
        opening.full_clean(validate_unique=False)
        opening.save(force_insert=True)
        changes = {"until": [None, opening.until]}
        record(by=by, action="families.open_in_emergency", subject=opening, changes=changes)
        defer(TASKS["families.tell_of_opening"], opening=opening.pk, authority=authority.pk)
    return opening


@as_caller
def read_in_emergency(*, by: Account, pk: UUID) -> ShownFile | None:
    """What the file says, while it is open for `by`; that it was read is recorded with its authority."""
    if not holds_somewhere(by, Permission.OPEN_FOREIGN_FILES):
        return None
    mine = opened_by(by).filter(pk=pk).first()
    if mine is None or not is_open(mine):
        return None
    with visible(_scope(by, mine)):
        # Whoever ends it at this moment waits for this reading, or this reading finds it ended.
        opening = Opening.objects.select_for_update(no_key=True).filter(pk=pk, opened_by=by).first()
        if opening is None or not is_open(opening):
            return None
        family = Family.objects.select_related("authority", "neighbourhood", "worker").get(
            pk=opening.family_id
        )
        record_read(by=by, subject=family, what="families.read_in_emergency")
        return shown(family, ALL)


@as_caller
def end_opening(*, by: Account, opening: Opening) -> Opening:
    """End an opening at once: its worker, or the supervisor of the family. Raises Http404, AlreadyDone."""
    with visible(_scope(by, _seen(by, opening.pk))):
        opening = _locked(opening.pk)
        if not is_open(opening):
            raise AlreadyDone(opening.pk)
        opening.ended_at, opening.ended_by = timezone.now(), by
        opening.save(update_fields=["ended_at", "ended_by"])
        changes = {"ended_at": [None, opening.ended_at]}
        record(by=by, action="families.end_opening", subject=opening, changes=changes)
    return opening


@as_caller
def justify_opening(*, by: Account, opening: Opening, text: str) -> Opening:
    """Say why it was right to open the file. Raises Http404 for another's opening, AlreadyDone,
    ValidationError.
    """
    mine = opened_by(by).filter(pk=opening.pk).first()
    if mine is None:
        raise Http404
    if len(text.strip()) < SHORTEST_REASON:
        raise ValidationError({"text": _("Write at least a sentence: what happened, and what you did.")})
    with visible(_scope(by, mine)):
        opening = _locked(opening.pk)
        if opening.justified_at:
            raise AlreadyDone(opening.pk)
        opening.justification, opening.justified_at = text.strip(), timezone.now()
        opening.full_clean(validate_unique=False)
        opening.save(update_fields=["justification", "justified_at"])
        record(by=by, action="families.justify_opening", subject=opening)
    return opening


@as_caller
def judge_opening(*, by: Account, opening: Opening, verdict: str, note: str) -> Opening:
    """The supervisor's word on an opening of her authority's file. Raises Http404, NotYet, AlreadyDone,
    ValidationError.
    """
    seen = supervised_by(by).filter(pk=opening.pk).first()
    if seen is None or seen.opened_by_id == by.pk:
        raise Http404
    with visible(_scope(by, seen)):
        opening = _locked(opening.pk)
        if opening.verdict:
            raise AlreadyDone(opening.pk)
        late = Opening.objects.filter(overdue(), pk=opening.pk).exists()
        if is_open(opening) or not (opening.justified_at or late):
            raise NotYet(opening.pk)
        if not opening.justified_at and verdict == Verdict.ACCEPTED:
            raise ValidationError({"verdict": _("Nothing was written to justify it: it cannot be accepted.")})
        if not note.strip():
            raise ValidationError({"note": _("Say why in a few words; the worker reads it.")})
        opening.verdict, opening.review_note = verdict, note.strip()
        opening.reviewed_by, opening.reviewed_at = by, timezone.now()
        opening.full_clean(validate_unique=False)
        opening.save(update_fields=["verdict", "review_note", "reviewed_by", "reviewed_at"])
        changes = {"verdict": [None, verdict]}
        record(by=by, action="families.judge_opening", subject=opening, changes=changes)
    return opening


def _check_asked(by: Account, authority: Place, text: str, reason: str, hours: int) -> None:
    faults = {}
    if authority.kind != PlaceKind.AUTHORITY:
        faults["authority"] = _("Choose a local authority.")
    elif authorities_with(by, Permission.VIEW_FAMILIES).filter(pk=authority.pk).exists():
        faults["authority"] = _("These are your own files: find this one in your list of families.")
    if not text:
        faults["text"] = _("Write a file number, or the national id of somebody of the family.")
    if len(reason) < SHORTEST_REASON:
        faults["reason"] = _("Write at least a sentence: what happens that cannot wait.")
    if not 1 <= hours <= MOST_HOURS:
        faults["hours"] = _("From 1 to %(most)s hours.") % {"most": MOST_HOURS}
    if faults:
        raise ValidationError(faults)


def _one_at_a_time(by: Account) -> None:
    """What one worker asks for at once is counted one after the other, whichever process it reaches."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('families.emergency'), %s)", [by.pk])


def _attempts_of(by: Account) -> int:
    since = timezone.now() - timedelta(hours=1)
    found = opened_by(by).filter(opened_at__gt=since).count()
    return found + Attempt.objects.filter(account=by, at__gt=since).count()


def _found(authority: Place, text: str) -> UUID | None:
    """The family of this file number or national id; of several, that whose file is open, then the newest."""
    families = Family.objects.filter(authority=authority)
    if text.isdecimal() and len(text) <= LONGEST_NUMBER:
        families = families.filter(number=int(text))
    else:
        members = Member.objects.filter(matching(Member, "national_id", text, authorities=[authority.pk]))
        families = families.filter(pk__in=members.values("family"))
    merged = families.filter(status=FamilyStatus.MERGED)
    families = Family.objects.filter(
        Q(pk__in=families.exclude(status=FamilyStatus.MERGED).values("pk"))
        | Q(pk__in=merged.values("merged_into"))
    )
    pks = dict(families.order_by("opened_on", "number").values_list("pk", "status"))
    still_open = [pk for pk, status in pks.items() if status == FamilyStatus.OPEN]
    return next(reversed(still_open or list(pks)), None)


def _scope(by: Account, opening: Opening) -> RowScope:
    return RowScope(frozenset({opening.authority_id}), by.pk, family=opening.family_id)


def _seen(by: Account, pk: UUID) -> Opening:
    seen = opened_by(by).filter(pk=pk).first() or supervised_by(by).filter(pk=pk).first()
    if seen is None:
        raise Http404
    return seen


def _locked(pk: UUID) -> Opening:
    return Opening.objects.select_for_update(no_key=True).get(pk=pk)
