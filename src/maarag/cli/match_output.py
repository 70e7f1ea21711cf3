"""The answer of `maarag match` on a person's own tables: plain data, and how it is shown."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from maarag.cli.match_words import Names
from maarag.database.errors import translate as _

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from maarag.cli.match_files import Tables
    from maarag.engines.matching import Placed

Report = Callable[[float, str], object]

NAMED = 3
"""Better-fitting places that a table or CSV names; JSON has all."""
EACH = 500
"""Families between two reports of progress."""


def placed_data(tables: Tables, placed: Placed, report: Report) -> dict[str, Any]:
    """All families placed at once: the whole, each family with its reasons, fairness by their attributes."""
    from maarag.engines.matching import Explained

    explained, names = Explained(placed), Names(tables)
    report(0.0, _("what the floors cost") if tables.floors else _("reasons"))
    whole = explained.whole()
    whole["binding"] = [names.binding(item) for item in whole["binding"]]
    whole["floors"] = [{**item, "floor": names.floor(item["floor"])} for item in whole["floors"]]
    prices = placed.prices.places
    places = _places(tables, placed.taken)
    return {
        **whole,
        "exact": bool(placed.facts.get("exact")),
        "places": [{**place, "price": float(prices[j])} for j, place in enumerate(places)],
        "families_explained": list(_told(names, explained.families(), report)),
        "fairness": _fairness(tables, placed.pair_of_family),
        "warnings": tables.warnings,
    }


def arrived_data(
    tables: Tables, pairs: npt.NDArray[np.int64], best: Placed, report: Report
) -> dict[str, Any]:
    """Families answered one by one, beside the best that hindsight could have done."""
    import numpy as np

    from maarag.engines.matching import answers_explained

    problem, names = tables.problem, Names(tables)
    chosen = pairs[pairs >= 0]
    value = float(problem.fit[chosen].sum())
    taken = np.bincount(problem.place[chosen], minlength=problem.n_places)
    return {
        "value": value,
        "hindsight": best.value,
        "hindsight_bound": best.bound,
        "share": value / best.value if best.value > 0 else 1.0,
        "exact": bool(best.facts.get("exact")),
        "families": problem.n_families,
        "placed": len(chosen),
        "places": _places(tables, taken),
        "families_explained": list(_told(names, answers_explained(problem, pairs), report)),
        "fairness": _fairness(tables, pairs),
        "warnings": tables.warnings,
    }


def _places(tables: Tables, taken: npt.NDArray[np.int64]) -> list[dict[str, Any]]:
    return [
        {
            "id": identity,
            "name": tables.place_names[j],
            "capacity": int(tables.problem.capacity[j]),
            "taken": int(taken[j]),
        }
        for j, identity in enumerate(tables.places)
    ]


def _told(names: Names, families: Iterable[dict[str, Any]], report: Report) -> Iterator[dict[str, Any]]:
    number = max(1, names.tables.problem.n_families)
    for done, data in enumerate(families):
        if done % EACH == 0:
            report(done / number, _("reasons"))
        yield names.family(data)


def _fairness(tables: Tables, pairs: npt.NDArray[np.int64]) -> dict[str, Any]:
    """By every attribute that parts the families in groups; a name or a number of each is none."""
    import numpy as np

    from maarag.engines.matching import fairness_report

    fits, has = np.zeros(tables.problem.n_families), pairs >= 0
    fits[has] = tables.problem.fit[pairs[has]]
    groups = {
        column: labels
        for column, labels in tables.attributes.items()
        if 1 < len(set(labels)) <= max(20, len(labels) // 20)
    }
    report = fairness_report(groups, has, fits)
    return {column: [group.as_data() for group in found] for column, found in report.items()}


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
        writer.writerow([harmless("" if cell is None else cell) for cell in row])
    return text.getvalue()


def harmless(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula is quoted."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value


def _summary(data: dict[str, Any]) -> list[str]:
    lines = [_arrived(data) if "hindsight" in data else _placed(data)]
    waiting = data.get("waiting", {})
    if waiting:
        kinds = ", ".join(f"{_kind(kind)} {number:,}" for kind, number in waiting.items())
        lines.append(
            _("Waiting, by what stands in the way of the best-fitting place: %(kinds)s.") % {"kinds": kinds}
        )
    lines += _binding(data.get("binding", []))
    if data.get("floors"):
        given = {"cost": f"{data['floors_cost']:.4g}"}
        lines += ["", _("Floors (together they cost %(cost)s of fit):") % given]
        lines += [_floor(item, alone=len(data["floors"]) == 1) for item in data["floors"]]
    lines += _differences(data["fairness"])
    lines += ["", _("Families:")]
    for family in data["families_explained"]:
        lines += _family(family)
    return lines


def _placed(data: dict[str, Any]) -> str:
    given = {
        "placed": f"{data['placed']:,}",
        "families": f"{data['families']:,}",
        "value": f"{data['value']:,.6g}",
        "gap": f"{data['gap']:.2%}",
    }
    if data["exact"]:
        return _("Families placed: %(placed)s of %(families)s; fit %(value)s (the best there is).") % given
    words = _("Families placed: %(placed)s of %(families)s; fit %(value)s (at most %(gap)s below the best).")
    return words % given


def _arrived(data: dict[str, Any]) -> str:
    words = _(
        "Families answered one by one: %(families)s, placed: %(placed)s; fit %(value)s of the %(hindsight)s "
        "that hindsight could have reached (%(share)s)."
    )
    return words % {
        "families": f"{data['families']:,}",
        "placed": f"{data['placed']:,}",
        "value": f"{data['value']:,.6g}",
        "hindsight": f"{data['hindsight']:,.6g}",
        "share": f"{data['share']:.2%}",
    }


def _kind(kind: str) -> str:
    """What a family waits for, in a word."""
    return {
        "decided": _("decided by a person"),
        "no eligible place": _("it may have no place at all"),
        "full": _("the place is full"),
        "budget": _("the budget is spent"),
        "load": _("the caseload is full"),
        "does not fit": _("no place fits"),
    }.get(kind, kind)


def _binding(binding: list[dict[str, Any]]) -> list[str]:
    if not binding:
        return []
    lines = ["", _("What binds, and what more of it would add to the fit:")]
    order = {"budget": 0, "load": 1, "place": 2}
    for item in sorted(binding, key=lambda item: (not item["lifts"], order[item["kind"]], -item["price"]))[
        :30
    ]:
        lines.append(_exactly(item) if item["exact"] else _by_price(item))
    return lines


def _exactly(item: dict[str, Any]) -> str:
    """What was found with so much more of it."""
    given = {
        "name": item["name"],
        "more": f"{item['more']:,.10g}",
        "brings": f"{item['brings']:.4g}",
        "cost": f"{-item['brings']:.4g}",
    }
    if item["lifts"]:
        kept = _("%(floor)s would be kept")
        nearer = _("of %(floor)s %(more)s more would be placed")
        given["floors"] = _(" and ").join((kept if one["kept"] else nearer) % one for one in item["lifts"])
        if item["brings"] < 0:
            return _("  %(name)s: with %(more)s more %(floors)s, at a cost of %(cost)s of fit") % given
        return _("  %(name)s: with %(more)s more %(floors)s; it brings %(brings)s of fit") % given
    return _("  %(name)s: %(more)s more brings %(brings)s") % given


def _by_price(item: dict[str, Any]) -> str:
    """About what a usual amount of it is worth."""
    words = {
        "budget": _("  %(name)s: about %(price)s for 1,000 of money"),
        "load": _("  %(name)s: about %(price)s a case"),
        "place": _("  %(name)s: about %(price)s a place"),
    }
    price = item["price"] * (1000 if item["kind"] == "budget" else 1)
    return words[item["kind"]] % {"name": item["name"], "price": f"{price:.4g}"}


def _floor(item: dict[str, Any], *, alone: bool) -> str:
    if item["kept"]:
        return _("  %(floor)s: %(placed)s placed, at least %(least)s: kept") % item
    if item["placed"] == item["members"]:
        return _("  %(floor)s: NOT KEPT: all %(members)s are placed; %(least)s were asked for") % item
    if not item["proved"]:
        words = _(
            "  %(floor)s: %(placed)s placed, at least %(least)s: not kept; no placement that keeps it was "
            "found"
        )
    elif alone:
        words = _(
            "  %(floor)s: %(placed)s placed, at least %(least)s: NOT KEPT: the limits leave no room for it"
        )
    else:
        words = _(
            "  %(floor)s: %(placed)s placed, at least %(least)s: NOT KEPT: the limits and the other floors "
            "leave no room for it"
        )
    return words % item


def _differences(fairness: dict[str, list[dict[str, Any]]]) -> list[str]:
    words = _(
        "  %(column)s %(value)s: %(rate)s placed (%(low)s–%(high)s), %(difference)s points to the others"
    )
    seen = [
        words
        % {
            "column": column,
            "value": group["value"],
            "rate": f"{group['rate']:.0%}",
            "low": f"{group['rate_interval']['low']:.0%}",
            "high": f"{group['rate_interval']['high']:.0%}",
            "difference": f"{group['difference'] * 100:+.0f}",
        }
        for column, groups in fairness.items()
        for group in groups
        if group["seen"]
    ]
    return ["", _("Differences between groups that chance does not explain (95%):"), *seen] if seen else []


def _family(family: dict[str, Any]) -> list[str]:
    name = f" {family['name']}" if family["name"] else ""
    given = {"place": family["place"], "fit": f"{family['fit'] or 0:.4g}"}
    where = _("waits") if family["place"] is None else _("%(place)s, fit %(fit)s") % given
    reasons = "; ".join(family["for"] + family["against"])
    lines = [f"  {family['id']}{name}: {where}" + (f" ({reasons})" if reasons else "")]
    words = _("    not %(words)s.")
    return [*lines, *(words % item for item in family["why_not"][:NAMED])]
