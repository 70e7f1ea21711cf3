"""Contacts with a family: visits, calls, meetings, letters."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from maarag.domains.families.parts import page_of
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.ui.choices import asked_text

from ..actions import change_contact, record_contact
from ..forms.records import ContactForm
from ..models import Contact, ContactKind
from .editing import edit_page, file_of, row_of

PER_PAGE = 20


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def contacts(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What was said and done, newest first."""
    family = file_of(request, pk)
    kind = asked_text(request.GET, "kind")
    rows = Contact.objects.filter(family=family).select_related("written_by", "changed_by")
    if kind in ContactKind.values:
        rows = rows.filter(kind=kind)
    context = page_of(request, family, "contacts")
    context |= {
        "changes": context["may_edit"] and context["open"],
        "page": Paginator(rows.order_by("-at"), PER_PAGE).get_page(request.GET.get("page")),
        "kind": kind,
        "kinds": [("", _("All kinds")), *ContactKind.choices],
    }
    return render(request, "casework/contacts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down a contact."""
    family = file_of(request, pk, Permission.EDIT_FAMILIES)
    return edit_page(
        request,
        family,
        "contacts",
        ContactForm,
        heading=_("Write down a contact"),
        done=_("The contact was written down."),
        write=lambda form, _seen: record_contact(by=account_of(request), family=family, **form.cleaned_data),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def edit(request: HttpRequest, pk: UUID, row: UUID) -> HttpResponse:
    """Correct a contact."""
    family = file_of(request, pk, Permission.EDIT_FAMILIES)
    found: Any = row_of(Contact, family, row)
    return edit_page(
        request,
        family,
        "contacts",
        ContactForm,
        heading=_("Correct the contact"),
        done=_("The contact was corrected."),
        row=found,
        write=lambda form, seen: change_contact(
            by=account_of(request), contact=found, seen=seen, **form.cleaned_data
        ),
    )
