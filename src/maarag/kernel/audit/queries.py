"""Reading the audit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Model, QuerySet
from django.utils import timezone

from .models import AuditEvent, SignedHeads, Verification
from .reads import reading_actions
from .tables import is_audited
from .withheld import readable_events
from .words import action_in_words, changes_in_words, names_of_related


def newest_change(models: Iterable[type[Model]] | None = None) -> int:
    """A number that changes with every committed change of rows of these models, whoever asks; with no other.

    None: with changes of all models that hold no people, and every event about what is not personal. Readings
    and changes of personal files leave it alone. Inside a transaction that has written anything it is the
    newest entry's number below zero. Raises ValueError for a model that is personal or whose changes are not
    recorded.
    """
    tables: list[str] | None = None
    if models is not None:
        models = list(models)
        for model in models:
            if getattr(model, "is_personal", False) or not is_audited(model):
                raise ValueError(f"changes of {model._meta.label} are not counted")
        tables = sorted({model._meta.db_table for model in models})
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.audit_newest_change(%s)", [tables])
        return int(cursor.fetchone()[0])


def visible_to(viewer: Any) -> QuerySet[AuditEvent]:
    """The events of the places whose audit the viewer may see; those about families only where they may see
    small counts too (`withheld`).

    What belongs to no place (accounts, sources, the taxonomy) is for whoever may see the nation's. The viewer
    is asked through its account, so that this app needs to know nothing of the one that holds the roles.
    """
    if getattr(viewer, "is_system", False):
        return AuditEvent.objects.all()
    if not getattr(viewer, "is_authenticated", False):
        return AuditEvent.objects.none()
    found = AuditEvent.objects.filter(readable_events(viewer))
    places = viewer.places_with("view_audit")
    if places.filter(kind="nation").exists():
        return found
    return found.filter(place__in=list(places.values_list("pk", flat=True)))


def between(events: QuerySet[AuditEvent], since: date | None, until: date | None) -> QuerySet[AuditEvent]:
    """The events of the days from `since` to `until`, both included, in the time of Israel."""
    if since:
        events = events.filter(at__gte=timezone.make_aware(datetime.combine(since, time.min)))
    if until:
        events = events.filter(at__lte=timezone.make_aware(datetime.combine(until, time.max)))
    return events


def accounts_called(text: str) -> list[int]:
    """The accounts whose name holds the text; found first, so that their events are found by their index."""
    accounts = get_user_model()._default_manager.filter(name__icontains=text)
    return list(accounts.values_list("pk", flat=True)[:2000])


@dataclass(frozen=True)
class RecordState:
    """When the record was last verified and signed, and how many faults were found."""

    verified_at: datetime | None
    signed_at: datetime | None
    faults: int
    entries: int


def state_of_record() -> RecordState:
    verified = Verification.objects.order_by("-pk").first()
    signed = SignedHeads.objects.order_by("-pk").values_list("at", flat=True).first()
    return RecordState(
        verified.at if verified else None,
        signed,
        len(verified.faults) if verified else 0,
        verified.entries if verified else 0,
    )


def places_with_exact_counts(viewer: Any, events: Iterable[AuditEvent]) -> set[int | None]:
    """Those places of the events whose small counts the viewer may see; nobody those of the nation."""
    wanted = {event.place_id for event in events if event.place_id}
    return set(viewer.places_with("view_exact_counts").filter(pk__in=wanted).values_list("pk", flat=True))


def of_subject(subject: Model) -> QuerySet[AuditEvent]:
    """What happened to one record, newest first."""
    return (
        AuditEvent.objects.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))
        .select_related("actor")
        .order_by("-pk")
    )


@dataclass(frozen=True)
class Told:
    """One event of a record's history, as a timeline shows it."""

    when: datetime
    title: str
    who: str
    text: str


def told_of(subject: Model, *, exact: bool = True, limit: int = 50) -> list[Told]:
    """The history of one record in words, newest first, for whoever may read the record; counts only where
    `exact`. Who only read it is told by `reads.told_reads`.
    """
    events = list(of_subject(subject).exclude(action__in=reading_actions())[:limit])
    names = names_of_related(events)
    return [
        Told(
            event.at,
            action_in_words(event.action),
            event.actor.name,
            "; ".join(
                f"{name}: {text}" for name, text in changes_in_words(event, names, exact=exact, personal=True)
            ),
        )
        for event in events
    ]


def subjects_of(events: Iterable[AuditEvent]) -> dict[tuple[str, str], Model]:
    """The records of the events that are still there and have a name, by (kind, number)."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for event in events:
        wanted[event.subject_type].add(event.subject_id)
    found: dict[tuple[str, str], Model] = {}
    for kind, ids in wanted.items():
        try:
            model = apps.get_model(kind)
        except (LookupError, ValueError):
            continue
        if getattr(model, "is_personal", False):
            continue  # people are not named here
        names = {field.name for field in model._meta.get_fields()}
        if not names & {"name_he", "title", "name"}:
            continue
        rows = model._default_manager.filter(pk__in=[pk for pk in ids if pk.isdecimal()])
        found.update({(kind, str(row.pk)): row for row in rows})
    return found
