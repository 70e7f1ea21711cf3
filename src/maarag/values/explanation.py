"""Why a figure is what it is: plain data that the interface puts into words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Term = str | int | float | None


@dataclass(frozen=True)
class Reason:
    """One step of an explanation: a code that the interface has words for, and its values."""

    code: str
    values: Mapping[str, Term] = field(default_factory=dict)


@dataclass(frozen=True)
class Explanation:
    """How a figure came about: its method and the reasons in order."""

    method: str
    reasons: tuple[Reason, ...] = ()
