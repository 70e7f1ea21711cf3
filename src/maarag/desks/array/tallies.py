"""The numbers behind the desks, of many authorities at once: places, waiting, first responses, endings.

This is the one module that looks at all authorities' rows at once; numbers alone leave it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Min
from django.utils import timezone

from maarag.database.rows import RowScope, visible
from maarag.domains.baskets.models import Basket, BasketStatus, Delivered, Delivery
from maarag.domains.casework.models import Outcome
from maarag.domains.families.models import Family, FamilyStatus
from maarag.domains.placements.models import Proposal
from maarag.domains.placements.queries.waiting import waiting_counts
from maarag.domains.placements.seats import teams_alone
from maarag.domains.programmes.models import Quota
from maarag.domains.referrals.models import Referral

YEAR = timedelta(days=365)
"""First responses are of the families whose file was opened within it, endings of those that ended."""
TAKEN, WAITS = "taken", "waits"
ENDED, REACHED = "ended", "reached"


@dataclass(frozen=True)
class PlaceAtom:
    """The finest count of places: an authority's families in a programme by a method, or that wait for it.

    `method`: 0 where none was chosen; `state`: TAKEN or WAITS.
    """

    authority: int
    programme: int
    method: int
    state: str


@dataclass(frozen=True)
class EndAtom:
    """The finest count of endings: an authority's families of these programmes, with REACHED goals or not."""

    authority: int
    programmes: tuple[int, ...]
    state: str


@dataclass(frozen=True)
class Answer:
    """A family whose file was opened within the year, as far as it is counted: no name, no day.

    `days`: until the first response, or so far; `answered`: whether there was one.
    """

    authority: int
    programmes: tuple[int, ...]
    days: int
    answered: bool


@dataclass(frozen=True)
class TeamAtom:
    """A programme's team in an authority: where somebody is recorded as its worker on the day."""

    authority: int
    programme: int


@dataclass(frozen=True)
class TeamLoad:
    """The families with a place in a team's programme today, of any year's quota, each once.

    `most`: usual families that the workers may carry together; `quarters`: what the families weigh beyond one
    each, in quarters of a usual family. `older`: open baskets on quotas that were not asked for.
    """

    most: int
    families: int
    quarters: int
    older: int = 0

    @property
    def carried(self) -> float:
        """What the families weigh, in usual families."""
        return self.families + self.quarters / 4


@dataclass(frozen=True)
class Tallies:
    """All numbers of the authorities asked for."""

    places: Mapping[PlaceAtom, int]
    ends: Mapping[EndAtom, int]
    answers: tuple[Answer, ...]
    teams: Mapping[TeamAtom, TeamLoad] = field(default_factory=dict)


def tallies(authorities: Collection[int], quotas: Collection[int]) -> Tallies:
    """The numbers of these authorities; places are those of these quotas. As many queries for any number."""
    today = timezone.localdate()
    with visible(RowScope(authorities=frozenset(authorities))):
        programmes = _programmes(authorities)
        places, older = _places(authorities, quotas)
        return Tallies(
            places=places,
            ends=_ends(authorities, programmes, today),
            answers=tuple(_answers(authorities, programmes, today)),
            teams=_teams(authorities, older, today),
        )


Programmes = Mapping[UUID, tuple[tuple[int, ...], date]]
"""By family: the programmes it ever had a place in, and the first day it had one."""


def _programmes(authorities: Collection[int]) -> Programmes:
    found: dict[UUID, set[int]] = defaultdict(set)
    first: dict[UUID, date] = {}
    rows = Basket.objects.filter(authority__in=list(authorities)).order_by()
    for family, programme, day in rows.values_list("family_id", "quota__programme_id", "opened_on"):
        found[family].add(programme)
        first[family] = min(day, first.get(family, day))
    return {family: (tuple(sorted(one)), first[family]) for family, one in found.items()}


def _teams(
    authorities: Collection[int], older: Mapping[TeamAtom, int], today: date
) -> Mapping[TeamAtom, TeamLoad]:
    found = {}
    for (programme, authority), team in teams_alone(authorities, today).items():
        atom = TeamAtom(authority, programme)
        quarters = round(4 * (team.carried - team.families))
        found[atom] = TeamLoad(round(team.most), team.families, quarters, older.get(atom, 0))
    return found


def _places(
    authorities: Collection[int], quotas: Collection[int]
) -> tuple[Mapping[PlaceAtom, int], Mapping[TeamAtom, int]]:
    """Families with a place and those that wait; and open baskets on other quotas than these."""
    methods = dict(
        Proposal.objects.filter(
            authority__in=list(authorities), basket__status=BasketStatus.OPEN, method__isnull=False
        ).values_list("basket_id", "method_id")
    )
    found: Counter[PlaceAtom] = Counter()
    older: Counter[TeamAtom] = Counter()
    asked = frozenset(quotas)
    rows = Basket.objects.filter(authority__in=list(authorities), status=BasketStatus.OPEN).order_by()
    for pk, authority, quota, programme in rows.values_list(
        "pk", "authority_id", "quota_id", "quota__programme_id"
    ):
        if quota in asked:
            found[PlaceAtom(authority, programme, methods.get(pk, 0), TAKEN)] += 1
        else:
            older[TeamAtom(authority, programme)] += 1
    for (programme, authority), count in waiting_counts(authorities).items():
        found[PlaceAtom(authority, programme, 0, WAITS)] += count
    return dict(found), older


def _ends(authorities: Collection[int], programmes: Programmes, today: date) -> Mapping[EndAtom, int]:
    """Families whose file was closed within the year with goals; REACHED: all of them, wholly or partly."""
    rows = Outcome.objects.filter(
        authority__in=list(authorities), closed_on__gt=today - YEAR, goals__gt=0, family__status="closed"
    )
    newest: dict[UUID, tuple[int, bool]] = {}
    fields = ("family_id", "authority_id", "goals", "goals_reached", "goals_partly")
    for family, authority, goals, reached, partly in rows.order_by("closed_on", "pk").values_list(*fields):
        newest[family] = (authority, reached + partly >= goals)
    return dict(
        Counter(
            EndAtom(authority, programmes.get(family, ((), today))[0], REACHED if reached else ENDED)
            for family, (authority, reached) in newest.items()
        )
    )


def _answers(authorities: Collection[int], programmes: Programmes, today: date) -> Iterable[Answer]:
    """The first response: a place in a programme, a service that began, or what came of a basket."""
    among = {"authority__in": list(authorities)}
    since = today - YEAR
    files = Family.objects.filter(opened_on__gt=since, **among).exclude(status=FamilyStatus.MERGED)
    rows = list(files.order_by().values_list("pk", "authority_id", "opened_on", "closed_on"))
    begun = _first(
        Referral.objects.filter(family__opened_on__gt=since, started_at__isnull=False, **among)
        .order_by()
        .values_list("family_id")
        .annotate(first=Min("started_at"))
    )
    came = _first(
        Delivery.objects.filter(family__opened_on__gt=since, **among)
        .exclude(outcome=Delivered.NO)
        .order_by()
        .values_list("family_id")
        .annotate(first=Min("day"))
    )
    for family, authority, opened, closed in rows:
        mine, placed = programmes.get(family, ((), None))
        days = [day for day in (placed, begun.get(family), came.get(family)) if day is not None]
        until = min(days) if days else closed or today
        yield Answer(authority, mine, max(0, (until - opened).days), bool(days))


def _first(rows: Iterable[tuple[UUID, object]]) -> dict[UUID, date]:
    """Days by family, of days or of moments."""
    found = {}
    for family, moment in rows:
        found[family] = timezone.localdate(moment) if hasattr(moment, "hour") else moment  # type: ignore[arg-type]
    return found  # type: ignore[return-value]


@dataclass(frozen=True)
class Given:
    """A quota as the desks count it: places of an authority in a programme, with its purse. Public."""

    pk: int
    programme: int
    authority: int
    families: int
    pot: int
    year: int
    is_estimate: bool
    ends: date


def quotas_of(year: int | None = None) -> list[Given]:
    """The quotas that began in a year, or all of them; one query."""
    rows = Quota.objects.order_by("pk")
    if year is not None:
        rows = rows.filter(starts__year=year)
    fields = ("pk", "programme_id", "authority_id", "families", "pot_id", "starts", "is_estimate", "ends")
    return [
        Given(pk, programme, authority, families, pot, starts.year, is_estimate, ends)
        for pk, programme, authority, families, pot, starts, is_estimate, ends in rows.values_list(*fields)
    ]
