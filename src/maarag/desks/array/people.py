"""The families behind a department's figures, for whoever reads their files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils import timezone

from maarag.domains.baskets.models import Basket, BasketStatus, Delivered, Delivery
from maarag.domains.families.models import Family, FamilyStatus
from maarag.domains.families.scope import visible_to
from maarag.domains.placements.models import Waiting
from maarag.domains.programmes.models import Programme
from maarag.domains.referrals.models import Referral
from maarag.kernel.access.models import Account
from maarag.kernel.places.models import Place

from .tallies import TAKEN, WAITS, YEAR

UNANSWERED = "unanswered"
LISTS = (TAKEN, WAITS, UNANSWERED)


@dataclass(frozen=True)
class Behind:
    """A family of a list, in which programme and since when."""

    family: Family
    programme: Programme | None
    since: date


def families_behind(
    viewer: Account, place: Place, of: str, *, year: int, programme: Programme | None
) -> list[Behind]:
    """The families with a place, those that wait, or those without a first response; the longest first.

    Only families of the authority whose files the viewer reads.
    """
    families = visible_to(viewer).filter(authority=place)
    if of == TAKEN:
        rows = Basket.objects.filter(
            family__in=families, status=BasketStatus.OPEN, quota__starts__year=year
        ).select_related("family", "quota__programme")
        if programme is not None:
            rows = rows.filter(quota__programme=programme)
        found = [Behind(row.family, row.quota.programme, row.opened_on) for row in rows]
    elif of == WAITS:
        waiting = Waiting.objects.filter(
            family__in=families, ended_on=None, family__status=FamilyStatus.OPEN
        ).select_related("family", "programme")
        if programme is not None:
            waiting = waiting.filter(programme=programme)
        found = [Behind(row.family, row.programme, row.since) for row in waiting]
    else:
        found = [Behind(family, None, family.opened_on) for family in _unanswered(viewer, place)]
    return sorted(found, key=lambda one: (one.since, one.family.name))


def _unanswered(viewer: Account, place: Place) -> list[Family]:
    since = timezone.localdate() - YEAR
    rows = visible_to(viewer).filter(authority=place, status=FamilyStatus.OPEN, opened_on__gt=since)
    recent = {family.pk: family for family in rows}
    answered: set[UUID] = set(Basket.objects.filter(family__in=recent).values_list("family_id", flat=True))
    answered |= set(
        Referral.objects.filter(family__in=recent, started_at__isnull=False).values_list(
            "family_id", flat=True
        )
    )
    answered |= set(
        Delivery.objects.filter(family__in=recent)
        .exclude(outcome=Delivered.NO)
        .values_list("family_id", flat=True)
    )
    return [family for pk, family in recent.items() if pk not in answered]
