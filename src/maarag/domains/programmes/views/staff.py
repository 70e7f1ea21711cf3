"""Who works in a programme of one authority, and with how many families at most."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission, permits, require
from maarag.kernel.places.models import Place, PlaceKind
from maarag.ui.choices import asked_text
from maarag.ui.figures import name_in_language, number

from ..actions import end_worker, set_worker
from ..forms import EndForm, WorkerForm
from ..in_use import places_taken
from ..model_tables import workers_table
from ..models import Programme, ProgrammeWorker
from ..queries import quota_for, workers_of
from .pages import crumbs_of, programme_of, tell


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.STAFF_PROGRAMMES)
def workers(request: HttpRequest, code: str, authority: str) -> HttpResponse:
    """Who works in it today and who did; somebody new, or another number of families."""
    programme, place = _of(request, code, authority)
    chosen = asked_text(request.GET, "account", 20)
    data = request.POST if request.method == "POST" else None
    form = WorkerForm(data, authority=place, initial={"account": chosen} if chosen.isdigit() else {})
    if request.method == "POST" and form.is_valid():
        try:
            set_worker(by=account_of(request), programme=programme, authority=place, **form.cleaned_data)
        except ValidationError as error:
            tell(form, error)
        else:
            messages.success(request, _("Who works in the programme was saved."))
            return redirect("programmes:workers", code=code, authority=authority)
    return _page(request, programme, place, form, None)


@require_POST
@needs_permission(Permission.STAFF_PROGRAMMES)
def end(request: HttpRequest, code: str, authority: str) -> HttpResponse:
    """Somebody no longer works in it."""
    programme, place = _of(request, code, authority)
    today = timezone.localdate()
    form = EndForm(request.POST, workers=_open(programme, place))
    if form.is_valid():
        ends = form.cleaned_data["ends"] or today
        try:
            end_worker(by=account_of(request), worker=form.cleaned_data["worker"], ends=ends)
        except ValidationError as error:
            tell(form, error)
        else:
            messages.success(request, _("The last day in the programme was saved."))
            return redirect("programmes:workers", code=code, authority=authority)
    return _page(request, programme, place, WorkerForm(authority=place), form)


def _of(request: HttpRequest, code: str, authority: str) -> tuple[Programme, Place]:
    place = get_object_or_404(Place.objects.defer("outline"), code=authority, kind=PlaceKind.AUTHORITY)
    require(request.user, Permission.STAFF_PROGRAMMES, place=place)
    return programme_of(code), place


def _open(programme: Programme, place: Place) -> object:
    rows = ProgrammeWorker.objects.filter(programme=programme, authority=place, ends=None)
    return rows.select_related("account", "authority", "programme").order_by("account__name", "pk")


def _page(
    request: HttpRequest, programme: Programme, place: Place, form: WorkerForm, ending: EndForm | None
) -> HttpResponse:
    today = timezone.localdate()
    now = list(workers_of(programme, place, today))
    others = ProgrammeWorker.objects.filter(programme=programme, authority=place).exclude(
        pk__in=[row.pk for row in now]
    )
    quota = quota_for(programme, place, today)
    tells = permits(request.user, Permission.VIEW_EXACT_COUNTS, place=place)
    context = {
        "programme": programme,
        "place": place,
        "facts": [
            (_("Local authority"), name_in_language(place)),
            (_("Places in the programme"), number(quota.families if quota else None)),
            *([(_("Places taken"), number(places_taken(quota)))] if tells and quota else []),
            (_("Families that the workers carry at most"), number(sum(row.most for row in now))),
        ],
        "short": quota is not None and sum(row.most for row in now) < quota.families,
        "table": workers_table(
            now,
            caption=_("Who works in it today"),
            empty=_("Nobody works in it yet: no family can be proposed a place within a worker's load."),
        ),
        "others": workers_table(
            others.select_related("account").order_by("-starts", "pk"),
            caption=_("Before and later"),
            empty="",
        ),
        "has_others": others.exists(),
        "form": form,
        "ending": ending or EndForm(workers=_open(programme, place)),
        "may_end": bool(now),
        "toolbox": reverse("programmes:toolbox", args=[place.code]),
        "crumbs": crumbs_of(programme, (pgettext("of a programme", "Workers"), "")),
        "is_fictional": place.is_fictional,
    }
    wrong = form.errors or (ending is not None and ending.errors)
    return render(request, "programmes/workers.html", context, status=422 if wrong else 200)
