"""`maarag overlap` on files."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from maarag.cli.overlap import in_words, overlap
from maarag.engines.overlap import CODES, Evidence
from tests.engines.overlap import fictional


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "services.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "name", "description", "organisation", "terms", "lat", "lon"])
        for s in fictional.services():
            writer.writerow([s.id, s.name, s.description, s.organisation, "|".join(s.terms), s.lat, s.lon])
    return path


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(overlap, [str(argument) for argument in arguments])
    return result.exit_code, result.stdout, result.stderr


def test_json(table: Path) -> None:
    code, out, _ = run(table, "--format", "json")
    answer = json.loads(out)
    assert code == 0
    assert list(answer) == ["services", "pairs", "groups", "seconds"]
    assert answer["services"] == len(fictional.services())
    assert list(answer["pairs"][0]) == ["a", "b", "a_name", "b_name", "score", "evidence"]
    assert list(answer["pairs"][0]["evidence"][0]) == ["code", "value", "text"]
    found = {(pair["a"], pair["b"]) for pair in answer["pairs"]}
    assert len(found & fictional.duplicate_pairs()) >= 0.9 * len(fictional.duplicate_pairs())
    assert any({"f11", "f12", "f14"} == set(group) for group in answer["groups"])


def test_table_csv_limit_and_output(table: Path, tmp_path: Path) -> None:
    code, out, _ = run(table)
    assert code == 0
    assert "מועדון הגיל השלישי אלון" in out
    code, out, _ = run(table, "--format", "csv", "--limit", 3)
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == 3
    assert all(row["evidence"] for row in rows)
    target = tmp_path / "out.json"
    code, out, _ = run(table, "--format", "json", "--min-score", 0.9, "--output", target)
    assert (code, out) == (0, "")
    assert all(pair["score"] >= 0.9 for pair in json.loads(target.read_text("utf-8"))["pairs"])


def test_bad_input(table: Path, tmp_path: Path) -> None:
    assert run(tmp_path / "absent.csv")[0] == 2
    assert run(table, "--min-score", 2)[0] == 2
    broken = tmp_path / "broken.json"
    broken.write_text("{", "utf-8")
    code, out, err = run(broken)
    assert (code, out) == (2, "")
    assert "broken.json" in err
    nameless = tmp_path / "nameless.csv"
    nameless.write_text("id,name\n1,א\n2,\n", "utf-8")
    code, _, err = run(nameless)
    assert code == 2
    assert "row 3" in err
    code, out, err = run(nameless, "--skip-bad-rows", "--format", "json")
    assert (code, json.loads(out)["services"]) == (0, 1)
    code, _, err = run(table, "--output", tmp_path / "no" / "such.json")
    assert code == 2


def test_every_code_has_its_words() -> None:
    for code in CODES:
        assert in_words(Evidence(code, 0.5, 1.0))
