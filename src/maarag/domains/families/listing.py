"""What a list of families is asked for, and the families it holds: for the page, the API and exports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet

from maarag.kernel.access.scope import Viewer
from maarag.ui.choices import asked_text

from .models import Family, FamilyStatus
from .queries import found_by, listed

ORDERS = {
    "name": "name",
    "number": "number",
    "authority": "authority__name_he",
    "worker": "worker__name",
    "opened": "opened_on",
    "review": "review_on",
}
STATES = (FamilyStatus.OPEN.value, FamilyStatus.CLOSED.value, "all")


@dataclass(frozen=True)
class Asked:
    """Filters of the list; what makes no sense counts as not given."""

    text: str = ""
    whose: str = ""
    state: str = FamilyStatus.OPEN.value
    place: str = ""
    sort: str = "name"

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Asked:
        state, sort = asked_text(given, "state"), asked_text(given, "sort")
        return cls(
            text=asked_text(given, "q", 120),
            whose="mine" if asked_text(given, "whose") == "mine" else "",
            state=state if state in STATES else FamilyStatus.OPEN.value,
            place=asked_text(given, "place"),
            sort=sort if sort.lstrip("-") in ORDERS else "name",
        )


def families(viewer: Viewer, asked: Asked) -> QuerySet[Family]:
    """The families asked for that the viewer may read, in order."""
    found = listed(viewer)
    if asked.whose == "mine":
        found = found.filter(worker=viewer)
    if asked.state == "all":
        found = found.exclude(status=FamilyStatus.MERGED)
    else:
        found = found.filter(status=asked.state)
    if asked.place:
        found = found.filter(authority__code=asked.place) | found.filter(neighbourhood__code=asked.place)
    key = F(ORDERS[asked.sort.lstrip("-")])
    order = key.desc(nulls_last=True) if asked.sort.startswith("-") else key.asc(nulls_last=True)
    return found_by(found, asked.text).order_by(order, "name", "pk")
