"""What goes into the overlap engine and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Judgement(StrEnum):
    """What a person said of a pair."""

    DUPLICATE = "duplicate"
    COMPLEMENTARY = "complementary"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Service:
    """One service as the engine sees it; everything but `id` may be missing.

    `lat`, `lon` in degrees (WGS 84), both or neither; `radius_km` is the catchment round that point.
    `terms` are taxonomy codes or names; a code's levels are split at ``:``, ``/``, ``>`` or ``.``.
    `area_codes` name the areas served; none of them means "not known", not "nowhere".
    """

    id: str
    name: str = ""
    description: str = ""
    organisation: str = ""
    terms: tuple[str, ...] = ()
    lat: float | None = None
    lon: float | None = None
    radius_km: float | None = None
    area_codes: tuple[str, ...] = ()
    population: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.lat is None) != (self.lon is None):
            raise ValueError(f"service {self.id!r}: give both lat and lon, or neither")
        if self.lat is not None and not -90 <= self.lat <= 90:
            raise ValueError(f"service {self.id!r}: lat {self.lat} is outside -90…90 degrees")
        if self.lon is not None and not -180 <= self.lon <= 180:
            raise ValueError(f"service {self.id!r}: lon {self.lon} is outside -180…180 degrees")
        if self.radius_km is not None and not self.radius_km >= 0:
            raise ValueError(f"service {self.id!r}: radius_km must be zero or more")


@dataclass(frozen=True, slots=True)
class Options:
    """How to look.

    `min_score`: pairs at or above it are reported (0…1). `default_radius_km`: the catchment of a service with
    a point and no radius. `per_service`: how many candidates each service may bring per kind of likeness.
    `compiled`: None lets the size decide between compiled and plain candidate search; both find the same.
    """

    min_score: float = 0.5
    default_radius_km: float = 4.0
    per_service: int = 12
    name_threshold: float = 0.55
    text_threshold: float = 0.4
    compiled: bool | None = None
    weights: Mapping[str, float] | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.min_score <= 1:
            raise ValueError("min_score must lie between 0 and 1")
        if self.per_service < 1:
            raise ValueError("per_service must be at least 1")
        if self.default_radius_km <= 0:
            raise ValueError("default_radius_km must be positive")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason: `code` names it (see `evidence.CODES`), `value` measures it (0…1, or km for distance),
    `weight` is what it added to the log-odds (negative: it speaks against)."""

    code: str
    value: float
    weight: float


@dataclass(frozen=True, slots=True)
class OverlapPair:
    """Two services that may duplicate each other; `a` precedes `b` in the sort order of ids.

    `score` is the probability of duplication, or what a person judged: 1 for duplicate, 0 for complementary;
    `estimate` always keeps the engine's own number. `features` can be kept with a verdict and learned from.
    """

    a: str
    b: str
    score: float
    estimate: float
    evidence: tuple[Evidence, ...]
    features: Mapping[str, float]
    judgement: Judgement | None = None


@dataclass(frozen=True, slots=True)
class OverlapResult:
    """Pairs by falling score, groups (lists of ids, larger first), and how many pairs were compared."""

    pairs: tuple[OverlapPair, ...]
    groups: tuple[tuple[str, ...], ...]
    compared: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """A person's judgement of a pair; `features` (of the judged `OverlapPair`) are needed for learning."""

    a: str
    b: str
    judgement: Judgement
    features: Mapping[str, float] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        return (self.a, self.b) if self.a <= self.b else (self.b, self.a)
