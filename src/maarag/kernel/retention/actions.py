"""Previews of what is due, their approval and their running; holds; erasure on request."""

from __future__ import annotations

import logging
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.database.rows import visible
from maarag.kernel.access.actions import system_account
from maarag.kernel.access.models import Account
from maarag.kernel.audit.actions import record
from maarag.kernel.places.models import Place, PlaceKind

from .erasing import erase_row
from .models import ErasureReason, Hold, Preview, PreviewState
from .queries import decides_in, due_of, hold_on, whole
from .rules import RULES, TIDY, Rule

log = logging.getLogger(__name__)


class NothingDue(ValueError):
    """No row of the rule is due in the authority."""


class AlreadyOpen(ValueError):
    """A preview of this rule waits in the authority, or a hold is in force on the row."""


class NotWaiting(ValueError):
    """The preview was decided or carried out meanwhile."""


class Held(ValueError):
    """The row must not be erased for now."""


def _require_decides(by: Account, authority: Place) -> None:
    if not decides_in(by, authority):
        raise Http404


def make_preview(*, by: Account, rule: Rule, authority: Place, today: date | None = None) -> Preview:
    """Put down which rows are due; raises Http404, NothingDue, AlreadyOpen."""
    _require_decides(by, authority)
    with visible(whole([authority.pk], by)):
        due = sorted(due_of(rule, today or timezone.localdate()), key=lambda one: (one.since, one.number))
        if not due:
            raise NothingDue(rule.code)
        rows = [{"row": str(one.row), "number": one.number, "since": one.since.isoformat()} for one in due]
        preview = Preview(authority=authority, rule=rule.code, rows=rows, count=len(rows), made_by=by)
        try:
            with transaction.atomic():
                preview.save()
        except IntegrityError:
            raise AlreadyOpen(rule.code) from None
        record(
            by=by,
            action="retention.preview",
            subject=preview,
            place=authority,
            changes={"rule": rule.code, "count": len(rows)},
        )
    return preview


def approve(*, by: Account, preview: Preview) -> Preview:
    """Let the coming night erase the rows of the preview; raises Http404, NotWaiting."""
    _require_decides(by, preview.authority)
    with visible(whole([preview.authority_id], by)):
        row = _locked(preview.pk)
        if row.state != PreviewState.WAITING:
            raise NotWaiting(preview.pk)
        row.approved_by, row.approved_at = by, timezone.now()
        row.save()
        record(
            by=by,
            action="retention.approve",
            subject=row,
            place=row.authority,
            changes={"rule": row.rule, "count": row.count},
        )
    return row


def withdraw(*, by: Account, preview: Preview) -> Preview:
    """Take a preview back before it is carried out; raises Http404, NotWaiting."""
    _require_decides(by, preview.authority)
    with visible(whole([preview.authority_id], by)):
        row = _locked(preview.pk)
        if row.state not in (PreviewState.WAITING, PreviewState.APPROVED):
            raise NotWaiting(preview.pk)
        row.withdrawn_by, row.withdrawn_at = by, timezone.now()
        row.save()
        record(by=by, action="retention.withdraw", subject=row, place=row.authority)
    return row


def run_approved(*, by: Account | None = None, today: date | None = None) -> int:
    """Carry out every approved preview, each in a transaction of its own; how many rows were erased.

    One that fails stays approved and is tried again; raises RuntimeError after the others are done.
    """
    actor = by or system_account()
    everywhere = Place.objects.filter(kind=PlaceKind.AUTHORITY).values_list("pk", flat=True)
    with visible(whole(everywhere, actor)):
        waiting = Preview.objects.filter(done_at=None, withdrawn_at=None).exclude(approved_at=None)
        wanted = list(waiting.order_by("approved_at").values_list("pk", "authority_id"))
    erased, failed = 0, []
    for pk, authority in wanted:
        try:
            erased += run_preview(by=actor, pk=pk, authority=authority, today=today)
        except Exception:
            log.exception("the preview %s could not be carried out", pk)
            failed.append(str(pk))
    if failed:
        raise RuntimeError(f"not carried out: {', '.join(failed)}")
    return erased


def run_preview(*, by: Account, pk: UUID, authority: int, today: date | None = None) -> int:
    """Erase the rows of an approved preview that are still due; 0 where it is not approved or was done."""
    with visible(whole([authority], by)):
        preview = _locked(pk)
        rule = RULES.get(preview.rule)
        if preview.state != PreviewState.APPROVED or rule is None:
            return 0
        still = {one.row for one in due_of(rule, today or timezone.localdate())}
        erased = 0
        for listed in preview.rows:
            key = UUID(listed["row"])
            model = rule.kind()
            subject = model._base_manager.filter(pk=key).first() if key in still else None
            if subject is not None:
                erase_row(by=by, subject=subject, rule=rule.code, approval=str(preview.pk))
                erased += 1
        preview.done_at, preview.erased = timezone.now(), erased
        preview.save()
        record(
            by=by,
            action="retention.run",
            subject=preview,
            place=preview.authority,
            changes={"rule": rule.code, "count": erased},
        )
    return erased


@transaction.atomic
def tidy(*, by: Account | None = None, today: date | None = None) -> dict[str, int]:
    """Remove the technical rows whose time is over; how many, by rule."""
    actor, today = by or system_account(), today or timezone.localdate()
    removed = {code: rule.run(today - rule.keep) for code, rule in TIDY.items()}
    if any(removed.values()):
        changes = {code: count for code, count in removed.items() if count}
        record(by=actor, action="retention.tidy", subject=actor, changes=changes)
    return removed


@transaction.atomic
def place_hold(*, by: Account, subject: models.Model, reason: str, until: date) -> Hold:
    """Keep a row from being erased until a day; the caller asked whether `by` may. Raises AlreadyOpen,
    ValidationError.
    """
    if until <= timezone.localdate():
        raise ValidationError({"until": _("The day lies in the past.")})
    kind = subject._meta.label_lower
    authority: int = subject.authority_id  # type: ignore[attr-defined]
    Hold.objects.filter(kind=kind, row=subject.pk, ended_at=None, until__lt=timezone.localdate()).update(
        ended_at=timezone.now(), ended_by=by
    )
    hold = Hold(authority_id=authority, kind=kind, row=subject.pk, reason=reason, until=until, placed_by=by)
    hold.full_clean(validate_unique=False, validate_constraints=False)
    try:
        with transaction.atomic():
            hold.save()
    except IntegrityError:
        raise AlreadyOpen(subject.pk) from None
    record(by=by, action="retention.hold", subject=subject, changes={"until": [None, until.isoformat()]})
    return hold


@transaction.atomic
def end_hold(*, by: Account, subject: models.Model) -> Hold:
    """Let a row be erased again when its time comes; the caller asked whether `by` may. Raises Http404."""
    hold = hold_on(subject)
    if hold is None:
        raise Http404
    hold.ended_by, hold.ended_at = by, timezone.now()
    hold.save()
    record(by=by, action="retention.release", subject=subject)
    return hold


@transaction.atomic
def erase_on_request(*, by: Account, subject: models.Model, reason: ErasureReason) -> dict[str, int]:
    """Erase a row before its time; the caller asked whether `by` may, and `by` confirmed. Raises Held."""
    if hold_on(subject) is not None:
        raise Held(subject.pk)
    return erase_row(by=by, subject=subject, rule=f"request.{ErasureReason(reason).value}")


def _locked(pk: UUID) -> Preview:
    preview = Preview.objects.select_for_update(of=("self",)).select_related("authority").filter(pk=pk)
    found = preview.first()
    if found is None:
        raise Http404
    return found
