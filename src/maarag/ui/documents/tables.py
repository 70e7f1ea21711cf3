"""What a document is made of, the same for Excel and PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

KINDS = ("text", "integer", "decimal", "percent", "money", "date")


@dataclass(frozen=True)
class DocumentColumn:
    """A heading and the kind of its cells.

    Kinds: text, integer, decimal, percent (share of one), money (shekels or Money), date.
    `width` is in letters; 0 measures the cells.
    """

    label: str
    kind: str = "text"
    width: float = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(
                f"column {self.label!r}: no kind of cell {self.kind!r}; it must be one of {KINDS}"
            )


@dataclass(frozen=True)
class DocumentTable:
    """One table: a sheet of a workbook, or a section of a report.

    Cells may be None (left empty), Suppressed (written as "<5") or, in any column, text.
    """

    title: str
    columns: Sequence[DocumentColumn]
    rows: Sequence[Sequence[Any]]
    notes: Sequence[str] = field(default=())

    def __post_init__(self) -> None:
        for number, row in enumerate(self.rows, 1):
            if len(row) != len(self.columns):
                raise ValueError(
                    f"table {self.title!r}, row {number}: {len(row)} cells for {len(self.columns)} columns"
                )
