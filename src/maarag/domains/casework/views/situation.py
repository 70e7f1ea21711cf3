"""What a family lives in and is good at, and assessments of it on rubrics."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from maarag.domains.families.parts import page_of
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.ui import figures
from maarag.ui.tables import Column, Status, Table

from ..actions import add_circumstance, change_circumstance, end_circumstance
from ..forms.planning import EndForm, SituationForm, StrengthForm
from ..models import Circumstance, CircumstanceKind
from ..queries.planning import circumstances_of
from .assessments import assessments_of_page
from .editing import edit_page, file_of, row_of
from .plan import links

FORMS = {CircumstanceKind.SITUATION: SituationForm, CircumstanceKind.STRENGTH: StrengthForm}


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def situation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Situations, strengths and assessments."""
    family = file_of(request, pk)
    context = page_of(request, family, "situation")
    changes = context["may_edit"] and context["open"]
    rows = circumstances_of(family)
    context |= {
        "changes": changes,
        "situations": _table([row for row in rows if row.kind == CircumstanceKind.SITUATION], changes),
        "strengths": _table([row for row in rows if row.kind == CircumstanceKind.STRENGTH], changes),
        **assessments_of_page(request, family, changes=changes),
    }
    return render(request, "casework/situation.html", context)


def _table(rows: list[Circumstance], changes: bool) -> Table:
    return Table(
        columns=[
            Column("what", pgettext("circumstance of a family", "What"), heading=True),
            Column("who", _("Who said so")),
            Column("said_on", _("On which day"), "date"),
            Column("status", _("State"), "status"),
            *([Column("ways", _("Actions"), "actions")] if changes else []),
        ],
        rows=[_line(row) for row in rows],
        caption=_("Situations and strengths"),
        caption_hidden=True,
        empty=_("Nothing is written yet."),
    )


def _line(row: Circumstance) -> dict[str, Any]:
    name = figures.name_in_language(row.term) if row.term else ""
    ended = row.ended_on is not None
    address = [row.family_id, row.pk]
    return {
        "what": " – ".join(filter(None, [name, row.words, row.ended_why])),
        "who": " · ".join(filter(None, [str(row.get_said_by_display()), row.said_by_whom])),
        "said_on": row.said_on,
        "status": Status(_("Ended on %(day)s") % {"day": figures.day(row.ended_on)}, "neutral")
        if ended
        else Status(pgettext("circumstance", "Holds"), "info"),
        "ways": ""
        if ended
        else links(
            (reverse("casework:edit_circumstance", args=address), _("Correct")),
            (reverse("casework:end_circumstance", args=address), _("No longer so")),
        ),
    }


def _add(request: HttpRequest, pk: UUID, kind: CircumstanceKind, heading: Any) -> HttpResponse:
    family = file_of(request, pk, Permission.EDIT_FAMILIES)
    return edit_page(
        request,
        family,
        "situation",
        FORMS[kind],
        heading=heading,
        done=_("It is written down."),
        write=lambda form, _seen: add_circumstance(
            by=account_of(request), family=family, kind=kind, **form.cleaned_data
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def add_situation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down something that the family lives in."""
    return _add(request, pk, CircumstanceKind.SITUATION, _("Add a situation"))


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def add_strength(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down something that the family is good at."""
    return _add(request, pk, CircumstanceKind.STRENGTH, _("Add a strength"))


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def edit_circumstance(request: HttpRequest, pk: UUID, row: UUID) -> HttpResponse:
    """Correct what was written."""
    family = file_of(request, pk, Permission.EDIT_FAMILIES)
    found: Circumstance = row_of(Circumstance, family, row)
    return edit_page(
        request,
        family,
        "situation",
        FORMS[CircumstanceKind(found.kind)],
        heading=_("Correct what is written"),
        done=_("It was saved."),
        row=found,
        write=lambda form, seen: change_circumstance(
            by=account_of(request), circumstance=found, seen=seen, **form.cleaned_data
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def end(request: HttpRequest, pk: UUID, row: UUID) -> HttpResponse:
    """Say that it no longer holds; it stays to be read."""
    family = file_of(request, pk, Permission.EDIT_FAMILIES)
    found: Circumstance = row_of(Circumstance, family, row)
    return edit_page(
        request,
        family,
        "situation",
        EndForm,
        heading=_("No longer so"),
        done=_("It is ended, and stays to be read."),
        row=found,
        facts=[
            (pgettext("circumstance of a family", "What"), _line(found)["what"]),
            (_("On which day"), figures.day(found.said_on)),
        ],
        write=lambda form, seen: end_circumstance(
            by=account_of(request), circumstance=found, seen=seen, **form.cleaned_data
        ),
    )
