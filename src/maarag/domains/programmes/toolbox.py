"""The toolbox of a department: its methods, whose they are, who works by them, and who pays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils import timezone

from maarag.domains.funding.models import FunderShare
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, places_permitted
from maarag.kernel.people.models import Organisation
from maarag.kernel.places.models import Place

from .in_use import places_taken
from .models import Method, Programme, ProgrammeMethod, ProgrammeWorker, Quota
from .queries import methods_in, quotas_in, workers_in
from .scope import authorities_staffed_by


@dataclass(frozen=True)
class Tool:
    """A method in one department.

    programmes: whose places pay for it. families: places of those programmes, of which `taken` have a family
    (None where the viewer is not told). most: families that the workers of those programmes carry at most.
    """

    method: Method
    programmes: tuple[Programme, ...]
    quotas: tuple[Quota, ...]
    workers: tuple[ProgrammeWorker, ...]
    funders: tuple[Organisation, ...]
    taken: int | None

    @property
    def families(self) -> int:
        return sum(quota.families for quota in self.quotas)

    @property
    def most(self) -> int:
        return sum(worker.most for worker in self.workers)

    @property
    def people(self) -> int:
        return len({worker.account_id for worker in self.workers})


@dataclass(frozen=True)
class Toolbox:
    """All methods of a department on a day; places and people are counted once."""

    tools: tuple[Tool, ...]
    quotas: tuple[Quota, ...]
    workers: tuple[ProgrammeWorker, ...]
    without_methods: tuple[Programme, ...]

    @property
    def families(self) -> int:
        return sum(quota.families for quota in self.quotas)

    @property
    def people(self) -> int:
        return len({worker.account_id for worker in self.workers})

    @property
    def shared(self) -> tuple[Tool, ...]:
        """The methods that several programmes work by: in the toolbox each stands once."""
        return tuple(tool for tool in self.tools if len(tool.programmes) > 1)


def toolbox_of(authority: Place, day: date, *, tells_taken: bool = False) -> Toolbox:
    """The toolbox that the department has, or would have, on this day; a dozen queries."""
    quotas = list(quotas_in(authority, day))
    workers = list(workers_in(authority, day))
    taken = {quota.pk: places_taken(quota) for quota in quotas} if tells_taken else {}
    by_programme: dict[int, list[Quota]] = defaultdict(list)
    for quota in quotas:
        by_programme[quota.programme_id].append(quota)
    programmes = {quota.programme_id: quota.programme for quota in quotas}
    used: dict[int, list[Programme]] = defaultdict(list)
    for row in ProgrammeMethod.objects.filter(programme__in=programmes):
        used[row.method_id].append(programmes[row.programme_id])
    funders = _funders(quotas)
    tools = []
    for method in methods_in(authority, day).order_by("name_he", "code"):
        its = sorted(used[method.pk], key=lambda programme: (programme.name_he, programme.code))
        places = [quota for programme in its for quota in by_programme[programme.pk]]
        keys = {programme.pk for programme in its}
        tools.append(
            Tool(
                method=method,
                programmes=tuple(its),
                quotas=tuple(places),
                workers=tuple(worker for worker in workers if worker.programme_id in keys),
                funders=_once(funder for quota in places for funder in funders[quota.line_id]),
                taken=sum(taken[quota.pk] for quota in places) if tells_taken else None,
            )
        )
    covered = {programme.pk for tool in tools for programme in tool.programmes}
    return Toolbox(
        tools=tuple(tools),
        quotas=tuple(quotas),
        workers=tuple(worker for worker in workers if worker.programme_id in programmes),
        without_methods=tuple(one for key, one in programmes.items() if key not in covered),
    )


@dataclass(frozen=True)
class Staffing:
    """Who works in a programme of one authority: how many, for how many families, beside its places."""

    authority: Place
    people: int
    most: int
    families: int
    may_change: bool


def staffing_of(programme: Programme, viewer: Viewer) -> list[Staffing]:
    """The staff of a programme in the authorities whose staff figures the viewer sees, today."""
    today = timezone.localdate()
    seen = places_permitted(viewer, Permission.VIEW_STAFF_FIGURES).values("pk")
    most: dict[int, list[int]] = defaultdict(list)
    rows = ProgrammeWorker.objects.filter(programme=programme, authority__in=seen, starts__lte=today)
    for authority, number in rows.filter(Q(ends=None) | Q(ends__gte=today)).values_list(
        "authority_id", "most"
    ):
        most[authority].append(number)
    running = Quota.objects.filter(
        programme=programme, authority__in=seen, starts__lte=today, ends__gte=today, families__gt=0
    )
    families = dict.fromkeys(most, 0)
    for authority, number in running.values_list("authority_id", "families"):
        families[authority] = families.get(authority, 0) + number
    changed = set(authorities_staffed_by(viewer).filter(pk__in=families).values_list("pk", flat=True))
    places = Place.objects.filter(pk__in=families).defer("outline").order_by("name_he", "code")
    return [
        Staffing(place, len(most[place.pk]), sum(most[place.pk]), families[place.pk], place.pk in changed)
        for place in places
    ]


def _funders(quotas: Sequence[Quota]) -> dict[int, list[Organisation]]:
    """Key of each quota's line → who bears its part of the budget."""
    wanted = {quota.line_id: (quota.line.budget_id, quota.line.part) for quota in quotas}
    shares: dict[tuple[int, str], list[Organisation]] = defaultdict(list)
    rows = FunderShare.objects.filter(budget__in={budget for budget, _part in wanted.values()})
    for share in rows.select_related("organisation").order_by("position", "pk"):
        shares[share.budget_id, share.part].append(share.organisation)
    return {line: shares[key] for line, key in wanted.items()}


def _once(found: Iterable[Organisation]) -> tuple[Organisation, ...]:
    return tuple({one.pk: one for one in found}.values())
