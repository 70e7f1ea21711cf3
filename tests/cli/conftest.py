"""`maarag match` as a person calls it, on tables of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.utils import translation

from maarag.cli.main import main


@pytest.fixture
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """`maarag match` on the tables of the module (GIVEN: option → file), some of them others."""

    def call(*options: str, **files: str | None) -> Result:
        arguments = []
        for name, text in (request.module.GIVEN | files).items():
            if text is not None:
                path = tmp_path / f"{name}.csv"
                path.write_text(text)
                arguments += [f"--{name}", str(path)]
        return CliRunner().invoke(main, ["match", *arguments, *options])

    return call
