"""Methods of intervention: the list of all, what each is and whom it suits, and writing them."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.ui.figures import name_in_language, number

from ..actions import SituationDraft, save_method
from ..forms import TAKE_AWAY, MethodForm, SituationForm
from ..model_tables import methods_table, situations_table
from ..models import Method, MethodSituation, Programme, ProgrammeMethod
from ..scope import may_write
from .editing import writes
from .pages import Crumbs, crumbs_of, form_page, tell

FIELDS = tuple(f"{field}_{language}" for field in ("name", "description") for language in ("he", "ar", "en"))


@require_safe
def method_list(request: HttpRequest) -> HttpResponse:
    """Every method, with whom it suits and which programmes work by it."""
    found = Method.objects.prefetch_related("situations__term").order_by("-is_active", "name_he", "code")
    context = {
        "table": methods_table(found, programmes=_programmes()),
        "may_write": may_write(request.user),
        "crumbs": crumbs_of(None, (_("Methods of intervention"), "")),
    }
    return render(request, "programmes/methods.html", context)


def _programmes() -> dict[int, list[Programme]]:
    found: dict[int, list[Programme]] = defaultdict(list)
    rows = ProgrammeMethod.objects.filter(programme__is_active=True).select_related("programme")
    for row in rows.order_by("programme__name_he"):
        found[row.method_id].append(row.programme)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def method(request: HttpRequest, method: str) -> HttpResponse:
    """One method; whoever may write says here what each situation says of it."""
    found = get_object_or_404(Method, code=method)
    rows = list(found.situations.select_related("term").order_by("effect", "-strength", "term__code"))
    writer = may_write(request.user)
    form = SituationForm(request.POST if request.method == "POST" else None) if writer else None
    if request.method == "POST":
        writes(request)
        if form is not None and form.is_valid() and _said(request, found, rows, form):
            return redirect("programmes:method", method=method)
    context = {
        "method": found,
        "description": name_in_language(found, "description"),
        "facts": [
            (_("Where"), found.get_setting_display()),
            (_("Hours a month with a family"), number(found.hours_a_month)),
            (_("Length in months"), number(found.months)),
        ],
        "table": situations_table(rows),
        "programmes": [
            (one, reverse("programmes:detail", args=[one.code])) for one in _programmes().get(found.pk, [])
        ],
        "form": form,
        "crumbs": [*_crumbs(), (name_in_language(found), "")],
    }
    return render(request, "programmes/method.html", context, status=422 if form and form.errors else 200)


def _crumbs() -> Crumbs:
    return crumbs_of(None, (_("Methods of intervention"), reverse("programmes:method_list")))


def _said(request: HttpRequest, found: Method, rows: list[MethodSituation], form: SituationForm) -> bool:
    """Whether what was said of a situation was written."""
    given = form.cleaned_data
    drafts = [
        SituationDraft(row.term, row.effect, row.strength) for row in rows if row.term_id != given["term"].pk
    ]
    if given["effect"] != TAKE_AWAY:
        drafts.append(SituationDraft(given["term"], given["effect"], given["strength"]))
    try:
        save_method(by=account_of(request), code=found.code, situations=drafts)
    except ValidationError as error:
        tell(form, error)
        return False
    messages.success(request, _("What the situation says of the method was saved."))
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.MANAGE_BUDGETS)
def create_method(request: HttpRequest) -> HttpResponse:
    """Write down a method."""
    writes(request)
    return _method_page(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.MANAGE_BUDGETS)
def edit_method(request: HttpRequest, method: str) -> HttpResponse:
    """Correct what a method is, and whether it is in use."""
    writes(request)
    return _method_page(request, get_object_or_404(Method, code=method))


def _method_page(request: HttpRequest, known: Method | None) -> HttpResponse:
    initial: dict[str, Any] = {}
    if known is not None:
        names = (*FIELDS, "setting", "hours_a_month", "months", "is_active")
        initial = {name: getattr(known, name) for name in names}
    form = MethodForm(request.POST if request.method == "POST" else None, method=known, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        code = known.code if known else given.pop("code")
        try:
            save_method(by=account_of(request), code=code, **given)
        except ValidationError as error:
            tell(form, error)
        else:
            messages.success(request, _("The method was saved."))
            return redirect("programmes:method", method=code)
    back = reverse("programmes:method", args=[known.code]) if known else reverse("programmes:method_list")
    heading = _("Edit the method") if known else _("New method")
    return form_page(request, form, heading=heading, back=back, crumbs=_crumbs(), over=known)
