"""Everything that one reader can fetch of the needs of a nation: pages, data, workbooks and documents."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.test import Client
from python_calamine import CalamineWorkbook

from maarag.domains.needs.models import NeedEstimate
from maarag.domains.needs.queries import visible_to
from maarag.kernel.access.scope import Viewer
from maarag.kernel.places.models import Containment, Place
from maarag.values import Suppressed
from tests.engines.indicators.attacker import Knowledge
from tests.pdf_text import text_of_pdf

PAGES = ("/picture/{code}/?all&sort=need", "/picture/{code}/?all&sort=-gap", "/needs/?place={code}")
LISTS = ("/", "/needs/?sort=number", "/needs/?sort=-number&age=all", "/picture/")
ENGLISH = {"Accept-Language": "en"}


@dataclass
class Gathered:
    """Texts by address, and the counts read from them, by the estimates that they add up."""

    texts: dict[str, str] = field(default_factory=dict)
    known: Knowledge = field(default_factory=Knowledge)
    lines: int = 0
    own: frozenset[int] = frozenset()
    """Estimates that this reader knows by themselves: told in their own place, hidden above it."""

    def count(self, atoms: frozenset[int], number: int | None, hidden: str, where: str) -> None:
        """Note what is told of a sum; the same sum must be told alike wherever it is."""
        if atoms <= self.own:
            return
        if number is None:
            mark = Suppressed(5, primary=hidden.startswith("<"))
            assert atoms not in self.known.numbers, where
            before = self.known.marks.get(atoms)
            # The API of the picture says no more than that it is hidden.
            self.known.marks[atoms] = mark if before is None or mark.primary else before
        else:
            assert atoms not in self.known.marks, where
            assert self.known.numbers.setdefault(atoms, float(number)) == number, where


class Truth:
    """The estimates that one reader's sums are made of, and which of them a sum of the picture stands on."""

    def __init__(self, viewer: Viewer) -> None:
        self.estimates = list(
            visible_to(viewer).select_related("place", "topic", "population").order_by("as_of", "pk")
        )
        self.inside: dict[str, set[str]] = defaultdict(set)
        for above, below in Containment.objects.values_list("ancestor__code", "descendant__code"):
            self.inside[above].add(below)
        for code in Place.objects.values_list("code", flat=True):
            self.inside[code].add(code)

    def atoms(self, places: set[str], day: date, **wanted: str | None) -> frozenset[int]:
        """The newest estimates of these places up to the day; `wanted`: topic, unit, population."""
        newest: dict[Any, NeedEstimate] = {}
        for estimate in self.estimates:
            if estimate.as_of <= day:
                key = (estimate.place_id, estimate.topic_id, estimate.situation_id)
                newest[(*key, estimate.population_id, estimate.unit)] = estimate
        return frozenset(
            estimate.pk
            for estimate in newest.values()
            if estimate.place.code in places
            and wanted.get("topic") in (None, estimate.topic.code)
            and wanted.get("unit") in (None, estimate.unit)
            and (
                not wanted.get("population")
                or (estimate.population and estimate.population.code == wanted["population"])
            )
        )


@dataclass(frozen=True)
class Asked:
    """A picture to fetch: of a place, on a day, with filters; with workbook and document or without."""

    code: str
    day: date
    filters: tuple[tuple[str, str], ...] = ()
    documents: bool = False

    @property
    def query(self) -> dict[str, str]:
        return {**dict(self.filters), "as_of": self.day.isoformat()}

    def of(self, name: str) -> str | None:
        return dict(self.filters).get(name)


def gather(
    client: Client, truth: Truth, asked: Iterable[Asked], *, pages: bool = True, own: Iterable[str] = ()
) -> Gathered:
    """Fetch it all as this client, who works in the places `own`; read the counts from data and tables."""
    found = Gathered(own=frozenset(e.pk for e in truth.estimates if e.place.code in set(own)))
    for address in LISTS:
        found.texts[address] = _page(client, address)
    for item in client.get("/api/needs/", {"age": "all", "limit": 500}).json()["items"]:
        found.count(frozenset({item["id"]}), item["number"], item["hidden"], f"estimate {item['id']}")
        if item["hidden"]:
            assert (item["lowest"], item["highest"], item["note"]) == (None, None, "")
        if item["hidden"] and pages:
            found.texts[f"/needs/{item['id']}/"] = _page(client, f"/needs/{item['id']}/")
    asked = list(asked)
    for code in sorted({each.code for each in asked}) if pages else ():
        for address in PAGES:
            found.texts[address.format(code=code)] = _page(client, address.format(code=code))
    for each in asked:
        _picture(client, found, truth, each, pages=pages)
    return found


def _picture(client: Client, found: Gathered, truth: Truth, asked: Asked, *, pages: bool) -> None:
    answer = client.get("/api/picture", {"place": asked.code, **asked.query}).json()
    answer.pop("seconds")
    found.texts[f"data {asked}"] = str(answer)
    for kind in ("rows", "by_topic"):
        for row in answer[kind]:
            atoms = _atoms(
                truth, asked, row["place_code"], kind == "rows", topic=row["topic"], unit=row["unit"]
            )
            if row["suppressed"]:
                told = ("need", "need_lowest", "need_highest", "coverage", "gap", "gap_cost", "access")
                assert all(row[name] is None for name in told)
            if row["suppressed"] or row["need"] is not None:
                found.count(atoms, row["need"], "", str(asked))
            if kind == "by_topic" and pages:
                address = f"/picture/{asked.code}/{row['topic']}/{row['unit']}/"
                found.texts[f"{address} {asked}"] = _page(client, address, asked.query)
    page = _page(client, f"/picture/{asked.code}/", {**asked.query, "all": ""})
    found.texts[f"page {asked}"] = page
    _read_lines(page, found, truth, asked)
    if asked.documents:
        book = client.get(f"/picture/{asked.code}/picture.xlsx", asked.query, headers=ENGLISH).content
        sheets = CalamineWorkbook.from_filelike(io.BytesIO(book))
        tables = {name: sheets.get_sheet_by_name(name).to_python() for name in sheets.sheet_names}
        found.texts[f"xlsx {asked}"] = str(tables)
        _read_workbook(next(iter(tables.values())), found, truth, asked)
        content = client.get(f"/picture/{asked.code}/picture.pdf", asked.query, headers=ENGLISH).content
        found.texts[f"pdf {asked}"] = text_of_pdf(content)


def _atoms(truth: Truth, asked: Asked, code: str, is_part: bool, **wanted: str | None) -> frozenset[int]:
    """The estimates behind a row: a place that stands among its own parts is itself alone."""
    of = {code} if is_part and code == asked.code else truth.inside[code]
    return truth.atoms(of, asked.day, population=asked.of("population"), **wanted)


def _read_lines(page: str, found: Gathered, truth: Truth, asked: Asked) -> None:
    """The table of places: for each place the sum over its topics, or over the units of one topic."""
    table = page[page.index(">Places</caption>") :]
    table = table[: table.index("</table>")]
    read = 0
    for line in table.split("<tr")[2:]:
        place = re.search(r'href="/picture/([^/"]+)/', line)
        need = re.search(r'data-label="Needs">(.*?)</td>', line, re.DOTALL)
        if place is None or need is None:
            continue
        atoms = _atoms(truth, asked, place.group(1), True, topic=asked.of("topic"))
        text = re.sub(r"<[^>]*>|[,\s]", "", need.group(1))
        if text.isdigit():
            found.count(atoms, int(text), "", f"line {asked}")
            read += 1
        elif "hidden-figure" in need.group(1):
            found.count(atoms, None, "<5" if "&lt;" in text else "", f"line {asked}")
            read += 1
    found.lines += read


def _read_workbook(lines: list[list[Any]], found: Gathered, truth: Truth, asked: Asked) -> None:
    """The first sheet says of every row the same as the data do."""
    topics = {estimate.topic.name_en: estimate.topic.code for estimate in truth.estimates}
    for line in lines:
        if len(line) > 15 and str(line[15]) in truth.inside and line[3] != "" and line[1] in topics:
            atoms = _atoms(truth, asked, str(line[15]), True, topic=topics[line[1]], unit=line[2].lower())
            number = None if isinstance(line[3], str) else int(line[3])
            found.count(atoms, number, str(line[3]) if number is None else "", f"xlsx {asked}")
            found.lines += 1


def _page(client: Client, address: str, query: dict[str, str] | None = None) -> str:
    """A page without what differs at every request: tokens, nonces, numbers of ids, how long it took."""
    page = client.get(address, query or {}, headers=ENGLISH).content.decode()
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"|X-CSRFToken[^}]*', "", page)
    page = re.sub(r"in [\d.]+ seconds|for this one in [\d.]+", "", page)
    return re.sub(r'nonce="[^"]*"|(?<=[a-z])-\d+(?=[-"\s])', "", page)
