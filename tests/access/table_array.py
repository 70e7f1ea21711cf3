"""Who may open which address of the array of programmes."""

from __future__ import annotations

from maarag.kernel.access.permissions import Permission as P

from .arguments import at_place
from .rules import Guarded, Rule

ARRAY: dict[str, Rule] = {
    "array:index": Guarded(P.VIEW_STAFF_FIGURES, statuses=(302,)),
    "array:place": Guarded(P.VIEW_STAFF_FIGURES, at_place, of_a_row=True),
    "array:export": Guarded(
        P.VIEW_STAFF_FIGURES, lambda estate: {**at_place(estate), "form": "xlsx"}, of_a_row=True
    ),
    "array:families": Guarded(
        P.VIEW_FAMILIES, lambda estate: {**at_place(estate), "of": "taken"}, of_a_row=True
    ),
    "array:community": Guarded(P.VIEW_STAFF_FIGURES, at_place, of_a_row=True),
    "array:community_export": Guarded(
        P.VIEW_STAFF_FIGURES, lambda estate: {**at_place(estate), "form": "xlsx"}, of_a_row=True
    ),
    "array:weighed": Guarded(
        P.VIEW_FAMILIES, lambda estate: {**at_place(estate), "of": "all"}, of_a_row=True
    ),
    "api:array_community": Guarded(
        P.VIEW_STAFF_FIGURES, lambda estate: {"place": at_place(estate)["code"]}, of_a_row=True
    ),
    "api:array": Guarded(
        P.VIEW_STAFF_FIGURES, lambda estate: {"place": at_place(estate)["code"]}, of_a_row=True
    ),
}
