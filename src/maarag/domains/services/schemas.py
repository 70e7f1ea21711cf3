"""What the API of the directory takes in and gives back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from ninja import Field, Schema


class Text(Schema):
    """One text in Hebrew, Arabic and English; empty where there is none."""

    he: str = ""
    ar: str = ""
    en: str = ""


class Coded(Schema):
    """A place, term or organisation: its code and its name."""

    code: str
    name: Text


class ServiceShort(Schema):
    """A service as a list shows it."""

    code: str
    name: Text
    organisation: Coded
    sector: str
    status: str
    terms: list[Coded]
    areas: list[Coded]
    distance_km: float | None = Field(None, description="From the point asked about, in kilometres.")
    matched: list[str] = Field(
        default_factory=list, description="The words of the service that answer the query."
    )
    is_fictional: bool


class FacetCount(Schema):
    """A term and how many of the services found have it or a term below it."""

    term: Coded
    count: int
    selected: bool
    depth: int


class Meant(Schema):
    """A word that no service has, and what was searched instead."""

    typed: str
    meant: str


class ServicePage(Schema):
    """A page of the directory. `total` and `facets` are of everything found."""

    total: int
    limit: int
    offset: int
    services: list[ServiceShort]
    facets: dict[str, list[FacetCount]]
    corrections: list[Meant]


class LocationOut(Schema):
    code: str
    name: Text
    place: Coded
    address: str
    latitude: float | None
    longitude: float | None
    note: str


class CapacityOut(Schema):
    unit: str
    maximum: int
    available: int | None
    is_estimate: bool
    as_of: date
    location: str | None = Field(None, description="Code of the location that it belongs to.")


class PhoneOut(Schema):
    number: str
    extension: str
    description: str


class ScheduleOut(Schema):
    days: str = Field(description="As in iCalendar: SU,MO,TU,WE,TH,FR,SA.")
    opens_at: str | None
    closes_at: str | None
    description: str


class ServiceFull(ServiceShort):
    """Everything that is known of one service."""

    description: Text
    purpose: str
    eligibility: str
    minimum_age: int | None
    maximum_age: int | None
    fees: str
    application_process: str
    website: str
    email: str
    languages: list[str]
    locations: list[LocationOut]
    capacities: list[CapacityOut]
    phones: list[PhoneOut]
    schedules: list[ScheduleOut]
    source: Coded
    as_of: date
    modified_at: datetime


class EvidenceOut(Schema):
    """One reason: its code, its words in the language asked for, and what it added to the log-odds."""

    code: str
    words: str
    value: float
    weight: float


class OverlapOut(Schema):
    """Two services that may duplicate each other."""

    first: Coded
    second: Coded
    score: float = Field(description="The engine's estimate that they are duplicates, 0 to 1.")
    verdict: str | None = Field(None, description="duplicate, complementary, unclear; null: not judged.")
    reason: str | None = None
    group: int | None = None
    evidence: list[EvidenceOut]


class OverlapPage(Schema):
    total: int
    limit: int
    offset: int
    computed_at: datetime | None
    overlaps: list[OverlapOut]


class VerdictIn(Schema):
    """A verdict on a pair; services by their codes."""

    first: str
    second: str
    verdict: Literal["duplicate", "complementary", "unclear"]
    reason: str = Field("", max_length=1000)
