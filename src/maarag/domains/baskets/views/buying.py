"""What baskets of a programme may buy: the page for everybody, and writing it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from maarag.domains.programmes.models import Programme
from maarag.domains.programmes.scope import may_write
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, holds_somewhere, needs_permission
from maarag.ui.figures import name_in_language

from ..actions import allow_response, end_allowed
from ..buying import buying_of, whoever_says
from ..forms import AllowedForm
from ..models import AllowedResponse
from .bought import allowed_table, ended_of, ended_table
from .family import tell
from .rules import rules_page


@require_safe
def buys(request: HttpRequest, code: str) -> HttpResponse:
    """For everybody: the kinds of response, up to how much, and what held before."""
    programme = get_object_or_404(Programme, code=code)
    buying = buying_of(programme)
    context = {
        "programme": programme,
        "table": allowed_table(buying.rows),
        "everything": not buying.rows,
        "ended": ended_table(ended_of(programme)),
        "who": whoever_says() if holds_somewhere(request.user, Permission.VIEW_FAMILIES) else "",
        "may_write": may_write(request.user),
        "crumbs": [
            (_("Programmes"), reverse("programmes:index")),
            (name_in_language(programme), reverse("programmes:detail", args=[code])),
            (_("What its baskets may buy"), ""),
        ],
    }
    return render(request, "baskets/buys.html", context)


@require_POST
@needs_permission(Permission.MANAGE_BUDGETS)
def allow(request: HttpRequest, code: str) -> HttpResponse:
    """Say that baskets may buy a kind of response, or say it otherwise."""
    programme = _programme(request, code)
    form = AllowedForm(request.POST, auto_id="id_allow_%s")
    if form.is_valid():
        try:
            allow_response(by=account_of(request), programme=programme, **form.cleaned_data)
        except ValidationError as error:
            tell(form, error)
        else:
            messages.success(request, _("It was written down what baskets may buy."))
            return redirect(reverse("baskets:rules", args=[code]) + "#bought")
    return rules_page(request, programme, allow_form=form, status=422)


@require_POST
@needs_permission(Permission.MANAGE_BUDGETS)
def end(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Baskets may no longer buy it; what was approved stays."""
    programme = _programme(request, code)
    row = get_object_or_404(AllowedResponse.objects.select_related("programme"), pk=pk, programme=programme)
    end_allowed(by=account_of(request), row=row)
    if programme.allowed_responses.filter(ended_at=None).exists():
        messages.success(request, _("It was ended; what was approved or ordered stays as it is."))
    else:
        messages.success(request, _("It was ended. Nothing is written now: baskets may buy every response."))
    return redirect(reverse("baskets:rules", args=[code]) + "#bought")


def _programme(request: HttpRequest, code: str) -> Programme:
    if not may_write(request.user):
        raise Http404
    return get_object_or_404(Programme, code=code)
