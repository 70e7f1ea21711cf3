"""What waits for somebody in their work with families: one shape for what every room has to say."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from maarag.kernel.access.models import Account
from maarag.ui.tables import Status

from .models import Family


@dataclass(frozen=True)
class Waiting:
    """One thing to do: `what` in the reader's language, where, for which family, until when.

    `since`: the day it was written down, where that matters.
    """

    kind: str
    what: Any
    url: str
    family: Family | None
    due: date | None
    status: Status
    since: date | None = None


_sources: dict[str, Callable[[Account], Iterable[Waiting]]] = {}


def register(code: str, source: Callable[[Account], Iterable[Waiting]]) -> None:
    """Add a room's list of what waits for an account."""
    _sources[code] = source


def waiting_of(account: Account) -> list[Waiting]:
    """Everything that waits for the account, most urgent first, what has no day last."""
    found = [item for source in _sources.values() for item in source(account)]
    return sorted(found, key=lambda item: (item.due is None, item.due or date.max, item.kind, str(item.what)))
