"""Emergency openings: one's own, those of the authorities one supervises, and how many there were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from maarag.database.rows import RowScope, visible
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, grants_of, places_permitted
from maarag.kernel.places.models import Place, PlaceKind

from ..models import Opening

JUSTIFY_WITHIN = timedelta(hours=72)
"""From the opening on; after that nothing more can be opened until it is justified."""
TO_JUSTIFY = (
    *("number", "opened_at", "until", "ended_at", "justified_at", "verdict"),
    *("authority__name_he", "authority__name_ar", "authority__name_en"),
)
COUNTED = timedelta(days=365)


class OpeningState(StrEnum):
    OPEN = "open"
    TO_JUSTIFY = "to_justify"
    OVERDUE = "overdue"
    TO_REVIEW = "to_review"
    JUDGED = "judged"


def state_of(opening: Opening, now: datetime | None = None) -> OpeningState:
    """Where an opening stands. One that is open is open, whatever was written of it already."""
    now = now or timezone.now()
    if is_open(opening, now):
        return OpeningState.OPEN
    if opening.verdict:
        return OpeningState.JUDGED
    if opening.justified_at:
        return OpeningState.TO_REVIEW
    return OpeningState.OVERDUE if opening.opened_at + JUSTIFY_WITHIN < now else OpeningState.TO_JUSTIFY


def is_open(opening: Opening, now: datetime | None = None) -> bool:
    """Whether the file can be read by it."""
    return opening.ended_at is None and opening.until > (now or timezone.now())


def open_now() -> Q:
    return Q(ended_at=None, until__gt=timezone.now())


def overdue() -> Q:
    """The condition that an opening is past the time in which it was to be justified."""
    return Q(justified_at=None, opened_at__lt=timezone.now() - JUSTIFY_WITHIN)


def opened_by(account: Account) -> QuerySet[Opening]:
    """The openings of one worker, newest first; their families are not to be joined: they are not seen."""
    openings = Opening.objects.filter(opened_by=account).select_related("authority", "opened_by", "ended_by")
    return openings.defer("authority__outline").order_by("-opened_at")


@transaction.atomic
def own_opening(account: Account, pk: UUID) -> Opening | None:
    return opened_by(account).filter(pk=pk).first()


@transaction.atomic(savepoint=False)
def to_justify(account: Account) -> list[Opening]:
    """The worker's openings whose time is over and that still have no justification, oldest first."""
    waiting = Opening.objects.filter(~open_now(), opened_by=account, justified_at=None)
    # asked for each list of families, and as a rule none: what is not told of them is not read
    return list(waiting.select_related("authority").only(*TO_JUSTIFY).order_by("opened_at"))


def supervised_by(viewer: Viewer) -> QuerySet[Opening]:
    """The openings of the families whose reading the viewer reviews, newest first."""
    places = places_permitted(viewer, Permission.REVIEW_READING)
    openings = Opening.objects.select_related("authority", "opened_by", "ended_by", "reviewed_by")
    openings = openings.defer("authority__outline")
    found = openings.filter(authority__in=places) | openings.filter(family__neighbourhood__in=places)
    return found.order_by("-opened_at")


def waiting_for(viewer: Viewer) -> int:
    """How many openings the supervisor has to look at: open now, or justified and not judged."""
    waiting = open_now() | Q(verdict="", justified_at__isnull=False) | (overdue() & Q(verdict=""))
    return supervised_by(viewer).filter(waiting).count()


@dataclass(frozen=True)
class OpeningCounts:
    """How many emergency openings an authority's files had."""

    authority: Place
    all: int
    open: int
    overdue: int
    not_accepted: int


def counts(viewer: Viewer) -> list[OpeningCounts]:
    """For each authority whose audit the viewer sees: numbers of openings within a year, none of the rows."""
    since = timezone.now() - COUNTED
    places = places_permitted(viewer, Permission.VIEW_AUDIT).filter(kind=PlaceKind.AUTHORITY)
    authorities = {place.pk: place for place in places.defer("outline")}
    if not authorities:
        return []
    with visible(RowScope(frozenset(authorities), getattr(viewer, "pk", None))):
        rows = list(
            Opening.objects.filter(authority__in=list(authorities), opened_at__gte=since)
            .order_by()
            .values_list("authority")
            .annotate(
                all=Count("pk"),
                open=Count("pk", filter=open_now()),
                overdue=Count("pk", filter=overdue()),
                not_accepted=Count("pk", filter=Q(verdict="not_accepted")),
            )
        )
    found = [OpeningCounts(authorities[pk], *numbers) for pk, *numbers in rows]
    return sorted(found, key=lambda one: (-one.all, one.authority.name_he))


def works_at(account: Account) -> list[Place]:
    """The places for which the account may open foreign files: who it is, in the eyes of the supervisor."""
    grants = grants_of(account, Permission.OPEN_FOREIGN_FILES).exclude(place=None).select_related("place")
    return list({grant.place.pk: grant.place for grant in grants if grant.place}.values())
