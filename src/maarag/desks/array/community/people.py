"""The families of a department for which leaving home is considered, for whoever reads their files."""

from __future__ import annotations

from maarag.domains.families.scope import visible_to
from maarag.domains.placements.models import Alternative, Choice
from maarag.kernel.access.models import Account
from maarag.kernel.places.models import Place

EVERY = "all"
LISTS: tuple[str, ...] = (EVERY, *Choice.values)


def weighed(viewer: Account, place: Place, of: str, *, year: int) -> list[Alternative]:
    """Of each family what was considered last in the year, where it was decided so; the longest first."""
    rows = Alternative.objects.filter(
        family__in=visible_to(viewer).filter(authority=place), opened_on__year=year
    ).select_related("family", "family__worker", "response")
    newest = {row.family_id: row for row in rows.order_by("opened_on", "pk")}
    found = [row for row in newest.values() if of in (EVERY, row.choice)]
    return sorted(found, key=lambda row: (row.opened_on, row.family.name))
