"""Who sees which runs and proposals."""

from __future__ import annotations

from django.db.models import Prefetch, Q, QuerySet

from maarag.domains.families.scope import authorities_with, visible_to
from maarag.domains.programmes.models import Quota
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, permits, places_permitted
from maarag.kernel.matches.models import Run, RunState

from .filing import KIND
from .models import Alternative, Proposal, Waiting


def runs_of(viewer: Viewer) -> QuerySet[Run]:
    """The runs for the viewer's places, and those of a district or the nation that reached their department,
    newest first.
    """
    own = places_permitted(viewer, Permission.RUN_PLACEMENTS)
    departments = list(authorities_with(viewer, Permission.DECIDE_PLACEMENTS).values_list("pk", flat=True))
    wanted = Q(place__in=own)
    if departments:
        wanted |= Q(authorities__overlap=departments, state=RunState.DONE)
    rows = Run.objects.filter(wanted, kind=KIND).defer("totals")
    return rows.select_related("place", "asked_by").order_by("-asked_at")


def sees_names(viewer: Viewer, run: Run) -> bool:
    """Whether the viewer decides for some department that the run reached."""
    return authorities_with(viewer, Permission.DECIDE_PLACEMENTS).filter(pk__in=run.authorities).exists()


def sees_exact(viewer: Viewer, run: Run) -> bool:
    """Whether the run's figures are all of departments whose small counts the viewer may see."""
    return permits(viewer, Permission.DECIDE_PLACEMENTS, place=run.place)


def proposals_of(viewer: Viewer, run: Run) -> QuerySet[Proposal]:
    """The run's proposals in the departments for which the viewer decides."""
    departments = authorities_with(viewer, Permission.DECIDE_PLACEMENTS)
    return _with_rows(Proposal.objects.filter(run=run, authority__in=departments).order_by("rank"))


def proposals_for(viewer: Viewer) -> QuerySet[Proposal]:
    """The proposals for families whose files the viewer reads."""
    return _with_rows(Proposal.objects.filter(family__in=visible_to(viewer).values("pk")))


def waitings_of(viewer: Viewer) -> QuerySet[Waiting]:
    """Who waits, among the families whose files the viewer reads."""
    rows = Waiting.objects.filter(family__in=visible_to(viewer).values("pk"))
    return rows.select_related("programme").prefetch_related(
        "family__authority", "family__neighbourhood", "family__worker", "asked_by", "ended_by"
    )


def alternatives_of(viewer: Viewer) -> QuerySet[Alternative]:
    """Alternatives to leaving home, of the families whose files the viewer reads."""
    rows = Alternative.objects.filter(family__in=visible_to(viewer).values("pk"))
    return rows.select_related("response").prefetch_related(
        "family__authority",
        "family__neighbourhood",
        "member",
        "options__method",
        "options__programme",
        "opened_by",
        "decided_by",
    )


def _with_rows(rows: QuerySet[Proposal]) -> QuerySet[Proposal]:
    return rows.select_related("family").prefetch_related(
        "family__authority",
        "family__neighbourhood",
        "family__worker",
        Prefetch("quota", Quota.objects.told_apart()),
        Prefetch("proposed", Quota.objects.told_apart()),
        "method",
        "worker",
        "decided_by",
    )
