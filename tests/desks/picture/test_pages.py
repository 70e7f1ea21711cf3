"""The picture in the browser's eyes, through the API and on the command line: the same numbers everywhere."""

from __future__ import annotations

import io
import json

import pytest
from click.testing import CliRunner
from django.test import Client
from python_calamine import CalamineWorkbook

from maarag.cli.picture import picture as command
from maarag.kernel.access.permissions import Role
from tests.factories.picture import Nation
from tests.pdf_text import assert_pdf_says


@pytest.fixture
def filled(nation: Nation) -> Nation:
    for number, place in enumerate(nation.neighbourhoods, 1):
        nation.need(place, 100 * number)
    nation.need(nation.world.sister, 500)
    nation.meals("A", 60, at=nation.neighbourhoods[0])
    return nation


@pytest.mark.parametrize("language", ["he", "ar", "en"])
def test_the_page_in_three_languages(client: Client, filled: Nation, language: str):
    client.cookies["maarag_language"] = language
    answer = client.get("/picture/IL/")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert f'lang="{language}"' in page
    assert 'dir="ltr"' in page if language == "en" else 'dir="rtl"' in page
    assert "1,100" in page
    assert "style=" not in page


def test_an_authority_has_a_row_for_each_neighbourhood(client: Client, filled: Nation):
    page = client.get(f"/picture/{filled.world.city.code}/").content.decode()
    for place in filled.neighbourhoods:
        assert place.name_he in page


def test_filters_keep_in_the_link(client: Client, filled: Nation):
    page = client.get("/picture/IL/?topic=food-security&sector=civil_society").content.decode()
    assert "topic=food-security&amp;sector=civil_society" in page


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/picture/nowhere/", 404),
        ("/picture/IL/?topic=nothing", 400),
        ("/picture/IL/?sector=nothing", 400),
        ("/picture/IL/?as_of=yesterday", 400),
        ("/picture/IL/?population=nothing", 400),
        ("/picture/IL/food-security/miles/", 404),
        ("/api/picture?place=nowhere", 404),
        ("/api/picture?topic=nothing", 400),
        ("/api/picture?as_of=31.12.2025", 400),
    ],
)
def test_what_does_not_exist_is_refused_in_words(client: Client, filled: Nation, path: str, status: int):
    answer = client.get(path)
    assert answer.status_code == status
    assert len(answer.content) > 20


def test_nothing_loaded_yet(client: Client, db: None):
    assert client.get("/picture/").status_code == 200


def test_an_empty_place_shows_what_is_missing(client: Client, nation: Nation):
    assert client.get("/picture/IL/").status_code == 200
    assert client.get(f"/picture/{nation.world.sister.code}/").status_code == 200


def test_behind_a_figure_stand_its_sources(client: Client, filled: Nation):
    code = filled.neighbourhoods[0].code
    page = client.get(f"/picture/{code}/food-security/people/").content.decode()
    assert filled.world.source.name_he in page
    assert "ארוחות A" in page


def test_page_api_command_and_excel_agree(client: Client, filled: Nation, monkeypatch):
    code = filled.world.city.code
    answer = client.get("/api/picture", {"place": code}).json()
    rows = {row["place_code"]: row for row in answer["rows"]}
    assert sum(row["need"] for row in rows.values()) == 600
    assert answer["duplicates"] == []

    monkeypatch.setattr("maarag.cli.picture.database_in_use", _already)
    monkeypatch.setattr("maarag.cli.picture.require_migrated", lambda: None)
    result = CliRunner().invoke(command, ["--place", code, "--format", "json", "--language", "he"])
    assert result.exit_code == 0, result.output
    said = json.loads(result.output)
    for data in (answer, said):
        data.pop("seconds")
    assert said["rows"] == answer["rows"]
    assert said["by_topic"] == answer["by_topic"]

    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"/picture/{code}/picture.xlsx").content))
    lines = {line[0]: line for line in book.get_sheet_by_index(0).to_python()}
    page = client.get(f"/picture/{code}/").content.decode()
    for row in rows.values():
        assert lines[row["place_name"]][3] == row["need"]
        assert round(lines[row["place_name"]][7]) == round(row["gap"])
        assert f"{row['need']:,}" in page


@pytest.mark.parametrize("form", ["table", "csv"])
def test_other_forms_of_the_command(filled: Nation, monkeypatch, form: str):
    monkeypatch.setattr("maarag.cli.picture.database_in_use", _already)
    monkeypatch.setattr("maarag.cli.picture.require_migrated", lambda: None)
    result = CliRunner().invoke(command, ["--format", form])
    assert result.exit_code == 0, result.output
    assert "500" in result.output


@pytest.mark.parametrize(
    "arguments",
    [["--place", "nowhere"], ["--topic", "nothing"], ["--as-of", "x"], ["--as", "nobody@example.org"]],
)
def test_the_command_refuses_in_words(filled: Nation, monkeypatch, arguments: list[str]):
    monkeypatch.setattr("maarag.cli.picture.database_in_use", _already)
    monkeypatch.setattr("maarag.cli.picture.require_migrated", lambda: None)
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 2
    assert "Error" in result.output


def test_documents(client: Client, filled: Nation):
    pdf = client.get(f"/picture/{filled.world.city.code}/picture.pdf")
    assert "attachment" in pdf["Content-Disposition"]
    assert_pdf_says(pdf.content, filled.world.city.name_he, "תמונת מצב משולבת", "600")


def test_whoever_works_somewhere_starts_there(client: Client, filled: Nation):
    client.force_login(
        filled.world.account(Role.INTEGRATOR, place=filled.world.city),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    assert client.get("/picture/")["Location"].endswith(f"/picture/{filled.world.city.code}/")


def test_a_page_asks_the_database_a_bounded_number_of_questions(
    client: Client, filled: Nation, django_assert_max_num_queries
):
    client.get("/picture/IL/")
    with django_assert_max_num_queries(30):
        client.get("/picture/IL/")


class _already:
    """The test's database is open already."""

    def __enter__(self) -> None: ...

    def __exit__(self, *_error: object) -> None: ...
