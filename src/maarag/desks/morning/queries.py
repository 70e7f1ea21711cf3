"""A department's morning: what waits, today's visits, my families, the team's load, late referrals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from maarag.domains.casework.models import Contact, Task
from maarag.domains.families.models import Family, FamilyStatus
from maarag.domains.families.scope import authorities_with, visible_to
from maarag.domains.families.waiting import Waiting
from maarag.domains.referrals.models import OPEN, Referral
from maarag.domains.referrals.scope import visible_to as visible_referrals
from maarag.kernel.access.models import Account, Grant
from maarag.kernel.access.permissions import Permission, roles_with
from maarag.kernel.access.queries import accounts_with, in_force

from .models import MorningLetter

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Load:
    """How much waits, by its day: past, today, within a week, later or without a day."""

    late: int = 0
    today: int = 0
    week: int = 0
    later: int = 0

    @property
    def all(self) -> int:
        return self.late + self.today + self.week + self.later


def load_of(waiting: Iterable[Waiting], today: date | None = None) -> Load:
    """The number of things that wait, by their day."""
    today = today or timezone.localdate()
    found = Counter(when(item.due, today) for item in waiting)
    return Load(found["late"], found["today"], found["week"], found["later"])


def when(due: date | None, today: date) -> str:
    """late, today, week or later."""
    if due is None or due > today + WEEK:
        return "later"
    if due < today:
        return "late"
    return "today" if due == today else "week"


def letter_of(account: Account) -> MorningLetter:
    """Whether the morning's letter goes to the account, and its last day; who has no row wants it."""
    return MorningLetter.objects.filter(account=account).first() or MorningLetter(account=account)


def keepers_of_files() -> list[int]:
    """The keys of the active accounts that keep families' files today and want the morning's letter."""
    grants = Grant.objects.filter(
        in_force(), account=OuterRef("pk"), role__in=roles_with(Permission.VIEW_FAMILIES)
    )
    unwanted = MorningLetter.objects.filter(is_wanted=False).values("account")
    found = Account.objects.filter(Exists(grants), is_active=True, is_system=False).exclude(pk__in=unwanted)
    return list(found.order_by("pk").values_list("pk", flat=True))


def contacts_of_today(account: Account) -> QuerySet[Contact]:
    """Today's visits, meetings and calls: with the account's own families, or written down by the account."""
    mine = Q(family__worker=account) | Q(written_by=account)
    families = visible_to(account)
    rows = Contact.objects.filter(mine, family__in=families.values("pk"), at__date=timezone.localdate())
    return rows.select_related("family__neighbourhood", "family__authority").order_by("at")


def my_families(account: Account) -> QuerySet[Family]:
    """The open files in the account's care, the nearest review first."""
    own = visible_to(account).filter(worker=account, status=FamilyStatus.OPEN)
    return own.annotate(people=Count("members")).order_by("review_on", "name", "pk")


def waiting_by_family(waiting: Iterable[Waiting]) -> Counter[UUID]:
    """How many things wait for each family."""
    return Counter(item.family.pk for item in waiting if item.family is not None)


@dataclass(frozen=True)
class Colleague:
    """Somebody of the team: open files, and of these what is past its day."""

    worker: Account
    files: int
    reviews_late: int
    tasks: int
    tasks_late: int
    referrals: int
    referrals_late: int


def leads(account: Account) -> bool:
    """Whether the account sees the team's load: it reviews the reading of files, or approves for others."""
    return account.may_somewhere(Permission.REVIEW_READING)


def team(account: Account) -> list[Colleague]:
    """The load of everybody who keeps files where the account leads, by a fixed number of queries."""
    today, authorities = timezone.localdate(), authorities_with(account, Permission.REVIEW_READING)
    workers = {one.pk: one for one in accounts_with(Permission.EDIT_FAMILIES, authorities)}
    files = _counted(
        Family.objects.filter(authority__in=authorities, status=FamilyStatus.OPEN),
        "worker",
        "review_on",
        today,
    )
    tasks = _counted(
        Task.objects.filter(authority__in=authorities, done_at=None, family__status=FamilyStatus.OPEN),
        "worker",
        "due",
        today,
    )
    referrals = _counted(
        Referral.objects.filter(authority__in=authorities, status__in=OPEN), "sent_by", "due_on", today
    )
    known = {**dict.fromkeys(workers, (0, 0)), **files}
    further = Account.objects.in_bulk([pk for pk in known if pk not in workers])
    found = [
        Colleague(
            workers.get(pk) or further[pk],
            *files.get(pk, (0, 0)),
            *tasks.get(pk, (0, 0)),
            *referrals.get(pk, (0, 0)),
        )
        for pk in known
        if pk in workers or pk in further
    ]
    shown = [one for one in found if any((one.files, one.tasks, one.referrals))]
    return sorted(shown, key=lambda one: (-one.files, one.worker.name))


def _counted(rows: QuerySet[Any], who: str, day: str, today: date) -> dict[int, tuple[int, int]]:
    """(how many, how many of them past their day) by worker."""
    late = Count("pk", filter=Q(**{f"{day}__lt": today}))
    counts = rows.order_by().values_list(who).annotate(all=Count("pk"), late=late)
    return {pk: (all, late) for pk, all, late in counts}


def late_referrals(account: Account, limit: int = 20) -> list[Referral]:
    """The referrals of the account's places that are past their day, the latest first."""
    late = visible_referrals(account).filter(status__in=OPEN, due_on__lt=timezone.localdate())
    return list(late.order_by("due_on", "sent_at")[:limit])
