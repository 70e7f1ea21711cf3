"""Which jobs somebody sees."""

from __future__ import annotations

from django.db.models import QuerySet

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import permits
from maarag.kernel.jobs.models import Job
from maarag.kernel.jobs.queries import asked_by
from maarag.kernel.places.models import Place, PlaceKind


def sees_all(viewer: Account) -> bool:
    """Whoever may see the audit of the nation sees every job: the system belongs to no authority."""
    nation = Place.objects.filter(kind=PlaceKind.NATION).first()
    return nation is not None and permits(viewer, Permission.VIEW_AUDIT, place=nation)


def visible_to(viewer: Account) -> QuerySet[Job]:
    """The jobs that the viewer asked for; all of them for whoever sees all."""
    return Job.objects.all() if sees_all(viewer) else asked_by(viewer.pk)
