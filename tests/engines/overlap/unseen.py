"""Thirty fictional pairs written before the engine had judged any: `d…a`/`d…b` are one thing offered twice,
in other words and by another organisation; `x…a`/`x…b` only look alike. Never used for fitting."""

from __future__ import annotations

from pathlib import Path

from maarag.engines.overlap import Service

ROWS = Path(__file__).with_name("unseen.txt")


def services(path: Path = ROWS) -> list[Service]:
    found = []
    for row in path.read_text("utf-8").splitlines()[1:]:
        number, name, description, organisation, area, term, population = row.split("|")
        found.append(
            Service(
                id=number,
                name=name,
                description=description,
                organisation=organisation,
                terms=(term,) if term else (),
                area_codes=(area,) if area else (),
                population=(population,) if population else (),
            )
        )
    return found


def duplicate_pairs(path: Path = ROWS) -> set[tuple[str, str]]:
    ids = [service.id for service in services(path) if service.id.startswith("d")]
    return {(one, one[:-1] + "b") for one in ids if one.endswith("a")}
