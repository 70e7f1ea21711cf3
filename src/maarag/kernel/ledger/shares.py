"""How much of a part of several funders has come to a stage: the same as PostgreSQL's `ledger_shares`.

Written a second time, apart from it, for whoever verifies what was posted.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction


def shares_reached(parts: Sequence[int], reached: int) -> list[int]:
    """Agorot of each part when `reached` of all have come to a stage (0 ≤ reached ≤ sum of the parts).

    Webster's method: the agorot are given one by one, each to the part whose share of it is greatest. No part
    falls while `reached` grows, and the whole gives exactly `parts`.
    """
    whole = sum(parts)
    if not 0 <= reached <= whole:
        raise ValueError(f"{reached} of {whole}")
    if reached == whole:
        return list(parts)
    found = [(2 * part * reached + whole) // (2 * whole) for part in parts]
    while (rest := reached - sum(found)) > 0:
        found[max(range(len(parts)), key=lambda at: (Fraction(parts[at], 2 * found[at] + 1), -at))] += 1
    while rest < 0:
        held = [at for at in range(len(parts)) if found[at]]
        found[min(held, key=lambda at: (Fraction(parts[at], 2 * found[at] - 1), -at))] -= 1
        rest += 1
    return found
