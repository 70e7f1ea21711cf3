"""The answer of `maarag reach` as JSON, CSV or a table."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from maarag.cli.reach_files import Points
    from maarag.engines.reach import Closing, Reach

ACCESS = {
    "raam": "mean cost of access (travel / tau + crowding); lower is better",
    "catchment": "units of capacity within reach per person competing for them; higher is better",
}
COVERAGE = (
    "share of the people who can be served at once by capacity within reach, shared as evenly as possible"
)


@dataclass(frozen=True)
class Answer:
    reach: Reach
    places: Points
    services: Points
    parameters: dict[str, Any]
    warnings: list[str]
    closing: Closing | None
    explained: int | None


def render(answer: Answer, output_format: str) -> str:
    """Text in the format asked for."""
    data = as_data(answer)
    if output_format == "json":
        return json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False)
    if output_format == "csv":
        return _csv(data)
    return _table(data)


def as_data(answer: Answer) -> dict[str, Any]:
    """Plain data; a number that does not exist (RAAM of an unreached place) or is infinite is null."""
    reach, places = answer.reach, answer.places
    access, gap_cost = reach.access, reach.gap_cost
    named = any(places.names)
    rows = []
    for index, identity in enumerate(places.ids):
        row: dict[str, Any] = {"id": identity}
        if named:
            row["name"] = places.names[index]
        row["people"] = _finite(reach.people[index])
        row["reachable_supply"] = _finite(reach.reachable_supply[index])
        row["access"] = _finite(access[index])
        row["coverage"] = _finite(reach.coverage[index])
        row["gap"] = _finite(reach.gap[index])
        if gap_cost is not None:
            row["gap_cost"] = _finite(gap_cost[index])
        rows.append(row)
    meaning = ACCESS["raam" if reach.rule.method == "raam" else "catchment"]
    data: dict[str, Any] = {
        "method": reach.rule.method,
        "parameters": answer.parameters,
        "meaning": {"access": meaning, "coverage": COVERAGE, "gap": "people who cannot be served"},
        "rows": rows,
        "totals": reach.totals(),
        "warnings": answer.warnings + _doubts(answer),
    }
    if answer.closing is not None:
        data["closing"] = _closing(answer, answer.closing)
    if answer.explained is not None:
        data["explanation"] = _named(reach.explain(answer.explained), answer)
    return data


def _doubts(answer: Answer) -> list[str]:
    reach, ids = answer.reach, answer.places.ids
    doubts = []
    if not ids:
        doubts.append("the demand file has no rows")
    if not answer.services.ids:
        doubts.append("the supply file has no rows")
    endless = [identity for identity, value in zip(ids, reach.access, strict=True) if math.isinf(value)]
    if endless:
        doubts.append(
            f"access is unlimited (null) where a service is reached but no people: {_some(endless)}"
        )
    absent = [identity for identity, value in zip(ids, reach.access, strict=True) if math.isnan(value)]
    if absent:
        doubts.append(
            f"no cost (null) for places without people or without a reachable service: {_some(absent)}"
        )
    unreached = [
        identity
        for identity, people, supply in zip(ids, reach.people, reach.reachable_supply, strict=True)
        if people > 0 and supply == 0
    ]
    if unreached:
        doubts.append(f"no capacity within reach of {len(unreached)} places: {_some(unreached)}")
    return doubts


def _closing(answer: Answer, closing: Closing) -> dict[str, Any]:
    ids = {"existing": answer.services.ids, "new": answer.places.ids}
    names = {"existing": answer.services.names, "new": answer.places.names}
    per_unit = answer.reach.rule.people_per_unit
    additions = [
        {
            "kind": addition.kind,
            "site": ids[addition.kind][addition.site],
            "name": names[addition.kind][addition.site],
            "added_people": addition.added_people,
            "added_capacity": addition.added_people / per_unit,
            "serves": [
                {"id": answer.places.ids[place], "people": people}
                for place, people in zip(addition.places, addition.people_by_place, strict=True)
            ],
        }
        for addition in closing.additions
    ]
    return {
        "target": closing.target,
        "total_people": closing.total_people,
        "total_capacity": closing.total_people / per_unit,
        "additions": additions,
        "open_places": [answer.places.ids[place] for place in closing.open_places],
    }


def _named(data: Any, answer: Answer) -> Any:
    """The same explanation with the ids of the files in place of positions."""
    if isinstance(data, dict):
        return {key: _named_value(key, value, answer) for key, value in data.items()}
    if isinstance(data, list):
        return [_named(item, answer) for item in data]
    return _finite(data) if isinstance(data, float) else data


def _named_value(key: str, value: Any, answer: Answer) -> Any:
    if key in ("place", "service"):
        return (answer.places if key == "place" else answer.services).ids[value]
    if key in ("places", "services"):
        ids = (answer.places if key == "places" else answer.services).ids
        return [ids[index] for index in value]
    return _named(value, answer)


def _csv(data: dict[str, Any]) -> str:
    """One line a place; with --close also where its missing people would be served."""
    extra: dict[str, dict[str, Any]] = {}
    for addition in data.get("closing", {}).get("additions", []):
        for served in addition["serves"]:
            extra[served["id"]] = {
                "close_kind": addition["kind"],
                "close_site": addition["site"],
                "close_people": served["people"],
            }
    columns = list(data["rows"][0]) if data["rows"] else ["id", "people", "reachable_supply", "access"]
    if not data["rows"]:
        columns += ["coverage", "gap"]
    if "closing" in data:
        columns += ["close_kind", "close_site", "close_people"]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    for row in data["rows"]:
        full = row | extra.get(row["id"], {})
        writer.writerow({key: _harmless("" if value is None else value) for key, value in full.items()})
    return text.getvalue()


def _harmless(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula is quoted."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t" and value else value


def _table(data: dict[str, Any]) -> str:
    lines = [f"method {data['method']}; {_parameters(data['parameters'])}", ""]
    columns = list(data["rows"][0]) if data["rows"] else ["id"]
    lines += _columns([columns] + [[_shown(row[c], c) for c in columns] for row in data["rows"]])
    totals = data["totals"]
    lines += ["", "total: " + ", ".join(f"{k} {_shown(v, k)}" for k, v in totals.items() if v is not None)]
    if "closing" in data:
        closing = data["closing"]
        people = f"{closing['total_people']:,.1f}"
        lines += ["", f"To reach coverage {closing['target']:g}, add capacity for {people} people:"]
        table = [["site", "kind", "people", "capacity", "places"]]
        for a in closing["additions"]:
            serves = ", ".join(f"{s['id']} ({s['people']:,.1f})" for s in a["serves"])
            table.append(
                [a["site"], a["kind"], f"{a['added_people']:,.1f}", f"{a['added_capacity']:,.1f}", serves]
            )
        lines += _columns(table)
    if "explanation" in data:
        lines += ["", json.dumps(data["explanation"], ensure_ascii=False, indent=2)]
    lines += [f"note: {warning}" for warning in data["warnings"]]
    return "\n".join(lines)


def _parameters(parameters: dict[str, Any]) -> str:
    return ", ".join(
        f"{key} {json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value}"
        for key, value in parameters.items()
        if value is not None
    )


def _columns(table: list[list[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    numeric = [all(_is_number(row[i]) for row in table[1:]) for i in range(len(widths))]
    return [
        "  ".join(
            c.rjust(w) if n else c.ljust(w) for c, w, n in zip(row, widths, numeric, strict=True)
        ).rstrip()
        for row in table
    ]


def _is_number(text: str) -> bool:
    return text in ("", "-") or text.translate(str.maketrans("", "", ",.%-+e")).isdigit()


def _shown(value: Any, column: str) -> str:
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    if column == "coverage":
        return f"{value * 100:.1f}%"
    if column == "access":
        return f"{value:.6g}"
    return f"{value:,.1f}".removesuffix(".0")


def _finite(value: float) -> float | None:
    number = float(value)
    return number if math.isfinite(number) else None


def _some(ids: list[str]) -> str:
    return ", ".join(ids[:10]) + (f" and {len(ids) - 10} more" if len(ids) > 10 else "")
