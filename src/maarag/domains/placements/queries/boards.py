"""The review board of a run: its proposals, what became out of date, and how each place fills."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.utils import timezone

from maarag.domains.baskets.models import Basket, BasketStatus
from maarag.domains.families.models import FamilyStatus
from maarag.domains.families.scope import authorities_with
from maarag.domains.programmes.models import Method, Quota
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer
from maarag.kernel.matches.models import OPEN_STATES, Run, RunState
from maarag.kernel.matches.queries import cut_off
from maarag.kernel.matches.rows import Verdict
from maarag.ui.figures import name_in_language

from ..actions.decisions import DECIDED
from ..elsewhere import elsewhere
from ..models import Proposal
from ..scope import proposals_of
from .figures import limits_in

MOST_NEWER = 10
"""Among so many, one that was not cut off is looked for."""


@dataclass(frozen=True)
class BoardLine:
    """A proposal; `stale`: "" or why it no longer holds (closed, placed, programme_closed,
    place_gone, place_taken); `elsewhere`: what was decided of the family on another board since.
    """

    proposal: Proposal
    stale: str
    elsewhere: Proposal | None = None

    @property
    def is_open(self) -> bool:
        """Whether it waits for a decision, and one may be taken on it as it stands."""
        return self.proposal.verdict == Verdict.PENDING and not self.stale and self.elsewhere is None


@dataclass(frozen=True)
class PlaceLine:
    """A quota on the board: how many of its families are taken, decided and only proposed in this run.

    `price`: points of fit that one more place would bring (0: it does not bind). `at_start`: places that were
    left when the run was made.
    """

    quota: Quota
    taken: int
    decided: int
    proposed: int
    carried: int
    at_start: int
    price: float

    @property
    def left(self) -> int:
        """Places left when all that stands on the board is carried out; below zero: too many."""
        return self.quota.families - self.taken - self.decided - self.proposed


@dataclass(frozen=True)
class MethodLine:
    """A method on the board of a department with one toolbox: families by what was decided so far."""

    method: Method
    decided: int
    proposed: int
    carried: int

    @property
    def name(self) -> str:
        return name_in_language(self.method)

    @property
    def families(self) -> int:
        return self.decided + self.proposed + self.carried


@dataclass(frozen=True)
class WorkerLine:
    """How many families of the board would go to a worker, and what they weigh."""

    account: Account
    quota: Quota
    families: int
    weight: float


@dataclass(frozen=True)
class Board:
    """The board as one viewer sees it: only departments for which they decide.

    `verdicts`: how many proposals by decision. `stale`: how many no longer hold. `newer`: a later run of the
    same department, done or not yet. `methods`: where methods were chosen. `passed`: limits that decisions
    which stayed pass by themselves, as in the run's totals; `lost`: how many could not stay.
    """

    run: Run
    lines: tuple[BoardLine, ...]
    places: tuple[PlaceLine, ...]
    workers: tuple[WorkerLine, ...]
    verdicts: dict[str, int]
    newer: Run | None
    methods: tuple[MethodLine, ...] = ()
    passed: tuple[dict[str, Any], ...] = ()
    lost: int = 0

    @property
    def by_method(self) -> bool:
        """Whether methods are chosen for some of the families."""
        return any(line.proposal.works_by_method for line in self.lines)

    @property
    def stale(self) -> int:
        return sum(bool(line.stale) for line in self.lines)

    @property
    def elsewhere(self) -> int:
        return sum(line.elsewhere is not None for line in self.lines)

    @property
    def to_carry_out(self) -> int:
        """Decisions on a place that wait to be carried out."""
        return sum(
            line.proposal.verdict in DECIDED
            and line.proposal.quota_id is not None
            and not line.proposal.is_carried_out
            for line in self.lines
        )


def _passed(run: Run, departments: list[int]) -> list[dict[str, Any]]:
    """Of a wider run those of the departments alone: a funder's money is everybody's."""
    found = run.totals.get("passed", [])
    return list(found) if set(run.authorities) <= set(departments) else limits_in(found, run, departments)


def board(viewer: Viewer, run: Run) -> Board:
    """Everything that the review of a run shows."""
    rows = list(proposals_of(viewer, run))
    stale = stale_codes(rows)
    others = elsewhere(run, [row.family_id for row in rows if not row.is_carried_out])
    departments = list(authorities_with(viewer, Permission.DECIDE_PLACEMENTS).values_list("pk", flat=True))
    seats = [row for row in run.totals.get("seats", ()) if row[2] in departments]
    return Board(
        run=run,
        lines=tuple(BoardLine(row, stale.get(row.pk, ""), others.get(row.family_id)) for row in rows),
        places=tuple(_places(run, rows, seats)),
        workers=tuple(_workers(rows)),
        verdicts=dict(Counter(row.verdict for row in rows)),
        newer=_newer(run, departments),
        methods=tuple(_methods(rows)),
        passed=tuple(_passed(run, departments)),
        lost=sum(run.totals.get("lost", {}).get(str(pk), 0) for pk in departments),
    )


def _newer(run: Run, departments: list[int]) -> Run | None:
    rows = Run.objects.filter(
        kind=run.kind,
        state__in=(RunState.DONE, *OPEN_STATES),
        asked_at__gt=run.asked_at,
        authorities__overlap=departments,
    )
    found = list(rows.defer("totals").order_by("-asked_at")[:MOST_NEWER])
    broken = cut_off(found)
    return next((one for one in found if one.pk not in broken), None)


def stale_codes(rows: Sequence[Proposal]) -> dict[UUID, str]:
    """Proposal → why it no longer holds; only of those that were not carried out."""
    waiting = [row for row in rows if not row.is_carried_out]
    families = [row.family_id for row in waiting]
    placed = set(
        Basket.objects.filter(family__in=families, status=BasketStatus.OPEN).values_list(
            "family_id", flat=True
        )
    )
    quotas = {row.quota_id for row in waiting if row.quota_id is not None}
    today = timezone.localdate()
    running = Quota.objects.filter(pk__in=quotas, starts__lte=today, ends__gte=today, families__gt=0)
    sizes = dict(running.values_list("pk", "families"))
    shut = set(Quota.objects.filter(pk__in=quotas, programme__is_active=False).values_list("pk", flat=True))
    taken = _taken(quotas)
    found = {}
    for row in waiting:
        if row.family.status != FamilyStatus.OPEN:
            found[row.pk] = "closed"
        elif row.family_id in placed:
            found[row.pk] = "placed"
        elif row.quota_id in shut:
            found[row.pk] = "programme_closed"
        elif row.quota_id is not None and row.quota_id not in sizes:
            found[row.pk] = "place_gone"
        elif row.quota_id is not None and taken.get(row.quota_id, 0) >= sizes[row.quota_id]:
            found[row.pk] = "place_taken"
    return found


def _taken(quotas: Iterable[int]) -> dict[int, int]:
    rows = Basket.objects.filter(quota__in=list(quotas), status=BasketStatus.OPEN).order_by()
    return dict(rows.values_list("quota_id").annotate(n=Count("pk")))


def _places(run: Run, rows: Sequence[Proposal], seats: Sequence[Any]) -> list[PlaceLine]:
    at_start = {row[0]: row[3] for row in seats}
    wanted = set(at_start) | {row.quota_id for row in rows if row.quota_id is not None}
    quotas = Quota.objects.told_apart().select_related("authority").in_bulk(wanted)
    taken = _taken(wanted)
    prices = run.totals.get("prices", {}).get("place", {})
    counted: Counter[tuple[int, str]] = Counter()
    for row in rows:
        if row.quota_id is not None:
            counted[row.quota_id, _stage(row)] += 1
    lines = [
        PlaceLine(
            quota=quota,
            taken=taken.get(pk, 0),
            decided=counted[pk, "decided"],
            proposed=counted[pk, "proposed"],
            carried=counted[pk, "carried"],
            at_start=at_start.get(pk, 0),
            price=float(prices.get(str(pk), 0.0)),
        )
        for pk, quota in quotas.items()
    ]
    by_day = sorted(lines, key=lambda line: (line.quota.starts, line.quota.pk))
    return sorted(by_day, key=lambda line: (line.quota.programme.name_he, line.quota.authority.name_he))


def _methods(rows: Sequence[Proposal]) -> list[MethodLine]:
    found: dict[Method, Counter[str]] = {}
    for row in rows:
        if row.works_by_method and row.method is not None:
            found.setdefault(row.method, Counter())[_stage(row)] += 1
    lines = [MethodLine(method, n["decided"], n["proposed"], n["carried"]) for method, n in found.items()]
    return sorted(lines, key=lambda line: (-line.families, line.name))


def _stage(row: Proposal) -> str:
    if row.is_carried_out:
        return "carried"
    return "proposed" if row.verdict == Verdict.PENDING else "decided"


def _workers(rows: Sequence[Proposal]) -> list[WorkerLine]:
    found: dict[tuple[int, int, int], list[Proposal]] = {}
    for row in rows:
        if row.worker_id is not None and row.quota is not None:
            key = row.worker_id, row.quota.programme_id, row.authority_id
            found.setdefault(key, []).append(row)
    lines = [
        WorkerLine(
            given[0].worker,
            given[0].quota,
            len(given),
            sum(float(row.explanation.get("weight", 1.0)) for row in given),
        )
        for given in found.values()
    ]
    return sorted(lines, key=lambda line: (line.quota.programme.name_he, line.account.name))
