"""Reading goals and plans of one file, which the caller has found the viewer may read."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from maarag.domains.families.models import Family

from ..models import Circumstance, Goal, Plan, PlanItem


def _items() -> Prefetch[str, QuerySet[PlanItem], str]:
    rows = PlanItem.objects.select_related("response", "service", "goal").order_by("position")
    return Prefetch("items", rows)


def goals_of(family: Family) -> list[Goal]:
    """The goals in their order."""
    return list(Goal.objects.filter(family=family).order_by("position", "written_at"))


def agreed_versions(family: Family) -> QuerySet[Plan]:
    """The versions that were agreed, newest first, with their items."""
    found = Plan.objects.filter(family=family).exclude(agreed_on=None)
    return (
        found.select_related("agreed_with")
        .prefetch_related(_items())
        .order_by("-agreed_on", "-number", "-written_at")
    )


def version_in_force(family: Family) -> Plan | None:
    """The plan that the family and the worker agreed on last."""
    return agreed_versions(family).first()


def draft_of(family: Family) -> Plan | None:
    """The version that is being worked on, with its items."""
    return Plan.objects.filter(family=family, agreed_on=None).prefetch_related(_items()).first()


def circumstances_of(family: Family) -> list[Circumstance]:
    """Situations and strengths: those that hold first, then those that ended."""
    rows = Circumstance.objects.filter(family=family).select_related("term", "written_by", "ended_by")
    return sorted(rows, key=lambda row: (row.ended_on is not None, row.kind, -row.said_on.toordinal()))
