"""What baskets are spent on: by programme, place, response, month and funder.

Whoever works in an authority sees its figures as they are; above it small ones are hidden (reports_above).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import Sum

from maarag.database.rows import RowScope, visible
from maarag.domains.funding.models import FunderShare
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, places_permitted
from maarag.kernel.ledger.models import Posting, PotKind
from maarag.kernel.places.models import Place, PlaceKind

from .report_helped import helped_by_response
from .report_rows import (
    PARTS,
    STAGES,
    Line,
    Names,
    Report,
    Row,
    Spent,
    group,
    in_order,
    lines_of,
    requests_of_authorities,
    row_of,
)
from .reports_above import from_above, years_above


def report_for(viewer: Viewer, year: int | None = None) -> Report | None:
    """The report of the viewer's own authorities, or of all as from above; None for who sees neither.

    `year`: of what was asked for in it; from above of the quotas that began in it, the newest unless told.
    """
    if authorities := _own(viewer):
        return _exact(authorities, year)
    above = places_permitted(viewer, Permission.VIEW_STAFF_FIGURES).defer("outline")
    return from_above(list(above), year) if above.exists() else None


def years_for(viewer: Viewer) -> list[int] | None:
    """The years that may be asked for from above, newest first; None where any may, and all together."""
    return None if _own(viewer) else years_above()


def _own(viewer: Viewer) -> list[Place]:
    own = (
        places_permitted(viewer, Permission.VIEW_FAMILIES)
        | places_permitted(viewer, Permission.VIEW_EXACT_COUNTS)
    ).filter(kind=PlaceKind.AUTHORITY)
    return list(own.defer("outline").order_by("name_he").distinct())


def _funders(requests: Any) -> dict[int, list[Line]]:
    """The requests of which each funder bears a part, with that part, by the key of the organisation.

    All that the ledger says of them, whenever it was: what the funders bear adds up to the report's sums.
    """
    bearers = dict(FunderShare.objects.exclude(pot=None).values_list("pot_id", "organisation_id"))
    postings = Posting.objects.filter(
        entry__spending__in=requests.filter(spending__isnull=False).values("spending"),
        account__pot__kind=PotKind.SHARE,
        account__stage__in=STAGES,
    ).order_by()
    borne: dict[int, dict[UUID, Spent]] = defaultdict(lambda: defaultdict(Spent))
    which = ("entry__spending", "account__pot", "account__stage")
    for spending, pot, stage, amount in postings.values_list(*which).annotate(sum=Sum("amount")):
        if pot in bearers:
            borne[bearers[pot]][spending] += Spent(**{stage: amount})
    lines = {line.spending: line for line in lines_of(requests)}
    return {
        funder: [replace(lines[spending], spent=spent) for spending, spent in parts.items()]
        for funder, parts in borne.items()
    }


def _exact(authorities: Sequence[Place], year: int | None) -> Report:
    pks = [place.pk for place in authorities]
    with visible(RowScope(authorities=frozenset(pks))):
        requests = requests_of_authorities(pks)
        if year is not None:
            requests = requests.filter(asked_on__year=year)
        lines, helped = lines_of(requests), helped_by_response(requests)
        funders = _funders(requests)
    names = Names(lines, funders)
    by = {
        "place": group(lines, lambda line: line.authority),
        "programme": group(lines, lambda line: line.programme),
        "response": group(lines, lambda line: line.response),
        "month": group(lines, lambda line: line.month),
        "funder": funders,
    }
    parts: dict[str, list[Row]] = {
        part: [row_of(names.of(part, key), found, names.code(part, key)) for key, found in groups.items()]
        for part, groups in by.items()
    }
    return Report(True, authorities, row_of("", lines), in_order(parts), year, helped)


__all__ = ["PARTS", "STAGES", "Report", "Row", "report_for", "years_for"]
