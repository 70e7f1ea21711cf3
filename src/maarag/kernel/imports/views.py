"""Pages under /imports/."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import needs_permission
from maarag.kernel.jobs.queries import is_waiting
from maarag.ui.documents.attached import attached

from . import exports
from .actions import LoadRefused, NotReady, apply_file, is_working, lock_of, read_file, take_in
from .background import work
from .importer import Importer, UnknownKind, importer_of, importers
from .models import FileStatus, ImportFile, Mode, RowStatus
from .queries import files_of, loaded_before
from .reading import FileRefused

PAGE = 50
_MARGIN = 64 * 1024
TONES = {
    RowStatus.NEW: "ok",
    RowStatus.CHANGED: "info",
    RowStatus.UNCHANGED: "neutral",
    RowStatus.PROBLEM: "critical",
    RowStatus.LEFT_OUT: "unknown",
}


def _kind(kind: str) -> type[Importer]:
    try:
        return importer_of(kind)
    except UnknownKind:
        raise Http404 from None


def _file(request: HttpRequest, pk: int) -> ImportFile:
    return get_object_or_404(files_of(request.user), pk=pk)  # type: ignore[arg-type]


@require_GET
@needs_permission(Permission.IMPORT_DATA)
def index(request: HttpRequest) -> HttpResponse:
    """What can be loaded, and what was."""
    files = files_of(request.user).select_related("uploaded_by")[:30]  # type: ignore[arg-type]
    titles = {kind: importer.title for kind, importer in importers().items()}
    context = {
        "importers": [importer for _kind, importer in sorted(importers().items())],
        "files": [(found, titles.get(found.kind, found.kind)) for found in files],
    }
    return render(request, "imports/index.html", context)


@csrf_exempt
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Refuse a body that is too large before any of it is read; only then look for the form's token in it."""
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if length > settings.IMPORT_MAX_BYTES + _MARGIN:
        limit = settings.IMPORT_MAX_BYTES // (1024 * 1024)
        text = _("The file is too large: at most %(limit)s MB can be loaded at once. Divide it into parts.")
        return HttpResponse(text % {"limit": limit}, status=413, content_type="text/plain; charset=utf-8")
    return _upload(request, kind)


@csrf_protect
@needs_permission(Permission.IMPORT_DATA)
def _upload(request: HttpRequest, kind: str) -> HttpResponse:
    importer = _kind(kind)
    error, status = "", 200
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            if file is None:
                raise FileRefused(_("Choose a file."))
            found = take_in(by=request.user, kind=kind, file=file, name=file.name or "")  # type: ignore[arg-type]
            work(read_file, import_file=found, by=request.user)
            return redirect("imports:preview", pk=found.pk)
        except FileRefused as refused:
            error, status = str(refused), 422
    context = {
        "importer": importer,
        "error": error,
        "limit": settings.IMPORT_MAX_BYTES // (1024 * 1024),
        "fields": [field for field in importer.fields if not field.name.startswith("level")],
    }
    return render(request, "imports/upload.html", context, status=status)


@require_GET
@needs_permission(Permission.IMPORT_DATA)
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Every row with what it will become."""
    found = _file(request, pk)
    importer = _kind(found.kind)
    status = request.GET.get("status", "")
    rows = found.rows.order_by("number", "id")
    if status in RowStatus.values:
        rows = rows.filter(status=status)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    labels = {field.name: field.label for field in importer.fields}
    context: dict[str, Any] = {
        "file": found,
        "importer": importer,
        "is_working": is_working(found),
        "is_waiting": is_waiting(lock_of(found)),
        "page": page,
        "rows": [_shown(row, labels) for row in page],
        "status": status,
        "tabs": _tabs(found, status),
        "before": loaded_before(found),
        "may_apply": found.status == FileStatus.READY,
        "problems": found.count(RowStatus.PROBLEM),
        "modes": Mode,
    }
    return render(request, "imports/preview.html", context)


def _tabs(found: ImportFile, status: str) -> list[dict[str, Any]]:
    every = [("", _("All rows"), sum(found.counts.values()))]
    every += [
        (value, str(label), found.count(value)) for value, label in RowStatus.choices if found.count(value)
    ]
    return [
        {
            "label": label,
            "count": count,
            "url": f"?status={value}" if value else "?",
            "current": value == status,
        }
        for value, label, count in every
    ]


def _shown(row: Any, labels: dict[str, Any]) -> dict[str, Any]:
    def words(name: str) -> str:
        return str(labels.get(name, name.replace("_", " ")))

    return {
        "row": row,
        "label": RowStatus(row.status).label,
        "tone": TONES[RowStatus(row.status)],
        "becomes": [
            (words(name), _text(value)) for name, value in row.becomes.items() if value not in (None, "", [])
        ],
        "changes": [(words(name), _text(old), _text(new)) for name, (old, new) in row.changes.items()],
        "raw": [(name, cell) for name, cell in row.raw.items() if cell not in (None, "")],
    }


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(_text(part) for part in value)
    return "–" if value in (None, "") else str(value)


@require_POST
@needs_permission(Permission.IMPORT_DATA)
def read_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Read the file anew, perhaps another of its sheets."""
    found = _file(request, pk)
    try:
        work(read_file, import_file=found, by=request.user, sheet=request.POST.get("sheet"))
    except NotReady as error:
        messages.error(request, str(error))
    return redirect("imports:preview", pk=pk)


@require_POST
@needs_permission(Permission.IMPORT_DATA)
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Load the rows."""
    found = _file(request, pk)
    try:
        work(apply_file, import_file=found, by=request.user, mode=request.POST.get("mode", ""))
    except (NotReady, LoadRefused) as error:
        messages.error(request, str(error))
        return redirect("imports:preview", pk=pk)
    found.refresh_from_db()
    if found.status == FileStatus.APPLIED:
        if found.to_apply:
            words = ngettext("%(number)s row was loaded.", "%(number)s rows were loaded.", found.to_apply)
            text = words % {"number": found.to_apply}
        else:
            text = _("Nothing has changed: every row is as it was.")
        messages.success(request, text)
    else:
        messages.info(request, _("The file is being loaded; this page shows when it is done."))
    return redirect("imports:preview", pk=pk)


@require_GET
@needs_permission(Permission.IMPORT_DATA)
def problems(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """The rows that have problems, to be corrected and loaded again."""
    found = _file(request, pk)
    limit = exports.EXCEL_ROWS if form == "xlsx" else None
    return _download(list(exports.problem_rows(found, limit)), f"problems-{found.kind}-{found.pk}", form)


@require_GET
@needs_permission(Permission.IMPORT_DATA)
def template(request: HttpRequest, kind: str, form: str) -> HttpResponse:
    """An example file: the names of the columns, and a row to be replaced."""
    return _download(exports.example_rows(_kind(kind)), f"example-{kind}", form)


def _download(rows: list[list[Any]], name: str, form: str) -> HttpResponse:
    content = exports.as_excel(rows, name) if form == "xlsx" else exports.as_csv(rows)
    return attached(content, f"{name}.{form}")
