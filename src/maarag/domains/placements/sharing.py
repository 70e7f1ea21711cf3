"""Families of a programme shared out to the workers of its team."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from .seats import Teammate


@dataclass(frozen=True)
class ToShare:
    """A family that goes to some worker: what it weighs, and the languages that it speaks, if written."""

    family: UUID
    weight: float
    languages: frozenset[str] = frozenset()


def share_out(team: Sequence[Teammate], families: Sequence[ToShare]) -> dict[UUID, int]:
    """Family → account: who speaks the family's language first, then who is least loaded for what they may
    carry; the heaviest families are given first. Nobody goes past their room while another has some.
    """
    if not team:
        return {}
    load = {one.account: one.carried for one in team}
    given: dict[UUID, int] = {}
    for family in sorted(families, key=lambda one: (-one.weight, str(one.family))):

        def worse(one: Teammate, family: ToShare = family) -> tuple[bool, bool, float, int]:
            after = load[one.account] + family.weight
            speaks = not family.languages or bool(family.languages & one.languages)
            return (after > one.most + 1e-9, not speaks, after / max(one.most, 1e-9), one.account)

        best = min(team, key=worse)
        load[best.account] += family.weight
        given[family.family] = best.account
    return given
