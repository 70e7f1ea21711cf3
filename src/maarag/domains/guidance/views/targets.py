"""What programmes aim at: the targets in force, setting one, ending one."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission, permits, places_permitted
from maarag.ui.choices import asked_text

from ..actions import AlreadyEnded, end_target, set_target
from ..forms import TargetForm
from ..queries import targets_of
from ..tables import targets_table
from ..words import of_what, value_in_words
from .sessions import room_tabs


@require_safe
@needs_permission(Permission.VIEW_STAFF_FIGURES)
def targets(request: HttpRequest) -> HttpResponse:
    """The targets in force of my places, and of those that contain them."""
    today = timezone.localdate()
    rows = targets_of(request.user).filter(Q(ends=None) | Q(ends__gte=today))
    mine = set(places_permitted(request.user, Permission.GUIDE_PROGRAMMES).values_list("pk", flat=True))
    context = {
        "tabs": room_tabs("targets"),
        "table": targets_table(rows, mine),
        "may_guide": bool(mine),
    }
    return render(request, "guidance/targets.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.GUIDE_PROGRAMMES)
def new_target(request: HttpRequest) -> HttpResponse:
    """Set what a place aims at."""
    account = account_of(request)
    if request.method != "POST":
        initial = {name: asked_text(request.GET, name) for name in ("place", "programme", "measure")}
        return _form_page(request, TargetForm(viewer=account, initial=initial))
    form = TargetForm(request.POST, viewer=account)
    if form.is_valid():
        try:
            set_target(by=account, **form.cleaned_data)
        except ValidationError as error:
            known = getattr(error, "error_dict", None)
            form.add_error(None, error if known and set(known) <= set(form.fields) else error.messages)
        else:
            messages.success(request, _("The target was set."))
            return redirect("guidance:targets")
    return _form_page(request, form, status=422)


def _form_page(request: HttpRequest, form: TargetForm, status: int = 200) -> HttpResponse:
    back = reverse("guidance:targets")
    heading = _("Set a target")
    context = {
        "form": form,
        "heading": heading,
        "back": back,
        "crumbs": [(_("Targets"), back), (heading, "")],
    }
    return render(request, "guidance/form.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.GUIDE_PROGRAMMES)
def finish_target(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a target back, after asking."""
    found = targets_of(request.user).filter(pk=pk).first() if pk < 2**63 else None
    if found is None or not permits(request.user, Permission.GUIDE_PROGRAMMES, place=found.place):
        raise Http404
    if request.method == "POST":
        try:
            end_target(by=account_of(request), target=found)
        except AlreadyEnded:
            messages.info(request, _("The target was ended already."))
        else:
            messages.success(request, _("The target was ended."))
        return redirect("guidance:targets")
    context = {
        "target": found,
        "value": value_in_words(found),
        "what": of_what(found),
        "back": reverse("guidance:targets"),
        "crumbs": [(_("Targets"), reverse("guidance:targets")), (_("End a target"), "")],
    }
    return render(request, "guidance/end_target.html", context)
