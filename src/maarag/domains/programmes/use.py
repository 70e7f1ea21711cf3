"""What is used of authorities' quotas, as a viewer may see it: staff figures, small numbers of
families hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from maarag.domains.funding.hidden import Hidden, decided
from maarag.domains.funding.statement import HIDDEN, STAGES, Amount
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, places_permitted
from maarag.values import Money

from .models import Quota
from .queries import balances_of


@dataclass(frozen=True)
class QuotaRow:
    """A quota with its money; `use` is None where the viewer is told nothing of it."""

    quota: Quota
    granted: Money
    use: dict[str, Amount] | None


def rows_for(viewer: Viewer, quotas: Sequence[Quota]) -> list[QuotaRow]:
    """The quotas with what the viewer may see of their use: exact where they work, else small ones hidden."""
    known = balances_of(quotas)
    is_system = bool(getattr(viewer, "is_system", False))
    wanted = {quota.authority_id for quota in quotas}
    staff = _places(viewer, Permission.VIEW_STAFF_FIGURES, wanted)
    exact = _places(viewer, Permission.VIEW_EXACT_COUNTS, wanted)
    hidden: Hidden | None = None
    found = []
    for quota in quotas:
        balance = known[quota.pk]
        use: dict[str, Amount] | None = None
        if is_system or quota.authority_id in staff:
            use = {stage: getattr(balance, stage) for stage in STAGES}
            if not is_system and quota.authority_id not in exact:
                hidden = hidden or decided()
                pots = frozenset({quota.pot_id})
                use |= {stage: HIDDEN for stage in STAGES if hidden.of(pots, stage)}
        found.append(QuotaRow(quota, balance.granted, use))
    return found


def _places(viewer: Viewer, permission: Permission, wanted: set[int]) -> set[int]:
    return set(places_permitted(viewer, permission).filter(pk__in=wanted).values_list("pk", flat=True))
