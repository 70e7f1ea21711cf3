"""Planning and closing sessions of guidance, and setting targets."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.domains.programmes.models import Programme
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import require
from maarag.kernel.audit.actions import record
from maarag.kernel.places.models import PlaceKind

from .models import OF_PLACES_ONLY, Session, SessionKind, SessionState, Target

if TYPE_CHECKING:
    from maarag.kernel.access.models import Account
    from maarag.kernel.places.models import Place


class AlreadyEnded(ValueError):
    """The session was held or cancelled meanwhile, or the target was ended."""


@transaction.atomic
def plan_session(
    *,
    by: Account,
    authority: Place,
    programmes: Collection[Programme],
    day: date,
    topic: str,
    guide: str,
    follows: Session | None = None,
    **fields: Any,
) -> Session:
    """Plan a session; shared where it is of several programmes. Raises Http404, ValidationError."""
    require(by, Permission.GUIDE_PROGRAMMES, place=authority)
    if authority.kind != PlaceKind.AUTHORITY:
        raise ValidationError({"authority": _("A session is of the teams of one local authority.")})
    made = Session(
        authority=authority, day=day, topic=topic, guide=guide, follows=follows, planned_by=by, **fields
    )
    _with_programmes(made, programmes)
    made.full_clean()
    made.save()
    made.programmes.set(programmes)
    record(
        by=by,
        action="guidance.plan",
        subject=made,
        place=authority,
        changes={
            "day": [None, day.isoformat()],
            "topic": [None, topic],
            "programmes": [None, _numbers(programmes)],
        },
    )
    return made


@transaction.atomic
def change_session(
    *, by: Account, session: Session, programmes: Collection[Programme] | None = None, **fields: Any
) -> Session:
    """Change a session that was not held yet; raises Http404, AlreadyEnded, ValidationError."""
    found = _open(by, session)
    changes = {
        name: [str(getattr(found, name)), str(value)]
        for name, value in fields.items()
        if getattr(found, name) != value
    }
    for name, value in fields.items():
        setattr(found, name, value)
    if programmes is not None:
        before = list(found.programmes.all())
        if set(before) != set(programmes):
            changes["programmes"] = [_numbers(before), _numbers(programmes)]
        _with_programmes(found, programmes)
        found.programmes.set(programmes)
    found.full_clean()
    if changes:
        found.save()
        record(by=by, action="guidance.change", subject=found, place=found.authority, changes=changes)
    return found


@transaction.atomic
def hold_session(
    *, by: Account, session: Session, present: int, agreed: str, next_on: date | None = None
) -> Session:
    """Write down that the session took place, and plan the next one of the same teams where a day is given.

    Raises Http404, AlreadyEnded, ValidationError.
    """
    found = _open(by, session)
    if found.day > timezone.localdate():
        raise ValidationError(_("The day of the session has not come yet."))
    if next_on is not None and next_on <= found.day:
        raise ValidationError({"next_on": _("The next session comes after this one.")})
    found.state, found.present, found.agreed = SessionState.HELD, present, agreed
    found.full_clean()
    found.save()
    record(
        by=by,
        action="guidance.hold",
        subject=found,
        place=found.authority,
        changes={
            "state": [SessionState.PLANNED.value, SessionState.HELD.value],
            "present": [None, present],
        },
    )
    if next_on is not None:
        plan_session(
            by=by,
            authority=found.authority,
            programmes=list(found.programmes.all()),
            day=next_on,
            topic=found.topic,
            guide=found.guide,
            minutes=found.minutes,
            follows=found,
        )
    return found


@transaction.atomic
def cancel_session(*, by: Account, session: Session, why: str) -> Session:
    """Say that a planned session does not take place; raises Http404, AlreadyEnded, ValidationError."""
    found = _open(by, session)
    found.state, found.cancelled_why = SessionState.CANCELLED, why.strip()
    if not found.cancelled_why:
        raise ValidationError({"why": _("Say why it does not take place.")})
    found.full_clean()
    found.save()
    record(
        by=by,
        action="guidance.cancel",
        subject=found,
        place=found.authority,
        changes={"state": [SessionState.PLANNED.value, SessionState.CANCELLED.value]},
    )
    return found


@transaction.atomic
def set_target(
    *,
    by: Account,
    place: Place,
    measure: str,
    value: int,
    why: str,
    programme: Programme | None = None,
    starts: date | None = None,
) -> Target:
    """Set what a place aims at; the target before it ends the day before. Raises Http404, ValidationError."""
    require(by, Permission.GUIDE_PROGRAMMES, place=place)
    if programme is not None and measure in OF_PLACES_ONLY:
        raise ValidationError({"programme": _("Referrals are of no programme: set this for all together.")})
    day = starts or timezone.localdate()
    _end_before(by, place, programme, measure, day)
    made = Target(
        place=place, programme=programme, measure=measure, value=value, starts=day, why=why, set_by=by
    )
    made.full_clean()
    made.save()
    record(
        by=by,
        action="guidance.set_target",
        subject=made,
        place=place,
        changes={
            "measure": [None, measure],
            "value": [None, value],
            "programme": [None, programme.code if programme else None],
        },
    )
    return made


@transaction.atomic
def end_target(*, by: Account, target: Target) -> Target:
    """Take a target back from today on; raises Http404, AlreadyEnded."""
    found = Target.objects.select_for_update(of=("self",)).select_related("place").get(pk=target.pk)
    require(by, Permission.GUIDE_PROGRAMMES, place=found.place)
    if found.ends is not None:
        raise AlreadyEnded(found.pk)
    _end(by, found, timezone.localdate())
    return found


def _end_before(by: Account, place: Place, programme: Programme | None, measure: str, day: date) -> None:
    rows = Target.objects.select_for_update(of=("self",)).select_related("place")
    rows = rows.filter(Q(programme=programme), place=place, measure=measure, ends=None)
    for earlier in rows:
        _end(by, earlier, day - timedelta(days=1))


def _end(by: Account, target: Target, day: date) -> None:
    """A target that never held is taken away from the day it would have begun."""
    target.ends = max(day, target.starts)
    target.save()
    record(
        by=by,
        action="guidance.end_target",
        subject=target,
        place=target.place,
        changes={"ends": [None, target.ends.isoformat()]},
    )


def _open(by: Account, session: Session) -> Session:
    found = Session.objects.select_for_update(of=("self",)).select_related("authority").get(pk=session.pk)
    require(by, Permission.GUIDE_PROGRAMMES, place=found.authority)
    if not found.is_open:
        raise AlreadyEnded(found.pk)
    return found


def _with_programmes(session: Session, programmes: Collection[Programme]) -> None:
    """A session of several programmes is shared; of one it is that programme's."""
    if not programmes:
        raise ValidationError({"programmes": _("Choose at least one programme.")})
    session.kind = SessionKind.JOINT if len(set(programmes)) > 1 else SessionKind.PROGRAMME


def _numbers(programmes: Collection[Programme]) -> list[int]:
    return sorted(programme.pk for programme in programmes)
