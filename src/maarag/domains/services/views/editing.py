"""Adding and changing services."""

from __future__ import annotations

import re
import secrets
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import needs_permission
from maarag.ui.figures import name_in_language

from ..actions import ChangedMeanwhile
from ..editing import (
    Facts,
    facts_of,
    facts_of_form,
    in_words,
    initial_of,
    merge,
    read_back,
    save_facts,
    write_down,
)
from ..forms import ROW_TITLES, ROWS, ServiceForm
from ..models import Service
from ..scope import require_edit

NEW_CODE = re.compile(r"s-[0-9a-f]{10}")
ATTEMPTS = 5


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_SERVICES)
def create(request: HttpRequest) -> HttpResponse:
    """Add a service. Its code is in the form, so that sending it twice adds one."""
    code = request.POST.get("code", "")
    if not NEW_CODE.fullmatch(code):
        code = f"s-{secrets.token_hex(5)}"
    if request.method != "POST":
        form = ServiceForm(by=request.user, initial={"as_of": timezone.localdate()})
        return _page(request, form, _rows(), code=code)
    form, rows = ServiceForm(request.POST, by=request.user), _rows(request)
    if _valid(form, rows):
        stored = Service.objects.filter(code=code).first()
        if stored is not None:
            return redirect("services:detail", code=code)
        if (service := _save(form, by=request.user, code=code, facts=facts_of_form(form, rows))) is not None:
            messages.success(request, _("The service was added."))
            return redirect("services:detail", code=service.code)
    return _page(request, form, rows, code=code, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_SERVICES)
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change a service; what others change meanwhile is merged, or shown where it differs."""
    service = get_object_or_404(Service.objects.select_related("organisation", "source"), code=code)
    require_edit(request.user, service)
    if request.method != "POST":
        facts = facts_of(service)
        initial, rows = initial_of(facts)
        form = ServiceForm(by=request.user, service=service, initial=initial)
        return _page(request, form, _rows(initial=rows), service=service, base=facts)
    base = read_back(request.POST.get("base", ""))
    form, rows = ServiceForm(request.POST, by=request.user, service=service), _rows(request)
    if not _valid(form, rows):
        return _page(request, form, rows, service=service, base=base, status=422)
    mine = facts_of_form(form, rows)
    for _attempt in range(ATTEMPTS):
        service = Service.objects.select_related("organisation", "source").get(pk=service.pk)
        theirs = facts_of(service)
        merged = merge(base, mine, theirs)
        if merged.conflicts:
            return _conflict(request, service, merged.facts, theirs, merged.conflicts)
        try:
            saved = _save(form, by=request.user, code=code, facts=merged.facts, stored=service)
        except ChangedMeanwhile:
            continue
        if saved is None:
            return _page(request, form, rows, service=service, base=base, status=422)
        if merged.taken:
            messages.info(request, _("Somebody else changed other facts meanwhile; both changes are kept."))
        messages.success(request, _("The service was saved."))
        return redirect("services:detail", code=code)
    return _conflict(request, service, merged.facts, theirs, [])


def _rows(request: HttpRequest | None = None, initial: dict[str, Any] | None = None) -> dict[str, Any]:
    data = request.POST if request else None
    return {
        name: formset(data, prefix=name, initial=(initial or {}).get(name)) for name, formset in ROWS.items()
    }


def _valid(form: ServiceForm, rows: dict[str, Any]) -> bool:
    checks = [form.is_valid(), *(formset.is_valid() for formset in rows.values())]
    return all(checks)


def _save(
    form: ServiceForm, *, by: Any, code: str, facts: Facts, stored: Service | None = None
) -> Service | None:
    """The saved service, or None with what is wrong written on the form."""
    seen = stored.modified_at if stored else None
    try:
        return save_facts(by=by, code=code, facts=facts, stored=stored, seen=seen)
    except ValidationError as error:
        for name, faults in error.message_dict.items():
            form.add_error(name if name in form.fields else None, faults)
    except PermissionDenied:
        form.add_error("areas", _("Choose a place or an organisation for which you may edit services."))
    return None


def _conflict(
    request: HttpRequest, service: Service, facts: Facts, theirs: Facts, conflicts: list[str]
) -> HttpResponse:
    """The form again, with the editor's facts in it and what is stored now beside each that differs."""
    initial, rows = initial_of(facts)
    form = ServiceForm(by=request.user, service=service, initial=initial)
    differing = [
        {"label": _label(form, name), "theirs": in_words(theirs[name]), "mine": in_words(facts.get(name))}
        for name in conflicts
    ]
    return _page(
        request, form, _rows(initial=rows), service=service, base=theirs, conflicts=differing, status=409
    )


def _label(form: ServiceForm, name: str) -> str:
    return str(ROW_TITLES[name] if name in ROW_TITLES else form.fields[name].label)


def _page(
    request: HttpRequest,
    form: ServiceForm,
    rows: dict[str, Any],
    *,
    service: Service | None = None,
    code: str = "",
    base: Facts | None = None,
    conflicts: list[dict[str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    name = name_in_language(service) if service else _("Add a service")
    crumbs: list[tuple[Any, str]] = [(_("Services"), reverse("services:index"))]
    if service:
        crumbs.append((name, reverse("services:detail", args=[service.code])))
    context = {
        "form": form,
        "rows": [(ROW_TITLES[key], formset) for key, formset in rows.items()],
        "service": service,
        "code": code,
        "base": write_down(base or {}),
        "conflicts": conflicts or [],
        "heading": name,
        "crumbs": [*crumbs, (_("Edit") if service else name, "")],
        "back": reverse("services:detail", args=[service.code]) if service else reverse("services:index"),
    }
    return render(request, "services/edit.html", context, status=status)
