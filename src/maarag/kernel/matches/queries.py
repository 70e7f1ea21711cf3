"""Reading runs: which of them were cut off, and in what two of them differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from maarag.kernel.jobs.queries import open_with

from .holding import held_among
from .models import OPEN_STATES, Run, RunState
from .registry import matchmaker

BEGINS_WITHIN = timedelta(minutes=1)
"""A run that is computed without a job is held by then."""


def cut_off(runs: Iterable[Run]) -> frozenset[UUID]:
    """Those that wait or run, and that nobody computes and no job will: whoever did was killed."""
    late = timezone.now() - BEGINS_WITHIN
    wanted = {
        one.pk
        for one in runs
        if one.state == RunState.RUNNING or (one.state == RunState.QUEUED and one.asked_at < late)
    }
    if wanted:
        wanted -= {UUID(value) for value in open_with("run", [str(pk) for pk in wanted])}
    if wanted:
        wanted -= held_among(wanted)
    # last of all: one that has ended meanwhile has neither a job nor anybody who holds it
    still = Run.objects.filter(pk__in=wanted, state__in=OPEN_STATES).order_by()
    return frozenset(still.values_list("pk", flat=True)) if wanted else frozenset()


@dataclass(frozen=True)
class Changed:
    """A subject that two runs propose differently; None: it waits. `before_fit`, `after_fit`: 0–100."""

    subject: Any
    before: Any
    after: Any
    before_fit: int | None
    after_fit: int | None


@dataclass(frozen=True)
class Compared:
    """Two runs side by side. Subjects that only one of them has are counted, and not among the changed."""

    first: Run
    second: Run
    same: int
    changed: tuple[Changed, ...]
    only_first: int
    only_second: int


def compare(first: Run, second: Run) -> Compared:
    """In what two runs of one kind differ, as far as the present scope sees their proposals.

    Raises ValueError for runs of two kinds, or one that is not done.
    """
    if first.kind != second.kind:
        raise ValueError("runs of two kinds are not compared")
    if {first.state, second.state} != {RunState.DONE}:
        raise ValueError("only runs that are done are compared")
    before, after = _proposed(first), _proposed(second)
    both = [subject for subject in before if subject in after]
    changed = tuple(
        Changed(subject, before[subject][0], after[subject][0], before[subject][1], after[subject][1])
        for subject in both
        if before[subject][0] != after[subject][0]
    )
    return Compared(
        first, second, len(both) - len(changed), changed, len(before) - len(both), len(after) - len(both)
    )


def _proposed(run: Run) -> dict[Any, tuple[Any, int | None]]:
    made = matchmaker(run.kind)
    rows: Iterable[tuple[Any, Any, int | None]] = (
        made.proposals()
        ._default_manager.filter(run=run)
        .order_by("rank")
        .values_list(f"{made.subject}_id", f"{made.target}_id", "fit")
    )
    return {subject: (target, fit) for subject, target, fit in rows}
