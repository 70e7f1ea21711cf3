"""What the books tell whoever does not see the exact counts behind a pot: rooms that count families decide.

Money that is granted, and moved from one pot to another, is public: told entry by entry. What families'
spendings moved is told as one sum for each stage, without days and without how many they were, where the room
that answers for such pots lets it; of a kind for which nobody answers it is hidden.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date

from maarag.engines.indicators import THRESHOLD
from maarag.kernel.access.scope import Viewer
from maarag.values import Money, Suppressed

from .models import Pot
from .queries import BALANCES, Balance, Statement, balances, given, statement
from .scope import known_to

HIDDEN = Suppressed(THRESHOLD, primary=False)
"""In place of a balance from which a handful of families could be told."""

Told = Mapping[str, Money | Suppressed]
"""By the names of BALANCES where the money of a pot stands."""
Deciding = Callable[[Sequence[int]], Mapping[int, Collection[str]]]
"""Given ids of pots: which balances of each may be told."""

_deciding: dict[str, Deciding] = {}


def register(kind: str, deciding: Deciding) -> None:
    """Answer for the pots of a kind."""
    _deciding[kind] = deciding


def tellable(pots: Collection[Pot]) -> dict[int, frozenset[str]]:
    """Which balances of each pot may be told to whoever does not see the exact counts behind it."""
    of_kind: dict[str, list[int]] = defaultdict(list)
    for pot in pots:
        of_kind[pot.kind].append(pot.pk)
    found = {pot.pk: frozenset({"granted"}) for pot in pots}
    for kind, ids in of_kind.items():
        if kind in _deciding:
            for pk, names in _deciding[kind](ids).items():
                found[pk] |= frozenset(names)
    return found


def standing(viewer: Viewer, pots: Collection[Pot]) -> dict[int, Told]:
    """Where the money of the pots stands, as the viewer may know it."""
    known, exact = balances(pots), known_to(viewer)
    open_to_all = tellable([pot for pot in pots if pot.authority_id not in exact])
    found: dict[int, Told] = {}
    for pot in pots:
        amounts = known.get(pot.pk, Balance()).amounts()
        names = open_to_all.get(pot.pk, BALANCES)
        found[pot.pk] = {name: amount if name in names else HIDDEN for name, amount in amounts.items()}
    return found


def statement_for(
    viewer: Viewer, pot: Pot, *, since: date | None = None, until: date | None = None
) -> Statement:
    """The statement of a pot, as the viewer may know it."""
    told = statement if pot.authority_id in known_to(viewer) else given
    return told(pot, since=since, until=until)
