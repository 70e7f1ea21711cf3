"""Who sees which budgets, and how much of them.

What a public budget says (lines, funders, what was granted and given to authorities) is for everybody.
What is used
of it is a staff figure of its place; small numbers of families behind it are kept as everywhere else.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, permits, places_permitted

from .models import Budget


def visible_to(viewer: Viewer) -> QuerySet[Budget]:
    """Public budgets, and those of the places whose staff figures the viewer sees."""
    budgets = Budget.objects.select_related("place", "source", "decision")
    if getattr(viewer, "is_system", False):
        return budgets
    seen = Q(is_public=True)
    if getattr(viewer, "is_authenticated", False):
        seen |= Q(place__in=places_permitted(viewer, Permission.VIEW_STAFF_FIGURES))
    return budgets.filter(seen)


def sees_use(viewer: Viewer, budget: Budget) -> bool:
    """Whether the viewer sees what is planned, approved, committed, paid and free."""
    return permits(viewer, Permission.VIEW_STAFF_FIGURES, place=budget.place)


def manages(viewer: Viewer, budget: Budget) -> bool:
    """Whether the viewer grants and changes the budget."""
    return permits(viewer, Permission.MANAGE_BUDGETS, place=budget.place)
