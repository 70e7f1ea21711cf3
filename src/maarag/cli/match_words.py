"""The answer of `maarag match` on a person's own tables: numbers as data, reasons in plain words."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from maarag.cli.match_files import Tables
    from maarag.engines.matching import Placed

NAMED = 3
"""Better-fitting places that a table or CSV names; JSON has all."""


def as_data(tables: Tables, placed: Placed) -> dict[str, Any]:
    """Plain data: the whole, each family with its reasons, fairness by the families' attributes."""
    import numpy as np

    from maarag.engines.matching import Explained, fairness_report

    explained, names = Explained(placed), _Names(tables)
    whole = explained.whole()
    whole["binding"] = [names.binding(item) for item in whole["binding"]]
    whole["floors"] = [{**item, "floor": names.floor(item["floor"])} for item in whole["floors"]]
    fits = np.zeros(tables.problem.n_families)
    has = placed.pair_of_family >= 0
    fits[has] = tables.problem.fit[placed.pair_of_family[has]]
    groups = {
        column: labels
        for column, labels in tables.attributes.items()
        if 1 < len(set(labels)) <= max(20, len(labels) // 20)
    }
    return {
        **whole,
        "exact": bool(placed.facts.get("exact")),
        "places": [
            {
                "id": identity, "name": tables.place_names[j],
                "capacity": int(tables.problem.capacity[j]), "taken": int(placed.taken[j]),
                "price": float(placed.prices.places[j]),
            }
            for j, identity in enumerate(tables.places)
        ],
        "families_explained": [names.family(data) for data in explained.families()],
        "fairness": {
            column: [group.as_data() for group in found]
            for column, found in fairness_report(groups, has, fits).items()
        },
        "warnings": tables.warnings,
    }  # fmt: skip


class _Names:
    """Numbers to the person's names, reasons to sentences."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.kinds = [limits.kind for limits in tables.problem.limits]

    def place(self, j: int) -> str:
        name = self.tables.place_names[j]
        return f"{name} ({self.tables.places[j]})" if name else self.tables.places[j]

    def limit(self, kind: str, number: int) -> str:
        name = self.tables.limits[self.kinds.index(kind)][number]
        return f"the budget of {name}" if kind == "budget" else f"the caseload of {name}"

    def floor(self, number: int) -> str:
        row = self.tables.floors[number]
        return f"{row.column} = {row.value}"

    def binding(self, item: dict[str, Any]) -> dict[str, Any]:
        place = item["kind"] == "place"
        name = self.place(item["number"]) if place else self.limit(item["kind"], item["number"])
        return {**item, "name": name}

    def family(self, data: dict[str, Any]) -> dict[str, Any]:
        i, tables = data["family"], self.tables
        pair = None if data["place"] is None else tables.problem.pair(i, data["place"])
        speaks = [self._said(item) for item in data["for"]]
        against = [self._said(item) for item in data["against"]]
        if pair is not None:
            speaks += [text for text in [tables.speaks_for[pair]] if text]
            against += [text for text in [tables.speaks_against[pair]] if text]
        why_not = [self._refused(item) for item in data["why_not"]]
        now = data["fit"] if data["fit"] is not None else float("-inf")
        for j, fit, why in tables.excluded.get(i, []):
            if fit is None or fit > now:
                words = f"{self.place(j)}: not eligible" + (f", {why}" if why else "")
                why_not.append({"place": tables.places[j], "fit": fit, "words": words})
        return {
            "id": tables.families[i],
            "name": tables.family_names[i],
            "place": None if data["place"] is None else tables.places[data["place"]],
            "fit": data["fit"],
            "for": speaks,
            "against": against,
            "why_not": why_not,
        }

    def _said(self, item: dict[str, Any]) -> str:
        kind = item["kind"]
        if kind == "others fit better":
            number = item["places"]
            return "one place fits better" if number == 1 else f"{number} places fit better"
        if kind == "place in demand":
            return f"the place is in demand: to the others it is worth {item['price']:.4g} of fit"
        if kind == "floor":
            return f"a floor asks for its group (worth {item['worth']:.4g} of fit)"
        if kind in self.kinds:
            limit = self.limit(kind, item["limit"])
            takes = f"takes {item['takes']:,.10g} of {limit}"
            return (
                f"{takes}, worth {item['price']:.4g} of fit"
                if item["price"] > 0
                else f"{takes}, which has enough"
            )
        return {
            "decided": "decided by a person", "best fit": "no place fits better",
            "no eligible place": "it may have no place at all",
        }[kind]  # fmt: skip

    def _refused(self, item: dict[str, Any]) -> dict[str, Any]:
        because = [self._because(reason) for reason in item["because"]]
        changes = [self._change(change) for change in item["would_change"]]
        # what is lacking there is needed together; more fit would do alone
        changes = [text for text in [" and ".join(changes[:-1]), changes[-1]] if text]
        words = f"{self.place(item['place'])}, fit {item['fit']:.4g}: {' and '.join(because)}"
        data = {
            "place": self.tables.places[item["place"]],
            "fit": item["fit"],
            "would_change": changes,
        }
        if "displaced" in item:
            other = item["displaced"]
            where = "wait" if other["goes_to"] is None else f"go to {self.place(other['goes_to'])}"
            family = self.tables.families[other["family"]]
            data["displaced"] = family
            words += f"; family {family} would have to {where}"
        data["words"] = words + ". It would take " + " or ".join(changes)
        return data

    def _because(self, reason: dict[str, Any]) -> str:
        if reason["kind"] == "full":
            said = f"full ({reason['capacity']} places)" if reason["capacity"] != 1 else "full (one place)"
            if "floor_holds" in reason:
                said += f", one held by a floor for family {self.tables.families[reason['floor_holds']]}"
            return said
        if reason["kind"] == "decided":
            return "decided otherwise by a person"
        limit = self.limit(reason["kind"], reason["limit"])
        return f"{limit} has {reason['left']:,.10g} left of the {reason['needs']:,.10g} needed"

    def _change(self, change: dict[str, Any]) -> str:
        if change["kind"] == "place":
            return "one more place there"
        if change["kind"] == "fit":
            if change["more"] < 1e-3:
                return "the least bit more of fit there (it is nearly a tie)"
            return f"{change['more']:.3g} more of fit there"
        return f"{change['more']:,.10g} more in {self.limit(change['kind'], change['limit'])}"


def render(data: dict[str, Any], form: str) -> str:
    """As JSON, CSV (a line a family) or a table to read."""
    if form == "json":
        return json.dumps(data, ensure_ascii=False, allow_nan=False)
    if form == "csv":
        return _csv(data)
    return "\n".join(_summary(data)) + "\n"


def _csv(data: dict[str, Any]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["family", "name", "place", "fit", "for", "against", "why_not"])
    for family in data["families_explained"]:
        why_not = " | ".join(item["words"] for item in family["why_not"][:NAMED])
        row = [family["id"], family["name"], family["place"] or "", family["fit"]]
        row += ["; ".join(family["for"]), "; ".join(family["against"]), why_not]
        writer.writerow([_harmless("" if cell is None else cell) for cell in row])
    return text.getvalue()


def _harmless(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula is quoted."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value


def _summary(data: dict[str, Any]) -> list[str]:
    proof = "the best there is" if data["exact"] else f"at most {data['gap']:.2%} below the best"
    lines = [
        f"{data['placed']:,} of {data['families']:,} families placed; fit {data['value']:,.6g} ({proof}).",
    ]
    lines += [f"warning: {text}" for text in data["warnings"]]
    waiting = ", ".join(f"{kind} {number:,}" for kind, number in data["waiting"].items())
    lines += [f"Waiting, by what stands in the way of the best-fitting place: {waiting}."] if waiting else []
    if data["binding"]:
        lines += ["", "What binds, and what one more of it would add to the fit:"]
        order = {"budget": 0, "load": 1, "place": 2}
        for item in sorted(data["binding"], key=lambda item: (order[item["kind"]], -item["price"]))[:30]:
            unit = {"budget": "1,000 of money", "load": "case", "place": "place"}[item["kind"]]
            price = item["price"] * (1000 if item["kind"] == "budget" else 1)
            lines.append(f"  {item['name']}: {price:.4g} a {unit}")
    if data["floors"]:
        lines += ["", f"Floors (together they cost {data['floors_cost']:.4g} of fit):"]
        for item in data["floors"]:
            kept = "kept" if item["kept"] else "NOT KEPT: the limits leave no room for it"
            lines.append(f"  {item['floor']}: {item['placed']} placed, at least {item['least']}: {kept}")
    seen = [
        f"  {column} {group['value']}: {group['rate']:.0%} placed "
        f"({group['rate_interval']['low']:.0%}–{group['rate_interval']['high']:.0%}), "
        f"{group['difference'] * 100:+.0f} points to the others"
        for column, groups in data["fairness"].items()
        for group in groups
        if group["seen"]
    ]
    if seen:
        lines += ["", "Differences between groups that chance does not explain (95%):", *seen]
    lines += ["", "Families:"]
    for family in data["families_explained"]:
        name = f" {family['name']}" if family["name"] else ""
        where = "waits" if family["place"] is None else f"{family['place']}, fit {family['fit']:.4g}"
        reasons = "; ".join(family["for"] + family["against"])
        lines.append(f"  {family['id']}{name}: {where}" + (f" ({reasons})" if reasons else ""))
        lines += [f"    not {item['words']}." for item in family["why_not"][:NAMED]]
    return lines
