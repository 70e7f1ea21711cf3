"""Reading the demonstration's own tables (UTF-8 CSV files in `data/`)."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "data"
LANGUAGES = ("he", "ar", "en")

Row = dict[str, str]


@cache
def _read(name: str) -> tuple[Row, ...]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def rows(name: str) -> list[Row]:
    """The rows of one table, each column as text."""
    return [dict(row) for row in _read(name)]


def names(row: Row) -> dict[str, str]:
    """The three names of a row, as the models call them."""
    return texts(row, "name")


def texts(row: Row, *fields: str) -> dict[str, str]:
    """These texts of a row in three languages, as the models call them."""
    columns = [f"{field}_{language}" for field in fields for language in LANGUAGES]
    return {column: row[column] for column in columns}


def number(text: str) -> int | None:
    return int(text) if text else None


def decimal(text: str) -> float | None:
    return float(text) if text else None


def fingerprint(files: Sequence[Path]) -> str:
    """A digest of these files: the same as long as what they say is the same."""
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:32]
