"""The audit through the API: for whoever may see it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError

from maarag.database.rows import visible

from .queries import accounts_called, between, places_with_exact_counts, visible_to
from .scope import auditor_scope
from .words import ACTIONS, kept_from_others

router = Router(tags=["audit"])


class EventOut(Schema):
    """One change: who did what to which record, when."""

    id: int
    at: datetime
    actor: str
    action: str
    subject_type: str
    subject_id: str
    place: str | None = Field(description="Code of the place.")
    changes: dict[str, Any] = Field(
        description="Field: [before, after]; null for small counts and people's details."
    )


class EventPage(Schema):
    """Events, newest first; `next_before` is where the next page begins, null on the last."""

    items: list[EventOut]
    next_before: int | None


@router.get("/", response=EventPage, summary="Events of my places", url_name="audit_list")
def list_events(
    request: HttpRequest,
    actor: str = Query("", max_length=120, description="A part of the name of who did it."),
    action: str = Query("", max_length=80, description="Code of the action, such as needs.change_estimate."),
    since: date | None = None,
    until: date | None = None,
    before: int | None = Query(None, ge=1, lt=2**63, description="Only events older than this id."),
    limit: int = Query(50, ge=1, le=500),
) -> EventPage:
    """Events of the places whose audit the account may see.

    Events about families only of authorities whose exact counts the account may see: others are not listed,
    for whoever lists them counts families.
    """
    viewer: Any = request.user
    if not viewer.may_somewhere("view_audit"):
        raise HttpError(403, _("Your account has no role that opens the audit."))
    if action and action not in ACTIONS:
        raise HttpError(422, _("No action is called %(action)s.") % {"action": action})
    with visible(auditor_scope(viewer)):
        events = between(visible_to(viewer), since, until)
        if actor.strip():
            events = events.filter(actor__in=accounts_called(actor.strip()))
        if action:
            events = events.filter(action=action)
        if before:
            events = events.filter(pk__lt=before)
        found = list(events.select_related("actor", "place").order_by("-pk")[: limit + 1])
        exact = places_with_exact_counts(viewer, found)
        items = []
        for event in found[:limit]:
            kept = frozenset() if event.place_id in exact else kept_from_others(event)
            items.append(
                EventOut(
                    id=event.pk,
                    at=event.at,
                    actor=event.actor.name,
                    action=event.action,
                    subject_type=event.subject_type,
                    subject_id=event.subject_id,
                    place=event.place.code if event.place else None,
                    changes={
                        name: None if event.personal or name in kept else value
                        for name, value in event.changes.items()
                    },
                )
            )
        return EventPage(items=items, next_before=items[-1].id if len(found) > limit else None)
