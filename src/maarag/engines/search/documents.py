"""What the search takes in and gives back; codes of terms are colon paths (`human_services:care`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Document:
    """One service as the search sees it. `lat` and `lon` are WGS 84 degrees."""

    id: str
    name: str
    description: str = ""
    organisation: str = ""
    terms: tuple[str, ...] = ()
    """Codes of the taxonomy."""
    term_names: tuple[str, ...] = ()
    """Names of the terms in any languages: searchable text."""
    lat: float | None = None
    lon: float | None = None
    place: str = ""
    extra: str = ""
    """Further searchable text: population, eligibility, languages."""
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Values that `filters` choose by, such as `{"sector": ("civil_society",)}`."""


@dataclass(frozen=True, slots=True)
class Match:
    """Why a service was found: a word of the query, where it stands, and how it matched."""

    asked: str
    """Normalised word or expression of the query."""
    found: str
    """Normalised word of the service."""
    field: str
    """`name`, `terms`, `organisation`, `place`, `description`, `extra` or `parents`."""
    kind: str
    """`exact`, `form` (prefix, plural, spelling), `synonym`, `slip` or `begins`."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One found service; a higher score is better, the scale means nothing across queries."""

    id: str
    score: float
    distance_km: float | None
    matched: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class Correction:
    """A word that no service has, and what was searched instead."""

    typed: str
    meant: str


@dataclass(frozen=True, slots=True)
class Results:
    """A page of hits; `total` and `facets` are over everything found."""

    total: int
    hits: tuple[Hit, ...]
    facets: dict[str, int]
    """Number of found services per code, those of its descendants included."""
    corrections: tuple[Correction, ...] = ()
