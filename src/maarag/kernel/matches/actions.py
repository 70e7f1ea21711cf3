"""Asking for runs, doing them, stopping them, and answering to the differences that they show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.database.rows import RowScope, visible
from maarag.kernel.access.models import Account
from maarag.kernel.access.scope import require
from maarag.kernel.audit.actions import record
from maarag.kernel.jobs.actions import defer
from maarag.kernel.places.models import Containment, Place, PlaceKind

from .holding import held, held_among
from .models import OPEN_STATES, RemarkKind, Run, RunRemark, RunState
from .queries import cut_off
from .registry import CannotMatch, Stopped, matchmaker

STEP_LENGTH = 40
CUT_OFF = "cut_off"
"""Fault of a run whose process was gone before it was through."""


@transaction.atomic
def begin_run(
    *,
    by: Account,
    kind: str,
    place: Place,
    settings: Mapping[str, Any],
    based_on: Run | None = None,
) -> Run:
    """Write down that a run is asked for; `ask` or `compute` then does it. Raises Http404."""
    made = matchmaker(kind)
    require(by, made.asked_with, place=place)
    run = Run.objects.create(
        kind=kind,
        place=place,
        authorities=authorities_in(place),
        asked_by=by,
        settings=dict(settings),
        based_on=based_on,
    )
    record(by=by, action="matches.begin", subject=run, place=place, changes={"kind": [None, kind]})
    return run


def authorities_in(place: Place) -> list[int]:
    """The local authorities within the place; itself where it is one."""
    inside = Containment.objects.filter(ancestor=place, descendant__kind=PlaceKind.AUTHORITY)
    return sorted(inside.values_list("descendant_id", flat=True))


@transaction.atomic
def ask(*, by: Account, run: Run) -> None:
    """Have a worker do the run; of the same place one at a time."""
    from .tasks import work

    defer(work, lock=f"matches:{run.kind}:{run.place_id}", run=run.pk, account=by.pk)


def compute(*, run: Run) -> Run:
    """Do the run here and now, telling the progress as it goes; done, failed and stopped runs stay.

    What cannot be matched, and a wish to stop, end the run; other errors are raised after it is marked. Of a
    run that is not done no proposal stays. One that somebody else computes at this moment is left to them.
    """
    with held(run.pk) as is_ours:
        return _compute(run) if is_ours else Run.objects.get(pk=run.pk)


def _compute(run: Run) -> Run:
    begun = Run.objects.filter(pk=run.pk, state__in=OPEN_STATES)
    # a worker that died leaves it running: begun anew from its start
    if not begun.update(state=RunState.RUNNING, started_at=timezone.now(), percent=0, step=""):
        return Run.objects.get(pk=run.pk)
    run.refresh_from_db()
    _remove_proposals(run)  # of an attempt that broke off
    if run.cancel_asked:
        return _end(run.pk, RunState.CANCELLED)
    try:
        totals, sources = matchmaker(run.kind).compute(
            run, lambda percent, step: tell(run.pk, percent, step), lambda: is_to_stop(run.pk)
        )
    except Stopped:
        return _end(run.pk, RunState.CANCELLED)
    except CannotMatch as why:
        return _end(run.pk, RunState.FAILED, fault=why.code[:120])
    except Exception as error:
        if not transaction.get_connection().needs_rollback:
            _end(run.pk, RunState.FAILED, fault=f"error:{type(error).__name__}"[:120])
        raise
    return _end(run.pk, RunState.DONE, totals=totals, sources=sources, percent=100, step="")


def tell(run: UUID, percent: int, step: str) -> None:
    """How far the run is, for whoever waits."""
    Run.objects.filter(pk=run, state=RunState.RUNNING).update(
        percent=max(0, min(99, percent)), step=step[:STEP_LENGTH]
    )


def is_to_stop(run: UUID) -> bool:
    return Run.objects.filter(pk=run, cancel_asked=True).exists()


def _remove_proposals(run: Run) -> None:
    with visible(RowScope(frozenset(run.authorities), run.asked_by_id)):
        matchmaker(run.kind).proposals()._default_manager.filter(run=run).delete()


def _end(run: UUID, state: RunState, *, by: Account | None = None, **fields: Any) -> Run:
    """`by`: whoever asked for it, where nobody else ends it."""
    with transaction.atomic():
        found = Run.objects.select_for_update().get(pk=run)
        before = found.state
        if not found.is_open:  # ended by others, who saw nobody hold it: its lock was lost with a connection
            if found.state != RunState.DONE:
                _remove_proposals(found)
            return found
        if found.cancel_asked and state == RunState.DONE:  # told to stop in the last moment
            state, fields = RunState.CANCELLED, {}
        if state != RunState.DONE:
            _remove_proposals(found)
        found.state, found.ended_at = state, timezone.now()
        for name, value in fields.items():
            setattr(found, name, value)
        found.save()
        changes = {"state": [before, state.value]}
        who = by or found.asked_by
        record(by=who, action="matches.end", subject=found, place=found.place, changes=changes)
    return found


@transaction.atomic
def cancel_run(*, by: Account, run: Run) -> Run:
    """Have a run stopped that waits or runs; one that has ended stays as it is.

    One that nobody computes at this moment is ended at once: it waits, or whoever computed it is gone. Raises
    Http404.
    """
    require(by, matchmaker(run.kind).asked_with, place=run.place)
    found = Run.objects.select_for_update().get(pk=run.pk)
    if not found.is_open:
        return found
    found.cancel_asked = True
    if not held_among([found.pk]):
        _remove_proposals(found)
        found.state, found.ended_at = RunState.CANCELLED, timezone.now()
    found.save(update_fields=["cancel_asked", "state", "ended_at"])
    record(by=by, action="matches.cancel", subject=found, place=found.place)
    return found


@transaction.atomic
def end_cut_off(*, by: Account, run: Run) -> Run:
    """End a run that was cut off, and undo what it left; any other stays as it is."""
    found = Run.objects.select_for_update().get(pk=run.pk)
    if not cut_off([found]):
        return found
    state = RunState.CANCELLED if found.cancel_asked else RunState.FAILED
    return _end(found.pk, state, by=by, fault=CUT_OFF)


@transaction.atomic
def remark(
    *,
    by: Account,
    run: Run,
    attribute: str,
    value: str,
    text: str = "",
    mended_by: Run | None = None,
) -> RunRemark:
    """Answer to a difference between groups: explain it in words, or name the run whose floor mends it.

    `mended_by`: of the same place, or of an authority in it. `text` says nothing about a person. Raises
    Http404, ValidationError.
    """
    require(by, matchmaker(run.kind).asked_with, place=run.place)
    text = text.strip()
    if mended_by is None and not text:
        raise ValidationError({"text": _("Say what explains the difference.")})
    if mended_by is not None and (
        mended_by.kind != run.kind or mended_by.place_id not in (run.place_id, *run.authorities)
    ):
        raise Http404
    kind = RemarkKind.EXPLAINED if mended_by is None else RemarkKind.MENDED
    row = RunRemark(
        run=run, attribute=attribute, value=value, kind=kind, text=text, mended_by=mended_by, by=by
    )
    row.full_clean()
    row.save()
    changes = {"attribute": [None, attribute], "value": [None, value], "kind": [None, kind.value]}
    record(by=by, action="matches.remark", subject=run, place=run.place, changes=changes)
    return row
