"""A count that may not be shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeGuard


@dataclass(frozen=True)
class Suppressed:
    """Stands where a count was: `primary` when it is itself below the threshold, else hidden to protect one.

    It holds no trace of the count, so that nothing downstream can leak it.
    """

    threshold: int
    primary: bool = True


Figure = int | float | None
Shown = Figure | Suppressed


def is_suppressed(figure: object) -> TypeGuard[Suppressed]:
    """Whether the figure is hidden."""
    return isinstance(figure, Suppressed)
