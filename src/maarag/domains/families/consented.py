"""What bodies see of a family because it consented: every room says what it has, and how that is ended.

A consent that is withdrawn ends it (casework), whatever room it is in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from maarag.kernel.access.models import Account

from .models import Family


@dataclass(frozen=True)
class Consented:
    """One thing that a body sees, or will see, by consent: `what` in the reader's language, until when.

    `consent`: the one that it names; None where it says only that the family consented.
    """

    room: str
    pk: UUID
    what: Any
    until: date | None
    consent: UUID | None = None

    @property
    def key(self) -> str:
        """Tells it from everything else of the family."""
        return f"{self.room}:{self.pk}"


Listing = Callable[[Family], Iterable[Consented]]
Ending = Callable[[Account, UUID, str], Any]
"""(by, key of the row, who withdrew and what was said): ends it, for whoever may write the file."""

_rooms: dict[str, tuple[Listing, Ending]] = {}


def register(room: str, listing: Listing, ending: Ending) -> None:
    """Add what a room shows of a family by its consent: "families.share", …"""
    _rooms[room] = (listing, ending)


def rooms() -> frozenset[str]:
    """The names under which rooms have registered."""
    return frozenset(_rooms)


def resting_on(family: Family, consent: UUID) -> list[Consented]:
    """What rests on a consent of the family, or may rest on it; not what names another one."""
    found = [each for listing, _ending in _rooms.values() for each in listing(family)]
    return [each for each in found if each.consent in (None, consent)]


def end(each: Consented, *, by: Account, words: str) -> None:
    """The body stops seeing it with this transaction."""
    _rooms[each.room][1](by, each.pk, words)
