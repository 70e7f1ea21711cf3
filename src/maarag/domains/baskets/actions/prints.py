"""Putting down that something of baskets was taken away on paper or in a file."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from maarag.domains.families.actions import read_words
from maarag.kernel.access.models import Account
from maarag.kernel.audit.actions import Change, record, record_many
from maarag.kernel.places.models import Place

from ..models import Request


@transaction.atomic
def record_order_print(*, by: Account, request: Request) -> None:
    """An order was printed; it tells of the family, whose file is so read."""
    read_words(by=by, rows=[request])
    changes = {"order_number": [None, request.order_number]}
    record(by=by, action="baskets.print_order", subject=request, changes=changes)


@transaction.atomic
def record_report_export(*, by: Account, places: Sequence[Place], form: str) -> None:
    """A report was taken away: of these authorities, or of all as from above."""
    told = [Change(place, {"kind": [None, form]}, place.pk) for place in places]
    if not told:
        nation = Place.objects.filter(kind="nation").first()
        told = [Change(nation, {"kind": [None, form]}, nation.pk)] if nation else []
    if told:
        record_many(by=by, action="baskets.export", changes=told)
