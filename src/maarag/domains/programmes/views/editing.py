"""Making and changing a programme: what it is, its methods, its conditions."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission

from ..actions import remove_rule as take_away
from ..actions import save_programme, save_rule, set_methods
from ..actions.programmes import RULE_FIELDS
from ..forms import MethodsForm, ProgrammeForm, RuleForm
from ..model_tables import rules_in_words
from ..models import EligibilityRule, Method, Programme
from ..scope import may_write
from .pages import crumbs_of, form_page, programme_of, tell

TEXTS = tuple(
    f"{field}_{language}" for field in ("name", "description", "for_whom") for language in ("he", "ar", "en")
)


def writes(request: HttpRequest) -> None:
    """For whoever says what programmes are; for others the page does not exist."""
    if not may_write(request.user):
        raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.MANAGE_BUDGETS)
def create(request: HttpRequest) -> HttpResponse:
    """Write down a programme."""
    writes(request)
    form = ProgrammeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            programme = save_programme(by=account_of(request), **form.cleaned_data)
        except ValidationError as error:
            tell(form, error)
        else:
            messages.success(request, _("The programme was saved. Say now by which methods it works."))
            return redirect("programmes:methods", code=programme.code)
    back = reverse("programmes:index")
    return form_page(request, form, heading=_("New programme"), back=back, crumbs=crumbs_of(None))


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.MANAGE_BUDGETS)
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Correct what a programme is, and whether it runs."""
    writes(request)
    programme = programme_of(code)
    initial = {name: getattr(programme, name) for name in (*TEXTS, "is_active")} | {
        "organisation": programme.organisation.code,
        "listing": programme.listing.code if programme.listing else "",
    }
    data = request.POST if request.method == "POST" else None
    form = ProgrammeForm(data, programme=programme, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            save_programme(by=account_of(request), code=code, **form.cleaned_data)
        except ValidationError as error:
            tell(form, error)
        else:
            messages.success(request, _("The programme was saved."))
            return redirect("programmes:detail", code=code)
    return _of_programme(request, form, programme, _("Edit the programme"))


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.MANAGE_BUDGETS)
def methods(request: HttpRequest, code: str) -> HttpResponse:
    """Say by which methods a programme works: that is its intervention model."""
    writes(request)
    programme = programme_of(code)
    used = Method.objects.filter(in_programmes__programme=programme)
    data = request.POST if request.method == "POST" else None
    form = MethodsForm(data, programme=programme, initial={"methods": list(used)})
    if request.method == "POST" and form.is_valid():
        try:
            set_methods(by=account_of(request), programme=programme, methods=form.cleaned_data["methods"])
        except ValidationError as error:
            tell(form, error)
        else:
            messages.success(request, _("The methods of the programme were saved."))
            return redirect("programmes:detail", code=code)
    return _of_programme(request, form, programme, _("Methods of the programme"), new_method=True)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.MANAGE_BUDGETS)
def add_rule(request: HttpRequest, code: str) -> HttpResponse:
    """Add a condition for having a place."""
    writes(request)
    return _rule_page(request, programme_of(code), None)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.MANAGE_BUDGETS)
def rule(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Change a condition."""
    writes(request)
    programme = programme_of(code)
    return _rule_page(request, programme, _rule(programme, pk))


@require_POST
@needs_permission(Permission.MANAGE_BUDGETS)
def remove_rule(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Take a condition away."""
    writes(request)
    take_away(by=account_of(request), rule=_rule(programme_of(code), pk))
    messages.success(request, _("The condition was taken away."))
    return redirect("programmes:detail", code=code)


def _rule(programme: Programme, pk: int) -> EligibilityRule:
    rows = EligibilityRule.objects.select_related("programme", "term", "place").defer("place__outline")
    return get_object_or_404(rows, programme=programme, pk=pk)


def _rule_page(request: HttpRequest, programme: Programme, known: EligibilityRule | None) -> HttpResponse:
    initial = {}
    if known is not None:
        initial = {name: getattr(known, name) for name in RULE_FIELDS} | {
            "term": known.term.code if known.term else "",
            "place": known.place.code if known.place else "",
        }
    form = RuleForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            save_rule(by=account_of(request), programme=programme, rule=known, **form.cleaned_data)
        except ValidationError as error:
            tell(form, error)
        else:
            messages.success(request, _("The condition was saved."))
            return redirect("programmes:detail", code=programme.code)
    if known is None:
        return _of_programme(request, form, programme, _("Add a condition"))
    remove = reverse("programmes:remove_rule", args=[programme.code, known.pk])
    about = [(_("Condition"), rules_in_words([known])[known.pk])]
    return _of_programme(request, form, programme, _("Change the condition"), remove=remove, about=about)


def _of_programme(
    request: HttpRequest,
    form: MethodsForm | ProgrammeForm | RuleForm,
    programme: Programme,
    heading: str,
    **more: object,
) -> HttpResponse:
    back = reverse("programmes:detail", args=[programme.code])
    return form_page(
        request, form, heading=heading, back=back, crumbs=crumbs_of(programme), over=programme, **more
    )
