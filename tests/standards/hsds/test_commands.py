"""`maarag export hsds` and `maarag import-hsds`."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path

import pytest
from click.testing import CliRunner

from maarag.cli import hsds
from maarag.domains.services.models import Service
from tests.factories.services import World

SAMPLES = Path(__file__).with_name("samples")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The commands within the test's database."""
    monkeypatch.setattr(hsds, "database_in_use", nullcontext)
    monkeypatch.setattr(hsds, "require_migrated", lambda: None)
    return CliRunner()


def test_the_commands_are_part_of_maarag() -> None:
    from maarag.cli.main import main

    done = CliRunner().invoke(main, ["export", "hsds", "--help"])
    assert done.exit_code == 0
    assert "tabular" in done.output
    assert CliRunner().invoke(main, ["import-hsds", "--help"]).exit_code == 0


def test_written_and_read_again(run: CliRunner, filled: World, tmp_path: Path) -> None:
    for form in ("json", "ndjson", "tabular"):
        target = tmp_path / f"directory-{form}"
        done = run.invoke(hsds.export, ["hsds", "--format", form, "--output", str(target)])
        assert done.exit_code == 0, done.output
        again = run.invoke(hsds.import_hsds, [str(target), "--format", "json"])
        assert again.exit_code == 0, again.output
        assert json.loads(again.stdout)["records"]["services"] == {"read": 3, "changed": 0}


def test_written_to_the_standard_output(run: CliRunner, filled: World) -> None:
    done = run.invoke(hsds.export, ["hsds"])
    assert {item["status"] for item in json.loads(done.stdout)} == {"active", "defunct"}


def test_a_folder_that_is_not_there(run: CliRunner, filled: World, tmp_path: Path) -> None:
    done = run.invoke(hsds.export, ["hsds", "--output", str(tmp_path / "none" / "x.json")])
    assert done.exit_code == 2
    assert "no folder" in done.output


def test_a_refusal_lists_the_problems(run: CliRunner, w: World) -> None:
    done = run.invoke(hsds.import_hsds, [str(SAMPLES / "broken.json")])
    assert done.exit_code == 1
    assert "services[0]: “name” is missing" in done.output
    done = run.invoke(hsds.import_hsds, [str(SAMPLES / "broken.json"), "--format", "json"])
    assert done.exit_code == 1
    assert len(json.loads(done.stdout)["problems"]) >= 16
    assert not Service.objects.exists()


def test_a_trial(run: CliRunner, w: World) -> None:
    done = run.invoke(hsds.import_hsds, [str(SAMPLES / "good.json"), "--dry-run"])
    assert done.exit_code == 0, done.output
    assert not Service.objects.exists()
