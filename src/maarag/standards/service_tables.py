"""Columns of a table of services under the headers that people give them. Django-free."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from maarag.language import normalise
from maarag.standards.text_files import Problem, ServiceFileError


def _known_headers() -> dict[str, str]:
    """Field of each normalised header of `service_headers.txt`."""
    lines = (Path(__file__).parent / "service_headers.txt").read_text("utf-8").splitlines()
    known: dict[str, str] = {}
    for line in lines:
        if line and not line.startswith("#"):
            name, headers = line.split(" = ")
            known |= {_header_key(header): name for header in headers.split("|")}
    return known


def _header_key(header: str) -> str:
    return normalise(header.replace("_", " "))


_FIELD_OF = _known_headers()
_JOINED = {"description": "\n", "organisation": " / ", "population": "; ", "area": ", "}
_LISTS = ("terms", "term_names")
HEADER_WITHIN = 25
"""Rows from the top among which the header is looked for; titles may stand above it."""


def field_of(header: Any) -> str:
    """The field that a header means, or nothing."""
    return _FIELD_OF.get(_header_key(str(header or "")), "")


def split_terms(value: Any) -> tuple[str, ...]:
    """Terms of one cell: split by bar, semicolon or line; by comma between codes only."""
    if isinstance(value, list):
        parts = [item if isinstance(item, str) else "" for item in value]
    else:
        text = str(value or "").strip()
        parts = re.split(r"[|;\n]", text)
        by_comma = text.split(",")
        if len(parts) == 1 and all(re.fullmatch(r"\s*[\w:.\-]+\s*", part) for part in by_comma):
            parts = by_comma
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def by_known_names(item: dict[str, Any]) -> dict[str, Any]:
    """Values under their fields; several columns of one field are joined."""
    return _joined([(field_of(key), value) for key, value in item.items()])


def _joined(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if not name or value is None or value == "":
            continue
        if name in _LISTS:
            fields[name] = tuple(dict.fromkeys((*fields.get(name, ()), *split_terms(value))))
        elif isinstance(value, dict | list):
            continue
        elif name in _JOINED and fields.get(name):
            fields[name] = f"{fields[name]}{_JOINED[name]}{str(value).strip()}"
        elif name not in fields:
            fields[name] = value
    return fields


def drafts(
    rows: list[list[Any]], file_name: str, problems: list[Problem]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """(row number, fields) of every row below the header that is not blank."""
    header_at, columns = _header(rows)
    if header_at is None:
        seen = next((row for row in rows if any(str(cell or "").strip() for cell in row)), [])
        raise ServiceFileError.of(
            "No column of names was found in %(file)s. A header row must have “name” or “שם השירות”; "
            "the first row has: %(seen)s.",
            file=file_name,
            seen=", ".join(str(cell).strip()[:30] for cell in seen[:12]) or "nothing",
        )
    for number, row in enumerate(rows[header_at + 1 :], start=header_at + 2):
        cells = [str(cell).strip() if isinstance(cell, str) else cell for cell in row]
        if not any(cell not in (None, "") for cell in cells):
            continue
        if any(cell not in (None, "") for cell in cells[len(columns) :]):
            problems.append(
                Problem(
                    number,
                    "",
                    "The row has %(cells)s cells and the header %(columns)s; is a quotation mark missing?",
                    {"cells": str(len(cells)), "columns": str(len(columns))},
                )
            )
            continue
        yield number, _joined(list(zip(columns, cells, strict=False)))


def _header(rows: list[list[Any]]) -> tuple[int | None, list[str]]:
    """Place of the header row, and the field of each of its columns."""
    best: tuple[int, int | None, list[str]] = (0, None, [])
    for place, row in enumerate(rows[:HEADER_WITHIN]):
        columns = [field_of(cell) for cell in row]
        score = len({name for name in columns if name})
        if "name" in columns and score > best[0]:
            best = (score, place, columns)
    return best[1], best[2]
