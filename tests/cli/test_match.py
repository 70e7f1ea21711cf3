"""`maarag match --instance`: the answer in JSON and as a table, and refusals with their exit codes."""

from __future__ import annotations

import gzip
import json
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from django.utils import translation

from bench.assignment_instances import as_text, make
from maarag.cli.main import main
from maarag.engines.matching import AssignmentInstance

pytestmark = pytest.mark.usefixtures("in_english")


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """The search is compiled before anything is timed: the very first time this takes many seconds."""
    import_module("maarag.engines.matching.assignment_walk")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "c0412"
    path.write_text(as_text(make("c", 4, 12, seed=5)))
    return path


def _run(*arguments: object):
    return CliRunner().invoke(main, ["match", *map(str, arguments)])


def test_json_holds_an_assignment_that_costs_what_it_says(file: Path):
    result = _run("--instance", file, "--seconds", 3, "--format", "json")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    instance = make("c", 4, 12, seed=5)
    agents = np.array(answer["assignment"])
    assert agents.shape == (12,)
    assert agents.min() >= 0
    assert agents.max() < 4
    assert instance.keeps_within(agents)
    assert instance.objective(agents) == answer["objective"] == answer["bound"]
    assert answer["optimal"] is True
    assert answer["seconds"] > 0


def test_the_table_shows_loads_within_capacities(file: Path):
    result = _run("--instance", file, "--seconds", 3)
    assert result.exit_code == 0, result.output
    assert "proved to be the least" in result.output
    rows = [line.split() for line in result.output.splitlines()[5:] if line]
    assert len(rows) == 4
    assert all(int(load) <= int(capacity) for _agent, load, capacity, *_jobs in rows)
    assert sorted(int(job) for row in rows for job in row[3:]) == list(range(12))


def test_a_malformed_file_is_refused_with_its_line(tmp_path: Path):
    path = tmp_path / "bad"
    path.write_text("2 2\n1 2\n3 four\n1 1 1 1\n5 5\n")
    result = _run("--instance", path, "--seconds", 1)
    assert result.exit_code == 2
    assert "line 3" in result.output
    assert "four" in result.output


def test_an_infeasible_problem_is_told(tmp_path: Path):
    path = tmp_path / "tight"
    path.write_text(as_text(AssignmentInstance([[1, 1]], [[3, 3]], [5])))
    result = _run("--instance", path, "--seconds", 1, "--format", "json")
    assert result.exit_code == 3
    assert "capacities" in result.output


@pytest.mark.parametrize(
    "arguments",
    [[], ["--instance", "/nowhere"], ["--instance", __file__, "--seconds", "0"]],
    ids=["nothing", "no such file", "no time"],
)
def test_what_cannot_be_asked_is_refused(arguments: list[str]):
    assert _run(*arguments).exit_code == 2


def test_a_file_of_several_problems_asks_which(tmp_path: Path):
    path = tmp_path / "several.gz"
    problems = [make("c", 4, 12, seed=seed) for seed in (5, 6, 7)]
    path.write_bytes(gzip.compress("\n".join(["3", *map(as_text, problems)]).encode()))
    result = _run("--instance", path, "--seconds", 1)
    assert result.exit_code == 2
    assert "holds 3 problems; choose one with --problem 1 … 3" in result.output
    answer = json.loads(_run("--instance", path, "--problem", 2, "--seconds", 2, "--format", "json").stdout)
    assert problems[1].objective(answer["assignment"]) == answer["objective"]


def test_the_answer_goes_to_a_file(file: Path, tmp_path: Path):
    output = tmp_path / "answer.json"
    result = _run("--instance", file, "--seconds", 1, "--format", "json", "--output", output)
    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    assert len(json.loads(output.read_text())["assignment"]) == 12


def test_nothing_found_names_the_time_that_was_asked(file: Path, monkeypatch: pytest.MonkeyPatch):
    import maarag.engines.matching as engine

    def nothing(_problem: AssignmentInstance, seconds: float, **_options: object) -> None:
        raise engine.NotFoundError(f"no assignment within the capacities was found in {seconds:g} seconds.")

    monkeypatch.setattr(engine, "solve_assignment", nothing)
    result = _run("--instance", file, "--seconds", 7)
    assert result.exit_code == 3
    assert "found in 7 seconds" in result.output


def test_it_speaks_hebrew_where_nothing_else_is_asked(tmp_path: Path):
    path = tmp_path / "bad"
    path.write_text("2 2\n1 2\n3 four\n1 1 1 1\n5 5\n")
    with translation.override("he"):
        result = _run("--instance", path)
    assert result.exit_code == 2
    assert "שורה 3" in result.output
    assert "line" not in result.output
