"""`maarag match --wishes W --places P [--priorities R]`: two sides that rank each other.

wishes: family, place, rank · priorities: place, family, rank · places: id, capacity [, name] ·
families: id [, name]; without it, those that have wishes. Rank 1 is the dearest, the first.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from maarag.cli.answers import Refused, give_answer
from maarag.cli.match_columns import Doubts, Table
from maarag.cli.match_output import harmless
from maarag.cli.match_tables import warn
from maarag.cli.table_files import FileError
from maarag.database.errors import translate as _

if TYPE_CHECKING:
    from maarag.engines.matching import Wishes


@dataclass(frozen=True, eq=False)
class Ranked:
    """Both sides' wishes with the person's names. `unranked`: for each family, places that do not rank it.
    `stands`: the rank of a family at a place."""

    wishes: Wishes
    families: list[str]
    family_names: list[str]
    places: list[str]
    place_names: list[str]
    asked: list[list[int]]
    stands: dict[tuple[int, int], float]
    warnings: list[str]


def match_wishes(
    *,
    wishes: Path,
    priorities: Path | None,
    places: Path | None,
    families: Path | None,
    proposing: Literal["families", "places"],
    seed: int,
    form: str,
    output: Path | None,
) -> None:
    """Match both sides and print or write the answer. Raises Refused."""
    from maarag.engines.matching import MatchingError, accept_in_turn

    if places is None:
        raise Refused(_("Give --places together with --wishes."))
    try:
        ranked = _read(wishes, priorities, places, families, seed)
        warn(ranked.warnings)
        matched = accept_in_turn(ranked.wishes, proposing).tolist()
    except (FileError, MatchingError) as error:
        raise Refused(str(error)) from None
    data = _data(ranked, matched, proposing, by_lot=priorities is None)
    give_answer(_render(data, form), output, form)


def _read(wishes: Path, priorities: Path | None, places: Path, families: Path | None, seed: int) -> Ranked:
    from maarag.engines.matching import Wishes

    doubts = Doubts()
    where = Table(places, ["id", "capacity"], ["name"], doubts)
    place_rows = where.keys()
    place_index = {key: number for number, key in enumerate(place_rows)}
    capacity = where.numbers("capacity", None, whole=True)
    asking = Table(wishes, ["family", "place", "rank"], [], doubts)
    family_index, family_names = _families(families, asking, doubts)
    of_family = asking.known("family", family_index, asking.name if families is None else families.name)
    of_place = asking.known("place", place_index, where.name)
    ranks = asking.numbers("rank", None)
    asked: list[list[tuple[float, int]]] = [[] for _family in family_index]
    seen: dict[tuple[int, object], int] = {}
    for row, (i, j) in enumerate(zip(of_family.tolist(), of_place.tolist(), strict=True)):
        if i < 0 or j < 0:
            continue
        for key, words in (
            ((i, j), _("this family and place already stand in line %(line)s")),
            ((i, f"rank {ranks[row]}"), _("this family has the same rank in line %(line)s")),
        ):
            if key in seen:
                asking.bad(row, words % {"line": asking.lines[seen[key]]})
                break
            seen[key] = row
        else:
            asked[i].append((float(ranks[row]), j))
    stands = _priorities(priorities, family_index, place_index, where.name, doubts)
    doubts.refuse()
    whole = [[j for _rank, j in sorted(those)] for those in asked]
    kept = [[j for j in those if stands is None or (i, j) in stands] for i, those in enumerate(whole)]
    given = None if stands is None else [[-stands[i, j] for j in those] for i, those in enumerate(kept)]
    names = where.column_of("name")
    return Ranked(
        Wishes(kept, [int(capacity[row]) for row in place_rows.values()], given, seed),
        list(family_index),
        family_names,
        list(place_index),
        [names[row] for row in place_rows.values()],
        whole,
        stands or {},
        doubts.warnings,
    )


def _families(path: Path | None, asking: Table, doubts: Doubts) -> tuple[dict[str, int], list[str]]:
    """The number of each family, and its name."""
    if path is None:
        found = dict.fromkeys(name for name in asking.column_of("family") if name)
        return {key: number for number, key in enumerate(found)}, [""] * len(found)
    table = Table(path, ["id"], ["name"], doubts)
    rows, names = table.keys(), table.column_of("name")
    return {key: number for number, key in enumerate(rows)}, [names[row] for row in rows.values()]


def _priorities(
    path: Path | None, families: dict[str, int], places: dict[str, int], source: str, doubts: Doubts
) -> dict[tuple[int, int], float] | None:
    """How each place ranks families; a family that it leaves out cannot have it."""
    if path is None:
        return None
    table = Table(path, ["place", "family", "rank"], [], doubts)
    of_place = table.known("place", places, source)
    ranks = table.numbers("rank", None)
    found: dict[tuple[int, int], float] = {}
    lines: dict[tuple[int, int], int] = {}
    strangers = 0
    for row, (name, j) in enumerate(zip(table.column_of("family"), of_place.tolist(), strict=True)):
        i = families.get(name, -1)
        if i < 0:
            strangers += 1
        elif j >= 0 and (i, j) in found:
            given = {"line": lines[i, j]}
            table.bad(row, _("this family and place already stand in line %(line)s") % given)
        elif j >= 0:
            found[i, j], lines[i, j] = float(ranks[row]), table.lines[row]
    if strangers:
        told = {"file": table.name, "count": strangers}
        doubts.warnings.append(_("%(file)s: lines of families that have no wishes: %(count)s") % told)
    return found


def _data(ranked: Ranked, matched: list[int], proposing: str, *, by_lot: bool) -> dict[str, Any]:
    taken: list[list[int]] = [[] for _place in ranked.places]
    for i, j in enumerate(matched):
        if j >= 0:
            taken[j].append(i)
    return {
        "families": len(ranked.families),
        "placed": sum(map(len, taken)),
        "proposing": proposing,
        "seed": ranked.wishes.seed,
        "by_lottery": by_lot,
        "places": [
            {
                "id": identity,
                "name": ranked.place_names[j],
                "capacity": int(ranked.wishes.quotas[j]),
                "taken": len(taken[j]),
                "families": [ranked.families[i] for i in taken[j]],
            }
            for j, identity in enumerate(ranked.places)
        ],
        "families_explained": list(_explained(ranked, matched, taken)),
        "warnings": ranked.warnings,
    }


def _explained(ranked: Ranked, matched: list[int], taken: list[list[int]]) -> Iterator[dict[str, Any]]:
    for i, j in enumerate(matched):
        wishes = ranked.asked[i]
        met = wishes.index(j) + 1 if j >= 0 else None
        before = wishes[: met - 1] if met is not None else wishes
        if met is not None:
            said = _("its wish number %(wish)s") % {"wish": met}
        else:
            said = _("no place that it asked for") if wishes else _("it asked for no place")
        yield {
            "id": ranked.families[i],
            "name": ranked.family_names[i],
            "place": None if j < 0 else ranked.places[j],
            "wish": met,
            "words": said,
            "why_not": [_why_not(ranked, i, other, taken[other]) for other in before],
        }


def _why_not(ranked: Ranked, i: int, j: int, inside: list[int]) -> dict[str, Any]:
    """Why a family has not a place that it would rather have."""
    mine = ranked.stands.get((i, j))
    last = max((ranked.stands.get((other, j), 0.0) for other in inside), default=0.0)
    name = f"{ranked.place_names[j]} ({ranked.places[j]})" if ranked.place_names[j] else ranked.places[j]
    capacity = int(ranked.wishes.quotas[j])
    given: dict[str, Any] = {"place": name, "capacity": capacity}
    reason: dict[str, Any] = {"kind": "full", "capacity": capacity}
    if ranked.stands and mine is None:
        reason = {"kind": "not ranked"}
        words = _("%(place)s does not rank this family")
    elif capacity == 0:
        words = _("%(place)s takes nobody")
    elif mine is None or mine == last:
        reason["by"] = "lottery"
        words = _("%(place)s is full (places: %(capacity)s), and the lottery put others first")
    else:
        reason |= {"by": "rank", "rank": mine, "last_rank": last}
        given |= {"rank": f"{mine:g}", "last": f"{last:g}"}
        words = _(
            "%(place)s is full (places: %(capacity)s) with families that it ranks higher: the last of them "
            "%(last)s, this one %(rank)s"
        )
    return {"place": ranked.places[j], "words": words % given, "codes": {"because": [reason]}}


def _render(data: dict[str, Any], form: str) -> str:
    if form == "json":
        return json.dumps(data, ensure_ascii=False)
    if form == "csv":
        return _csv(data)
    lines = [
        _("Families placed: %(placed)s of %(families)s; no family and place would both rather be together.")
        % data,
        "",
    ]
    for family in data["families_explained"]:
        name = f" {family['name']}" if family["name"] else ""
        where = family["place"] or _("waits")
        lines.append(f"  {family['id']}{name}: {where} ({family['words']})")
        lines += [f"    {item['words']}." for item in family["why_not"]]
    return "\n".join(lines) + "\n"


def _csv(data: dict[str, Any]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["family", "name", "place", "wish", "why_not"])
    for family in data["families_explained"]:
        why_not = " | ".join(item["words"] for item in family["why_not"])
        row = [family["id"], family["name"], family["place"] or "", family["wish"] or "", why_not]
        writer.writerow([harmless(cell) for cell in row])
    return text.getvalue()
