"""The demonstration's tables: whole, in three languages, and nothing invented that could pass for real."""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter
from pathlib import Path

import pytest

from maarag.demo.accounts import demonstration_accounts
from maarag.demo.tables import FOLDER, names, rows
from maarag.kernel.access.permissions import Role
from maarag.kernel.people.models import PositionKind, Sector
from maarag.kernel.taxonomy.models import Vocabulary
from maarag.ui.icons import names as icon_names

LETTERS = {"he": re.compile("[א-ת]"), "ar": re.compile("[ء-ي]"), "en": re.compile("[A-Za-z]")}
ALL = sorted(path.stem for path in FOLDER.glob("*.csv"))
KEYED = [table for table in ALL if "code" in rows(table)[0] and table != "catalogue_words"]
NAMED = [table for table in ALL if "name_en" in rows(table)[0]]


@pytest.mark.parametrize("table", KEYED)
def test_codes_are_unique(table: str) -> None:
    codes = [row["code"] for row in rows(table)]
    assert all(codes)
    assert len(set(codes)) == len(codes)


def test_no_code_is_used_by_a_real_and_a_fictional_row() -> None:
    for real, fictional in (("sources", "fiction_sources"), ("authorities", "fiction_places")):
        assert not {row["code"] for row in rows(real)} & {row["code"] for row in rows(fictional)}


@pytest.mark.parametrize("table", NAMED)
def test_every_name_is_there_in_each_language_and_its_script(table: str) -> None:
    wrong = [
        (row["name_he"], language)
        for row in rows(table)
        for language, letters in LETTERS.items()
        if not letters.search(row[f"name_{language}"])
        or row[f"name_{language}"] != row[f"name_{language}"].strip()
    ]
    assert wrong == []


@pytest.mark.parametrize("table", ["programmes", "fiction_services"])
def test_descriptions_are_there_in_three_languages(table: str) -> None:
    for row in rows(table):
        for language, letters in LETTERS.items():
            assert letters.search(row[f"description_{language}"]), (row["code"], language)


@pytest.mark.parametrize("table", ["sources", "fiction_sources"])
def test_sources_tell_the_same_of_themselves_in_three_languages(table: str) -> None:
    for row in rows(table):
        said = {
            f"{field} {one}": row[f"{field}_{one}"] for field in ("publisher", "method") for one in LETTERS
        }
        assert [of for of, text in said.items() if not LETTERS[of[-2:]].search(text)] == [], row["code"]
        figures = [sorted(re.findall(r"\d[\d,.]*\d|\d", row[f"method_{one}"])) for one in LETTERS]
        assert figures[0] == figures[1] == figures[2], row["code"]


def test_licences_are_names_or_words_of_each_language() -> None:
    for row in rows("sources"):
        said = {one: row[f"licence_{one}"] for one in LETTERS}
        is_name = len(set(said.values())) == 1
        assert all(said.values()), row["code"]
        assert is_name or all(LETTERS[one].search(text) for one, text in said.items()), row["code"]


def test_every_authority_lies_in_one_district_of_each_ministry_and_at_most_one_cluster() -> None:
    districts = {row["code"]: row["district_of"] for row in rows("districts")}
    clusters = {row["code"] for row in rows("clusters")}
    authorities = rows("authorities")
    assert len(authorities) == 255
    for row in authorities:
        assert districts[row["interior_district"]] == "interior"
        assert districts[row["welfare_district"]] == "welfare"
        assert row["cluster"] == "" or row["cluster"] in clusters
    assert {row["interior_district"] for row in authorities} | {
        row["welfare_district"] for row in authorities
    } == set(districts)
    assert {row["cluster"] for row in authorities} - {""} == clusters


def test_authorities_lie_in_the_country_and_have_people() -> None:
    for row in rows("authorities"):
        assert 29.4 < float(row["latitude"]) < 33.5, row["name_en"]
        assert 34.2 < float(row["longitude"]) < 35.95, row["name_en"]
        assert int(row["population"]) > 1000
        assert 1 <= int(row["socioeconomic_cluster"]) <= 10
        regional = row["type"] == "regional_council"
        assert row["name_ar"].startswith("المجلس الإقليمي") == regional
        assert row["name_en"].endswith("Regional Council") == regional


def test_figures_are_of_authorities_and_seven_have_none() -> None:
    authorities = {row["code"] for row in rows("authorities")}
    with_figures = {row["authority"] for row in rows("figures")}
    assert with_figures <= authorities
    assert authorities - with_figures == {"29", "267", "65", "10074", "43", "3608", "10051"}


def test_departments_are_all_there_and_one_is_of_no_authority() -> None:
    departments = rows("departments")
    authorities = {row["code"]: row for row in rows("authorities")}
    assert len(departments) == 323
    assert len({row["row"] for row in departments}) == 323
    assert [row["department"] for row in departments if not row["authority"]] == ["1320000"]
    assert {row["authority"] for row in departments} - {""} == set(authorities)
    for row in departments:
        assert {row["noshmim"], row["otzma"]} <= {"yes", "no"}
        if row["authority"] and row["welfare_district"]:
            assert authorities[row["authority"]]["welfare_district"] == row["welfare_district"]
    assert Counter((row["noshmim"], row["otzma"]) for row in departments) == {
        ("yes", "yes"): 162,
        ("no", "no"): 152,
        ("yes", "no"): 7,
        ("no", "yes"): 2,
    }


def test_the_departments_are_those_of_the_source(shared: Path) -> None:
    text = (shared / "data/departments/welfare_departments_noshmim_otzma.csv").read_text("utf-8-sig")
    for row in rows("departments"):
        assert row["department"] in text


def test_the_budget_of_2021_sums_to_the_document() -> None:
    budgeted = [row for row in rows("programmes") if row["families"]]
    assert len(budgeted) == 8
    assert sum(int(row["families"]) for row in budgeted) == 4_990
    assert sum(int(row["families"]) * int(row["basket_cost"]) for row in budgeted) == 59_045_000


def test_the_taxonomy_is_whole_with_parents_first() -> None:
    seen: set[str] = set()
    for row in rows("taxonomy"):
        parent = row["code"].rpartition(":")[0]
        assert not parent or parent in seen
        seen.add(row["code"])
    assert Counter(row["vocabulary"] for row in rows("taxonomy")) == {
        Vocabulary.RESPONSE: 190,
        Vocabulary.SITUATION: 218,
        Vocabulary.SETTING: 22,
    }
    keys = [row["key"] for row in rows("taxonomy")]
    assert len(set(keys)) == len(keys) == 430
    assert "" not in keys


def test_a_term_belongs_to_one_topic_and_topics_can_be_shown() -> None:
    vocabulary = {row["code"]: row["vocabulary"] for row in rows("taxonomy")}
    named = [(code, row) for row in rows("topics") for code in row["responses"].split()]
    assert {vocabulary[code] for code, _row in named} == {Vocabulary.RESPONSE}
    situations = [code for row in rows("topics") for code in row["situations"].split()]
    assert {vocabulary[code] for code in situations} == {Vocabulary.SITUATION}
    once = Counter([code for code, _row in named] + situations)
    assert max(once.values()) == 1
    assert 12 <= len(rows("topics")) <= 16
    for row in rows("topics"):
        assert row["responses"]
        assert row["icon"] in icon_names()
        assert 0 < float(row["reach_km"]) <= 50
        assert bool(row["yearly_cost_per_place"]) == bool(row["cost_source"])


@pytest.mark.parametrize("table", ["topics", "programmes", "catalogue", "fiction_services"])
def test_terms_are_known(table: str) -> None:
    known = {row["code"] for row in rows("taxonomy")}
    for row in rows(table):
        assert set(row["responses"].split()) | set(row["situations"].split()) <= known
        assert row["responses"]


def test_catalogue_words_cover_the_catalogue() -> None:
    words = {(row["kind"], row["code"]) for row in rows("catalogue_words")}
    used = {
        (kind, code)
        for row in rows("catalogue")
        for kind, column in (("population", "populations"), ("field", "fields"), ("way", "ways"))
        for code in row[column].split()
    }
    assert used == words
    assert len(rows("catalogue")) == 135  # 137 less the two that are loaded where they run


def test_no_text_of_the_ministry_is_in_the_catalogue(shared: Path) -> None:
    """Names are facts; the ministry's long descriptions are its own."""
    source = shared / "data/services/welfare_service_catalogue_2021-05-18.csv"
    with source.open(encoding="utf-8-sig", newline="") as file:
        descriptions = [row["תיאור השירות (תיאור קצר)"].strip() for row in csv.DictReader(file)]
    ours = (FOLDER / "catalogue.csv").read_text("utf-8") + (FOLDER / "programmes.csv").read_text("utf-8")
    assert not [text for text in descriptions if len(text) > 60 and text[:60] in ours]


def test_fictional_places_are_marked_by_their_codes_and_lie_apart() -> None:
    table = rows("fiction_places")
    codes = {row["code"] for row in table}
    for row in table:
        assert row["code"].startswith("F-")
        assert row["within"] == "" or row["within"] in codes
        if row["longitude"]:
            assert float(row["longitude"]) < 34.26  # out at sea, further than any topic's reach
    assert sum(row["within"] == "F-900" for row in table) == 12
    for authority in ("F-900", "F-901"):
        whole = next(int(row["population"]) for row in table if row["code"] == authority)
        assert whole == sum(int(row["population"]) for row in table if row["within"] == authority)


def _outline(row: dict[str, str]) -> list[tuple[float, float]]:
    return [tuple(map(float, point.split())) for point in row["outline"].split(";")]  # type: ignore[misc]


def _twice_area(ring: list[tuple[float, float]]) -> float:
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in itertools.pairwise(ring)))


def test_the_neighbourhoods_tile_their_authority() -> None:
    rings = [_outline(row) for row in rows("fiction_places") if row["within"] == "F-900"]
    assert all(ring[0] == ring[-1] for ring in rings)
    edges = Counter(frozenset(edge) for ring in rings for edge in itertools.pairwise(ring))
    assert set(edges.values()) == {1, 2}  # each border is shared by two, or is the city's own
    outer: dict[tuple[float, float], list[tuple[float, float]]] = {}
    for edge in (edge for edge, times in edges.items() if times == 1):
        first, second = edge
        outer.setdefault(first, []).append(second)
        outer.setdefault(second, []).append(first)
    assert {len(next_to) for next_to in outer.values()} == {2}
    start = next(iter(outer))
    boundary = [start, outer[start][0]]
    while boundary[-1] != start:
        boundary.append(next(p for p in outer[boundary[-1]] if p != boundary[-2]))
    assert len(boundary) == len(outer) + 1
    assert sum(map(_twice_area, rings)) == pytest.approx(_twice_area(boundary), rel=1e-9)


def test_fictional_bodies_services_and_people_fill_every_kind() -> None:
    bodies = {row["code"]: row for row in rows("fiction_organisations")}
    assert {row["sector"] for row in bodies.values()} == set(Sector.values)
    services = [row for row in rows("fiction_services") if row["code"].startswith("mg-")]
    assert len(services) >= 60
    assert len({bodies[row["organisation"]]["sector"] for row in services}) >= 6
    assert sum(not row["capacity"] for row in services) >= 5
    assert {row["kind"] for row in rows("fiction_people")} == set(PositionKind.values)
    assert {account.role for account in demonstration_accounts()} == set(Role)


def test_labelled_pairs_answer_one_topic_where_they_are_duplicates() -> None:
    """The labels say what a person would; how well the engine agrees is measured with the engine."""
    with Path(__file__).with_name("overlapping_pairs.csv").open(encoding="utf-8", newline="") as file:
        pairs = list(csv.DictReader(file))
    services = {row["code"]: row for row in rows("fiction_services")}
    duplicates = [pair for pair in pairs if pair["verdict"] == "duplicate"]
    assert 8 <= len(duplicates) <= 12
    assert any(pair["verdict"] == "complementary" for pair in pairs)
    for pair in duplicates:
        first, second = services[pair["first"]], services[pair["second"]]
        assert set(first["responses"].split()) & set(second["responses"].split())
        assert first["organisation"] != second["organisation"]


def test_phones_and_addresses_can_be_nobodys() -> None:
    phones = [row["phone"] for row in rows("fiction_services")]
    assert len(set(phones)) == len(phones)
    assert all(re.fullmatch(r"\+1-202-555-01\d\d", phone) for phone in phones)
    assert all(account.email.endswith(".example") for account in demonstration_accounts())


def test_fictional_needs_are_sound_and_varied() -> None:
    table = rows("fiction_needs")
    for row in table:
        number = int(row["number"])
        assert number > 0
        assert not row["lowest"] or int(row["lowest"]) <= number <= int(row["highest"])
        assert bool(row["lowest"]) == (row["certainty"] != "counted")
    assert sum(int(row["number"]) < 5 for row in table) >= 5
    assert {row["certainty"] for row in table} == {"counted", "estimated", "rough"}
    assert {row["is_public"] for row in table} == {"yes", "no"}
    assert min(row["as_of"] for row in table) < "2022"
    assert max(row["as_of"] for row in table) >= "2026"
    inside = [row["code"] for row in rows("fiction_places") if row["within"] == "F-900"]
    known = {(row["place"], row["topic"]) for row in table}
    assert any((place, topic["code"]) not in known for place in inside for topic in rows("topics"))


def test_names_of_a_row_are_those_of_the_models() -> None:
    assert names({"name_he": "א", "name_ar": "أ", "name_en": "A", "code": "x"}) == {
        "name_he": "א",
        "name_ar": "أ",
        "name_en": "A",
    }
