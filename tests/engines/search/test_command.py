from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.utils import translation

from maarag.cli.search import search
from tests.engines.search.quality import HERE


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


FILE = str(HERE / "services.csv")


def ask(*arguments: str) -> dict[str, object]:
    done = CliRunner().invoke(search, [*arguments, "--format", "json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert isinstance(answer, dict)
    return answer


def test_json_has_what_is_promised() -> None:
    answer = ask("תעסוכה", "--services", FILE, "--limit", "2", "--near", "31.9,34.9")
    assert list(answer) == ["query", "total", "results", "facets", "corrections"]
    assert answer["corrections"] == [{"typed": "תעסוכה", "meant": "תעסוקה"}]
    results = answer["results"]
    assert isinstance(results, list)
    assert len(results) == 2 <= answer["total"]  # type: ignore[operator]
    assert list(results[0]) == ["id", "name", "organisation", "score", "distance_km", "why"]
    assert results[0]["id"] == "s15"
    assert results[0]["organisation"] == "מרכז צמיחה"
    assert results[0]["distance_km"] < 1
    assert results[0]["why"][0]["found"].endswith(("ה", "ם", "ת"))


def test_by_term_and_distance() -> None:
    answer = ask(
        "--services", FILE, "--term", "human_services:housing", "--near", "31.9,34.9", "--within", "1"
    )
    results = answer["results"]
    assert isinstance(results, list)
    assert [result["id"] for result in results] == ["s13", "s10", "s54"]


def test_a_table_for_people() -> None:
    done = CliRunner().invoke(search, ["אלצהימר", "--services", FILE])
    assert done.exit_code == 0
    assert "קפה אלצהיימר" in done.output
    assert "another form" in done.output
    none = CliRunner().invoke(search, ["קקקקקק", "--services", FILE])
    assert none.exit_code == 0
    assert "Services found: 0" in none.output


@pytest.mark.parametrize("near", ["31.9", "a,b", "91,0", "1,2,3"])
def test_a_wrong_point_is_refused(near: str) -> None:
    done = CliRunner().invoke(search, ["א", "--services", FILE, "--near", near])
    assert done.exit_code == 2
    assert "degrees" in done.output


def test_within_needs_near() -> None:
    done = CliRunner().invoke(search, ["א", "--services", FILE, "--within", "3"])
    assert done.exit_code == 2
    assert "--near" in done.output


def test_bad_rows_stop_or_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "services.csv"
    path.write_text("id,name,lat,lon\n1,מועדון,31,34\n2,,31,34\n3,מועדונית,x,34\n", "utf-8")
    stopped = CliRunner().invoke(search, ["מועדון", "--services", str(path)])
    assert stopped.exit_code == 1
    assert "row 3" in stopped.output
    assert "row 4" in stopped.output
    assert "--skip-bad-rows" in stopped.output
    went_on = CliRunner().invoke(
        search, ["מועדון", "--services", str(path), "--skip-bad-rows", "--format", "json"]
    )
    assert went_on.exit_code == 0
    assert [result["id"] for result in json.loads(went_on.stdout)["results"]] == ["1"]
    assert went_on.stderr.count("left out") == 2


def test_a_file_with_codes_alone_is_found_by_the_names_of_terms_and_parents(tmp_path: Path) -> None:
    path = tmp_path / "services.json"
    service = {
        "id": "1",
        "name": "רקפת",
        "attributes": [{"taxonomy_term": {"code": "human_services:care:vacations"}}],
    }
    path.write_text(json.dumps({"services": [service, {"id": "2", "name": "נרקיס"}]}), "utf-8")
    for query in ("נופשונים", "רווחה", "vacation"):
        results = ask(query, "--services", str(path))["results"]
        assert [result["id"] for result in results] == ["1"], query  # type: ignore[attr-defined]
    assert ask("--services", str(path), "--term", "human_services:care")["total"] == 1
    assert ask("services", "--services", str(path))["total"] == 0
