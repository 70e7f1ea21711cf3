"""Fictional services, ours, with every pair labelled as a programme director would.

`DUPLICATES`: the same response for the same people. Everything else is not, also where it looks alike:
`LOOK_ALIKE` names the pairs that were written to mislead, and why. No real body or place is meant.
"""

from __future__ import annotations

from pathlib import Path

from maarag.engines.overlap import Service

ROWS = Path(__file__).with_name("fictional.txt")
# Two towns far apart, one between them; neighbourhoods as offsets of a town, in degrees.
PLACES: dict[str, tuple[float, float] | None] = {
    "gan": (32.500, 35.000),
    "gan-north": (32.535, 35.010),
    "gan-market": (32.503, 35.004),
    "har": (32.900, 35.250),
    "nahar": (32.750, 35.000),
    "yam": (31.700, 34.600),
    "-": None,
}

DUPLICATES: tuple[tuple[str, ...], ...] = (
    ("f01", "f02"),
    ("f05", "f06"),
    ("f08", "f09"),
    ("f11", "f12", "f14"),
    ("f15", "f16"),
    ("f18", "f20"),
    ("f21", "f22"),
    ("f24", "f25"),
    ("f28", "f29"),
    ("f31", "f32"),
    ("f36", "f38"),
    ("f41", "f42"),
    ("f44", "f45", "f46"),
    ("f48", "f49"),
    ("f51", "f52"),
    ("f54", "f55"),
    ("f57", "f58"),
    ("f59", "f60"),
    ("f63", "f65"),
    ("f68", "f69"),
    ("f72", "f73"),
    ("f79", "f80"),
    ("f81", "f82"),
)
"""Sets of services that all duplicate one another: 27 pairs."""

LOOK_ALIKE: dict[tuple[str, str], str] = {
    ("f01", "f03"): "the same club in another town",
    ("f02", "f03"): "the same club in another town",
    ("f01", "f04"): "the same provider, another response",
    ("f05", "f07"): "the same response for other people",
    ("f08", "f10"): "branches in two neighbourhoods of one town",
    ("f11", "f13"): "the same people, a later stage",
    ("f12", "f13"): "the same people, a later stage",
    ("f15", "f17"): "the same text for other people",
    ("f18", "f19"): "a programme and its like for people with disabilities",
    ("f21", "f23"): "the same response for other people",
    ("f25", "f26"): "the same text in another town",
    ("f24", "f27"): "the same provider and people, another response",
    ("f28", "f30"): "the same people, another response",
    ("f31", "f33"): "the same response for other people",
    ("f34", "f35"): "the same response for other people",
    ("f36", "f37"): "a special day centre and the ordinary one",
    ("f39", "f40"): "the same response for other people",
    ("f41", "f43"): "the same response for other people",
    ("f48", "f50"): "nearly the same text for businesses",
    ("f51", "f53"): "the same response for other people",
    ("f54", "f56"): "the same provider, other people",
    ("f56", "f57"): "the same response in another town",
    ("f59", "f61"): "another addiction",
    ("f01", "f62"): "headquarters and branch",
    ("f63", "f64"): "a rehabilitation nursery and an ordinary one",
    ("f66", "f67"): "the same people, another response",
    ("f70", "f71"): "a part and the whole",
    ("f72", "f74"): "the same response for other people",
    ("f75", "f76"): "only boilerplate in common",
    ("f76", "f78"): "only boilerplate in common",
    ("f77", "f78"): "only boilerplate in common",
    ("f76", "f77"): "only boilerplate in common",
}


ELSEWHERE = {
    *(pair for pair, why in LOOK_ALIKE.items() if "town" in why),
    ("f09", "f10"),
    ("f24", "f26"),
    ("f55", "f57"),
    ("f56", "f58"),
}
"""Pairs that only their places tell apart: a copy that lost its place could be of either."""


def services() -> list[Service]:
    found = []
    for row in ROWS.read_text("utf-8").splitlines()[1:]:
        number, name, description, organisation, place, term, population = row.split("|")
        point = PLACES[place]
        found.append(
            Service(
                id=number,
                name=name,
                description=description,
                organisation=organisation,
                terms=(term,) if term else (),
                lat=point[0] if point else None,
                lon=point[1] if point else None,
                population=(population,) if population != "-" else (),
            )
        )
    return found


def duplicate_pairs() -> set[tuple[str, str]]:
    return {(one, two) for group in DUPLICATES for k, one in enumerate(group) for two in group[k + 1 :]}
