"""The identifiers of HSDS: UUIDs made from our codes, and back.

A record whose code is a UUID (it came from another publisher) keeps it; every other has the UUIDv5 of
"<kind>:<code>" in NAMESPACE. The same code gives the same UUID in every installation.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import connection
from django.db.models import Count, Max, Model

from maarag.domains.services.models import Location, Programme, Service, ServiceAtLocation
from maarag.kernel.people.models import Organisation

NAMESPACE = uuid5(NAMESPACE_URL, "urn:maarag:hsds")
"""11aa4b35-ee74-5107-b7af-17f2384fb34d. Never to change: published ids hang on it."""


def is_uuid(text: str) -> bool:
    """Whether the text is a UUID in its usual form of 36 characters."""
    try:
        return len(text) == 36 and str(UUID(text)) == text.lower()
    except ValueError:
        return False


def id_of(kind: str, *parts: object) -> str:
    """The UUID of a record of one kind; `parts`: its code, or what sets it apart from its sisters."""
    if len(parts) == 1 and isinstance(parts[0], str) and is_uuid(parts[0]):
        return parts[0].lower()
    return str(uuid5(NAMESPACE, ":".join((kind, *("" if part is None else str(part) for part in parts)))))


def service_id(service: Service) -> str:
    return id_of("service", service.code)


def organization_id(organisation: Organisation) -> str:
    return id_of("organization", organisation.code)


def at_location_id(service_code: str, location_code: str) -> str:
    return id_of("service_at_location", service_code, location_code)


_Known = tuple[tuple[Any, ...], dict[str, tuple[str, ...]]]
_known: dict[tuple[str, str], _Known] = {}
_lock = threading.Lock()

_KINDS: dict[str, tuple[type[Model], tuple[str, ...], Callable[..., str]]] = {
    "service": (Service, ("code",), lambda code: id_of("service", code)),
    "organization": (Organisation, ("code",), lambda code: id_of("organization", code)),
    "program": (Programme, ("code",), lambda code: id_of("program", code)),
    "location": (Location, ("code",), lambda code: id_of("location", code)),
    "service_at_location": (ServiceAtLocation, ("service__code", "location__code"), at_location_id),
}


def codes_of(kind: str, identifier: str) -> tuple[str, ...] | None:
    """The code behind a UUID (of a service at a location: two codes); None where no record has it.

    The UUIDs of a kind are kept in memory: codes never change, so that only an unknown UUID asks the database
    whether there are new records.
    """
    identifier = identifier.lower()
    model, columns, make = _KINDS[kind]
    key = (str(connection.settings_dict["NAME"]), kind)
    have = _known.get(key)
    if have and identifier in have[1]:
        return have[1][identifier]
    rows = model._default_manager
    state = tuple(rows.aggregate(Count("pk"), Max("pk")).values())
    if have is None or have[0] != state:
        with _lock:
            found = {make(*codes): codes for codes in rows.values_list(*columns)}
            _known[key] = have = (state, found)
    return have[1].get(identifier)
