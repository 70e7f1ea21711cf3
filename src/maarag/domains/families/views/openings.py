"""The pages of emergency openings: for who opens, for the supervisor who judges, for who only counts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.kernel.access.sign_in import needs_recent_sign_in
from maarag.kernel.drafts.actions import forget_draft
from maarag.ui import figures
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Table

from ..actions import (
    AlreadyDone,
    NotYet,
    TooManyAttempts,
    Unjustified,
    end_opening,
    judge_opening,
    justify_opening,
    open_in_emergency,
    read_in_emergency,
)
from ..forms import EmergencyForm, JustificationForm, VerdictForm
from ..models import Opening
from ..queries import counts, opened_by, own_opening, supervised_by, to_justify
from ..queries.openings import JUSTIFY_WITHIN, is_open, overdue, works_at
from ..words import nothing_found, status_of_opening, too_many, unjustified
from .shown import facts_of, people_of

PER_PAGE = 30


@require_safe
@needs_permission(Permission.OPEN_FOREIGN_FILES)
def emergency(request: HttpRequest) -> HttpResponse:
    """What I opened in an emergency, and what waits for me to justify it."""
    account = account_of(request)
    page = Paginator(opened_by(account), PER_PAGE).get_page(request.GET.get("page"))
    table = Table(
        columns=[
            Column("name", pgettext("file of a family", "File"), heading=True, link="url"),
            Column("opened", _("Opened"), "moment"),
            Column("until", _("Until"), "moment"),
            Column("status", _("State"), "status"),
        ],
        rows=[
            {
                "name": _("File %(number)s, %(authority)s") % _called(opening),
                "url": reverse("families:emergency_file", args=[opening.pk]),
                "opened": opening.opened_at,
                "until": opening.ended_at or opening.until,
                "status": status_of_opening(opening),
            }
            for opening in page
        ],
        caption=_("My emergency openings"),
        caption_hidden=True,
        empty=_("You have opened no file in an emergency."),
    )
    waiting = to_justify(account)
    context = {
        "table": table,
        "page": page,
        "waiting": waiting,
        "blocked": any(opening.opened_at + JUSTIFY_WITHIN < timezone.now() for opening in waiting),
        "crumbs": [*_families(request), (_("Emergency openings"), "")],
    }
    return render(request, "families/emergency.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.OPEN_FOREIGN_FILES)
@needs_recent_sign_in
def open_foreign(request: HttpRequest) -> HttpResponse:
    """Open a file of another authority, at once."""
    by = account_of(request)
    form = EmergencyForm(request.POST or None, by=by)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                opening = open_in_emergency(by=by, **form.cleaned_data)
            except ValidationError as error:
                form.add_error(None, error)
            except Unjustified:
                form.add_error(None, unjustified())
                status = 409
            except TooManyAttempts:
                form.add_error(None, too_many())
                status = 429
            else:
                if opening is not None:
                    return redirect("families:emergency_file", pk=opening.pk)
                form.add_error(None, nothing_found())
                status = 404
    context = {
        "form": form,
        "blocked": opened_by(by).filter(overdue()).exists(),
        "crumbs": [
            *_families(request),
            (_("Emergency openings"), reverse("families:emergency")),
            (_("Open a file in an emergency"), ""),
        ],
    }
    return render(request, "families/emergency_form.html", context, status=status)


@require_safe
@needs_permission(Permission.OPEN_FOREIGN_FILES)
def emergency_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A file that I opened: what it says, while it is open; what I wrote of it, ever after."""
    return _file_page(request, pk, JustificationForm())


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.OPEN_FOREIGN_FILES)
def justify(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say why it was right."""
    opening, by = own_opening(account_of(request), pk), account_of(request)
    if opening is None:
        raise Http404
    if request.method != "POST":
        return redirect("families:emergency_file", pk=pk)
    form = JustificationForm(request.POST)
    if form.is_valid():
        try:
            justify_opening(by=by, opening=opening, text=form.cleaned_data["text"])
        except ValidationError as error:
            form.add_error(None, error)
        except AlreadyDone:
            messages.info(request, _("The justification was written already."))
            return redirect("families:emergency_file", pk=pk)
        else:
            forget_draft(request)
            messages.success(request, _("The justification was sent to the supervisor."))
            return redirect("families:emergency_file", pk=pk)
    return _file_page(request, pk, form, status=422)


@require_POST
@needs_permission(Permission.OPEN_FOREIGN_FILES)
def end_own(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End what I opened before its time."""
    opening = own_opening(account_of(request), pk)
    if opening is None:
        raise Http404
    _end(request, opening)
    return redirect("families:emergency_file", pk=pk)


@require_safe
@needs_permission(Permission.REVIEW_READING)
def openings_list(request: HttpRequest) -> HttpResponse:
    """The emergency openings of the files that I supervise."""
    page = Paginator(supervised_by(request.user), PER_PAGE).get_page(request.GET.get("page"))
    table = Table(
        columns=[
            Column("name", pgettext("file of a family", "File"), heading=True, link="url"),
            Column("by", _("Opened by")),
            Column("opened", _("Opened"), "moment"),
            Column("until", _("Until"), "moment"),
            Column("status", _("State"), "status"),
        ],
        rows=[
            {
                "name": _("File %(number)s, %(authority)s") % _called(opening),
                "url": reverse("families:opening", args=[opening.pk]),
                "by": opening.opened_by.name,
                "opened": opening.opened_at,
                "until": opening.ended_at or opening.until,
                "status": status_of_opening(opening),
            }
            for opening in page
        ],
        caption=_("Emergency openings of your files"),
        caption_hidden=True,
        empty=_("Nobody of another authority has opened a file of yours."),
    )
    crumbs = [*_families(request), (_("Emergency openings of your files"), "")]
    return render(request, "families/openings.html", {"table": table, "page": page, "crumbs": crumbs})


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.REVIEW_READING)
def opening(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One opening of a file that I supervise: why, how it was justified; and my verdict."""
    found = _supervised(request, pk)
    form, status = VerdictForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                judge_opening(by=account_of(request), opening=found, **form.cleaned_data)
            except ValidationError as error:
                form.add_error(None, error)
            except (AlreadyDone, NotYet):
                messages.error(request, _("It cannot be judged now: it is open still, or judged already."))
                return redirect("families:opening", pk=pk)
            else:
                forget_draft(request)
                messages.success(request, _("Your verdict was recorded; the worker sees it."))
                return redirect("families:opening", pk=pk)
    late = found.justified_at is None and found.opened_at + JUSTIFY_WITHIN < timezone.now()
    where = ", ".join(name_in_language(place) for place in works_at(found.opened_by))
    context = {
        "opening": found,
        "status": status_of_opening(found),
        "facts": [
            (_("File number"), str(found.number)),
            (_("Opened by"), f"{found.opened_by.name} ({where})" if where else found.opened_by.name),
            *_times(found),
            (_("Reason"), found.reason),
        ],
        "is_open": is_open(found),
        "may_judge": not found.verdict
        and not is_open(found)
        and bool(found.justified_at or late)
        and found.opened_by_id != account_of(request).pk,
        "form": form,
        "crumbs": [
            *_families(request),
            (_("Emergency openings of your files"), reverse("families:openings")),
            (_("File %(number)s, %(authority)s") % _called(found), ""),
        ],
    }
    return render(request, "families/opening.html", context, status=status)


@require_POST
@needs_permission(Permission.REVIEW_READING)
def end_foreign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End at once what somebody opened in my authority."""
    _end(request, _supervised(request, pk))
    return redirect("families:opening", pk=pk)


@require_safe
@needs_permission(Permission.VIEW_AUDIT)
def opening_counts(request: HttpRequest) -> HttpResponse:
    """How many emergency openings there were in each authority, for whoever sees its audit."""
    found = counts(request.user)
    table = Table(
        columns=[
            Column("authority", _("Local authority"), "name", heading=True),
            Column("all", _("Opened within a year"), "number"),
            Column("open", _("Open now"), "number"),
            Column("overdue", _("Not justified in time"), "number"),
            Column("not_accepted", _("Found not justified"), "number"),
        ],
        rows=found,
        caption=_("Emergency openings by authority"),
        caption_hidden=True,
        empty=_("No file was opened in an emergency within a year."),
    )
    return render(request, "families/opening_counts.html", {"table": table})


def _file_page(request: HttpRequest, pk: UUID, form: Form, status: int = 200) -> HttpResponse:
    account = account_of(request)
    opening = own_opening(account, pk)
    if opening is None:
        raise Http404
    file = read_in_emergency(by=account, pk=pk)
    heading = _("File %(number)s, %(authority)s") % _called(opening)
    context = {
        "opening": opening,
        "heading": heading,
        "status": status_of_opening(opening),
        "file": file,
        "facts": facts_of(file) if file else [],
        "people": people_of(file) if file else None,
        "about": [*_times(opening), (_("Reason"), opening.reason)],
        "form": form,
        "crumbs": [
            *_families(request),
            (_("Emergency openings"), reverse("families:emergency")),
            (heading, ""),
        ],
    }
    return render(request, "families/emergency_file.html", context, status=status)


def _end(request: HttpRequest, opening: Opening) -> None:
    try:
        end_opening(by=account_of(request), opening=opening)
    except AlreadyDone:
        messages.info(request, _("It had ended already."))
    else:
        messages.success(request, _("The file is closed again for whoever opened it."))


def _supervised(request: HttpRequest, pk: UUID) -> Opening:
    found = supervised_by(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _called(opening: Opening) -> dict[str, Any]:
    return {"number": opening.number, "authority": name_in_language(opening.authority)}


def _times(opening: Opening) -> list[tuple[str, str]]:
    times = [(_("Opened"), figures.moment(opening.opened_at)), (_("Until"), figures.moment(opening.until))]
    if opening.ended_at and opening.ended_by:
        ended = f"{figures.moment(opening.ended_at)} · {opening.ended_by.name}"
        times.append((_("Ended before its time"), ended))
    return times


def _families(request: HttpRequest) -> list[tuple[str, str]]:
    return [(_("Families"), reverse("families:index"))]
