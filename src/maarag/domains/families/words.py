"""Families in words: the state of a file, people's ages."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.ui.tables import Status

from .models import Family, FamilyStatus, Member


def status_of(family: Family, today: date | None = None) -> Status:
    """The word, shape and colour of a file's state."""
    today = today or timezone.localdate()
    if family.status == FamilyStatus.CLOSED:
        return Status(_("Closed"), "neutral")
    if family.review_on and family.review_on < today:
        return Status(_("Review overdue"), "critical")
    return Status(_("Open"), "ok")


def age_of(member: Member, today: date | None = None) -> int | None:
    """Full years."""
    if member.birth_date is None:
        return None
    today, born = today or timezone.localdate(), member.birth_date
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
