"""Operations under /api/imports."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import File, Form, Router, Schema
from ninja.errors import HttpError
from ninja.files import UploadedFile

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import holds_somewhere

from .actions import LoadRefused, NotReady, apply_file, read_file, take_in
from .background import work
from .importer import UnknownKind, importers
from .models import ImportFile, ImportRow, RowStatus
from .queries import files_of
from .reading import FileRefused

router = Router(tags=["imports"])
MOST_ROWS = 500


class FieldOut(Schema):
    name: str
    label: str
    headers: list[str]
    required: bool


class KindOut(Schema):
    kind: str
    title: str
    description: str
    fields: list[FieldOut]


class FileOut(Schema):
    id: int
    kind: str
    name: str
    sha256: str
    size: int
    encoding: str
    sheet: str
    sheets: list[str]
    status: str
    message: str
    counts: dict[str, int]
    unknown_columns: list[str]
    uploaded_at: datetime
    applied_at: datetime | None


class ImportRowOut(Schema):
    number: int
    status: str
    raw: dict[str, Any]
    becomes: dict[str, Any]
    changes: dict[str, Any]
    problems: list[dict[str, str]]
    notes: list[str]


class RowsOut(Schema):
    total: int
    rows: list[ImportRowOut]


def _must(request: HttpRequest) -> None:
    if not holds_somewhere(request.user, Permission.IMPORT_DATA):
        raise HttpError(403, _("Your account has no role that loads data."))


def _file(request: HttpRequest, pk: int) -> ImportFile:
    _must(request)
    return get_object_or_404(files_of(request.user), pk=pk)  # type: ignore[arg-type]


@router.get("/kinds", response=list[KindOut], url_name="imports_kinds")
def kinds(request: HttpRequest) -> list[dict[str, Any]]:
    """What can be loaded, and the columns of each kind."""
    _must(request)
    return [
        {
            "kind": kind,
            "title": str(importer.title),
            "description": str(importer.description),
            "fields": [
                {"name": f.name, "label": str(f.label), "headers": list(f.headers), "required": f.required}
                for f in importer.fields
            ],
        }
        for kind, importer in sorted(importers().items())
    ]


@router.post("/files", response={201: FileOut}, url_name="imports_upload")
def upload(
    request: HttpRequest, kind: Form[str], file: File[UploadedFile], sheet: Form[str] = ""
) -> tuple[int, ImportFile]:
    """Bring a file; it is read at once, or in the background where it is large."""
    _must(request)
    try:
        found = take_in(by=request.user, kind=kind, file=file, name=file.name or "", sheet=sheet)  # type: ignore[arg-type]
    except UnknownKind as error:
        raise HttpError(404, str(error)) from None
    except FileRefused as error:
        raise HttpError(422, str(error)) from None
    work(read_file, import_file=found, by=request.user)
    found.refresh_from_db()
    return 201, found


@router.get("/files/{pk}", response=FileOut, url_name="imports_file")
def one_file(request: HttpRequest, pk: int) -> ImportFile:
    """How far the file is, and how many rows it has of each status."""
    return _file(request, pk)


@router.get("/files/{pk}/rows", response=RowsOut, url_name="imports_rows")
def rows(
    request: HttpRequest, pk: int, status: str = "", offset: int = 0, limit: int = 100
) -> dict[str, Any]:
    """The rows with what each will become."""
    found = ImportRow.objects.filter(import_file=_file(request, pk)).order_by("number", "id")
    if status in RowStatus.values:
        found = found.filter(status=status)
    offset = max(0, offset)
    return {"total": found.count(), "rows": list(found[offset : offset + max(1, min(limit, MOST_ROWS))])}


@router.post("/files/{pk}/apply", response=FileOut, url_name="imports_apply")
def apply(request: HttpRequest, pk: int, mode: str) -> ImportFile:
    """Load the rows: mode `all` or `understood`."""
    found = _file(request, pk)
    try:
        work(apply_file, import_file=found, by=request.user, mode=mode)
    except (NotReady, LoadRefused) as error:
        raise HttpError(409, str(error)) from None
    found.refresh_from_db()
    return found
