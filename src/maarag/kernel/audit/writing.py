"""Appending events: one statement, however many, which also numbers them and computes their digests."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.utils import timezone

from .models import AuditEvent

AT_ONCE = 5000
_APPEND_ONE = "SELECT public.audit_record_one(%s, %s, %s, %s, %s, %s, %s, %s, %s)"
_APPEND = "SELECT public.audit_record(%s, %s, %s, %s, %s, %s, %s, %s, %s)"


def append(events: Sequence[AuditEvent], *, within: int = 0) -> list[AuditEvent]:
    """The same events with their numbers.

    `within`: minutes in which the same actor's same action on the same record is one event; those left out
    for it have no number, and of several events given at once the numbers are then not told.
    """
    if len(events) == 1:
        _append_one(events[0], within)
        return list(events)
    for start in range(0, len(events), AT_ONCE):
        _append(events[start : start + AT_ONCE], within)
    return list(events)


def _append_one(event: AuditEvent, within: int) -> None:
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            _APPEND_ONE,
            [
                event.actor_id,
                event.action,
                event.subject_type,
                event.subject_id,
                event.place_id,
                event.authority_id,
                event.personal,
                json.dumps(event.changes, cls=DjangoJSONEncoder),
                within,
            ],
        )
        (number,) = cursor.fetchone()
    if number is not None:
        event.pk, event.at = number, now
        event._state.adding = False


def _append(events: Sequence[AuditEvent], within: int) -> None:
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            _APPEND,
            [
                [event.actor_id for event in events],
                [event.action for event in events],
                [event.subject_type for event in events],
                [event.subject_id for event in events],
                [event.place_id for event in events],
                [event.authority_id for event in events],
                [event.personal for event in events],
                [json.dumps(event.changes, cls=DjangoJSONEncoder) for event in events],
                within,
            ],
        )
        numbers = cursor.fetchall()
    if within:
        return
    for event, (number,) in zip(events, numbers, strict=True):
        event.pk, event.at = number, now
        event._state.adding = False
