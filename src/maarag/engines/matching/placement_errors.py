"""Errors of placing families: each says what is wrong and where."""

from __future__ import annotations

from maarag.engines.matching.errors import MatchingError


class PlacementError(MatchingError):
    """Something in the problem cannot be used. `position` is the index of the first bad entry, if any."""

    def __init__(self, message: str, position: int | None = None) -> None:
        super().__init__(message)
        self.position = position


class FixedDecisionError(PlacementError):
    """A decision to be kept names a family or place that is not eligible, or passes a limit by itself."""


class PlacementCancelled(Exception):
    """Whoever asked for the run no longer wants it."""


class TableError(PlacementError):
    """Rows of a person's own tables that cannot be used; `lines` names each by file and line."""

    def __init__(self, lines: list[str]) -> None:
        shown = lines[:20]
        more = [f"and {len(lines) - 20} more"] if len(lines) > 20 else []
        super().__init__("\n".join([*shown, *more]))
        self.lines = lines
