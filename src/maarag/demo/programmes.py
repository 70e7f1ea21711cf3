"""Programmes for families of the Ministry of Welfare: what was budgeted, and where two of them run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from maarag.domains.services.actions import (
    AtLocationDraft,
    CapacityDraft,
    LocationDraft,
    ServiceDraft,
    save_locations,
    save_programme,
    save_services,
)
from maarag.domains.services.models import CapacityUnit, Location, Programme, Service
from maarag.kernel.people.actions import OrganisationDraft, save_organisation, save_organisations
from maarag.kernel.people.models import Organisation, Sector

from .family_poverty import shared_out
from .loading import Loading
from .national import estimated_families
from .tables import Row, names, number, rows, texts

TABLES = ("programmes", "departments", "authorities", "figures")
MINISTRY = "ministry-of-welfare"
ROUTINE = "noshmim"
EAST_JERUSALEM = "noshmim-east-jerusalem"
BUDGETED_APART = (EAST_JERUSALEM, "noshmim-soldiers", "noshmim-self-employed")
OTZMA = "otzma"
JERUSALEM = "3000"
RUNS_AS_OF = date(2023, 12, 31)
BUDGET_AS_OF = date(2021, 12, 31)


@dataclass(frozen=True)
class Departments:
    """The departments of one authority, and in how many of them each programme runs."""

    all: int
    noshmim: int
    otzma: int


def departments_by_authority() -> dict[str, Departments]:
    """Counted from the rows that could be resolved to an authority."""
    every: Counter[str] = Counter()
    noshmim: Counter[str] = Counter()
    otzma: Counter[str] = Counter()
    for row in rows("departments"):
        code = row["authority"]
        if code:
            every[code] += 1
            noshmim[code] += row["noshmim"] == "yes"
            otzma[code] += row["otzma"] == "yes"
    return {code: Departments(every[code], noshmim[code], otzma[code]) for code in every}


def shares_of_places() -> dict[str, int]:
    """The 3,280 family places over the authorities where the programme runs, by estimated need."""
    total = next(int(row["families"]) for row in rows("programmes") if row["code"] == ROUTINE)
    need = estimated_families()
    runs = [code for code, found in departments_by_authority().items() if found.noshmim]
    return shared_out(total, {code: need[code].number for code in runs})


def load_programmes(loading: Loading) -> None:
    ministry = _ministry(loading)
    programmes = _save_programmes(loading, ministry)
    table = {row["code"]: row for row in rows("programmes")}
    departments = departments_by_authority()
    offices = _save_offices(loading, sorted(departments, key=int))
    points = _save_points(loading, offices)
    drafts = [
        *_in_authorities(loading, table, programmes, departments, offices, points),
        *_without_a_place(loading, table, programmes, ministry, points),
    ]
    theirs = loading.codes_of_theirs(Service)
    save_services(by=loading.by, drafts=[draft for draft in drafts if draft.code not in theirs])
    loading.progress("programmes", len(drafts), len(drafts))
    loading.counts["services"] += len(drafts)
    loading.counts["organisations"] += len(offices) + 1


def _ministry(loading: Loading) -> Organisation:
    if (known := Organisation.objects.filter(code=MINISTRY).first()) and loading.is_theirs(known):
        return known
    return save_organisation(
        by=loading.by,
        code=MINISTRY,
        name_he="משרד הרווחה והביטחון החברתי",
        name_ar="وزارة الرفاه والضمان الاجتماعي",
        name_en="Ministry of Welfare and Social Affairs",
        sector=Sector.CENTRAL_GOVERNMENT,
        place=loading.places["IL"],
    )


def _save_programmes(loading: Loading, ministry: Organisation) -> dict[str, Programme]:
    known = {programme.code: programme for programme in Programme.objects.all()}
    theirs = loading.codes_of_theirs(Programme)
    return {
        row["code"]: known[row["code"]]
        if row["code"] in theirs
        else save_programme(
            by=loading.by,
            code=row["code"],
            organisation=ministry,
            **names(row),
            description=row["description_he"],
        )
        for row in rows("programmes")
    }


def _save_offices(loading: Loading, codes: list[str]) -> dict[str, Organisation]:
    """One organisation for the social services of each authority."""
    theirs = loading.codes_of_theirs(Organisation)
    drafts = []
    for place in (loading.places[code] for code in codes):
        if (code := f"welfare-{place.code}") not in theirs:
            fields = {
                "name_he": f"המחלקה לשירותים חברתיים – {place.name_he}",
                "name_ar": f"قسم الخدمات الاجتماعية – {place.name_ar}",
                "name_en": f"Social services department – {place.name_en}",
                "sector": Sector.LOCAL_GOVERNMENT,
                "place": place,
            }
            drafts.append(OrganisationDraft(code, fields))
    save_organisations(by=loading.by, drafts=drafts)
    loading.progress("departments", len(codes), len(codes))
    offices = {office.code: office for office in Organisation.objects.filter(code__startswith="welfare-")}
    return {code: offices[f"welfare-{code}"] for code in codes}


def _save_points(loading: Loading, offices: Mapping[str, Organisation]) -> dict[str, Location]:
    """The point of each authority: no addresses of offices are used."""
    codes = {f"authority-{code}": code for code in offices}
    theirs = loading.codes_of_theirs(Location)
    known = {point.code: point for point in Location.objects.filter(code__in=codes)}
    drafts = [
        LocationDraft(
            code=code,
            place=(place := loading.places[authority]),
            fields={
                "organisation": offices[authority],
                "latitude": place.latitude,
                "longitude": place.longitude,
                **{f"name_{language}": getattr(place, f"name_{language}") for language in ("he", "ar", "en")},
            },
        )
        for code, authority in codes.items()
        if code not in theirs
    ]
    saved = {point.code: point for point in save_locations(by=loading.by, drafts=drafts)}
    return {authority: saved.get(code) or known[code] for code, authority in codes.items()}


def _in_authorities(
    loading: Loading,
    table: Mapping[str, Row],
    programmes: Mapping[str, Programme],
    departments: Mapping[str, Departments],
    offices: Mapping[str, Organisation],
    points: Mapping[str, Location],
) -> list[ServiceDraft]:
    """One service for each authority and programme, however many of its departments run it."""
    shares = shares_of_places()
    drafts: list[ServiceDraft] = []
    for code, found in departments.items():
        running = {ROUTINE: found.noshmim, OTZMA: found.otzma}
        for programme, number_of_departments in running.items():
            if not number_of_departments:
                continue
            capacities = []
            if programme == ROUTINE:
                capacities = [
                    CapacityDraft(
                        unit=CapacityUnit.FAMILIES,
                        maximum=shares[code],
                        location=points[code],
                        is_estimate=True,
                        as_of=BUDGET_AS_OF,
                    )
                ]
            drafts.append(
                ServiceDraft(
                    code=f"{programme}-{code}",
                    organisation=offices[code],
                    source=loading.sources["welfare-departments-2023"],
                    as_of=RUNS_AS_OF,
                    fields={
                        **_texts(table[programme], loading.places[code]),
                        "programme": programmes[programme],
                        "source_row": code,
                    },
                    terms=_terms(loading, table[programme]),
                    areas=[loading.places[code]],
                    locations=[AtLocationDraft(points[code], _running_in(number_of_departments, found.all))],
                    capacities=capacities,
                    languages=[],
                )
            )
    return drafts


def _running_in(running: int, every: int) -> str:
    return f"פועל ב־{running} מתוך {every} המחלקות של הרשות." if every > 1 else ""


def _without_a_place(
    loading: Loading,
    table: Mapping[str, Row],
    programmes: Mapping[str, Programme],
    ministry: Organisation,
    points: Mapping[str, Location],
) -> list[ServiceDraft]:
    """The places of Noshmim budgeted apart: only those of East Jerusalem are known to be anywhere.

    The other programmes of the budget are kept as programmes: not even their number of authorities is known.
    """
    drafts: list[ServiceDraft] = []
    for code in BUDGETED_APART:
        row = table[code]
        in_jerusalem = code == EAST_JERUSALEM
        drafts.append(
            ServiceDraft(
                code=code,
                organisation=ministry,
                source=loading.sources["basket-budget-2021"],
                as_of=BUDGET_AS_OF,
                fields={**_texts(row), "programme": programmes[code], "source_row": row["name_he"]},
                terms=_terms(loading, row),
                areas=[loading.places[JERUSALEM if in_jerusalem else "IL"]],
                locations=[points[JERUSALEM]] if in_jerusalem else [],
                capacities=[
                    CapacityDraft(
                        unit=CapacityUnit.FAMILIES,
                        maximum=number(row["families"]) or 0,
                        location=points[JERUSALEM] if in_jerusalem else None,
                    )
                ],
                languages=[],
            )
        )
    return drafts


def _texts(row: Row, place: Any = None) -> dict[str, str]:
    found = texts(row, "name", "description")
    if place:
        for column in names(row):
            found[column] += f" – {getattr(place, column)}"
    return found


def _terms(loading: Loading, row: Row) -> list[Any]:
    return [loading.terms[code] for code in f"{row['responses']} {row['situations']}".split()]
