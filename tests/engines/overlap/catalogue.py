"""Our labels on the national catalogue of welfare services (by its ids), and how it is read for these tests.

The catalogue says nothing of places: all services are national. Judged from names, descriptions and purposes.
"""

from __future__ import annotations

import csv
from pathlib import Path

from maarag.engines.overlap import Service

FILE = "data/services/welfare_service_catalogue_2021-05-18.csv"

DUPLICATES: dict[tuple[str, str], str] = {
    ("241", "662"): "foster families for children, twice, nearly in the same words",
}
UNCLEAR: dict[tuple[str, str], str] = {
    ("614", "615"): "clubs for older people; one adds food security, the other some help with food",
    ("143", "786"): "a hostel is one kind of the housing array",
    ("82", "786"): "flats in particular communities, and the housing array",
    ("82", "143"): "the purpose is the same sentence; flats and hostels",
    ("648", "87"): "sheltered work centres, and one enterprise of that kind",
    ("648", "85"): "adapted work for ageing people, in the terms of the general one",
    ("641", "862"): "assessment committees and assessment centres",
    ("839", "90"): "education for people with disabilities, with and without training for work",
    ("68", "88"): "weekly social groups and social clubs",
    ("47", "906"): "temporary flats for young people, and for young women",
    ("178", "179"): "two programmes for families in poverty, known to be joined in places",
    ("241", "904"): "fostering, and fostering of children with disabilities",
    ("662", "904"): "fostering, and fostering of children with disabilities",
    ("184", "186"): "treatment and rehabilitation of rough sleepers, with and without work",
}
LOOK_ALIKE: dict[tuple[str, str], str] = {
    ("241", "889"): "nearly the same text; information for people who want to foster",
    ("662", "889"): "nearly the same text; information for people who want to foster",
    ("126", "241"): "emergency fostering of small children",
    ("47", "48"): "the same response for other people (ultra-Orthodox young women)",
    ("279", "280"): "the same response for other people (ultra-Orthodox young women)",
    ("280", "48"): "hostel and transitional flat",
    ("279", "47"): "hostel and transitional flat",
    ("280", "895"): "hostel and emergency hostel",
    ("49", "895"): "shelter and emergency hostel of a sector",
    ("43", "901"): "the same people; community centre and treatment centre",
    ("899", "900"): "the same people; shelter and transitional flat",
    ("150", "245"): "the same people; transitional flat and shelter",
    ("262", "269"): "the same people; peer groups and therapy",
    ("549", "550"): "the same form of group; dangerous driving and drinking",
    ("67", "786"): "supported housing and the housing array",
    ("341", "479"): "dialogue in the community, and treatment of offenders",
    ("12", "3"): "information for blind and for deaf people",
    ("42", "483"): "mentoring for youth at risk and for offenders",
    ("608", "610"): "day centre and supportive community",
    ("145", "147"): "respite and summer camps",
    ("5", "6"): "two different refunds for deaf people",
}


def services(shared: Path) -> list[Service]:
    found = []
    with (shared / FILE).open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            number, name, short, purpose, _branch, _wing, unit, population, _field, ways = row.values()
            found.append(
                Service(
                    id=number,
                    name=name,
                    description=f"{short}\n{purpose}",
                    organisation=unit,
                    terms=tuple(way for way in ways.split("|") if way),
                    population=tuple(part for part in population.split("|") if part),
                )
            )
    return found
