"""A programme's team, and families shared out to its workers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID


@dataclass(frozen=True)
class Teammate:
    """A worker of a programme in an authority: how much they may carry and carry now, in usual families.

    `languages`: codes of terms, read from the families that they work with; Hebrew always. `families`: how
    many families of their own they carry.
    """

    account: int
    most: float
    carried: float
    languages: frozenset[str] = frozenset()
    families: int = 0

    @property
    def room(self) -> float:
        return max(0.0, self.most - self.carried)


@dataclass(frozen=True)
class Team:
    """The workers of a programme in an authority, each with their own families, and what the families beside
    them weigh: those that have a place there and whose worker is nobody of the team.
    """

    people: tuple[Teammate, ...]
    beside: tuple[float, ...] = ()

    @property
    def most(self) -> float:
        return sum(one.most for one in self.people)

    @property
    def families(self) -> int:
        return len(self.beside) + sum(one.families for one in self.people)

    @property
    def carried(self) -> float:
        """What all of its families weigh."""
        return sum(self.beside) + sum(one.carried for one in self.people)


@dataclass(frozen=True)
class ToShare:
    """A family that goes to some worker: what it weighs, and the languages that it speaks, if written."""

    family: UUID
    weight: float
    languages: frozenset[str] = frozenset()


def charged(team: Team) -> list[Teammate]:
    """Its people with the families beside them charged to their room, which shrinks by all that these weigh.

    Each to who has most room, the heaviest first; what does not fit there, to the next. Where no room is
    left, it is added to who is least loaded for what they may carry.
    """
    people = list(team.people)
    for weight in sorted(team.beside, reverse=True):
        left = weight
        while people and left > 0:
            at = min(
                range(len(people)),
                key=lambda i: (-people[i].room, people[i].carried / max(people[i].most, 1e-9), i),
            )
            one = people[at]
            part = min(left, one.room) if one.room > 0 else left
            people[at] = replace(one, carried=one.carried + part)
            left -= part
    return people


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
