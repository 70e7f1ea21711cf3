"""Leaving home, as it is considered in many authorities at once: numbers for desks, no family among them.

A family counts once a year, by what was considered for it last; what stood in the way and what spoke for the
community is of all alternatives that were written for it in the year.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from maarag.database.rows import RowScope, visible

from ..models import Alternative, AlternativeOption, Choice

WORDS = ("words", 0)
"""An alternative that was described in words alone."""


@dataclass(frozen=True)
class Offered:
    """An alternative in the community, as codes. `kind`: "programme" or "method" with its id, or WORDS."""

    kind: tuple[str, int]
    barriers: tuple[str, ...]
    incentives: tuple[str, ...]


@dataclass(frozen=True)
class Considered:
    """A family for which leaving home was considered. `family` is a running number within one answer.

    `response`: id of the term considered last; `choice`: of Choice; `days` until the decision, or so far;
    `costs`: agorot a year out of home and of the alternative that was chosen, where the community was decided
    for and both are known.
    """

    authority: int
    family: int
    response: int
    choice: str
    days: int
    costs: tuple[int, int] | None
    offered: tuple[Offered, ...]

    @property
    def is_decided(self) -> bool:
        return self.choice != Choice.OPEN


def years_considered(authorities: Collection[int]) -> list[int]:
    """The years in which it was considered anywhere in these authorities, newest first; one query."""
    with visible(RowScope(authorities=frozenset(authorities))):
        days = (
            Alternative.objects.filter(authority__in=list(authorities)).order_by().dates("opened_on", "year")
        )
        return sorted({day.year for day in days}, reverse=True)


def considered(authorities: Collection[int], year: int) -> list[Considered]:
    """All families of these authorities for which it was considered in the year; two queries."""
    among = {"authority__in": list(authorities)}
    today = timezone.localdate()
    with visible(RowScope(authorities=frozenset(authorities))):
        names = (
            "family_id", "authority_id", "response_id", "choice", "opened_on", "decided_on",
            "yearly_agorot", "chosen__yearly_agorot",
        )  # fmt: skip
        rows = Alternative.objects.filter(opened_on__year=year, **among).order_by("opened_on", "pk")
        newest = {row[0]: row for row in rows.values_list(*names)}
        options = AlternativeOption.objects.filter(alternative__opened_on__year=year, **among)
        fields = ("family_id", "programme_id", "method_id", "barriers", "incentives")
        offered: dict[UUID, list[Offered]] = defaultdict(list)
        for family, programme, method, barriers, incentives in options.order_by("pk").values_list(*fields):
            kind = ("programme", programme) if programme else ("method", method) if method else WORDS
            offered[family].append(Offered(kind, tuple(barriers), tuple(incentives)))
    found = []
    for number, (family, row) in enumerate(sorted(newest.items())):
        _family, authority, response, choice, opened, decided, out, instead = row
        known = choice == Choice.COMMUNITY and out is not None and instead is not None
        days = max(0, ((decided or today) - opened).days)
        costs = (out, instead) if known else None
        found.append(
            Considered(authority, number, response, choice, days, costs, tuple(offered.get(family, ())))
        )
    return found


__all__ = ["WORDS", "Considered", "Offered", "considered", "years_considered"]
