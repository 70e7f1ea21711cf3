"""The page of a form, and what is wrong with it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from maarag.ui.figures import name_in_language

from ..models import Programme

Crumbs = list[tuple[Any, str]]


def programme_of(code: str) -> Programme:
    """The programme of the address; Http404."""
    return get_object_or_404(Programme.objects.select_related("organisation", "listing"), code=code)


def crumbs_of(programme: Programme | None, *more: tuple[Any, str]) -> Crumbs:
    """From the list of programmes to this page."""
    found: Crumbs = [(_("Programmes"), reverse("programmes:index"))]
    if programme is not None:
        found.append((name_in_language(programme), reverse("programmes:detail", args=[programme.code])))
    return [*found, *more]


def tell(form: Form, error: ValidationError) -> None:
    """Put what an action refused at the fields that it names, or over the form."""
    named: dict[str, list[str]] = getattr(error, "message_dict", {}) if hasattr(error, "error_dict") else {}
    if not named:
        form.add_error(None, error.messages)
    for name, texts in named.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)


def form_page(
    request: HttpRequest, form: Form, *, heading: Any, back: str, crumbs: Crumbs, **more: Any
) -> HttpResponse:
    """A form under its heading; `more`: over (a line above), about (facts), remove (an address)."""
    context = {"form": form, "heading": heading, "back": back, "crumbs": [*crumbs, (heading, "")], **more}
    return render(request, "programmes/edit.html", context, status=422 if form.errors else 200)
