"""Where decisions that are not carried out go beyond a funder's money or a worker's room."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.domains.baskets.funders import Funders, everywhere, name_of
from maarag.domains.funding.models import BudgetLine
from maarag.domains.programmes.models import Programme, Quota
from maarag.kernel.access.models import Account
from maarag.ui import figures
from maarag.ui.figures import name_in_language
from maarag.values import Money

from .gathering import weights_of
from .models import Proposal
from .seats import teams_alone
from .sharing import Team, charged

ZERO = Money(0)
CLOSE = 1e-9
"""Loads are sums of quarters."""


@dataclass(frozen=True)
class Coming:
    """A family that would come to a place, and to which worker of the programme's team, if to one."""

    family: UUID
    quota: Quota
    worker: int | None


@dataclass(frozen=True)
class FunderShort:
    """A funder that would bear more of the baskets than it has left; how much that is, is not said."""

    purse: int
    needs: int

    def in_words(self) -> str:
        return _("The funder %(funder)s would bear %(needs)s, and less is left.") % {
            "funder": name_of(self.purse),
            "needs": figures.money(Money(self.needs)),
        }


@dataclass(frozen=True)
class AboveRoom:
    """A worker of a programme's team who would carry more than they may, in usual families."""

    programme: int
    authority: int
    account: int
    carries: float
    most: float

    def has(self, quota: Quota | None, worker: int | None) -> bool:
        """Whether a family that comes to this place, and to this worker if to one, comes to this one."""
        team = quota is not None and (quota.programme_id, quota.authority_id)
        return team == (self.programme, self.authority) and worker in (None, self.account)

    def in_words(self) -> str:
        words = _("%(worker)s would carry %(load)s usual families in %(programme)s, above %(most)s.")
        return words % {
            "worker": Account.objects.get(pk=self.account).name,
            "programme": name_in_language(Programme.objects.get(pk=self.programme)),
            "load": figures.number(self.carries, 2 if self.carries % 1 else 0),
            "most": figures.number(self.most),
        }


@dataclass(frozen=True)
class Beyond:
    """What decisions would pass. Of funders it is refused when they are carried out, of workers asked why."""

    funders: tuple[FunderShort, ...] = ()
    workers: tuple[AboveRoom, ...] = ()

    def in_words(self) -> list[str]:
        return [one.in_words() for one in (*self.funders, *self.workers)]

    def more_than(self, other: Beyond) -> Beyond:
        """What of it is not passed, or less, without the change."""
        return Beyond(
            tuple(one for one in self.funders if one not in other.funders),
            tuple(one for one in self.workers if one not in other.workers),
        )


@dataclass(frozen=True)
class Reserves:
    """What funders have left and what teams carry now, read once for some places and families."""

    lines: Mapping[int, BudgetLine]
    funders: Funders
    teams: Mapping[tuple[int, int], Team]
    weights: Mapping[UUID, float]

    @classmethod
    def of(cls, places: Iterable[Quota], families: Collection[UUID], day: date) -> Reserves:
        quotas = list(places)
        lines = BudgetLine.objects.in_bulk({one.line_id for one in quotas})
        return cls(
            lines=lines,
            funders=everywhere(lines.values()),
            teams=teams_alone({one.authority_id for one in quotas}, day),
            weights=weights_of(families, day),
        )

    def beyond(self, coming: Sequence[Coming]) -> Beyond:
        """What these families together would pass."""
        return Beyond(tuple(self._short(coming)), tuple(self._above(coming)))

    def _short(self, coming: Sequence[Coming]) -> Iterable[FunderShort]:
        needs: dict[int, int] = defaultdict(int)
        for one in coming:
            line = self.lines[one.quota.line_id]
            for part in self.funders.bear(line, line.unit_cost or ZERO):
                needs[part.purse] += part.cost
        for purse, asked in sorted(needs.items()):
            if asked > max(0, self.funders.left[purse]):
                yield FunderShort(purse, asked)

    def _above(self, coming: Sequence[Coming]) -> Iterable[AboveRoom]:
        to_team: dict[tuple[int, int], list[Coming]] = defaultdict(list)
        for one in coming:
            to_team[one.quota.programme_id, one.quota.authority_id].append(one)
        for (programme, authority), families in sorted(to_team.items()):
            team = self.teams.get((programme, authority))
            if team is None:
                continue
            before = {mate.account: mate.carried for mate in charged(team)}
            for mate in charged(self._with(team, families)):
                if mate.carried > mate.most + CLOSE and mate.carried > before[mate.account] + CLOSE:
                    yield AboveRoom(programme, authority, mate.account, mate.carried, mate.most)

    def _with(self, team: Team, families: Sequence[Coming]) -> Team:
        """The team with these families too: each with its worker, or else beside all of them."""
        known = {one.account for one in team.people}
        more: dict[int | None, list[float]] = defaultdict(list)
        for one in families:
            more[one.worker if one.worker in known else None].append(self.weights[one.family])
        people = tuple(replace(one, carried=one.carried + sum(more[one.account])) for one in team.people)
        return Team(people, (*team.beside, *more[None]))


def coming_of(rows: Iterable[Proposal]) -> list[Coming]:
    """Who would come to a place when these proposals are carried out as they stand."""
    return [
        Coming(row.family_id, row.quota, row.worker_id)
        for row in rows
        if row.quota is not None and not row.is_carried_out
    ]


@dataclass(frozen=True)
class Standing:
    """What stands on a board and what is left beside it: so one sees what a change would pass before it."""

    coming: Sequence[Coming]
    reserves: Reserves
    now: Beyond

    @classmethod
    def of(cls, rows: Iterable[Proposal], places: Iterable[Quota], family: Collection[UUID]) -> Standing:
        """`places` and families beside those of the rows, to which and by which a change may be."""
        coming = coming_of(rows)
        quotas = [*(one.quota for one in coming), *places]
        families = {one.family for one in coming} | set(family)
        reserves = Reserves.of(quotas, families, timezone.localdate())
        return cls(coming, reserves, reserves.beyond(coming))

    def change(self, to: Mapping[UUID, tuple[Quota | None, int | None]]) -> Beyond:
        """What it would pass that is not passed now, where these families had these places and workers."""
        others = [one for one in self.coming if one.family not in to]
        given = [Coming(family, quota, worker) for family, (quota, worker) in to.items() if quota is not None]
        return self.reserves.beyond([*others, *given]).more_than(self.now)


def beyond(coming: Sequence[Coming]) -> Beyond:
    """What these families together would pass."""
    if not coming:
        return Beyond()
    families = {one.family for one in coming}
    return Reserves.of([one.quota for one in coming], families, timezone.localdate()).beyond(coming)
