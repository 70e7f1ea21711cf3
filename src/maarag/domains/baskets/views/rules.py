"""The rules of a programme's baskets: cost, which responses, up to how much each role approves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from maarag.domains.funding.models import BudgetLine
from maarag.domains.programmes.models import Programme
from maarag.domains.programmes.queries import lines_of
from maarag.domains.programmes.scope import may_write
from maarag.kernel.access.permissions import Permission, Role
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.ui.choices import asked_text
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Table

from ..actions import set_limit
from ..buying import buying_of
from ..forms import AllowedForm, ProgrammeLimitForm
from ..limits import LADDER, limits
from .bought import allowed_table, ended_of, ended_table
from .family import tell


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.MANAGE_BUDGETS)
def rules(request: HttpRequest, code: str) -> HttpResponse:
    """For whoever says what programmes are: the rules that hold where a department set none of its own."""
    if not may_write(request.user):
        raise Http404
    programme = get_object_or_404(Programme, code=code)
    form = ProgrammeLimitForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        role, amount = Role(form.cleaned_data["role"]), form.cleaned_data["amount"]
        try:
            set_limit(by=account_of(request), role=role, amount=amount, programme=programme)
        except ValidationError as error:
            tell(form, error)
        else:
            messages.success(request, _("The limit was set."))
            return redirect("baskets:rules", code=code)
    return rules_page(request, programme, limit_form=form, status=422 if form.errors else 200)


def rules_page(
    request: HttpRequest,
    programme: Programme,
    *,
    limit_form: ProgrammeLimitForm | None = None,
    allow_form: AllowedForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page with what baskets cost, may buy, and limits; with a form that was not understood."""
    buying = buying_of(programme)
    asked = asked_text(request.GET, "allowed", 20)
    chosen = next((row for row in buying.rows if str(row.pk) == asked), None)
    faulty = next((form for form in (limit_form, allow_form) if form is not None and form.errors), None)
    context = {
        "programme": programme,
        "costs": _costs(lines_of(programme, request.user)),
        "limits": _limits(programme),
        "limit_form": limit_form or ProgrammeLimitForm(),
        "bought": allowed_table(buying.rows, code=programme.code),
        "everything": not buying.rows,
        "is_last": len(buying.rows) == 1,
        "ended": ended_table(ended_of(programme), named=True),
        "chosen": chosen,
        "allow_form": allow_form or AllowedForm(auto_id="id_allow_%s", row=chosen),
        "form": faulty or forms.Form(),
        "crumbs": [
            (_("Programmes"), reverse("programmes:index")),
            (name_in_language(programme), reverse("programmes:detail", args=[programme.code])),
            (_("Rules of its baskets"), ""),
        ],
    }
    return render(request, "baskets/rules.html", context, status=status)


def _costs(lines: list[BudgetLine]) -> Table:
    """What a basket is of, in each budget that pays for the programme."""
    return Table(
        columns=[
            Column("budget", _("Budget"), "name", heading=True, link="url"),
            Column("families", _("Families"), "number"),
            Column("cost", _("Cost of a basket"), "money"),
        ],
        rows=[
            {
                "budget": line.budget,
                "url": reverse("funding:line", args=[line.budget.code, line.code]),
                "families": line.families,
                "cost": line.unit_cost,
            }
            for line in lines
        ],
        caption=_("Cost of a basket"),
        caption_hidden=True,
        empty=_("No budget pays for this programme yet"),
    )


def _limits(programme: Programme) -> Table:
    """What holds for each role, and whether it was set for this programme."""
    found = limits(programme, None)
    rows: list[dict[str, Any]] = []
    for role in LADDER:
        row = found.set_rows.get(role)
        if row is None:
            where = _("as the system comes")
        else:
            where = _("this programme") if row.programme_id else _("Every programme")
        rows.append({"role": role.label, "amount": found.amounts[role], "where": where})
    return Table(
        columns=[
            Column("role", _("Role"), heading=True),
            Column("amount", _("Approves one request up to"), "money"),
            Column("where", _("Set for")),
        ],
        rows=rows,
        caption=_("Limits of approval"),
        caption_hidden=True,
        foot=_("A limit that a department sets for itself comes before these."),
    )
