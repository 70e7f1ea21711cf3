"""Where a rubric leads: rooms that rate by it say which of their pages tell more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from maarag.kernel.access.scope import Viewer

from .models import Rubric

Source = Callable[[Rubric, Viewer], Sequence[tuple[Any, str]]]
"""Given a rubric and who looks: what the link is called, and its address."""

_sources: list[Source] = []


def register(source: Source) -> None:
    """Lead from rubrics to pages of a room above; twice the same changes nothing."""
    if source not in _sources:
        _sources.append(source)


def links_of(rubric: Rubric, viewer: Viewer) -> list[tuple[Any, str]]:
    return [link for source in _sources for link in source(rubric, viewer)]
