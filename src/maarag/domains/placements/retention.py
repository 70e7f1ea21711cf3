"""How long proposals are kept that were not carried out: what was is of the file and goes with it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext_lazy as _

from maarag.kernel.retention.rules import Due, Rule, register, years

from .models import Proposal


def _old(until: date) -> Iterable[Due]:
    rows = Proposal.objects.filter(run__asked_at__date__lte=until, carried_at=None)
    for pk, authority, day in rows.values_list("pk", "authority_id", "run__asked_at__date"):
        yield Due(pk, authority, day)


register(
    Rule(
        "placements.proposals",
        _("Proposals of places that were not carried out"),
        _("the day of the run"),
        _("They tell how it was decided; two years later nobody asks, and the run's figures stay."),
        years(2),
        lambda: Proposal,
        _old,
    )
)
