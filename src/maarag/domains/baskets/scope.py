"""Which baskets an account sees: those of the families whose files it may read."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from maarag.domains.families.scope import may, visible_to
from maarag.domains.services.models import Service
from maarag.domains.services.scope import may_edit, places_of
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, places_permitted
from maarag.kernel.places.models import Containment, Place, PlaceKind

from .models import Basket, Invoice, Request

__all__ = ["baskets_of", "invoices_of", "may", "may_set_price", "request_of", "requests_of"]


# Joined is what each row has one of its own; the rest is fetched once for all rows: PostgreSQL takes a tenth
# of a second to plan a join of all of it under the rules of rows.
def baskets_of(viewer: Viewer) -> QuerySet[Basket]:
    """The baskets of the families that the viewer sees."""
    found = Basket.objects.filter(family__in=visible_to(viewer).values("pk"))
    return found.select_related("family", "quota", "pot").prefetch_related(
        "family__authority",
        "family__neighbourhood",
        "family__worker",
        "quota__programme",
        "quota__line",
        "opened_by",
        "closed_by",
    )


def requests_of(viewer: Viewer) -> QuerySet[Request]:
    """The requests of the baskets that the viewer sees, with what a line of a list shows."""
    found = Request.objects.filter(family__in=visible_to(viewer).values("pk"))
    return found.select_related("family", "basket", "response", "spending").prefetch_related(
        "family__authority",
        "family__neighbourhood",
        "family__worker",
        "basket__quota__programme",
        "basket__quota__authority",
        "basket__quota__line__budget",
        "basket__pot",
        "service__organisation",
        "price",
        "plan_goal",
        "asked_by",
        "above_by",
        "decided_by",
        "ended_by",
        "replaces",
    )


def request_of(viewer: Viewer, pk: Any) -> Request | None:
    """One request, if the viewer sees its family."""
    return requests_of(viewer).filter(pk=pk).first()


def invoices_of(viewer: Viewer) -> QuerySet[Invoice]:
    """The paid invoices of the authorities whose families the viewer reads."""
    places = places_permitted(viewer, Permission.VIEW_FAMILIES)
    return Invoice.objects.filter(authority__in=places).select_related("provider", "paid_by")


def may_set_price(viewer: Viewer, service: Service) -> bool:
    """Whether the viewer may write what the service asks for: whoever edits it, or pays for its families."""
    if may_edit(viewer, service):
        return True
    if not isinstance(viewer, Account):
        return False
    paying = places_permitted(viewer, Permission.PAY_SPENDING).filter(kind=PlaceKind.AUTHORITY)
    where = places_of(service)
    around = Containment.objects.filter(descendant__in=paying.values("pk"), ancestor__in=where)
    within = Containment.objects.filter(ancestor__in=paying.values("pk"), descendant__in=where)
    return around.exists() or within.exists()


def authorities_with(viewer: Viewer, permission: Permission) -> QuerySet[Place]:
    """The authorities in which, or in a part of which, the viewer holds the permission."""
    held = places_permitted(viewer, permission)
    return Place.objects.filter(
        Q(pk__in=held.filter(kind=PlaceKind.AUTHORITY).values("pk"))
        | Q(pk__in=Containment.objects.filter(descendant__in=held.values("pk")).values("ancestor")),
        kind=PlaceKind.AUTHORITY,
    )
