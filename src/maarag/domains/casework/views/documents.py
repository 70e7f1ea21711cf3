"""Documents of a file: put in, taken out to read, removed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from maarag.domains.families.models import Family
from maarag.domains.families.parts import page_of
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.ui import figures
from maarag.ui.tables import Column, Status, Table

from ..actions import add_document, read_document, remove_document
from ..file_kinds import MOST_BYTES, MOST_MB, too_large
from ..forms.records import DocumentForm, RemoveForm
from ..models import Document
from ..words import size_in_words
from .editing import edit_page, file_of, row_of
from .plan import links

MARGIN = 64 * 1024
"""Bytes of a form beside its file."""


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def documents(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The documents of the file, the newest first."""
    family = file_of(request, pk)
    context = page_of(request, family, "documents")
    changes = context["may_edit"] and context["open"]
    rows = Document.objects.filter(family=family).select_related("written_by", "removed_by")
    context |= {
        "changes": changes,
        "limit": MOST_MB,
        "table": Table(
            columns=[
                Column("title", _("What it is"), heading=True, link="url"),
                Column("kind", _("Kind")),
                Column("dated", _("Day of the document"), "date"),
                Column("added", _("Put in")),
                Column("size", _("Size")),
                Column("status", _("State"), "status"),
                *([Column("ways", _("Actions"), "actions")] if changes else []),
            ],
            rows=[_line(row) for row in rows],
            caption=_("Documents"),
            caption_hidden=True,
            empty=_("No documents yet."),
        ),
    }
    return render(request, "casework/documents.html", context)


def _line(row: Document) -> dict[str, Any]:
    gone = row.removed_at is not None
    address = [row.family_id, row.pk]
    return {
        "title": f"{row.title} – {row.removed_why}" if gone else row.title,
        "url": "" if gone else reverse("casework:document", args=address),
        "kind": row.get_kind_display(),
        "dated": row.dated_on,
        "added": f"{figures.day(row.written_at)} · {row.written_by.name}",
        "size": f"{row.get_media_type_display()}, {size_in_words(row.size)}",
        "status": Status(pgettext("document", "Removed"), "neutral")
        if gone
        else Status(pgettext("document", "In the file"), "ok"),
        "ways": "" if gone else links((reverse("casework:remove_document", args=address), _("Remove"))),
    }


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Refuse a body that is too large before any of it is read; only then look for the form's token in it."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES + MARGIN:
        return HttpResponse(too_large(), status=413, content_type="text/plain; charset=utf-8")
    return _add(request, pk)


@csrf_protect
@needs_permission(Permission.EDIT_FAMILIES)
def _add(request: HttpRequest, pk: UUID) -> HttpResponse:
    family: Family = file_of(request, pk, Permission.EDIT_FAMILIES)

    def write(form: Any, _seen: str) -> None:
        given = dict(form.cleaned_data)
        file = given.pop("file")
        add_document(
            by=account_of(request), family=family, file_name=file.name or "", content=file.read(), **given
        )

    return edit_page(
        request,
        family,
        "documents",
        DocumentForm,
        heading=_("Put a document into the file"),
        done=_("The document is in the file."),
        write=write,
    )


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def document(request: HttpRequest, pk: UUID, row: UUID) -> HttpResponse:
    """What is in a document, to be saved and never shown inside a page of ours; recorded as a reading."""
    family = file_of(request, pk)
    found: Document = row_of(Document, family, row)
    content = read_document(by=account_of(request), document=found)
    headers = {
        "Content-Disposition": content_disposition_header(True, found.file_name),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return HttpResponse(content, content_type=found.media_type, headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def remove(request: HttpRequest, pk: UUID, row: UUID) -> HttpResponse:
    """Take the content of a document out of the file for good."""
    family = file_of(request, pk, Permission.EDIT_FAMILIES)
    found: Document = row_of(Document, family, row)
    return edit_page(
        request,
        family,
        "documents",
        RemoveForm,
        heading=_("Remove the document"),
        done=_("The document was removed."),
        save_label=_("Remove"),
        danger=True,
        row=found,
        facts=[(_("What it is"), found.title), (_("Kind"), found.get_kind_display())],
        write=lambda form, _seen: remove_document(
            by=account_of(request), document=found, **form.cleaned_data
        ),
    )
