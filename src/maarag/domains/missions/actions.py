"""Opening missions and bringing them to their end."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import require
from maarag.kernel.audit.actions import changed_fields, record

from .models import Mission, MissionStatus

if TYPE_CHECKING:
    from maarag.kernel.access.models import Account
    from maarag.kernel.places.models import Place


CHANGEABLE = ("title", "details", "topic_id", "owner_id", "due", "status")


class AlreadyClosed(ValueError):
    """The mission was closed meanwhile."""


class ChangedMeanwhile(ValueError):
    """Somebody else changed the mission since it was read."""


def version_of(mission: Mission) -> str:
    """A mark that differs whenever something changeable of the mission does."""
    text = "\x00".join(str(getattr(mission, name)) for name in CHANGEABLE)
    return sha256(text.encode()).hexdigest()[:20]


@transaction.atomic
def open_mission(
    *, by: Account, place: Place, title: str, owner: Account, due: date, **fields: Any
) -> Mission:
    """Open a mission; raises Http404 where `by` may not open missions there, ValidationError if unsound."""
    require(by, Permission.OPEN_MISSIONS, place=place)
    mission = Mission(place=place, title=title, owner=owner, due=due, opened_by=by, **fields)
    mission.full_clean()
    mission.save()
    record(
        by=by,
        action="missions.open",
        subject=mission,
        place=place,
        changes={"title": [None, title], "due": [None, due], "owner": [None, owner.pk]},
    )
    return mission


@transaction.atomic
def change_mission(*, by: Account, mission: Mission, seen: str = "", **fields: Any) -> Mission:
    """Change what is to be done, its owner or its date; raises Http404, AlreadyClosed, ValidationError.

    `seen` is version_of the mission as it was read; raises ChangedMeanwhile where it is another by now.
    """
    mission = _open_for_change(by, mission)
    if seen and seen != version_of(mission):
        raise ChangedMeanwhile(mission.pk)
    changes = changed_fields({name: getattr(mission, name) for name in fields}, fields)
    if not changes:
        return mission
    for name, value in fields.items():
        setattr(mission, name, value)
    mission.full_clean()
    mission.save()
    changes = {name: [str(before), str(after)] for name, (before, after) in changes.items()}
    record(by=by, action="missions.change", subject=mission, place=mission.place, changes=changes)
    return mission


@transaction.atomic
def close_mission(*, by: Account, mission: Mission, status: str, outcome: str) -> Mission:
    """Close a mission as done or cancelled, with what came of it; raises Http404, AlreadyClosed."""
    mission = _open_for_change(by, mission)
    mission.status, mission.outcome, mission.closed_at = status, outcome, timezone.now()
    mission.full_clean()
    mission.save()
    record(
        by=by,
        action="missions.close",
        subject=mission,
        place=mission.place,
        changes={"status": [MissionStatus.OPEN, status], "outcome": [None, outcome]},
    )
    return mission


def _open_for_change(by: Account, mission: Mission) -> Mission:
    mission = Mission.objects.select_for_update().get(pk=mission.pk)
    require(by, Permission.OPEN_MISSIONS, place=mission.place)
    if mission.status != MissionStatus.OPEN:
        raise AlreadyClosed(mission.pk)
    return mission
