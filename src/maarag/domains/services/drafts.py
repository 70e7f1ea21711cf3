"""What a caller says a service or a location should be, before it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from maarag.kernel.people.models import Organisation
    from maarag.kernel.places.models import Place
    from maarag.kernel.sources.models import Source
    from maarag.kernel.taxonomy.models import Term

    from .models import Location


@dataclass(frozen=True)
class CapacityDraft:
    """How many can be served at once. `unit`: "people" or "families"; no `as_of`: the service's own date."""

    unit: str
    maximum: int
    available: int | None = None
    location: Location | None = None
    is_estimate: bool = False
    as_of: date | None = None


@dataclass(frozen=True)
class PhoneDraft:
    number: str
    extension: str = ""
    kind: str = ""
    description: str = ""


@dataclass(frozen=True)
class ScheduleDraft:
    """Weekly hours; `days` as in iCalendar, with commas: "SU,TU,TH"."""

    days: str
    opens_at: time | None = None
    closes_at: time | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    description: str = ""


@dataclass(frozen=True)
class AtLocationDraft:
    """A location of a service, with what is particular to the service there."""

    location: Location
    description: str = ""


@dataclass(frozen=True)
class LanguageDraft:
    """A language in which a service is given: ISO 639-1, or 639-3 where there is none."""

    code: str
    note: str = ""


@dataclass(frozen=True)
class ServiceDraft:
    """A whole service. None leaves what is stored; a sequence replaces it. `fields`: those of the model."""

    code: str
    organisation: Organisation
    source: Source
    as_of: date
    fields: Mapping[str, Any] = field(default_factory=dict)
    terms: Sequence[Term] | None = None
    areas: Sequence[Place] | None = None
    locations: Sequence[Location | AtLocationDraft] | None = None
    capacities: Sequence[CapacityDraft] | None = None
    phones: Sequence[PhoneDraft] | None = None
    schedules: Sequence[ScheduleDraft] | None = None
    languages: Sequence[str | LanguageDraft] | None = None


@dataclass(frozen=True)
class LocationDraft:
    """A whole location, by the same rule."""

    code: str
    place: Place
    fields: Mapping[str, Any] = field(default_factory=dict)
    phones: Sequence[PhoneDraft] | None = None
    schedules: Sequence[ScheduleDraft] | None = None
