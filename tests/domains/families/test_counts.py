"""Counts of families above the authority: no small one can be worked back, whoever asks and however."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Iterator

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from maarag.domains.families.counts import CLOSED, COLUMNS, OPEN, Atom, Decided, counts_for, decide, tallies
from maarag.engines.indicators import ALL
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.places.actions import save_place
from maarag.kernel.places.models import DistrictOf, Place, PlaceKind
from maarag.values import is_suppressed
from tests.engines.indicators.attacker import Knowledge, reader_of
from tests.factories.families import family
from tests.pdf_text import assert_pdf_says

from .conftest import Towns

NATION, NORTH, SOUTH, LAKE = 1000, 1001, 1002, 1003


def invented(seed: int) -> tuple[dict[Atom, int], dict[int, frozenset[int]]]:
    """Twelve authorities in two districts, some in a cluster across them, most of their counts small."""
    dice = random.Random(seed)
    numbers: dict[Atom, int] = {}
    above = {}
    for authority in range(1, 13):
        above[authority] = frozenset(
            {NATION, NORTH if authority <= 6 else SOUTH} | ({LAKE} if authority % 4 == 0 else set())
        )
        for neighbourhood in range(3):
            for status, children in [(OPEN, n) for n in range(5)] + [(CLOSED, n) for n in range(3)]:
                count = dice.choice((0, 0, 1, 1, 2, 3, 4, 6, 15))
                if count:
                    numbers[Atom(authority, neighbourhood * authority, status, children)] = count
    return numbers, above


def published(found: Decided) -> list[frozenset[Atom]]:
    """The cells of everything that is shown to whoever is above: no neighbourhoods."""
    places = {NATION, NORTH, SOUTH, LAKE, *range(1, 13)}
    inside = {atom.neighbourhood for atom in found.numbers}
    return [cell for (place, _column), cell in found.cells.items() if place in places - (inside - places)]


def narrowed(found: Decided, cells: list[frozenset[Atom]]) -> Iterator[str]:
    """What the linear programmes narrow: for a reader from outside, and for each authority beside."""
    seen: Knowledge = reader_of(found.numbers, [cells], found.protection)
    assert seen.marks, "nothing is hidden: the test would prove nothing"
    yield from seen.narrowed(spared=found.protection.implied)


@pytest.mark.parametrize("seed", [1, 2])
def test_no_hidden_cell_is_narrowed(seed: int):
    numbers, above = invented(seed)
    # neighbourhoods under numbers of their own, which no authority has
    numbers = {
        Atom(atom.authority, 5000 + atom.neighbourhood, atom.status, atom.children): count
        for atom, count in numbers.items()
    }
    found = decide(numbers, above)
    cells = published(found)
    assert len(cells) == 16 * len(COLUMNS)
    assert list(narrowed(found, cells)) == []
    for cell in cells:
        total = sum(numbers[atom] for atom in cell)
        assert not 0 < total < 5 or found.protection.mark(cell), total


def test_an_authority_that_knows_its_own_numbers_narrows_no_other(towns: Towns):
    numbers = {Atom(1, 0, OPEN, 1): 3, Atom(2, 0, OPEN, 1): 40, Atom(3, 0, OPEN, 1): 60}
    found = decide(numbers, {one: frozenset({NATION}) for one in (1, 2, 3)})
    cells = [cell for (place, _column), cell in found.cells.items() if place in (1, 2, 3, NATION)]
    seen = reader_of(numbers, [cells], found.protection)
    for own in numbers:
        spared = [cell for cell in seen.marks if cell == {own}]
        assert seen.knowing({own: numbers[own]}).narrowed(spared=spared) == []


@pytest.fixture
def levels(towns: Towns) -> Towns:
    """A district over both towns; seven files in the city and three in the sister, one of them closed."""
    by = towns.world.system
    district = save_place(
        by=by, code="D-north", within=[towns.world.nation], kind=PlaceKind.DISTRICT,
        district_of=DistrictOf.INTERIOR, name_he="הצפון",
    )  # fmt: skip
    for town in (towns.world.city, towns.world.sister):
        save_place(by=by, code=town.code, within=[towns.world.nation, district])
    for _one in range(6):
        family(by, towns.world.city, towns.worker)
    for _one in range(2):
        family(by, towns.world.sister, towns.stranger)
    return towns


def everybody(towns: Towns) -> dict[str, Account]:
    district = Place.objects.get(code="D-north")
    return {
        "nation": towns.world.account(Role.NATIONAL_MANAGER, place=towns.world.nation),
        "district": towns.world.account(Role.DISTRICT_SUPERVISOR, place=district),
        "director": towns.world.account(Role.PROGRAMME_DIRECTOR, place=towns.world.sister),
    }


def test_the_tallies_are_numbers_and_all_of_them(levels: Towns):
    found = tallies()
    assert sum(found.values()) == 10
    assert set(found) == {
        Atom(levels.world.city.pk, 0, OPEN, 1),
        Atom(levels.world.sister.pk, 0, OPEN, 1),
    }


def test_above_the_authority_small_counts_are_hidden_and_inside_they_are_exact(levels: Towns):
    sister = levels.world.sister
    for who, account in everybody(levels).items():
        shown = {line.place.code: line.counts for line in counts_for(account).lines}
        assert is_suppressed(shown[sister.code][-1]), who
    inside = {line.place.code: line.counts for line in counts_for(levels.stranger).lines}
    assert inside == {sister.code: (0, 3, 0, 0, 0, 3, 0, 3)}
    integrator = levels.world.account(Role.INTEGRATOR, place=sister)
    assert {line.place.code: line.counts[-1] for line in counts_for(integrator).lines} == {sister.code: 3}
    # with the sister hidden, one of the two that add up must be hidden too, or the total
    nation = {line.place.code: line.counts[-1] for line in counts_for(everybody(levels)["nation"]).lines}
    assert sum(is_suppressed(count) for count in nation.values()) >= 2


def test_page_api_workbook_and_report_show_the_same(levels: Towns):
    account = everybody(levels)["nation"]
    client = levels.client(account)
    expected = [
        [("<5" if one.primary else "hidden") if is_suppressed(one) else str(one) for one in line.counts]
        for line in counts_for(account).lines
    ]
    told = client.get("/api/families/counts").json()
    from_api = [
        [str(one["number"]) if one["number"] is not None else one["hidden"]
         for one in [*line["children"], line["open"], line["closed"], line["all"]]]
        for line in told
    ]  # fmt: skip
    assert from_api == expected
    book = client.get(reverse("families:counts_export", args=["xlsx"])).content
    sheets = CalamineWorkbook.from_filelike(io.BytesIO(book))
    rows = [row for name in sheets.sheet_names for row in sheets.get_sheet_by_name(name).to_python()]
    names = {line.place.name_he for line in counts_for(account).lines}
    cells = [row[1:] for row in rows if row[0] in names]
    assert [[_as_told(cell) for cell in row] for row in cells] == expected
    page = client.get(reverse("families:counts")).content.decode()
    body = re.findall(r"<tr[^>]*>(.*?)</tr>", page, flags=re.S)
    lines = [re.findall(r"<td[^>]*>(.*?)</td>", row, flags=re.S) for row in body]
    from_page = [[_as_told(re.sub(r"<[^>]+>", "", cell).strip()) for cell in row] for row in lines if row]
    assert [row[-len(COLUMNS) :] for row in from_page] == expected
    report = client.get(reverse("families:counts_export", args=["pdf"]))
    assert_pdf_says(report.content, "משפחות לפי רשות", *names)


def _as_told(cell: object) -> str:
    if isinstance(cell, float):
        return str(int(cell))
    text = str(cell).replace("&lt;", "<").strip("\u200e")
    return text if text.isdigit() or text.startswith("<") else "hidden"


def test_the_margin_of_all_is_published():
    numbers, above = invented(3)
    found = decide(numbers, above)
    assert found.exact(NATION, ALL) == sum(numbers.values())
