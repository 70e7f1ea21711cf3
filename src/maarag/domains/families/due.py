"""What waits because of files themselves: reviews, and emergency openings to justify or judge."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Status

from .models import Family, FamilyStatus, Opening
from .queries import to_justify
from .queries.openings import JUSTIFY_WITHIN, overdue, supervised_by
from .scope import visible_to
from .waiting import Waiting
from .words import status_of_opening

SOON = timedelta(days=7)
"""So long before its day a review is shown."""


@transaction.atomic
def waiting_of(account: Account) -> Iterable[Waiting]:
    """Reviews of the account's own files, openings of its own to justify, others' to judge."""
    found: list[Waiting] = []
    if account.may_somewhere(Permission.EDIT_FAMILIES):
        found += [_review(family) for family in reviews_of(account)]
    if account.may_somewhere(Permission.OPEN_FOREIGN_FILES):
        found += [_to_justify(opening) for opening in to_justify(account)]
    if account.may_somewhere(Permission.REVIEW_READING):
        found += [_to_judge(opening) for opening in openings_to_judge(account)]
    return found


def reviews_of(account: Account) -> list[Family]:
    """The open files in the account's care whose review is overdue or due within days."""
    until = timezone.localdate() + SOON
    own = visible_to(account).filter(worker=account, status=FamilyStatus.OPEN, review_on__lte=until)
    return list(own.order_by("review_on", "name"))


def openings_to_judge(account: Account) -> list[Opening]:
    """The openings of the supervisor's files that are over and justified, or late, and were not judged."""
    waiting = Q(verdict="") & (Q(justified_at__isnull=False, until__lte=timezone.now()) | overdue())
    waiting |= Q(verdict="", justified_at__isnull=False, ended_at__isnull=False)
    return list(supervised_by(account).filter(waiting).exclude(opened_by=account).select_related("family"))


def _review(family: Family) -> Waiting:
    late = family.review_on is not None and family.review_on < timezone.localdate()
    return Waiting(
        "review",
        _("Review of the file"),
        reverse("families:detail", args=[family.pk]),
        family,
        family.review_on,
        Status(_("Review overdue"), "critical") if late else Status(_("Review soon"), "info"),
    )


def _to_justify(opening: Opening) -> Waiting:
    words = {"number": opening.number, "authority": name_in_language(opening.authority)}
    return Waiting(
        "opening",
        _("Write why you opened file %(number)s of %(authority)s") % words,
        reverse("families:emergency_file", args=[opening.pk]),
        None,  # a file of another authority, whose row the worker does not see
        timezone.localdate(opening.opened_at + JUSTIFY_WITHIN),
        status_of_opening(opening),
    )


def _to_judge(opening: Opening) -> Waiting:
    words = {"who": opening.opened_by.name}
    return Waiting(
        "opening",
        _("Judge why %(who)s opened a file of yours") % words,
        reverse("families:opening", args=[opening.pk]),
        opening.family,
        timezone.localdate(opening.opened_at + JUSTIFY_WITHIN),
        status_of_opening(opening),
    )
