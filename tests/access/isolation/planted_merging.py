"""Secrets in the record of merging two files, and in what is said of two that are told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maarag.domains.families.merging_models import Distinct, Merge, MergeStep
from maarag.domains.families.models import Family

if TYPE_CHECKING:
    from .canaries import Canaries

PLANTED = "zq7"


def merging(found: Canaries) -> None:
    """Of the planted families the first two were told apart; a merging of the last two was begun."""
    by = found.estate.nation.world.system
    first, second, third, fourth = Family.objects.filter(name__startswith=PLANTED).order_by("number")[:4]
    Distinct.objects.create(
        authority=first.authority,
        family=first,
        other=second,
        reason="other",
        note=found.new("Distinct.note"),
        said_by=by,
    )
    merge = Merge.objects.create(
        authority=third.authority, family=third, away=fourth, away_number=fourth.number, merged_by=by
    )
    MergeStep.objects.create(
        authority=third.authority,
        family=third,
        merge=merge,
        model="families.family",
        row=str(fourth.pk),
        before=found.new("MergeStep.before"),
        after=found.new("MergeStep.after"),
        position=1,
    )
