"""Emergency openings: one's own, and those of the authorities one supervises."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, grants_of, places_permitted
from maarag.kernel.places.models import Place

from ..models import Opening

JUSTIFY_WITHIN = timedelta(hours=72)
"""From the opening on; after that nothing more can be opened until it is justified."""
TO_JUSTIFY = (
    *("number", "opened_at", "until", "ended_at", "justified_at", "verdict"),
    *("authority__name_he", "authority__name_ar", "authority__name_en"),
)


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


def works_at(account: Account) -> list[Place]:
    """The places for which the account may open foreign files: who it is, in the eyes of the supervisor."""
    grants = grants_of(account, Permission.OPEN_FOREIGN_FILES).exclude(place=None).select_related("place")
    return list({grant.place.pk: grant.place for grant in grants if grant.place}.values())
