"""The glossary names everything that the code names: one word for one thing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps

GLOSSARY = Path(__file__).resolve().parents[2] / "docs" / "glossary.md"
COLUMNS = ("Hebrew", "Arabic", "English", "code", "meaning")


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    lines = [line for line in GLOSSARY.read_text().splitlines() if line.startswith("|")]
    table = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert tuple(table[0]) == COLUMNS
    assert all(len(cells) == len(COLUMNS) for cells in table), "a row has other cells than the header"
    return [dict(zip(COLUMNS, cells, strict=True)) for cells in table[2:]]


@pytest.fixture(scope="module")
def codes(rows: list[dict[str, str]]) -> set[str]:
    return {code for row in rows for code in re.findall(r"`(\w+)`", row["code"])}


def test_every_kernel_app_and_domain_is_named(codes: set[str]) -> None:
    names = {
        app.name.rsplit(".", 1)[1]
        for app in apps.get_app_configs()
        if app.name.startswith(("maarag.kernel.", "maarag.domains."))
    }
    assert len(names) >= 10
    assert names - codes == set()


def test_every_model_is_named(codes: set[str]) -> None:
    names = {model.__name__ for model in apps.get_models() if model.__module__.startswith("maarag.")}
    assert len(names) >= 30
    assert names - codes == set()


def test_every_model_that_the_glossary_names_is_there(codes: set[str]) -> None:
    named = {code for code in codes if code[0].isupper()}
    known = {model.__name__ for model in apps.get_models() if model.__module__.startswith("maarag.")}
    known |= {"Suppressed"}  # a value, not a model
    assert named - known == set()


def test_no_row_lacks_a_word(rows: list[dict[str, str]]) -> None:
    assert [row["English"] for row in rows if not all(row.values())] == []


@pytest.mark.parametrize(
    ("language", "letters"), [("Hebrew", "[א-ת]"), ("Arabic", "[ء-ي]"), ("English", "[a-z]")]
)
def test_one_word_for_one_thing(rows: list[dict[str, str]], language: str, letters: str) -> None:
    words = [word.strip() for row in rows for word in re.split("[,،]", row[language])]
    assert [word for word in words if not re.search(letters, word)] == []
    assert sorted({word for word in words if words.count(word) > 1}) == []
