"""What was decided of a run's families on other boards, and the run has not read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, Q

from maarag.domains.programmes.models import Quota
from maarag.kernel.matches.models import Run, RunState
from maarag.kernel.matches.rows import Verdict

from .models import Proposal


def elsewhere(run: Run, families: Iterable[UUID] | None = None) -> dict[UUID, Proposal]:
    """Family → the last decision on another board that is not carried out, where it is later than what the
    run's own board says of the family; of these families, or of all in the scope in force.
    """
    began = run.started_at or run.asked_at
    rows = Proposal.objects.filter(run__kind=run.kind, run__state=RunState.DONE, carried_at=None)
    # by their time those of the run that this one follows are not told: one may be written while it reads
    rows = rows.filter(Q(decided_at__gt=began) | Q(run=run.based_on_id))
    rows = rows.exclude(run=run).exclude(verdict=Verdict.PENDING)
    if families is not None:
        rows = rows.filter(family__in=list(families))
    places = Prefetch("quota", Quota.objects.told_apart())
    others = list(rows.select_related("run", "method").prefetch_related(places).order_by("decided_at"))
    known = Proposal.objects.filter(run=run, family__in={one.family_id for one in others})
    of = {row.family_id: row for row in known.defer("reason")}
    return {one.family_id: one for one in others if _is_news(run, of.get(one.family_id), one)}


def _is_news(run: Run, row: Proposal | None, other: Proposal) -> bool:
    assert other.decided_at is not None
    if row is not None and row.decided_at is not None:
        stands = (row.quota_id, row.method_id) == (other.quota_id, other.method_id)
        return other.decided_at > row.decided_at and not stands
    if row is not None and (read := row.explanation.get("read")):
        return other.decided_at > datetime.fromisoformat(read)
    follows = other.run_id == run.based_on_id and bool(run.settings.get("keep"))
    return (follows and row is not None) or other.decided_at > (run.started_at or run.asked_at)
