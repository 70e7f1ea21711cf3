"""The demonstration's fictional services and its labelled pairs, read as the directory would give them.

Half of the labelled pairs (`FITTED`) takes part in fitting the weights; the other half is only judged.
"""

from __future__ import annotations

import csv
from pathlib import Path

from maarag.engines.overlap import Service

ROOT = Path(__file__).parents[3]
DATA = ROOT / "src/maarag/demo/data"
LABELS = ROOT / "tests/demo/overlapping_pairs.csv"


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def services() -> list[Service]:
    """Services given in a whole town reach every neighbourhood of it."""
    inside: dict[str, list[str]] = {}
    for place in _rows(DATA / "fiction_places.csv"):
        inside.setdefault(place["code"], [place["code"]])
        if place["kind"] == "neighbourhood":
            inside.setdefault(place["within"], [place["within"]]).append(place["code"])
    organisations = {row["code"]: row["name_he"] for row in _rows(DATA / "fiction_organisations.csv")}
    return [
        Service(
            id=row["code"],
            name=row["name_he"],
            description=row["description_he"],
            organisation=organisations[row["organisation"]],
            terms=tuple(sorted(row["responses"].split())),
            population=tuple(sorted(row["situations"].split())),
            lat=float(row["latitude"]) if row["latitude"] else None,
            lon=float(row["longitude"]) if row["longitude"] else None,
            area_codes=tuple(
                dict.fromkeys(inner for code in row["areas"].split() for inner in inside.get(code, [code]))
            ),
        )
        for row in _rows(DATA / "fiction_services.csv")
    ]


def pairs(verdict: str) -> list[tuple[str, str]]:
    """Labelled pairs among the fictional services, in the order of the file."""
    known = {service.id for service in services()}
    found = [(row["first"], row["second"]) for row in _rows(LABELS) if row["verdict"] == verdict]
    return [(min(pair), max(pair)) for pair in found if set(pair) <= known]


def duplicate_pairs() -> set[tuple[str, str]]:
    return set(pairs("duplicate"))


def fitted() -> set[tuple[str, str]]:
    """Every other pair, of duplicates and of the complementary."""
    return {*pairs("duplicate")[::2], *pairs("complementary")[::2]}
