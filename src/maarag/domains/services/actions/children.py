"""The rows that belong to a service or a location: set against what is stored, and differences written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from ..drafts import AtLocationDraft, LanguageDraft
from ..models import (
    Language,
    Phone,
    Schedule,
    ServiceArea,
    ServiceAtLocation,
    ServiceCapacity,
    ServiceTerm,
)

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Kind:
    """One kind of row: its columns, how a draft's item becomes one, and how it is named in the audit."""

    name: str
    model: type[models.Model]
    columns: tuple[str, ...]
    of_draft: Callable[[Any, Any], Row]
    label: str = ""
    """Lookup of a stored row's name; without one its columns speak for themselves."""
    label_of: Callable[[Any], str] | None = None

    def words(self, row: Row) -> Any:
        return [value for value in row if value not in (None, "")]


def _plain(*columns: str) -> Callable[[Any, Any], Row]:
    return lambda item, _draft: tuple(getattr(item, column) for column in columns)


def _at_location(item: Any, _draft: Any) -> Row:
    return (item.location.pk, item.description) if isinstance(item, AtLocationDraft) else (item.pk, "")


def _capacity(item: Any, draft: Any) -> Row:
    location = item.location.pk if item.location else None
    as_of = item.as_of or draft.as_of
    return (location, str(item.unit), item.maximum, item.available, item.is_estimate, as_of)


PHONE_COLUMNS = ("number", "extension", "kind", "description")
SCHEDULE_COLUMNS = ("days", "opens_at", "closes_at", "valid_from", "valid_to", "description")
PHONE = Kind("phones", Phone, PHONE_COLUMNS, _plain(*PHONE_COLUMNS))
SCHEDULE = Kind("schedules", Schedule, SCHEDULE_COLUMNS, _plain(*SCHEDULE_COLUMNS))
OF_SERVICE: tuple[Kind, ...] = (
    Kind("terms", ServiceTerm, ("term_id",), lambda i, _d: (i.pk,), "term__code", lambda i: i.code),
    Kind("areas", ServiceArea, ("place_id",), lambda i, _d: (i.pk,), "place__code", lambda i: i.code),
    Kind(
        "locations",
        ServiceAtLocation,
        ("location_id", "description"),
        _at_location,
        "location__code",
        lambda i: i.location.code if isinstance(i, AtLocationDraft) else i.code,
    ),
    Kind(
        "capacities",
        ServiceCapacity,
        ("location_id", "unit", "maximum", "available", "is_estimate", "as_of"),
        _capacity,
    ),
    PHONE,
    SCHEDULE,
    Kind(
        "languages",
        Language,
        ("code", "note"),
        lambda i, _d: (i.code, i.note) if isinstance(i, LanguageDraft) else (i, ""),
    ),
)
OF_LOCATION: tuple[Kind, ...] = (PHONE, SCHEDULE)


@dataclass
class Stored:
    """The rows of one kind that are in the database, by owner."""

    keys: dict[int, list[tuple[int, Row]]] = field(default_factory=lambda: defaultdict(list))
    names: dict[Row, Any] = field(default_factory=dict)


def load(kind: Kind, owner: str, owner_ids: Iterable[int]) -> Stored:
    """Everything stored of one kind for these owners; one query."""
    stored = Stored()
    wanted = list(owner_ids)
    if not wanted:
        return stored
    lookups = [f"{owner}_id", "pk", *kind.columns, *([kind.label] if kind.label else [])]
    rows = kind.model._default_manager.filter(**{f"{owner}_id__in": wanted}).order_by("pk")
    for owner_id, pk, *values in rows.values_list(*lookups):
        row = tuple(values[: len(kind.columns)])
        stored.keys[owner_id].append((pk, row))
        stored.names[row] = values[-1] if kind.label else kind.words(row)
    return stored


@dataclass
class Difference:
    """What must be written so that the owner has exactly the wanted rows."""

    kind: Kind
    surplus: list[int] = field(default_factory=list)
    missing: list[models.Model] = field(default_factory=list)
    change: list[Any] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.surplus or self.missing)


def compare(
    kind: Kind, items: Sequence[Any], draft: Any, owned: list[tuple[int, Row]], stored: Stored
) -> Difference:
    """Set the wanted items against the stored rows; items that say the same twice count once.

    Raises ValidationError where an item is unsound.
    """
    wanted: dict[Row, Any] = {}
    for item in items:
        row = kind.of_draft(item, draft)
        wanted.setdefault(row, kind.label_of(item) if kind.label_of else kind.words(row))
    left = set(wanted)
    difference = Difference(kind)
    for pk, row in owned:
        if row in left:
            left.discard(row)
        else:
            difference.surplus.append(pk)
    for row in (row for row in wanted if row in left):
        instance = kind.model(**dict(zip(kind.columns, row, strict=True)))
        relations = [f.name for f in kind.model._meta.concrete_fields if f.is_relation]
        instance.clean_fields(exclude=relations)
        instance.clean()
        difference.missing.append(instance)
    if difference:
        before = sorted((stored.names[row] for _pk, row in owned), key=str)
        difference.change = [before, sorted(wanted.values(), key=str)]
    return difference


def write(differences: Mapping[int, Sequence[Difference]], owner: str) -> None:
    """Delete the surplus and make the missing, kind by kind; `differences` by owner's key."""
    surplus: dict[type[models.Model], list[int]] = defaultdict(list)
    missing: dict[type[models.Model], list[models.Model]] = defaultdict(list)
    for owner_id, found in differences.items():
        for difference in found:
            surplus[difference.kind.model].extend(difference.surplus)
            for row in difference.missing:
                setattr(row, f"{owner}_id", owner_id)
            missing[difference.kind.model].extend(difference.missing)
    for model, keys in surplus.items():
        if keys:
            model._default_manager.filter(pk__in=keys).delete()
    for model, rows in missing.items():
        model._default_manager.bulk_create(rows, batch_size=2000)
