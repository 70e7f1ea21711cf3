"""Reading what was imported."""

from __future__ import annotations

from django.db.models import QuerySet

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import holds_somewhere, permits
from maarag.kernel.places.models import Place, PlaceKind

from .models import FileStatus, ImportFile


def files_of(viewer: Account) -> QuerySet[ImportFile]:
    """The files that the viewer brought; all of them for whoever may import for the whole nation."""
    if not holds_somewhere(viewer, Permission.IMPORT_DATA):
        return ImportFile.objects.none()
    nation = Place.objects.filter(kind=PlaceKind.NATION).first()
    if nation and permits(viewer, Permission.IMPORT_DATA, place=nation):
        return ImportFile.objects.all()
    return ImportFile.objects.filter(uploaded_by=viewer)


def loaded_before(import_file: ImportFile) -> ImportFile | None:
    """An earlier file with the very same content that was loaded."""
    same = ImportFile.objects.filter(
        kind=import_file.kind, sha256=import_file.sha256, status=FileStatus.APPLIED
    ).exclude(pk=import_file.pk)
    return same.select_related("applied_by").order_by("-applied_at").first()
