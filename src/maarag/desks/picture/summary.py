"""A picture in few figures: one line for each place, one for the whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from maarag.domains.needs.listing import OLD_AFTER
from maarag.domains.services.models import Service
from maarag.kernel.places.models import Place
from maarag.kernel.places.queries import parts
from maarag.kernel.taxonomy.models import Topic
from maarag.values import Shown, Suppressed

from .assemble import COVERAGE_IN_ORDER, COVERAGE_SEVERE, Picture, Row, summed, together


@dataclass(frozen=True)
class Line:
    """All topics of one place together.

    A need here is one person or one family that lacks one kind of response: whoever lacks two counts twice.
    """

    place: Place
    need: Shown
    served: Shown
    gap: Shown
    coverage: Shown
    services: int
    leading: Topic | None
    oldest: date | None
    nearest_km: float | None

    @property
    def status(self) -> str:
        """unknown, hidden, in_order, attention or severe."""
        if isinstance(self.need, Suppressed):
            return "hidden"
        if not isinstance(self.coverage, (int, float)):
            return "unknown"
        if self.coverage >= COVERAGE_IN_ORDER:
            return "in_order"
        return "attention" if self.coverage >= COVERAGE_SEVERE else "severe"


def lines(view: Picture) -> list[Line]:
    """One line for each place that has a row, in the order of the rows' places."""
    by_place: dict[int, list[Row]] = {}
    for row in view.rows:
        by_place.setdefault(row.place.pk, []).append(row)
    return [_line(rows[0].place, rows, view) for rows in by_place.values()]


def whole(view: Picture) -> Line:
    """The line of the picture's own place."""
    return _line(view.place, view.by_topic, view)


def _line(place: Place, rows: Iterable[Row], view: Picture) -> Line:
    rows = list(rows)
    known = [row for row in rows if row.need is not None]
    services: set[int] = set()
    for row in rows:
        services |= row.layer.services_of(row.entries, near=True)
    total = together(summed(row.layer, row.entries) for row in known)
    hidden = None if view.exact else view.whole.protection.mark(total.atoms)
    # Rows that are hidden by themselves count in a sum that may be shown.
    need = total.need if known else None
    gap = total.gap if known else None
    served = None if need is None or gap is None else need - gap
    open_rows = [row for row in known if isinstance(row.gap, (int, float)) and row.gap > 0]
    return Line(
        place=place,
        need=hidden or need,
        served=hidden or served,
        gap=hidden or gap,
        coverage=hidden or (served / need if need and served is not None else (1.0 if need == 0 else None)),
        services=len(services),
        leading=max(open_rows, key=lambda row: float(row.gap)).topic if open_rows else None,  # type: ignore[arg-type]
        oldest=min((row.oldest for row in known if row.oldest), default=None),
        nearest_km=min((row.nearest_km for row in rows if row.nearest_km is not None), default=None),
    )


@dataclass(frozen=True)
class Responses:
    """Who offers what within reach of the place."""

    services: int
    organisations: int
    sectors: int


def responses(view: Picture) -> Responses:
    """Distinct services within reach of the picture's people, their organisations and sectors."""
    services: set[int] = set()
    for row in view.by_topic:
        services |= row.layer.services_of(row.entries)
    owners = set(
        Service.objects.filter(pk__in=services).values_list("organisation_id", "organisation__sector")
    )
    return Responses(len(services), len(owners), len({sector for _organisation, sector in owners}))


@dataclass(frozen=True)
class Freshness:
    """How much of the picture stands on recent figures."""

    rows: int
    recent: int
    oldest: date | None

    @property
    def share(self) -> float | None:
        return self.recent / self.rows if self.rows else None


def freshness(view: Picture) -> Freshness:
    """Rows with need whose oldest figure is not old."""
    dated = [row for row in view.rows if row.oldest]
    recent = [row for row in dated if row.oldest and view.as_of - row.oldest <= OLD_AFTER]
    return Freshness(len(dated), len(recent), min((row.oldest for row in dated if row.oldest), default=None))


@dataclass(frozen=True)
class Unknown:
    """A place about which too little is known, or that nobody reaches."""

    place: Place
    reason: str
    topics: tuple[Topic, ...]
    oldest: date | None = None
    need: Shown = None


def unknowns(view: Picture) -> list[Unknown]:
    """Places without any estimate (missing), with old figures (old), with need and no service (unreached)."""
    found: list[Unknown] = []
    by_place: dict[int, list[Row]] = {}
    for row in view.rows:
        by_place.setdefault(row.place.pk, []).append(row)
    for place in parts(view.place):
        rows = by_place.get(place.pk, [])
        known = [row for row in rows if row.need is not None]
        if not known:
            found.append(Unknown(place, "missing", ()))
            continue
        unreached = [row for row in known if row.services == 0 and row.need != 0]
        if unreached:
            hidden = next((row.need for row in unreached if isinstance(row.need, Suppressed)), None)
            need = hidden or sum(row.need for row in unreached if isinstance(row.need, int))
            found.append(Unknown(place, "unreached", tuple(row.topic for row in unreached), need=need))
        old = [row for row in known if row.oldest and view.as_of - row.oldest > OLD_AFTER]
        if old:
            oldest = min(row.oldest for row in old if row.oldest)
            found.append(Unknown(place, "old", tuple(row.topic for row in old), oldest))
    return found
