"""What the rooms below ask of baskets: places taken, families behind money, and files that cannot be one.

They ask in anybody's name, so each count enters the scope of the authorities it is about.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from maarag.database.rows import RowScope, visible
from maarag.domains.families.models import Family
from maarag.domains.families.moving import refuse_when
from maarag.domains.funding import hidden
from maarag.domains.programmes import in_use
from maarag.domains.programmes.models import Quota
from maarag.ui.figures import name_in_language

from .models import Basket, BasketStatus, Request
from .reports_above import sums_published


def places_taken(quota: Quota) -> int:
    """How many open baskets take a place of the quota."""
    with visible(RowScope(authorities=frozenset({quota.authority_id}))):
        return Basket.objects.filter(quota=quota, status=BasketStatus.OPEN).count()


def families_behind(pots: Sequence[int]) -> Mapping[str, hidden.Held]:
    """By purses of quotas, the families that asked for anything and those with money at each stage now."""
    authorities = frozenset(Quota.objects.filter(pot__in=pots).values_list("authority_id", flat=True))
    at = {stage: Q(**{f"spending__{stage}__gt": 0}) for stage in (hidden.PLANNED, *hidden.USED_STAGES)}
    at[hidden.USED] = reduce(or_, (at[stage] for stage in hidden.USED_STAGES))
    at[hidden.ASKED] = Q(spending__isnull=False)
    counts = {f"n_{kind}": Count("pk", filter=condition) for kind, condition in at.items()}
    held: dict[str, dict[UUID, set[int]]] = {kind: defaultdict(set) for kind in at}
    with visible(RowScope(authorities=authorities)):
        rows = Request.objects.filter(basket__quota__pot__in=pots, spending__isnull=False).order_by()
        found = rows.values_list("family", "basket__quota__pot").annotate(**counts)
        for family, pot, *numbers in found.iterator():
            for kind, number in zip(at, numbers, strict=True):
                if number:
                    held[kind][family].add(pot)
    return {kind: Counter(map(frozenset, of.values())) for kind, of in held.items()}


def two_open_baskets(kept: Family, away: Family) -> Iterator[str]:
    """Why two files are not merged: one family has one open basket in a programme."""
    rows = Basket.objects.filter(family__in=[kept, away], status=BasketStatus.OPEN)
    programmes = [row.quota.programme for row in rows.select_related("quota__programme")]
    for programme in {one for one in programmes if programmes.count(one) > 1}:
        yield _("Both files have an open basket in %(programme)s: close one of the two first.") % {
            "programme": name_in_language(programme)
        }


def register_all() -> None:
    """Called once, when the app is ready."""
    in_use.register(places_taken)
    hidden.register(families_behind)
    hidden.register_sums(sums_published)
    refuse_when(two_open_baskets)
