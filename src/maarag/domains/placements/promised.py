"""Places that boards promise: decided for a family, and not carried out yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from uuid import UUID

from maarag.domains.baskets.models import BasketStatus
from maarag.domains.baskets.promised import register
from maarag.domains.families.models import Family, FamilyStatus
from maarag.domains.programmes.models import Quota
from maarag.kernel.matches.models import RunState
from maarag.kernel.matches.rows import Verdict

from .models import Proposal


def promised(authority: int, family: UUID) -> Mapping[int, int]:
    """Quota → how many of its places boards promise to other families than this one, which have none yet.

    Of several decisions about a family the last one counts.
    """
    rows = Proposal.objects.filter(
        authority=authority, run__state=RunState.DONE, family__status=FamilyStatus.OPEN
    )
    rows = rows.exclude(verdict=Verdict.PENDING).exclude(family=family)
    rows = rows.exclude(family__baskets__status=BasketStatus.OPEN).order_by("decided_at", "pk")
    last = {
        one: (quota, carried) for one, quota, carried in rows.values_list("family", "quota", "carried_at")
    }
    return Counter(quota for quota, carried in last.values() if quota is not None and carried is None)


def promised_to_others(quota: Quota, family: Family) -> int:
    """How many places of the quota boards promise to other families."""
    return promised(quota.authority_id, family.pk).get(quota.pk, 0)


def register_all() -> None:
    """Called once, when the app is ready."""
    register(promised_to_others)
