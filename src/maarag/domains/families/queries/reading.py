"""Who read which file: for its keeper, for the family itself, and for the supervisor of the readers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maarag.database.rows import RowScope, visible
from maarag.kernel.access.models import Account, Grant
from maarag.kernel.access.permissions import Permission, Role, roles_with
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.audit.reads import FileFacts, reading_actions, reason_in_words, unusual_reading
from maarag.kernel.audit.words import action_in_words
from maarag.kernel.places.models import Place
from maarag.ui.figures import name_in_language

from ..models import Family, Member
from ..reading_models import Holder, ReadingVerdict
from ..scope import authorities_with

SHOWN = 500
DAYS = 30
READERS = tuple(
    {
        role
        for permission in (
            Permission.VIEW_FAMILIES,
            Permission.OPEN_FOREIGN_FILES,
            Permission.REVIEW_READING,
            Permission.VIEW_SHARED_FILES,
        )
        for role in roles_with(permission)
    }
)
SURNAME_POINTS = 2


@dataclass(frozen=True)
class ReadBy:
    """One reading: when, by whom in which role and of which body, and what was done."""

    when: datetime
    who: str
    role: str
    what: str


def readers_of(family: Family) -> list[ReadBy]:
    """Who read a file, newest first; sees what the scope in force shows of the record."""
    events = list(
        AuditEvent.objects.filter(
            subject_type="families.family", subject_id=str(family.pk), action__in=reading_actions()
        )
        .select_related("actor")
        .order_by("-pk")[:SHOWN]
    )
    roles = _roles_of({event.actor_id for event in events})
    return [
        ReadBy(
            event.at,
            event.actor.name,
            _role_on(roles.get(event.actor_id, []), timezone.localtime(event.at).date()),
            action_in_words(event.action),
        )
        for event in events
    ]


@dataclass(frozen=True)
class MyFile:
    """What somebody of a family sees of its file: where it is kept, and who read it."""

    authority: Place
    reads: tuple[ReadBy, ...]


def my_files(account: Account) -> list[MyFile]:
    """The readers of the files that are about the account, and nothing else of them.

    The account finds its own lines of `Holder` by the policy of that table; the record of that one file is
    then looked at for it.
    """
    with visible(RowScope(account=account.pk)):
        holders = list(Holder.objects.filter(account=account).select_related("authority"))
    found = []
    for holder in holders:
        narrow = RowScope(
            account=account.pk, family=holder.family_id, audited=frozenset({holder.authority_id})
        )
        with visible(narrow):
            found.append(MyFile(holder.authority, tuple(readers_of(Family(pk=holder.family_id)))))
    return found


def holders_of(family: Family) -> QuerySet[Holder]:
    """The accounts that see who reads the file."""
    return Holder.objects.filter(family=family).select_related("account")


def facts_about(keys: Collection[str]) -> Mapping[str, FileFacts]:
    """For the record of reading: in whose care files are, and since when they are closed."""
    rows = Family.objects.filter(pk__in=keys).values_list("pk", "worker_id", "closed_on")
    return {str(pk): FileFacts(frozenset({worker}), closed_on) for pk, worker, closed_on in rows}


@dataclass(frozen=True)
class Flagged:
    """A day of somebody's reading that a supervisor should ask about, with the reasons in words."""

    authority: Place
    reader: Account
    day: date
    files: int
    points: int
    reasons: tuple[str, ...]
    verdict: ReadingVerdict | None = None


def unusual(viewer: Account, today: date | None = None) -> list[Flagged]:
    """The unusual reading of the last thirty days in the authorities whose reading the viewer reviews."""
    since = (today or timezone.localdate()) - timedelta(days=DAYS)
    found: list[Flagged] = []
    for authority in authorities_with(viewer, Permission.REVIEW_READING).defer("outline"):
        found += _unusual_in(authority, since)
    return sorted(found, key=lambda one: (-one.points, -one.day.toordinal(), one.reader.name))


def _unusual_in(authority: Place, since: date) -> list[Flagged]:
    names = _files_of_the_same_name(authority, since)
    days = {(day.reader, day.day): day for day in unusual_reading(authority, since)}
    readers = Account.objects.in_bulk({reader for reader, _day in (*days, *names)})
    verdicts = {
        (row.reader_id, row.day): row
        for row in ReadingVerdict.objects.filter(authority=authority, day__gte=since).select_related(
            "judged_by"
        )
    }
    found = []
    for key in {**days, **names}:
        day, same = days.get(key), names.get(key, set())
        reasons = [reason_in_words(reason) for reason in day.reasons] if day else []
        if same:
            reasons.append(
                ngettext(
                    "%(count)s file of a family with the reader's surname",
                    "%(count)s files of families with the reader's surname",
                    len(same),
                )
                % {"count": len(same)}
            )
        flagged = Flagged(
            authority,
            readers[key[0]],
            key[1],
            day.files if day else len(same),
            (day.points if day else 0) + (SURNAME_POINTS if same else 0),
            tuple(reasons),
        )
        found.append(replace(flagged, verdict=verdicts.get(key)))
    return found


def _files_of_the_same_name(authority: Place, since: date) -> dict[tuple[int, date], set[str]]:
    """By reader and day the files of families, or with members, that are called as the reader is."""
    events = _reads(authority, since).values_list("actor_id", "subject_id", "at")
    reads = [(actor, file, timezone.localtime(at).date()) for actor, file, at in events]
    names = {
        pk: surname
        for pk, name in Account.objects.filter(pk__in={actor for actor, *_ in reads}).values_list(
            "pk", "name"
        )
        if (surname := _folded(name.split()[-1] if name.split() else ""))
    }
    called: dict[str, set[str]] = defaultdict(set)
    files = {file for _actor, file, _day in reads}
    for pk, name in Family.objects.filter(pk__in=files).values_list("pk", "name"):
        called[str(pk)].add(_folded(name))
    for pk, name in Member.objects.filter(family__in=files).values_list("family_id", "last_name"):
        called[str(pk)].add(_folded(name))
    found: dict[tuple[int, date], set[str]] = defaultdict(set)
    for actor, file, day in reads:
        if names.get(actor) in called[file]:
            found[actor, day].add(file)
    return dict(found)


def _folded(name: str) -> str:
    return " ".join(name.casefold().replace("-", " ").split())


def _reads(authority: Place, since: date) -> QuerySet[AuditEvent]:
    began = timezone.make_aware(datetime.combine(since, time.min))
    return AuditEvent.objects.filter(
        authority=authority,
        personal=True,
        subject_type="families.family",
        at__gte=began,
        action__in=reading_actions(),
    )


@dataclass(frozen=True)
class ReadOfDay:
    """One reading of a supervised day: when, which file, what was done. `family`: None once it is erased."""

    when: datetime
    family: Family | None
    what: str


def reads_on(authority: Place, reader: Account, day: date) -> list[ReadOfDay]:
    """Everything that an account read in an authority on a day, in the order of time."""
    end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    events = list(_reads(authority, day).filter(actor=reader, at__lt=end).order_by("pk"))
    families = {
        str(family.pk): family for family in Family.objects.filter(pk__in={one.subject_id for one in events})
    }
    return [
        ReadOfDay(event.at, families.get(event.subject_id), action_in_words(event.action)) for event in events
    ]


def _roles_of(accounts: Iterable[int]) -> dict[int, list[Grant]]:
    """The grants with which accounts come to read files, now or earlier."""
    grants = Grant.objects.filter(Q(role__in=READERS), account__in=list(accounts))
    found: dict[int, list[Grant]] = defaultdict(list)
    for grant in grants.select_related("place", "organisation").order_by("pk"):
        found[grant.account_id].append(grant)
    return found


def _role_on(grants: list[Grant], day: date) -> str:
    held = [
        f"{Role(grant.role).label}, {name_in_language(_where(grant))}"
        for grant in grants
        if grant.starts <= day and (grant.ends is None or grant.ends >= day)
    ]
    return "; ".join(dict.fromkeys(held)) or str(_("role not known"))


def _where(grant: Grant) -> Any:
    return grant.place or grant.organisation
