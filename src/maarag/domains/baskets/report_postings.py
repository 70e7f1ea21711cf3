"""What the ledger says of the requests of a report: which funder bears what of them, and when they were paid.

Of all their postings, whenever they were: so the parts add up to the report's sums. Called in a scope that
sees the requests.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Sum
from django.db.models.functions import TruncMonth

from maarag.domains.funding.models import FunderShare
from maarag.kernel.ledger.models import Posting, PotKind

from .report_rows import STAGES, Line, Spent, lines_of


def borne_by_funder(requests: Any) -> dict[int, list[Line]]:
    """The requests of which each funder bears a part, with that part, by the key of the organisation."""
    bearers = dict(FunderShare.objects.exclude(pot=None).values_list("pot_id", "organisation_id"))
    lines = {line.spending: line for line in lines_of(requests)}
    postings = _postings(lines, PotKind.SHARE).filter(account__stage__in=STAGES)
    borne: dict[int, dict[UUID, Spent]] = defaultdict(lambda: defaultdict(Spent))
    which = ("entry__spending", "account__pot", "account__stage")
    for spending, pot, stage, amount in postings.values_list(*which).annotate(sum=Sum("amount")):
        if pot in bearers:
            borne[bearers[pot]][spending] += Spent(**{stage: amount})
    return {
        funder: [replace(lines[spending], spent=spent) for spending, spent in parts.items()]
        for funder, parts in borne.items()
    }


def paid_by_month(requests: Any) -> dict[date, list[Line]]:
    """The requests that were paid in each month, with what was; what was taken back counts when it was."""
    lines = {line.spending: line for line in lines_of(requests)}
    postings = _postings(lines, PotKind.QUOTA).filter(account__stage="paid")
    found: dict[date, list[Line]] = defaultdict(list)
    by_month = postings.annotate(month=TruncMonth("day")).values_list("entry__spending", "month")
    for spending, month, amount in by_month.annotate(sum=Sum("amount")):
        if amount:
            found[month].append(replace(lines[spending], spent=Spent(paid=amount)))
    return found


def _postings(spendings: Iterable[UUID], kind: PotKind) -> QuerySet[Posting]:
    """Each request draws its quota's pot by the whole, and those of the funders by their shares.

    The spendings are named: a plan that asks anew for each posting which requests may be seen took minutes.
    """
    return Posting.objects.filter(entry__spending__in=list(spendings), account__pot__kind=kind).order_by()
