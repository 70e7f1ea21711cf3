"""Who of a place's team takes a family that comes there by a decision."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from django.utils import timezone

from maarag.domains.programmes.models import Quota

from ..gathering import candidates, weights_of
from ..models import Proposal
from ..seats import teams
from ..sharing import ToShare, share_out


def worker_for(row: Proposal, quota: Quota) -> int | None:
    """The worker, as a run would choose: by language and load, beside the other families of the same run.

    None where no worker of the programme is known in the authority.
    """
    day = timezone.localdate()
    team = teams([row.authority_id], day).get((quota.programme_id, row.authority_id), ())
    found = candidates(families=[row.family_id], day=day, without_place=False)
    if not team or not found:
        return None
    one = found[0]
    others = Proposal.objects.filter(
        run=row.run_id, authority=row.authority_id, quota__programme=quota.programme_id, carried_at=None
    ).exclude(pk=row.pk)
    beside = dict(others.values_list("family_id", "worker_id"))
    weights = weights_of(set(beside), day)
    given: dict[int, float] = defaultdict(float)
    for family, account in beside.items():
        given[account] += weights.get(family, 1.0)
    loaded = [replace(worker, carried=worker.carried + given[worker.account]) for worker in team]
    return share_out(loaded, [ToShare(one.family, one.weight, one.languages)])[one.family]
