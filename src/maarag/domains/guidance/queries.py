"""Reading sessions of guidance and targets, and where shared guidance is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from maarag.domains.programmes.models import Programme, Quota
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, places_permitted
from maarag.kernel.places.models import Containment, Place, PlaceKind

from .models import Session, SessionKind, SessionState, Target

EVERY = timedelta(days=60)
"""So long after the last shared session another one is due."""
FEWEST = 2
"""Programmes in a department from which guidance is to be shared."""


def visible_to(viewer: Viewer) -> QuerySet[Session]:
    """The sessions of the authorities whose staff figures the viewer sees."""
    rows = Session.objects.select_related("authority").prefetch_related("programmes")
    if getattr(viewer, "is_system", False):
        return rows
    return rows.filter(authority__in=places_permitted(viewer, Permission.VIEW_STAFF_FIGURES))


def within(sessions: QuerySet[Session], place: Place) -> QuerySet[Session]:
    """The sessions of the place and of everything inside it."""
    inside = Containment.objects.filter(ancestor=place, descendant=OuterRef("authority"))
    return sessions.filter(Exists(inside))


def programmes_by_authority(authorities: Collection[int], day: date | None = None) -> dict[int, set[int]]:
    """By authority the programmes in which it has places on the day."""
    today = day or timezone.localdate()
    rows = Quota.objects.filter(
        authority__in=list(authorities), families__gt=0, starts__lte=today, ends__gte=today
    )
    found: dict[int, set[int]] = defaultdict(set)
    for authority, programme in rows.order_by().values_list("authority_id", "programme_id"):
        found[authority].add(programme)
    return dict(found)


@dataclass(frozen=True)
class Missing:
    """A department with several programmes whose shared guidance is due: since when, of how many."""

    authority: Place
    programmes: int
    last: date | None


def without_shared_guidance(viewer: Viewer, place: Place | None = None) -> list[Missing]:
    """Departments of several programmes without a shared session planned, or held lately; oldest first."""
    places = places_permitted(viewer, Permission.VIEW_STAFF_FIGURES).filter(kind=PlaceKind.AUTHORITY)
    if place is not None:
        places = places.filter(contained_in__ancestor=place)
    authorities = {one.pk: one for one in places.defer("outline")}
    several = {
        pk: len(programmes)
        for pk, programmes in programmes_by_authority(authorities).items()
        if len(programmes) >= FEWEST
    }
    today = timezone.localdate()
    joint = Session.objects.filter(authority__in=list(several), kind=SessionKind.JOINT)
    served = set(
        joint.filter(
            Q(state=SessionState.PLANNED, day__gte=today) | Q(state=SessionState.HELD, day__gte=today - EVERY)
        ).values_list("authority", flat=True)
    )
    last: dict[int, date] = {}
    for authority, day in (
        joint.filter(state=SessionState.HELD).order_by("day").values_list("authority", "day")
    ):
        last[authority] = day
    found = [
        Missing(authorities[pk], count, last.get(pk)) for pk, count in several.items() if pk not in served
    ]
    return sorted(found, key=lambda one: (one.last or date.min, one.authority.name_he))


def targets_of(viewer: Viewer) -> QuerySet[Target]:
    """The targets of the places whose staff figures the viewer sees, and of those that contain them."""
    rows = Target.objects.select_related("place", "programme", "set_by")
    if getattr(viewer, "is_system", False):
        return rows
    own = places_permitted(viewer, Permission.VIEW_STAFF_FIGURES).order_by().values("pk")
    above = Containment.objects.filter(descendant__in=own).values("ancestor")
    return rows.filter(place__in=above)


Targets = Mapping[tuple[int | None, str], Target]
"""By programme (None: all together) and measure."""


def targets_for(place: Place, day: date | None = None) -> Targets:
    """What holds in the place on a day: its own targets, else those of the nearest place around it."""
    today = day or timezone.localdate()
    depth = dict(Containment.objects.filter(descendant=place).values_list("ancestor", "depth"))
    rows = Target.objects.filter(Q(ends=None) | Q(ends__gte=today), place__in=depth, starts__lte=today)
    found: dict[tuple[int | None, str], Target] = {}
    for target in sorted(
        rows.select_related("place"), key=lambda one: (-depth[one.place_id], one.starts, one.pk)
    ):
        found[target.programme_id, target.measure] = target
    return found


def programmes_to_guide() -> QuerySet[Programme]:
    """Programmes of which there may be sessions."""
    return Programme.objects.filter(is_active=True)
