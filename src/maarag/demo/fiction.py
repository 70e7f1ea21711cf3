"""The fictional authority מעלה גן and its sister גבעת הדקל: places, bodies, services, needs, all invented."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time

from maarag.domains.needs.actions import EstimateDraft, save_estimates
from maarag.domains.needs.models import NeedEstimate
from maarag.domains.services.actions import (
    CapacityDraft,
    LocationDraft,
    PhoneDraft,
    ScheduleDraft,
    ServiceDraft,
    save_locations,
    save_services,
)
from maarag.domains.services.models import Location, Service
from maarag.kernel.people.actions import OrganisationDraft, save_organisations
from maarag.kernel.people.models import Organisation
from maarag.kernel.places.actions import PlaceDraft, save_places
from maarag.kernel.places.models import Place
from maarag.kernel.sources.actions import save_source
from maarag.kernel.sources.models import Source

from .loading import Loading
from .tables import Row, decimal, names, number, rows, texts

TABLES = (
    "fiction_sources",
    "fiction_places",
    "fiction_organisations",
    "fiction_services",
    "fiction_needs",
)
DIRECTORY = "fiction-directory"
POPULATION_YEAR = 2026
INVENTED = "גוף בדיוני, לצורך הדגמה בלבד."


def load_fiction(loading: Loading) -> None:
    _save_sources(loading)
    _save_places(loading)
    loading.forget()
    organisations = _save_organisations(loading)
    _save_services(loading, organisations)
    _save_needs(loading)


def _save_sources(loading: Loading) -> None:
    theirs = loading.codes_of_theirs(Source)
    for row in rows("fiction_sources"):
        if row["code"] not in theirs:
            save_source(
                by=loading.by,
                code=row["code"],
                **texts(row, "name", "publisher", "method"),
                published_on=date.fromisoformat(row["published_on"]),
                is_fictional=True,
            )
    loading.counts["sources"] += len(rows("fiction_sources"))
    loading.forget()


def _save_places(loading: Loading) -> None:
    theirs = loading.codes_of_theirs(Place)
    drafts = [
        PlaceDraft(
            row["code"],
            [row["within"]] if row["within"] else [],
            {
                "kind": row["kind"],
                "authority_type": row["type"],
                **names(row),
                "population": number(row["population"]),
                "population_year": POPULATION_YEAR if row["population"] else None,
                "socioeconomic_cluster": number(row["socioeconomic_cluster"]),
                "latitude": decimal(row["latitude"]),
                "longitude": decimal(row["longitude"]),
                "outline": _outline(row["outline"]),
                "is_fictional": True,
                "source_id": loading.sources[DIRECTORY].pk,
            },
        )
        for row in rows("fiction_places")
        if row["code"] not in theirs
    ]
    save_places(by=loading.by, drafts=drafts)
    loading.counts["places"] += len(drafts)


def _outline(text: str) -> list[list[float]] | None:
    return [[float(part) for part in point.split()] for point in text.split(";")] if text else None


def _save_organisations(loading: Loading) -> dict[str, Organisation]:
    table = rows("fiction_organisations")
    theirs = loading.codes_of_theirs(Organisation)
    drafts = [
        OrganisationDraft(
            row["code"],
            {
                **names(row),
                "sector": row["sector"],
                "place": loading.places[row["place"]],
                "description": INVENTED,
                "is_fictional": True,
            },
            parent=row["parent"],
        )
        for row in table
        if row["code"] not in theirs
    ]
    save_organisations(by=loading.by, drafts=drafts)
    loading.progress("organisations", len(table), len(table))
    loading.counts["organisations"] += len(table)
    return {body.code: body for body in Organisation.objects.filter(code__in=[row["code"] for row in table])}


def _save_services(loading: Loading, organisations: Mapping[str, Organisation]) -> None:
    table = rows("fiction_services")
    points = _save_points(loading, organisations, [row for row in table if row["at"]])
    theirs = loading.codes_of_theirs(Service)
    drafts = [_service(loading, row, organisations, points) for row in table if row["code"] not in theirs]
    save_services(by=loading.by, drafts=drafts)
    loading.progress("fictional services", len(drafts), len(drafts))
    loading.counts["services"] += len(drafts)


def _save_points(
    loading: Loading, organisations: Mapping[str, Organisation], table: list[Row]
) -> dict[str, Location]:
    """One location for each service that is given somewhere, named by the body that gives it."""
    theirs = loading.codes_of_theirs(Location)
    known = {point.code: point for point in Location.objects.filter(code__in=[row["code"] for row in table])}
    named = {row["code"]: row for name in ("fiction_organisations", "fiction_places") for row in rows(name)}
    drafts = []
    for row in table:
        if row["code"] in theirs:
            continue
        body, where = named[row["organisation"]], named[row["at"]]
        drafts.append(
            LocationDraft(
                code=row["code"],
                place=loading.places[row["at"]],
                fields={
                    "organisation": organisations[row["organisation"]],
                    "name_he": f"{body['name_he']}, {where['name_he']}",
                    "name_ar": f"{body['name_ar']}، {where['name_ar']}",
                    "name_en": f"{body['name_en']}, {where['name_en']}",
                    "latitude": decimal(row["latitude"]),
                    "longitude": decimal(row["longitude"]),
                },
            )
        )
    saved = {point.code: point for point in save_locations(by=loading.by, drafts=drafts)}
    return {row["code"]: saved.get(row["code"]) or known[row["code"]] for row in table}


def _service(
    loading: Loading,
    row: Row,
    organisations: Mapping[str, Organisation],
    points: Mapping[str, Location],
) -> ServiceDraft:
    as_of = date.fromisoformat(row["as_of"])
    point = points.get(row["code"])
    capacities = []
    if row["capacity"]:
        capacities = [
            CapacityDraft(
                unit=row["unit"],
                maximum=int(row["capacity"]),
                available=number(row["available"]),
                location=point,
                is_estimate=row["is_estimate"] == "yes",
                as_of=as_of,
            )
        ]
    return ServiceDraft(
        code=row["code"],
        organisation=organisations[row["organisation"]],
        source=loading.sources[DIRECTORY],
        as_of=as_of,
        fields={
            **texts(row, "name", "description"),
            "minimum_age": number(row["minimum_age"]),
            "maximum_age": number(row["maximum_age"]),
            "fees": row["fees"],
            "source_row": row["code"],
            "is_fictional": True,
        },
        terms=[loading.terms[code] for code in f"{row['responses']} {row['situations']}".split()],
        areas=[loading.places[code] for code in row["areas"].split()],
        locations=[point] if point else [],
        capacities=capacities,
        phones=[PhoneDraft(number=row["phone"], kind="voice")],
        schedules=[_hours(text) for text in row["schedule"].split(";") if text],
        languages=row["languages"].split(),
    )


def _hours(text: str) -> ScheduleDraft:
    """From "SU,TU 09:00-13:00"."""
    days, hours = text.split()
    opens, closes = hours.split("-")
    return ScheduleDraft(days=days, opens_at=time.fromisoformat(opens), closes_at=time.fromisoformat(closes))


def _save_needs(loading: Loading) -> None:
    by_source: dict[str, list[EstimateDraft]] = {}
    theirs = {
        _key(estimate.source.code, estimate.place.code, estimate.topic.code, estimate.situation.code)
        for estimate in NeedEstimate.objects.filter(source__is_fictional=True).select_related(
            "source", "place", "topic", "situation"
        )
        if loading.is_theirs(estimate)
    }
    for position, row in enumerate(rows("fiction_needs"), start=2):
        if _key(row["source"], row["place"], row["topic"], row["situation"]) in theirs:
            continue
        by_source.setdefault(row["source"], []).append(
            EstimateDraft(
                place=loading.places[row["place"]],
                topic=loading.topics[row["topic"]],
                situation=loading.terms[row["situation"]],
                population=loading.terms[row["population"]] if row["population"] else None,
                unit=row["unit"],
                number=int(row["number"]),
                lowest=number(row["lowest"]),
                highest=number(row["highest"]),
                certainty=row["certainty"],
                as_of=date.fromisoformat(row["as_of"]),
                source_row=str(position),
                note=row["note"],
                is_public=row["is_public"] == "yes",
            )
        )
    for code, drafts in by_source.items():
        save_estimates(by=loading.by, source=loading.sources[code], drafts=drafts)
    loading.counts["needs"] += len(rows("fiction_needs"))


def _key(*codes: str) -> tuple[str, ...]:
    return codes
