"""Reading accounts and what they hold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from maarag.kernel.places.models import Containment, Place

from .models import Account, Grant
from .permissions import Permission, roles_with


def in_force() -> Q:
    """The condition that a grant holds today."""
    today = timezone.localdate()
    return (Q(ends=None) | Q(ends__gte=today)) & Q(starts__lte=today)


def accounts_with(permission: Permission, places: Iterable[Place] | QuerySet[Place]) -> QuerySet[Account]:
    """Active accounts that hold the permission today for any of the places, or for one that contains it."""
    pks: Any = places.values("pk") if isinstance(places, QuerySet) else [place.pk for place in places]
    containing = Containment.objects.filter(descendant__in=pks, ancestor=OuterRef("place"))
    grants = Grant.objects.filter(
        in_force(), Exists(containing), account=OuterRef("pk"), role__in=roles_with(permission)
    )
    return Account.objects.filter(Exists(grants), is_active=True, is_system=False).order_by("name", "pk")
