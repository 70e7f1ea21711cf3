"""Asking for runs of placements, and running again with decisions kept."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction
from django.http import Http404

from maarag.domains.families.models import Family, FamilyStatus
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import permits
from maarag.kernel.matches.actions import ask, begin_run, compute, end_cut_off, remark
from maarag.kernel.matches.models import Run, RunRemark, RunState
from maarag.kernel.places.models import Place, PlaceKind

from ..asked import Asked, FloorAsked, asked
from ..errors import RunNotReady

KIND = "placements"
AT_ONCE = 1_000
"""A department with at most so many open files is matched at once; anything larger by a worker."""


def start_run(
    *,
    by: Account,
    place: Place,
    settings: Asked | None = None,
    based_on: Run | None = None,
    at_once: bool | None = None,
) -> Run:
    """Match the families of a department, or of all departments of a district or the nation.

    A department is matched at once, unless it is large; anything else is left to a worker. Raises Http404.
    """
    with transaction.atomic():
        run, now = _begin(by, place, settings or asked(), based_on, at_once)
    return compute(run=run) if now else run


def _begin(
    by: Account, place: Place, settings: Asked, based_on: Run | None, at_once: bool | None
) -> tuple[Run, bool]:
    """The run, and whether it is to be done now; else it is left to a worker."""
    run = begin_run(by=by, kind=KIND, place=place, settings=settings.data(), based_on=based_on)
    now = at_once if at_once is not None else is_small(by, place)
    if not now:
        ask(by=by, run=run)
    return run, now


def is_small(by: Account, place: Place) -> bool:
    """Whether the place is a department whose open files can be matched while somebody waits."""
    if place.kind != PlaceKind.AUTHORITY or not permits(by, Permission.DECIDE_PLACEMENTS, place=place):
        return False
    return Family.objects.filter(authority=place, status=FamilyStatus.OPEN).count() <= AT_ONCE


def rerun(
    *,
    by: Account,
    run: Run,
    place: Place | None = None,
    settings: Asked | None = None,
    keep: bool = True,
    at_once: bool | None = None,
) -> Run:
    """Match anew with today's data; decisions that were made and not carried out stay where `keep`.

    A run that was cut off is ended by it. `place`: one of the departments of a wider run, for it alone.
    Raises Http404, RunNotReady.
    """
    with transaction.atomic():
        new, now = _begin_again(by, run, place, settings, keep, at_once)
    return compute(run=new) if now else new


def _begin_again(
    by: Account, run: Run, place: Place | None, settings: Asked | None, keep: bool, at_once: bool | None
) -> tuple[Run, bool]:
    if run.is_open:
        run = end_cut_off(by=by, run=run)
    if run.is_open:
        raise RunNotReady
    where = place or run.place
    if where.pk not in (run.place_id, *run.authorities):
        raise Http404
    given = replace(settings or Asked.of(run.settings), keep=keep, day=asked().day)
    return _begin(by, where, given, _decided_in(run), at_once)


def _decided_in(run: Run) -> Run | None:
    """The run whose decisions stay: of one that was stopped or failed, the one that it was to follow."""
    found: Run | None = run
    while found is not None and found.state != RunState.DONE:
        found = found.based_on
    return found


def mend(
    *,
    by: Account,
    run: Run,
    attribute: str,
    value: str,
    percent: int | None = None,
    number: int | None = None,
    settings: Asked | None = None,
    keep: bool = True,
    place: Place | None = None,
    at_once: bool | None = None,
) -> Run:
    """Run again with a floor for a group that was placed less, and write that down at the first run.

    `settings`: all else that is asked for, by default as the first run was. `keep`, `place`: as of
    `rerun`. Raises Http404, RunNotReady, ValidationError.
    """
    rest = settings or Asked.of(run.settings)
    others = tuple(one for one in rest.floors if (one.attribute, one.value) != (attribute, value))
    floors = (*others, FloorAsked(attribute, value, percent=percent, number=number))
    checked = asked(who=rest.who, least_fit=rest.least_fit, floors=floors, programmes=rest.programmes)
    with transaction.atomic():
        new, now = _begin_again(by, run, place, checked, keep, at_once)
        remark(by=by, run=run, attribute=attribute, value=value, mended_by=new)
    # not within the transaction: how far it is would not be seen, nor a wish to stop it
    return compute(run=new) if now else new


def explain_difference(*, by: Account, run: Run, attribute: str, value: str, text: str) -> RunRemark:
    """Say in words why a group was placed less; no words about a person. Raises Http404, ValidationError."""
    if run.kind != KIND:
        raise Http404
    return remark(by=by, run=run, attribute=attribute, value=value, text=text)
