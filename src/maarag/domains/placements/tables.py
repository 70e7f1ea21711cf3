"""Placing families as tables of pages: places, what binds, who waits, floors, groups, waiting lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from maarag.domains.programmes.words import days_words
from maarag.engines.matching import Group
from maarag.ui import figures
from maarag.ui.charts import Span, interval
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Status, Table
from maarag.values import Money, Shown, Suppressed

from .groups import attribute_label, group_words, labels_of, least_in_words
from .queries import Attribute, FigureLine, Figures, GroupLine, MethodLine, PlaceLine, WaitLine
from .queries.boards import WorkerLine
from .told import Keys, lifts_words, why_waits


def places_table(lines: Sequence[PlaceLine]) -> Table:
    """How each place fills as the board stands."""
    several = len({line.quota.authority_id for line in lines}) > 1
    overlap = any(line.quota.is_beside_another for line in lines)
    rows = [
        {
            "programme": line.quota.programme,
            "authority": line.quota.authority,
            "period": days_words(line.quota) if overlap else "",
            "families": line.quota.families,
            "taken": line.taken,
            "decided": line.decided,
            "proposed": line.proposed,
            "left": line.left,
            "price": line.price or None,
        }
        for line in lines
    ]
    columns = [
        Column("programme", _("Programme"), "name", heading=True),
        *([Column("authority", _("Local authority"), "name")] if several else []),
        *([Column("period", _("Period"))] if overlap else []),
        Column("families", _("Places"), "number"),
        Column("taken", _("Taken"), "number"),
        Column("decided", pgettext("places on the board", "Decided"), "number"),
        Column("proposed", pgettext("places on the board", "Only proposed"), "number"),
        Column("left", _("Left then"), "number"),
        Column("price", _("One more is worth"), "decimal", hint=_("points of fit")),
    ]
    return Table(columns, rows, _("Places"), caption_hidden=True, dense=True)


def methods_table(lines: Sequence[MethodLine]) -> Table:
    """Families by method as the board stands, where methods are chosen."""
    rows = [
        {
            "method": line.method,
            "decided": line.decided,
            "proposed": line.proposed,
            "carried": line.carried,
            "families": line.families,
        }
        for line in lines
    ]
    columns = [
        Column("method", pgettext("of intervention", "Method"), "name", heading=True),
        Column("proposed", pgettext("places on the board", "Only proposed"), "number"),
        Column("decided", pgettext("places on the board", "Decided"), "number"),
        Column("carried", _("Carried out"), "number"),
        Column("families", _("All"), "number"),
    ]
    return Table(columns, rows, _("Families by method"), caption_hidden=True, dense=True)


def workers_table(lines: Sequence[WorkerLine]) -> Table:
    """What would come to each worker."""
    rows = [
        {
            "worker": line.account.name,
            "programme": line.quota.programme,
            "families": line.families,
            "weight": line.weight,
        }
        for line in lines
    ]
    columns = [
        Column("worker", _("Worker"), heading=True),
        Column("programme", _("Programme"), "name"),
        Column("families", _("Families"), "number"),
        Column("weight", _("Load"), "decimal", hint=_("1 is a usual family")),
    ]
    return Table(columns, rows, _("Workers of the programmes"), caption_hidden=True, dense=True)


def binding_lines(found: Figures) -> list[dict[str, Any]]:
    """What binds, the highest price first: its name, what it is, the points that one more brings; "about"
    where that is a price, and everybody was not placed anew with one more.

    Of money one more is a basket's worth; where a basket costs nothing known it is left out. What lifts a
    floor that was missed says so, and may bring less than nothing.
    """
    lines = [one for one in found.binding if one["kind"] in KIND_WORDS]
    keys = _keys_of(lines)
    rows = []
    for one in lines:
        kind, price = one["kind"], float(one["price"])
        if kind in ("purse", "funder", "purses"):
            price *= _basket_cost(one, keys)
        name = _name_of(one, keys)
        quota = keys.quotas.get(one["key"]) if kind in ("place", "purse") else None
        if quota is not None and found.lines and len(found.run.authorities) > 1:
            name = f"{name} · {name_in_language(quota.authority)}"
        what = KIND_WORDS[kind]()
        if one.get("exact"):
            price, what = float(one["brings"]), _exactly(one, what)
        elif "exact" in one:
            what = _("%(what)s, about") % {"what": what}
        for floor in one.get("lifts", ()):
            what = lifts_words(what, floor)
        kind = what if one.get("lifts") else kind
        rows.append({"kind": kind, "what": what, "name": name, "price": price, "left": one.get("left")})
    return sorted(rows, key=lambda row: -row["price"])


def _exactly(one: Mapping[str, Any], what: str) -> str:
    """How much more of the limit was tried: of money and work the least that helps anybody."""
    if one["kind"] == "funder":
        return _("%(sum)s more of the funder") % {"sum": figures.money(Money(round(one["more"])))}
    if one["kind"] == "load" and one["more"] != 1:
        return _("Work for a family that weighs %(load)s") % {"load": figures.number(one["more"], 2)}
    return what


def _keys_of(limits: Sequence[Mapping[str, Any]]) -> Keys:
    return Keys.of(
        quotas=[one["key"] for one in limits if one["kind"] in ("place", "purse")],
        funders=[one["key"] for one in limits if one["kind"] == "funder"],
        programmes=[
            *(one["key"][0] for one in limits if one["kind"] == "load"),
            *(one["key"] for one in limits if one["kind"] in OF_A_PROGRAMME),
        ],
    )


def _name_of(limit: Mapping[str, Any], keys: Keys) -> str:
    if limit["kind"] in OF_A_PROGRAMME:
        return keys.programmes.get(limit["key"], "")
    code = {"place": "", "purse": "", "funder": "funder", "load": "load"}[limit["kind"]]
    return keys.of_line({"code": code, "key": limit["key"]})


def passed_lines(limits: Sequence[Mapping[str, Any]]) -> list[str]:
    """Each limit that decisions alone pass, by name."""
    keys = _keys_of(limits)
    return [f"{_name_of(one, keys)} – {PASSED_WORDS[one['kind']]()}" for one in limits]


PASSED_WORDS = {
    "place": lambda: _("more families than places"),
    "purse": lambda: _("more than the money of the quota"),
    "funder": lambda: _("more than the money of the funder"),
    "load": lambda: _("more work than its workers may carry"),
}
KIND_WORDS = {
    "place": lambda: _("One more place"),
    "purse": lambda: _("Money of the quota for one more basket"),
    "funder": lambda: _("10,000 shekels more of the funder"),
    "load": lambda: _("Work for one more usual family"),
    "places": lambda: _("One more place, where it helps most"),
    "purses": lambda: _("10,000 shekels more of a quota, where it helps most"),
    "loads": lambda: _("Work for one more usual family, where it helps most"),
}
OF_A_PROGRAMME = ("places", "purses", "loads")
TEN_THOUSAND = 1_000_000
"""Agorot."""


def _basket_cost(one: Mapping[str, Any], keys: Keys) -> float:
    """In agorot: what one more of the limit means here."""
    if one["kind"] != "purse":
        return TEN_THOUSAND
    quota = keys.quotas.get(one["key"])
    cost = quota.line.unit_cost if quota else None
    return float(cost.agorot) if cost else 0.0


def binding_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    columns = [
        Column("name", _("Where"), heading=True),
        Column("what", _("What binds")),
        Column("price", _("It would bring"), "decimal", hint=_("points of fit")),
    ]
    return Table(
        columns, rows, _("What binds, and what one more would bring"), caption_hidden=True, dense=True
    )


def waits_lines(found: Figures) -> list[tuple[str, Shown]]:
    """Why families wait, the most frequent first; hidden counts last."""
    rows = [(why_waits(code), n) for code, n in found.waiting_because.items()]
    return sorted(rows, key=lambda row: (isinstance(row[1], Suppressed), -_size(row[1]), row[0]))


def waits_table(found: Figures) -> Table:
    columns = [Column("why", _("Why"), heading=True), Column("n", _("Families"), "number")]
    rows = [{"why": why, "n": n} for why, n in waits_lines(found)]
    return Table(columns, rows, _("Who waits, and why"), caption_hidden=True, dense=True)


def programmes_table(found: Figures) -> Table:
    """Families by programme, and who waits; above a department also by place."""
    names = {one.code: name_in_language(one) for one in found.programmes}

    def row(line: FigureLine) -> dict[str, Any]:
        place = name_in_language(line.place) if line.place else name_in_language(found.run.place)
        told = {f"c{number}": line.programmes.get(code, 0) for number, code in enumerate(names)}
        return {"place": place, **told, "waits": line.waiting, "all": line.families}

    columns = [
        Column("place", _("Place"), heading=True),
        *(Column(f"c{number}", name, "number") for number, name in enumerate(names.values())),
        Column("waits", _("Left waiting"), "number"),
        Column("all", _("All"), "number"),
    ]
    whole = row(found.whole)
    rows = [row(line) for line in found.lines]
    return Table(
        columns, rows or [whole], _("Families by place and programme"), caption_hidden=True, dense=True,
        totals=whole if rows else {}, tall=len(rows) > 20,
    )  # fmt: skip


def figures_by_method(found: Figures) -> Table:
    """Families by the method proposed, in departments with one toolbox; above a department by place."""
    names = {one.code: name_in_language(one) for one in found.methods}
    lines = [line for line in found.lines if line.methods]

    def row(line: FigureLine) -> dict[str, Any]:
        place = name_in_language(line.place) if line.place else name_in_language(found.run.place)
        told = {f"c{number}": line.methods.get(code, 0) for number, code in enumerate(names)}
        return {"place": place, **told}

    columns = [
        Column("place", _("Place"), heading=True),
        *(Column(f"c{number}", name, "number") for number, name in enumerate(names.values())),
    ]
    whole = row(found.whole)
    rows = [row(line) for line in lines]
    return Table(
        columns, rows or [whole], _("Families by place and method"), caption_hidden=True, dense=True,
        totals=whole if rows else {}, tall=len(rows) > 20,
    )  # fmt: skip


def floors_table(found: Figures) -> Table:
    """The floors that were asked for, whether they were kept, and what they are worth."""
    rows = []
    for one in found.floors:
        rows.append(
            {
                "group": group_words(one),
                "asked": least_in_words(one.get("percent"), one.get("number")),
                "members": one.get("members"),
                "least": one.get("least"),
                "placed": one.get("placed"),
                "kept": Status(_("Kept"), "ok") if one["kept"] else Status(_("Not reached"), "critical"),
            }
        )
    exact = [
        Column("members", _("Families"), "number"),
        Column("least", _("At least"), "number"),
        Column("placed", _("With a place"), "number"),
    ]
    columns = [
        Column("group", _("Group"), heading=True),
        Column("asked", _("Asked for")),
        *(exact if found.is_exact else []),
        Column("kept", _("State"), "status"),
    ]
    return Table(columns, rows, _("Floors for groups"), caption_hidden=True, dense=True)


def groups_table(part: Attribute, stage: str) -> Table:
    """The groups of one attribute, with their rates and how they differ from all others."""
    labels = labels_of(part.code, [line.value for line in part.groups])
    shown = [one for line in part.groups if (one := measured(line, stage)) is not None]
    families = sum(one.families for one in shown)
    reference = sum(one.placed for one in shown) / families if families else None
    rows = [
        {"group": labels[line.value], **_measured(line, stage), "strip": _strip(line, stage, reference)}
        for line in part.groups
    ]
    all_of_them = _("0 to 100%%; dashed: all, %(share)s") % {"share": figures.percent(reference)}
    columns = [
        Column("group", attribute_label(part.code), heading=True),
        Column("status", _("State"), "status"),
        Column("strip", _("Share with a place"), hint=all_of_them if families else ""),
        Column("families", _("Families"), "number"),
        Column("placed", _("With a place"), "number"),
        Column("fit", _("Mean fit"), "number"),
        Column("difference", _("Difference to all others")),
    ]
    return Table(columns, rows, attribute_label(part.code), caption_hidden=True, dense=True)


def measured(line: GroupLine, stage: str) -> Group | None:
    """What was measured of a group: in the proposals, or after the decisions; None where it is hidden."""
    return line.decided if stage == "decided" else line.proposed


def _strip(line: GroupLine, stage: str, reference: float | None) -> SafeString | None:
    one = measured(line, stage)
    if one is None:
        return None
    tone = "neutral" if not one.seen else "info" if line.is_answered else "attention"
    return interval(Span(one.rate, one.rate_interval.low, one.rate_interval.high, tone), reference=reference)


def _measured(line: GroupLine, stage: str) -> dict[str, Any]:
    one = measured(line, stage)
    told: dict[str, Any] = {
        "families": line.families,
        "placed": line.stands if stage == "decided" else line.placed,
        "status": status_of_group(line, stage),
    }
    if one is None:
        return told
    told |= {
        "rate": figures.spread(
            figures.percent(one.rate),
            figures.percent(one.rate_interval.low),
            figures.percent(one.rate_interval.high),
        ),
        "difference": difference_in_words(one.difference, one.difference_interval),
        "fit": one.fit or None,
    }
    return told


def difference_in_words(difference: float, interval: Any) -> str:
    """In percent points, with its interval."""
    return figures.spread(
        figures.signed(100 * difference),
        figures.signed(100 * interval.low),
        figures.signed(100 * interval.high),
    )


def status_of_group(line: GroupLine, stage: str) -> Status:
    """Whether the group differs from all others, and whether somebody answered to it."""
    one = measured(line, stage)
    if one is None:
        return Status(_("Hidden"), "unknown")
    if not (one.seen or one.fit_seen):
        return Status(_("No difference seen"), "neutral")
    if line.is_answered:
        return Status(_("A difference, answered"), "info")
    if one.seen:
        return Status(_("Placed less") if one.difference < 0 else _("Placed more"), "attention")
    less = one.fit_difference is not None and one.fit_difference < 0
    return Status(_("Fits less well") if less else _("Fits better"), "attention")


def waiting_table(lines: Sequence[WaitLine], url: Any, *, caption: str) -> Table:
    """One waiting list; `url` gives the page of a family's file."""
    rows = [
        {
            "position": line.position,
            "family": line.waiting.family.name,
            "url": url(line.waiting),
            "since": line.waiting.since,
            "priority": Status(line.waiting.get_priority_display(), PRIORITY_TONES[line.waiting.priority]),
            "why": line.waiting.get_why_display(),
            "note": line.waiting.note,
            "worker": line.waiting.family.worker.name if line.waiting.family.worker else "",
        }
        for line in lines
    ]
    columns = [
        Column("position", _("In line"), "number"),
        Column("family", _("Family"), heading=True, link="url"),
        Column("since", _("Waits since"), "date"),
        Column("priority", _("Priority"), "status"),
        Column("why", _("Why it waits")),
        Column("note", _("Note")),
        Column("worker", _("Social worker")),
    ]
    return Table(columns, rows, caption, caption_hidden=True)


PRIORITY_TONES = {0: "neutral", 1: "attention", 2: "critical"}


def _size(value: Shown) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
