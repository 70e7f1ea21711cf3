"""Reading programmes and quotas: who has what, what of it is used, and from which purses a basket is paid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q, QuerySet, Sum
from django.urls import reverse

from maarag.domains.funding.models import BudgetLine
from maarag.domains.funding.queries import shares_of
from maarag.domains.funding.scope import visible_to as budgets_visible_to
from maarag.kernel.access.scope import Viewer
from maarag.kernel.ledger.models import Pot
from maarag.kernel.ledger.queries import Balance, balances
from maarag.kernel.places.models import Place

from .models import (
    Method,
    MethodSituation,
    Programme,
    ProgrammeLine,
    ProgrammeWorker,
    Quota,
    QuotaChange,
    ToolboxSwitch,
)


@dataclass(frozen=True)
class Purses:
    """From where a spending of a quota is drawn: wholly from `pots`, and from `shares` by weight."""

    pots: list[Pot]
    shares: list[tuple[Pot, int]]


def purses_of(quota: Quota) -> Purses:
    """The quota's own purse, and those of the funders of its line."""
    return Purses([quota.pot], shares_of(quota.line))


def quota_for(programme: Programme, authority: Place, day: date) -> Quota | None:
    """The authority's quota in the programme on this day, with places in it; the newest of several."""
    return (
        _quotas()
        .filter(programme=programme, authority=authority, starts__lte=day, ends__gte=day, families__gt=0)
        .order_by("-starts", "-pk")
        .first()
    )


def quotas_in(authority: Place, day: date | None = None) -> QuerySet[Quota]:
    """The quotas of an authority, in force on a day where one is given."""
    quotas = _quotas().filter(authority=authority, families__gt=0)
    return quotas if day is None else quotas.filter(starts__lte=day, ends__gte=day)


def quotas_of(lines: Iterable[BudgetLine]) -> QuerySet[Quota]:
    """Every quota that was ever given from these lines, by name of the authority."""
    return _quotas().filter(line__in=list(lines)).order_by("authority__name_he", "authority__code")


def _quotas() -> QuerySet[Quota]:
    return Quota.objects.select_related(
        "programme", "authority", "pot", "source", "line", "line__budget", "line__budget__place"
    )


def balances_of(quotas: Iterable[Quota]) -> dict[int, Balance]:
    """What stands where of each quota, by its key."""
    quotas = list(quotas)
    known = balances([quota.pot for quota in quotas])
    return {quota.pk: known[quota.pot_id] for quota in quotas}


def lines_of(programme: Programme, viewer: Viewer) -> list[BudgetLine]:
    """The lines that pay for the programme in the budgets that the viewer sees, the newest first."""
    budgets = budgets_visible_to(viewer)
    paid = (
        ProgrammeLine.objects.filter(programme=programme, line__budget__in=budgets)
        .select_related("line", "line__pot", "line__budget", "line__budget__place", "line__budget__source")
        .order_by("-line__budget__starts", "line__budget__name_he")
    )
    return [row.line for row in paid]


def places_left(line: BudgetLine) -> int | None:
    """Families of the line that no authority has been given yet; None where the line counts none."""
    if line.families is None:
        return None
    given = Quota.objects.filter(line=line).aggregate(sum=Sum("families"))["sum"] or 0
    return line.families - int(given)


def history_of(quota: Quota) -> QuerySet[QuotaChange]:
    """What decisions gave to the quota and took back, newest first."""
    return quota.changes.select_related("decision", "changed_by")


def pages_of_lines(lines: Sequence[BudgetLine]) -> dict[int, str]:
    """The page of the programme that each line pays for."""
    paid = ProgrammeLine.objects.filter(line__in=[line.pk for line in lines])
    codes = paid.values_list("line_id", "programme__code")
    return {line: reverse("programmes:detail", args=[code]) for line, code in codes}


def methods_of(programme: Programme) -> QuerySet[Method]:
    """The methods that the programme works by, those in use first."""
    methods = Method.objects.filter(in_programmes__programme=programme)
    return methods.prefetch_related(
        Prefetch("situations", MethodSituation.objects.select_related("term"))
    ).order_by("-is_active", "name_he", "code")


def workers_of(programme: Programme, authority: Place, day: date) -> QuerySet[ProgrammeWorker]:
    """Who works in the programme in this authority on a day, with how many families at most."""
    return workers_in(authority, day).filter(programme=programme)


def workers_in(authority: Place, day: date) -> QuerySet[ProgrammeWorker]:
    """Who works in programmes of this authority on a day."""
    rows = ProgrammeWorker.objects.filter(authority=authority, starts__lte=day)
    return (
        rows.filter(Q(ends=None) | Q(ends__gte=day))
        .select_related("account", "programme")
        .order_by("programme__name_he", "account__name", "pk")
    )


def switch_of(authority: Place, day: date) -> ToolboxSwitch | None:
    """By which decision the department works by one toolbox on this day, if it does."""
    rows = ToolboxSwitch.objects.filter(authority=authority, starts__lte=day)
    return rows.filter(Q(ends=None) | Q(ends__gte=day)).order_by("-starts").first()


def toolbox_authorities(day: date) -> set[int]:
    """Keys of the authorities whose departments work by one toolbox on this day."""
    rows = ToolboxSwitch.objects.filter(Q(ends=None) | Q(ends__gte=day), starts__lte=day)
    return set(rows.values_list("authority_id", flat=True))


def methods_in(authority: Place, day: date) -> QuerySet[Method]:
    """The methods of programmes in which the authority has places on this day."""
    programmes = quotas_in(authority, day).values("programme")
    return Method.objects.filter(is_active=True, in_programmes__programme__in=programmes).distinct()
