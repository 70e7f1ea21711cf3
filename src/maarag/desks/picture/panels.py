"""The parts of the picture's page, as the components of the interface take them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maarag.domains.needs.listing import OLD_AFTER
from maarag.domains.needs.models import Certainty
from maarag.domains.services.evidence import evidence_in_words
from maarag.domains.services.models import Service
from maarag.kernel.places.models import Place
from maarag.kernel.places.queries import similar_authorities
from maarag.kernel.taxonomy.models import Topic
from maarag.ui import charts, figures
from maarag.ui.tables import Column, Status, Table
from maarag.values import Suppressed

from .assemble import Picture, Remedy, Row, beside, remedies
from .links import place_url, query, row_url
from .summary import Unknown, lines, unknowns, whole

REGION = "picture"
PLACES_SHOWN = 40
UNKNOWN_SHOWN = 12


def status(code: str) -> Status:
    """The word, shape and colour of a row's status."""
    return {
        "in_order": Status(_("In order"), "ok"),
        "attention": Status(_("Needs attention"), "attention"),
        "severe": Status(_("Severe gap"), "critical"),
        "hidden": Status(_("Small count"), "neutral"),
        "unknown": Status(_("Not known"), "unknown"),
    }[code]


def places_table(view: Picture, sort: str, *, every: bool) -> Table:
    """One line for each place: needs, services within reach, coverage, status; the first, or `every` one."""
    found: list[dict[str, Any]] = [
        {
            "place": line.place,
            "leading": line.leading,
            "need": line.need,
            "gap": line.gap,
            "services": line.services,
            "coverage": line.coverage,
            "state": line.status,
        }
        for line in lines(view)
    ]
    columns = [
        Column("place", _("Place"), "name", heading=True, link="url", sortable=True),
        Column("leading", _("Widest gap in"), "name"),
        Column("need", _("Needs"), "number", sortable=True),
        Column("services", _("Services"), "number", sortable=True),
        Column("coverage", _("Coverage"), "coverage", sortable=True),
        Column("gap", _("Gap"), "number", sortable=True),
        Column("status", _("Status"), "status"),
    ]
    # The topic of the widest gap tells nothing where it is the same everywhere.
    told_apart = len({row["leading"] for row in found if row["leading"]}) > 1
    columns = [column for column in columns if column.key != ("services" if told_apart else "leading")]
    ordered = sorted_rows(found, sort or "-gap", columns)
    shown = ordered if every else ordered[:PLACES_SHOWN]
    for row in shown:
        row["url"] = place_url(row["place"], view) if row["place"] != view.place else ""
        row["status"] = status(row["state"])
    return Table(
        columns=columns,
        rows=shown,
        caption=_("Places"),
        caption_hidden=True,
        empty=_("Nothing is known of these places yet. Load needs and services to see them here."),
        sort=sort or "-gap",
        region=REGION,
        tall=len(found) > 14,
        foot=ngettext("%(count)s place shown", "%(count)s places shown", len(shown))
        % {"count": figures.number(len(shown))},
    )


def sorted_rows(rows: list[dict[str, Any]], sort: str, columns: Sequence[Column]) -> list[dict[str, Any]]:
    """Rows in the order asked for; what is unknown or hidden stands last."""
    key, reverse_order = sort.lstrip("-"), sort.startswith("-")
    if key not in {column.key for column in columns if column.sortable}:
        return rows
    named = any(column.key == key and column.kind == "name" for column in columns)

    def of(row: dict[str, Any]) -> Any:
        return figures.name_in_language(row[key]) if named else row[key]

    shown = [row for row in rows if named or isinstance(row[key], (int, float))]
    rest = [row for row in rows if not named and not isinstance(row[key], (int, float))]
    # By name: the order in which they come might tell something of what is hidden.
    heading = next((column.key for column in columns if column.heading), key)
    rest.sort(key=lambda row: figures.name_in_language(row[heading]))
    return sorted(shown, key=of, reverse=reverse_order) + rest


def topics_chart(view: Picture) -> SafeString:
    """Needs against what can be answered, by topic."""
    known = [row for row in view.by_topic if row.need is not None]
    if not known:
        return SafeString("")
    ordered = sorted(known, key=lambda row: -size(row.need))[:12]
    bars = [
        charts.Bar(
            label=_topic_and_unit(row, known),
            values=(row.need, row.served),
            url=reverse("picture:place", args=[view.place.code]) + query(view, topic=row.topic.code),
        )
        for row in ordered
    ]
    return charts.grouped_bars(
        bars,
        (_("Needs"), _("Can be answered")),
        _("Needs against responses by topic"),
        described_by="topics",
    )


def _topic_and_unit(row: Row, rows: Iterable[Row]) -> str:
    name = figures.name_in_language(row.topic)
    twice = sum(other.topic == row.topic for other in rows) > 1
    return f"{name} ({unit_name(row.unit)})" if twice else name


def certainty_name(code: str) -> str:
    """How sure a figure is, in words; empty where there is none."""
    return str(Certainty(code).label) if code else ""


def size(figure: Any) -> float:
    """A figure to sort by; what is hidden or unknown is the smallest."""
    return float(figure) if isinstance(figure, (int, float)) else 0.0


def unit_name(unit: str) -> str:
    return _("families") if unit == "families" else _("people")


def topics_table(view: Picture, sort: str = "-need") -> Table:
    """The figures of the chart, and the topics of which no need is known."""
    found = [
        {
            "topic": row.topic,
            "url": reverse("picture:place", args=[view.place.code]) + query(view, topic=row.topic.code),
            "unit": unit_name(row.unit),
            "need": row.need,
            "services": row.services,
            "supply": row.places_in_services,
            "coverage": row.coverage,
            "gap": row.gap,
        }
        for row in view.by_topic
    ]
    columns = [
        Column("topic", _("Topic"), "name", heading=True, link="url"),
        Column("unit", _("Counted in")),
        Column("need", _("Needs"), "number", sortable=True),
        Column("services", _("Services"), "number"),
        Column("supply", _("Places in services"), "number"),
        Column("coverage", _("Coverage"), "coverage"),
        Column("gap", _("Gap"), "number"),
    ]
    return Table(columns=columns, rows=sorted_rows(found, sort, columns), caption=_("By topic"), dense=True)


def gaps(view: Picture, limit: int) -> list[dict[str, Any]]:
    """The widest gaps, each with what would close it, and a link to open a mission."""
    widest = view.gaps[:limit]
    plans = _plans_by_row(view, {row.key for row in widest})
    names = names_in(remedy for found in plans.values() for remedy in found)
    return [
        {
            "row": row,
            "status": status(row.status),
            "unit": unit_name(row.unit),
            "url": row_url(row, view),
            "closing": [_in_words(remedy, names) for remedy in plans.get(row.key, ())],
            "mission": _mission_url("gap", row.key, row.place, row.topic),
        }
        for row in widest
    ]


def _plans_by_row(view: Picture, wanted: Container[str]) -> dict[str, list[Remedy]]:
    found: dict[str, list[Remedy]] = {}
    row_of = {
        (spot, row.topic.pk, row.unit): row.key
        for row in view.rows
        if row.key in wanted
        for spot in {row.layer.entries[index].place for index in row.entries}
    }
    for remedy in remedies(view):
        keys = {row_of.get((place, remedy.topic.pk, remedy.unit)) for place, _people in remedy.serves}
        for key in keys - {None}:
            found.setdefault(str(key), []).append(remedy)
    return found


def names_in(every: Iterable[Remedy]) -> tuple[dict[int, Service], dict[int, Place]]:
    """The services and places that remedies name, by id."""
    every = list(every)
    services = Service.objects.in_bulk({remedy.service for remedy in every if remedy.service})
    return services, Place.objects.in_bulk({remedy.place for remedy in every})


def _in_words(remedy: Remedy, names: tuple[dict[int, Service], dict[int, Place]]) -> dict[str, Any]:
    services, places = names
    return {
        "added": remedy.added,
        "unit": unit_name(remedy.unit),
        "service": services.get(remedy.service) if remedy.service else None,
        "place": places[remedy.place],
        "serves": len(remedy.serves),
    }


def _mission_url(origin: str, key: str, place: Place, topic: Topic | None) -> str:
    asked = {"origin": origin, "key": key, "place": place.code, "topic": topic.code if topic else ""}
    return f"{reverse('missions:open')}?{urlencode(asked)}"


def duplicates(findings: Iterable[Any], view: Picture) -> list[dict[str, Any]]:
    """Pairs of services that may duplicate each other, with the reasons in words."""
    return [
        {
            "finding": finding,
            "reasons": evidence_in_words(finding.evidence)[:4],
            "url": reverse("services:judge", args=[finding.first.code, finding.second.code]),
            "mission": _mission_url(
                "duplicate", f"{finding.first.code}~{finding.second.code}", view.place, view.filters.topic
            ),
        }
        for finding in findings
    ]


def unknown_groups(view: Picture) -> list[dict[str, Any]]:
    """Places of which too little is known, or which nothing reaches: a table for each reason."""
    found = unknowns(view)
    words = {
        "unreached": Status(_("No service within reach"), "critical"),
        "missing": Status(_("No estimate of need"), "unknown"),
        "old": Status(_("Figures over %(years)s years old") % {"years": OLD_AFTER.days // 365}, "attention"),
    }
    groups = []
    for reason, word in words.items():
        about = [item for item in found if item.reason == reason]
        rows = [_unknown(item, view) for item in about[:UNKNOWN_SHOWN]]
        if rows:
            groups.append(
                {
                    "status": word,
                    "count": len(about),
                    "more": len(about) - len(rows),
                    "reason": reason,
                    "table": _unknown_table(rows, word, reason),
                }
            )
    return groups


def _unknown_table(rows: list[dict[str, Any]], word: Status, reason: str) -> Table:
    columns = [Column("place", _("Place"), "name", heading=True, link="url")]
    if reason != "missing":
        columns.append(Column("topics", _("Topics")))
    if reason == "unreached":
        columns.append(Column("need", _("Needs"), "number"))
    if reason == "old":
        columns.append(Column("oldest", _("Oldest figure"), "date"))
    return Table(
        columns=columns, rows=rows, caption=word.word, caption_hidden=True, tall=len(rows) > 10, dense=True
    )


def _unknown(item: Unknown, view: Picture) -> dict[str, Any]:
    comma = "، " if figures.language() == "ar" else ", "
    return {
        "place": item.place,
        "url": place_url(item.place, view) if item.place != view.place else "",
        "topics": comma.join(figures.name_in_language(topic) for topic in item.topics),
        "need": item.need,
        "oldest": item.oldest,
    }


def similar_table(view: Picture) -> Table | None:
    """This authority beside those most like it; None for other places and where nothing is alike."""
    if view.place.kind != "authority":
        return None
    others = list(similar_authorities(view.place))
    if not others:
        return None
    found = []
    for place in [view.place, *others]:
        seen = view if place == view.place else beside(view, place)
        line = whole(seen)
        per_thousand = (
            line.need / place.population * 1000 if isinstance(line.need, int) and place.population else None
        )
        found.append(
            {
                "place": place,
                "url": place_url(place, view) if place != view.place else "",
                "population": place.population,
                "cluster": place.socioeconomic_cluster,
                "need": line.need if isinstance(line.need, Suppressed) else per_thousand,
                "services": line.services,
                "coverage": line.coverage,
            }
        )
    return Table(
        columns=[
            Column("place", _("Authority"), "name", heading=True, link="url"),
            Column("population", _("Population"), "number"),
            Column("cluster", _("Socio-economic cluster"), "number"),
            Column("need", _("Needs per 1,000 residents"), "decimal"),
            Column("services", _("Services within reach"), "number"),
            Column("coverage", _("Coverage"), "coverage"),
        ],
        rows=found,
        caption=_("Similar authorities"),
        caption_hidden=True,
        dense=True,
    )
