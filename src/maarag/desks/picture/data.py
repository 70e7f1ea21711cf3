"""The picture as plain data: what the API answers and the command line prints."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language

from maarag.domains.services.models import Service
from maarag.domains.services.queries import overlaps
from maarag.kernel.places.models import Place
from maarag.values import Shown, Suppressed

from .assemble import Picture, Row, remedies

COLUMNS = (
    "place_code",
    "place_name",
    "topic",
    "topic_name",
    "unit",
    "need",
    "need_lowest",
    "need_highest",
    "supply",
    "access",
    "coverage",
    "gap",
    "gap_cost",
    "services",
    "services_from_afar",
    "services_without_capacity",
    "nearest_km",
    "status",
    "certainty",
    "oldest_figure",
    "newest_figure",
    "suppressed",
)


def as_data(view: Picture) -> dict[str, Any]:
    """The whole picture; every figure in the unit of its row, money in shekels, dates as ISO 8601."""
    language = get_language() or "he"
    return {
        "place": {
            "code": view.place.code,
            "name": view.place.name.in_language(language),
            "kind": view.place.kind,
            "population": view.place.population,
            "fictional": view.place.is_fictional,
        },
        "as_of": view.as_of.isoformat(),
        "filters": {
            "topic": view.filters.topic.code if view.filters.topic else None,
            "population": view.filters.population_code or None,
            "sector": view.filters.sector or None,
        },
        "exact_counts": view.exact,
        "rows": [row_data(row, language) for row in view.rows],
        "by_topic": [row_data(row, language) for row in view.by_topic],
        "remedies": remedy_data(view, language),
        "duplicates": [
            _finding(finding, language) for finding in overlaps(view.place, topic=view.filters.topic)
        ],
        "seconds": round(view.whole.seconds + view.seconds, 4),
    }


def row_data(row: Row, language: str) -> dict[str, Any]:
    """One row; a hidden count is null and the row says so in `suppressed`."""
    return {
        "place_code": row.place.code,
        "place_name": row.place.name.in_language(language),
        "topic": row.topic.code,
        "topic_name": row.topic.name.in_language(language),
        "unit": row.unit,
        "need": _plain(row.need),
        "need_lowest": _plain(row.lowest),
        "need_highest": _plain(row.highest),
        "supply": round(row.supply, 1),
        "access": _plain(row.access, 6),
        "coverage": _plain(row.coverage, 4),
        "gap": _plain(row.gap, 1),
        "gap_cost": _plain(row.gap_cost, 0),
        "services": row.services,
        "services_from_afar": row.services_from_afar,
        "services_without_capacity": row.without_capacity,
        "nearest_km": None if row.nearest_km is None else round(row.nearest_km, 1),
        "status": row.status,
        "certainty": row.certainty or None,
        "oldest_figure": row.oldest.isoformat() if row.oldest else None,
        "newest_figure": row.newest.isoformat() if row.newest else None,
        "suppressed": row.is_hidden,
    }


def remedy_data(view: Picture, language: str) -> list[dict[str, Any]]:
    """What would close the gaps: how much capacity, where, for whom."""
    found = remedies(view)
    services = Service.objects.in_bulk({remedy.service for remedy in found if remedy.service})
    places = Place.objects.in_bulk(
        {remedy.place for remedy in found} | {place for remedy in found for place, _people in remedy.serves}
    )
    return [
        {
            "topic": remedy.topic.code,
            "unit": remedy.unit,
            "added": round(remedy.added, 1),
            "at_service": services[remedy.service].code if remedy.service else None,
            "at_service_name": services[remedy.service].name.in_language(language)
            if remedy.service
            else None,
            "at_place": places[remedy.place].code,
            "at_place_name": places[remedy.place].name.in_language(language),
            "serves": [
                {"place_code": places[place].code, "number": round(people, 1)}
                for place, people in remedy.serves
            ],
        }
        for remedy in found
    ]


def _finding(finding: Any, language: str) -> dict[str, Any]:
    first, second = finding.first, finding.second
    return {
        "a": first.code,
        "a_name": first.name.in_language(language),
        "b": second.code,
        "b_name": second.name.in_language(language),
        "score": round(finding.score, 4),
        "verdict": finding.verdict,
        "evidence": finding.evidence,
    }


def _plain(figure: Shown, digits: int | None = None) -> int | float | None:
    if figure is None or isinstance(figure, Suppressed):
        return None
    if isinstance(figure, float):
        return round(figure, digits) if digits else float(round(figure))
    return figure
