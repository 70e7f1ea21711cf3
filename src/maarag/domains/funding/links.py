"""Where a line leads: rooms above say which page tells of what a line pays for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from .models import BudgetLine

Source = Callable[[Sequence[BudgetLine]], Mapping[int, str]]
"""Given lines: the address of the page of what some of them pay for, by the line's key."""

_sources: list[Source] = []


def register(source: Source) -> None:
    """Lead from lines to pages of a room above; twice the same changes nothing."""
    if source not in _sources:
        _sources.append(source)


def links_of(lines: Sequence[BudgetLine]) -> dict[int, str]:
    found: dict[int, str] = {}
    for source in _sources:
        found.update(source(lines))
    return found
