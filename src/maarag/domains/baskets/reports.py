"""What baskets are spent on: by programme, place, response, month (asked for, paid) and funder.

Whoever works in an authority sees its figures as they are; above it small ones are hidden (reports_above).
"""

from __future__ import annotations

from collections.abc import Sequence

from maarag.database.rows import RowScope, visible
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, places_permitted
from maarag.kernel.places.models import Place, PlaceKind

from .report_helped import helped_by_response
from .report_postings import borne_by_funder, paid_by_month
from .report_rows import (
    PARTS,
    STAGES,
    Names,
    Report,
    Row,
    group,
    in_order,
    lines_of,
    requests_of_authorities,
    row_of,
    stages_of,
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


def _exact(authorities: Sequence[Place], year: int | None) -> Report:
    pks = [place.pk for place in authorities]
    with visible(RowScope(authorities=frozenset(pks))):
        requests = requests_of_authorities(pks)
        if year is not None:
            requests = requests.filter(asked_on__year=year)
        lines, helped = lines_of(requests), helped_by_response(requests)
        funders, payments = borne_by_funder(requests), paid_by_month(requests)
    names = Names(lines, funders)
    by = {
        "place": group(lines, lambda line: line.authority),
        "programme": group(lines, lambda line: line.programme),
        "response": group(lines, lambda line: line.response),
        "month": group(lines, lambda line: line.month),
        "payment": payments,
        "funder": funders,
    }
    parts: dict[str, list[Row]] = {
        part: [
            row_of(names.of(part, key), found, names.code(part, key), stages=stages_of(part))
            for key, found in groups.items()
        ]
        for part, groups in by.items()
    }
    return Report(True, authorities, row_of("", lines), in_order(parts), year, helped)


__all__ = ["PARTS", "STAGES", "Report", "Row", "report_for", "years_for"]
