"""The sets of services that the labelled queries are asked of."""

from __future__ import annotations

import csv
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from maarag.engines.search import Document, SearchIndex
from maarag.standards.service_files import ServiceRecord, read_services
from tests.engines.search.quality import HERE, Labelled


def names_of() -> dict[str, list[str]]:
    lines = (HERE / "term_names.csv").read_text("utf-8").splitlines()
    return {code: names for code, *names in (line.split("|") for line in lines)}


def document(record: ServiceRecord) -> Document:
    return Document(
        id=record.id,
        name=record.name,
        description=record.description,
        organisation=record.organisation,
        terms=record.terms,
        term_names=record.term_names,
        lat=record.lat,
        lon=record.lon,
        place=record.area,
        extra=record.population,
    )


def own_index() -> SearchIndex:
    """Fictional services of the tests themselves."""
    return SearchIndex.build(map(document, read_services(HERE / "services.csv")), names_of=names_of())


def catalogue_records(shared: Path) -> list[ServiceRecord]:
    return read_services(shared / "data" / "services" / "welfare_service_catalogue_2021-05-18.csv")


def catalogue_index(shared: Path) -> SearchIndex:
    """The welfare service catalogue; its fields and ways of intervention are words, not codes."""
    documents = []
    for record in catalogue_records(shared):
        documents.append(
            Document(
                id=record.id,
                name=record.name,
                description=record.description,
                organisation=record.organisation,
                term_names=record.terms,
                extra=record.population,
            )
        )
    return SearchIndex.build(documents)


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("maarag.demo") / "data" / name).read_text("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def _in_all_languages(row: dict[str, str], name: str) -> str:
    return " | ".join(filter(None, (row[f"{name}_{language}"] for language in ("he", "ar", "en"))))


def demo_index() -> SearchIndex:
    """The demonstration's fictional services, in three languages, as the directory has them."""
    names = {
        row["code"]: [row[f"name_{x}"] for x in ("he", "ar", "en") if row[f"name_{x}"]]
        for row in _rows("taxonomy.csv")
    }
    organisations = {
        row["code"]: _in_all_languages(row, "name") for row in _rows("fiction_organisations.csv")
    }
    documents = [
        Document(
            id=row["code"],
            name=_in_all_languages(row, "name"),
            description=_in_all_languages(row, "description"),
            organisation=organisations[row["organisation"]],
            terms=(*row["responses"].split(), *row["situations"].split()),
        )
        for row in _rows("fiction_services.csv")
    ]
    return SearchIndex.build(documents, names_of=names)


def asker(index: SearchIndex) -> Callable[[Labelled], list[str]]:
    def ask(labelled: Labelled) -> list[str]:
        options = labelled.options
        near = tuple(float(part) for part in options["near"].split(",")) if "near" in options else None
        results = index.search(
            labelled.query,
            limit=10,
            term=options.get("term"),
            near=(near[0], near[1]) if near else None,
            within_km=float(options["within"]) if "within" in options else None,
        )
        return [hit.id for hit in results.hits]

    return ask
