"""Pages below the part of a family's file: the file read, a form with what is to be known beside it."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from maarag.domains.families.actions import read_family
from maarag.domains.families.models import Family
from maarag.domains.families.parts import page_of
from maarag.domains.families.scope import may
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of

from ..errors import PlacementsError

PART = "suits"


def family_of(request: HttpRequest, pk: UUID, permission: Permission = Permission.VIEW_FAMILIES) -> Family:
    """The file, whose reading is recorded; raises Http404."""
    found = read_family(by=account_of(request), pk=pk)
    if found is None or not may(request.user, permission, found):
        raise Http404
    return found


def form_page(
    request: HttpRequest,
    found: Family,
    form: forms.Form,
    title: str,
    status: int,
    *,
    about: list[str] | None = None,
    back: str = "",
) -> HttpResponse:
    """A form below the part, with what is to be known beside it."""
    context = {
        **page_of(request, found, PART, crumb=title),
        "form": form,
        "title": title,
        "about": about or [],
        "about_title": _("To be known"),
        "back": back or reverse("placements:family", args=[found.pk]),
    }
    return render(request, "placements/consider.html", context, status=status)


def tell(form: forms.Form, error: PlacementsError | ValidationError) -> None:
    """What stands in the way, at its field where there is one."""
    if isinstance(error, PlacementsError):
        form.add_error(None, error.in_words())
        return
    for name, words in getattr(error, "message_dict", {"": error.messages}).items():
        form.add_error(name if name in form.fields else None, words)
