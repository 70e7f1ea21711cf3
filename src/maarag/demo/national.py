"""Real public facts of the nation: sources, places, indicators and the need for family programmes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from maarag.domains.needs.actions import EstimateDraft, save_estimates
from maarag.domains.needs.models import Certainty, NeedEstimate, Unit
from maarag.kernel.places.actions import PlaceDraft, save_figures, save_places
from maarag.kernel.places.models import Place, PlaceFigure, PlaceKind
from maarag.kernel.sources.actions import save_source
from maarag.kernel.sources.models import Source

from .family_poverty import Families, Indicators, families_in_need
from .loading import Loading
from .tables import Row, decimal, names, number, rows, texts

SOURCE_TABLES = ("sources",)
PLACE_TABLES = ("districts", "clusters", "authorities", "figures")
NEED_TABLES = ("authorities", "figures")
CODE = "family-poverty"
SITUATION = "human_situations:deprivation:low_income"
POPULATION = "human_situations:household:families"
AS_OF = date(2019, 12, 31)
"""An estimate is as old as the oldest figure in it: the indicators are of 2019."""
FIGURES = {
    "dependency_ratio": "dependency-ratio",
    "families_with_4_or_more_children_percent": "families-4plus-children-percent",
    "income_support_recipients_20plus_percent": "income-support-20plus-percent",
}


def load_sources(loading: Loading) -> None:
    theirs = loading.codes_of_theirs(Source)
    for row in loading.steps("sources", rows("sources")):
        if row["code"] not in theirs:
            save_source(
                by=loading.by,
                code=row["code"],
                **texts(row, "name", "publisher", "licence", "method"),
                published_on=date.fromisoformat(row["published_on"]) if row["published_on"] else None,
                is_fictional=row["is_fictional"] == "yes",
            )
    loading.counts["sources"] = len(rows("sources"))
    loading.forget()


def load_places(loading: Loading) -> None:
    """The nation, its districts and clusters, the authorities, and the published figures about them."""
    theirs = loading.codes_of_theirs(Place)
    source = loading.sources["cbs-authorities"]
    drafts = [draft for draft in _place_drafts(loading) if draft.code not in theirs]
    loading.progress("places", 0, len(drafts))
    save_places(by=loading.by, drafts=drafts)
    loading.progress("places", len(drafts), len(drafts))
    loading.forget()
    places = loading.places
    save_figures(
        by=loading.by,
        source=source,
        figures=[
            (places[row["authority"]], code, int(row["year"]), Decimal(row[column]))
            for row in rows("figures")
            for column, code in FIGURES.items()
            if not loading.is_theirs(places[row["authority"]])
        ],
    )
    loading.counts["places"] += len(drafts)
    loading.counts["figures"] = PlaceFigure.objects.filter(source=source).count()


def _place_drafts(loading: Loading) -> list[PlaceDraft]:
    by_interior = loading.sources["cbs-authorities"].pk
    by_welfare = loading.sources["welfare-departments-2023"].pk
    nation = {"name_he": "ישראל", "name_ar": "إسرائيل", "name_en": "Israel"}
    return [
        PlaceDraft("IL", fields={"kind": PlaceKind.NATION, **nation, "source_id": by_interior}),
        *(
            PlaceDraft(
                row["code"],
                ["IL"],
                {
                    "kind": PlaceKind.DISTRICT,
                    "district_of": row["district_of"],
                    **names(row),
                    "source_id": by_interior if row["district_of"] == "interior" else by_welfare,
                },
            )
            for row in rows("districts")
        ),
        *(
            PlaceDraft(
                row["code"], ["IL"], {"kind": PlaceKind.CLUSTER, **names(row), "source_id": by_interior}
            )
            for row in rows("clusters")
        ),
        *(
            PlaceDraft(
                row["code"],
                [
                    code
                    for code in (row["interior_district"], row["welfare_district"], row["cluster"])
                    if code
                ],
                {
                    "kind": PlaceKind.AUTHORITY,
                    "authority_type": row["type"],
                    **names(row),
                    "population": number(row["population"]),
                    "population_year": number(row["population_year"]),
                    "socioeconomic_cluster": number(row["socioeconomic_cluster"]),
                    "latitude": decimal(row["latitude"]),
                    "longitude": decimal(row["longitude"]),
                    "source_id": by_interior,
                },
            )
            for row in rows("authorities")
        ),
    ]


def estimated_families() -> dict[str, Families]:
    """The estimate for every authority that has the indicators; the others are unknown, not zero."""
    people = {row["code"]: int(row["population"]) for row in rows("authorities")}
    return {row["authority"]: families_in_need(_indicators(people, row)) for row in rows("figures")}


def _indicators(people: dict[str, int], row: Row) -> Indicators:
    return Indicators(
        population=people[row["authority"]],
        dependency_ratio=float(row["dependency_ratio"]),
        large_families_percent=float(row["families_with_4_or_more_children_percent"]),
        income_support_percent=float(row["income_support_recipients_20plus_percent"]),
    )


def load_needs(loading: Loading) -> None:
    """Families that need an anti-poverty programme, for each authority."""
    source = loading.sources["family-poverty-estimate"]
    estimates = estimated_families()
    theirs = {
        estimate.place_id
        for estimate in NeedEstimate.objects.filter(source=source)
        if loading.is_theirs(estimate)
    }
    drafts = [
        EstimateDraft(
            place=loading.places[code],
            topic=loading.topics[CODE],
            situation=loading.terms[SITUATION],
            population=loading.terms[POPULATION],
            unit=Unit.FAMILIES,
            number=families.number,
            lowest=families.lowest,
            highest=families.highest,
            certainty=Certainty.ROUGH,
            as_of=AS_OF,
            source_row=code,
        )
        for code, families in estimates.items()
        if loading.places[code].pk not in theirs
    ]
    save_estimates(by=loading.by, source=source, drafts=drafts)
    loading.progress("needs", len(estimates), len(estimates))
    loading.counts["needs"] += len(estimates)
