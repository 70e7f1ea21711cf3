"""The drill at size: a million rows of families and their record are backed up, restored and compared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.backup import measured


@pytest.mark.proof
def test_a_million_rows_come_back(empty_home: Path, capsys: pytest.CaptureFixture[str]):
    found = measured(empty_home, 1_000_000, 300_000)
    assert found["all the same"] is True
    assert int(found["rows compared"].replace(",", "")) > 1_000_000
    with capsys.disabled():
        print(json.dumps(found, indent=1))  # noqa: T201
