"""What rooms say against closing a file: something of the family that nobody could go on with afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .models import Family

Refusal = Callable[[Family], Iterable[Any]]

_refusals: list[Refusal] = []


def refuse_when(check: Refusal) -> None:
    """`check(family)` gives reasons, in the reader's language, for which its file is not closed yet."""
    _refusals.append(check)


def refusals(family: Family) -> list[Any]:
    """What must be settled first."""
    return [reason for check in _refusals for reason in check(family)]
