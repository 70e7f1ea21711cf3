"""Who read which personal file: for the person it is about, and for the supervisor of whoever read it.

The domain that keeps the files says what it knows of them (`tell_about_files`): this app stands below it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.translation import ngettext

from .models import AuditEvent
from .unusual import Reading, Reason, UnusualDay, unusual_days
from .words import ACTIONS, action_in_words

VERBS = frozenset(
    {"read", "print", "export", "break_glass", "open_foreign", "read_in_emergency", "read_shared"}
)
"""What an action is called that shows a personal file: "families.read"."""
EMERGENCY = frozenset({"break_glass", "open_foreign", "read_in_emergency"})
HABIT = timedelta(days=60)


@dataclass(frozen=True)
class FileFacts:
    """What the domain knows of a file: the accounts in whose care it is, and since when it is closed."""

    carers: frozenset[int]
    closed_on: date | None = None


Facts = Callable[[Collection[str]], Mapping[str, FileFacts]]
_FACTS: dict[str, Facts] = {}


def tell_about_files(subject_type: str, facts: Facts) -> None:
    """Name the function that tells, for ids of files of this kind, what is known of them."""
    _FACTS[subject_type] = facts


def reading_actions(verbs: Collection[str] = VERBS) -> list[str]:
    return [action for action in ACTIONS if action.rpartition(".")[2] in verbs]


def reads_of(subject: Model, *, since: datetime | None = None) -> QuerySet[AuditEvent]:
    """The readings of one file, newest first, with their readers; visible where the file's record is."""
    found = AuditEvent.objects.filter(
        subject_type=subject._meta.label_lower, subject_id=str(subject.pk), action__in=reading_actions()
    ).select_related("actor")
    if since is not None:
        found = found.filter(at__gte=since)
    return found.order_by("-pk")


@dataclass(frozen=True)
class ToldRead:
    """A reading as the person it is about is shown it."""

    when: datetime
    who: str
    what: str


def told_reads(subject: Model, *, limit: int = 100) -> list[ToldRead]:
    """Who read the file, when and how, newest first; readings within ten minutes are one."""
    return [
        ToldRead(event.at, event.actor.name, action_in_words(event.action))
        for event in reads_of(subject)[:limit]
    ]


def unusual_reading(authority: Any, since: date) -> list[UnusualDay]:
    """The days from `since` on that somebody should ask about, most points first (`unusual.unusual_days`).

    `authority`: a place. Sees what the viewer's scope shows: the authority is to be among its
    `authorities` or `audited`.
    """
    began = timezone.make_aware(datetime.combine(since, time.min)) - HABIT
    events = AuditEvent.objects.filter(
        authority=authority, personal=True, at__gte=began, action__in=reading_actions()
    ).values_list("actor_id", "subject_type", "subject_id", "at", "action")
    return unusual_days(_readings(list(events)), since)


def _readings(events: list[tuple[int, str, str, datetime, str]]) -> Iterable[Reading]:
    known: dict[str, Mapping[str, FileFacts]] = {}
    for kind in {event[1] for event in events}:
        if facts := _FACTS.get(kind):
            known[kind] = facts({event[2] for event in events if event[1] == kind})
    for actor, kind, subject, at, action in events:
        local = timezone.localtime(at)
        told = known.get(kind, {}).get(subject)
        yield Reading(
            reader=actor,
            file=subject,
            at=local,
            of_care=None if told is None else actor in told.carers,
            closed=bool(told and told.closed_on and told.closed_on < local.date()),
            break_glass=action.rpartition(".")[2] in EMERGENCY,
        )


def reason_in_words(reason: Reason) -> str:
    """Why a day is shown, for the supervisor."""
    files, given = reason.files, {"count": reason.files, "usual": reason.usual}
    match reason.code:
        case "many":
            words = ngettext(
                "%(count)s different file in one day; up to %(usual)s would be usual",
                "%(count)s different files in one day; up to %(usual)s would be usual",
                files,
            )
        case "odd_hours":
            words = ngettext(
                "%(count)s file at night, on Friday evening or on Saturday",
                "%(count)s files at night, on Friday evening or on Saturday",
                files,
            )
        case "not_of_care":
            words = ngettext(
                "%(count)s file that is not in the reader's care",
                "%(count)s files that are not in the reader's care",
                files,
            )
        case "closed":
            words = ngettext("%(count)s closed file", "%(count)s closed files", files)
        case _:
            words = ngettext(
                "%(count)s file opened in an emergency", "%(count)s files opened in an emergency", files
            )
    return words % given
