"""What the ledger may tell of purses of budgets to those above: the one decision about sums is asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from maarag.kernel.ledger import above
from maarag.kernel.ledger.models import GIVEN, Posting, PotKind

from .hidden import Pots, decided
from .models import Allotment, FunderShare
from .statement import STAGES


def purses_behind(pots: Sequence[int]) -> dict[int, Pots]:
    """From which purses the money of each pot was spent: its own where it was given on to an authority, and
    all of a part of a budget where a funder bears that part.
    """
    found = {
        pot: frozenset({pot})
        for pot in Allotment.objects.filter(pot__in=pots).values_list("pot_id", flat=True)
    }
    shares = FunderShare.objects.filter(pot__in=pots).values_list("pot_id", "budget_id", "part")
    borne = list(shares)
    parts: dict[tuple[int, str], set[int]] = defaultdict(set)
    lines = Allotment.objects.filter(line__budget__in={budget for _pot, budget, _part in borne})
    for budget, part, pot in lines.values_list("line__budget_id", "line__part", "pot_id"):
        parts[budget, part].add(pot)
    return found | {pot: frozenset(parts[budget, part]) for pot, budget, part in borne}


def tellable(pots: Sequence[int]) -> Mapping[int, Sequence[str]]:
    """Which sums may be told from above. Of a pot without such purses, as a line that gave its money on, all:
    unless a spending drew from it, behind which nobody counts the families.
    """
    behind = {pot: purses for pot, purses in purses_behind(pots).items() if purses}
    others = [pot for pot in pots if pot not in behind]
    spent = Posting.objects.filter(account__pot__in=others).exclude(kind__in=GIVEN)
    drawn = set(spent.order_by().values_list("account__pot", flat=True))
    found: dict[int, Sequence[str]] = {pot: () if pot in drawn else STAGES for pot in others}
    if behind:
        hidden = decided()
        for pot, purses in behind.items():
            found[pot] = [stage for stage in STAGES if not hidden.of(purses, stage)]
    return found


def register_all() -> None:
    """Called once, when the app is ready."""
    for kind in (PotKind.SHARE, PotKind.LINE, PotKind.QUOTA):
        above.register(kind, tellable)
