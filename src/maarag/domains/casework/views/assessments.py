"""Assessments of a family on rubrics: rounds, each rater's levels, what they agreed on, the history."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maarag.domains.families.models import Family, FamilyStatus
from maarag.domains.families.parts import page_of
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.kernel.drafts.actions import forget_draft
from maarag.kernel.rubrics import words
from maarag.kernel.rubrics.actions import RoundClosed
from maarag.kernel.rubrics.forms import RatingForm
from maarag.kernel.rubrics.queries import comparison, history, may_compare, own_marks, rubric_of
from maarag.ui.figures import name_in_language

from ..actions import begin_assessment, close_assessment, rate_assessment
from ..models import Assessment
from ..queries.assessments import RUBRICS, assessments_of
from .editing import file_of, row_of


def assessments_of_page(request: HttpRequest, family: Family, *, changes: bool) -> dict[str, Any]:
    """What the page of the situation shows of the assessments: a card for each rubric."""
    by = account_of(request)
    found = []
    for code in RUBRICS:
        rubric = rubric_of(code)
        if rubric is None:
            continue
        rounds = list(assessments_of(family, code))
        shown = [one for one in rounds if may_compare(one, by)]
        found.append(
            {
                "rubric": rubric,
                "open": next((one for one in rounds if one.is_open), None),
                "rounds": rounds,
                **words.history_context(history(shown), rubric),
            }
        )
    return {"assessments": found}


@require_POST
@needs_permission(Permission.EDIT_FAMILIES)
def begin(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    """Begin a round on a rubric, or go on with the one that is open."""
    family = file_of(request, pk, Permission.EDIT_FAMILIES)
    rubric = rubric_of(code) if code in RUBRICS else None
    if rubric is None:
        raise Http404
    if family.status != FamilyStatus.OPEN:
        messages.info(request, _("The file is closed; open it again before you change it."))
        return redirect("casework:situation", pk=pk)
    found = begin_assessment(by=account_of(request), family=family, rubric=rubric)
    return redirect("casework:rate", pk=pk, row=found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def rate(request: HttpRequest, pk: UUID, row: UUID) -> HttpResponse:
    """Say a level of each dimension, and what it rests on; without seeing what others said."""
    return _rating(request, pk, row, joint=False)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def agree(request: HttpRequest, pk: UUID, row: UUID) -> HttpResponse:
    """Write down the levels that the raters agreed on, after they compared."""
    return _rating(request, pk, row, joint=True)


def _rating(request: HttpRequest, pk: UUID, row: UUID, *, joint: bool) -> HttpResponse:
    family, by = file_of(request, pk, Permission.EDIT_FAMILIES), account_of(request)
    found: Assessment = row_of(Assessment, family, row)
    here = redirect("casework:assessment", pk=pk, row=row)
    if not found.is_open or family.status != FamilyStatus.OPEN:
        messages.info(request, _("This assessment is closed; it can be read."))
        return here
    if joint and not may_compare(found, by):
        messages.info(request, _("First your own levels; then you compare and agree."))
        return redirect("casework:rate", pk=pk, row=row)
    rubric = found.rubric
    marks = (
        {mark.dimension.code: mark for mark in found.marks.filter(is_joint=True)}
        if joint
        else own_marks(found, by)
    )
    form, status = RatingForm(request.POST or None, rubric=rubric, marks=marks), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                rate_assessment(
                    by=by,
                    assessment=found,
                    marks=form.marks(),
                    day=form.cleaned_data["day"],
                    joint=joint,
                )
            except RoundClosed:
                messages.error(request, _("Somebody closed the assessment meanwhile; nothing was saved."))
                return here
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                forget_draft(request)
                messages.success(request, _("Your levels were saved.") if not joint else _("It was saved."))
                return here
    heading = _("What was agreed on") if joint else name_in_language(rubric)
    context = page_of(request, family, "situation", crumb=heading) | {
        "form": form,
        "assessment": found,
        "rubric": rubric,
        "heading": heading,
        "joint": joint,
        "back": reverse("casework:assessment", args=[pk, row]),
    }
    return render(request, "casework/rate.html", context, status=status)


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def assessment(request: HttpRequest, pk: UUID, row: UUID) -> HttpResponse:
    """A round: what each rater said, how far apart they are; after one's own levels are complete."""
    family, by = file_of(request, pk), account_of(request)
    found: Assessment = row_of(Assessment, family, row)
    heading = name_in_language(found.rubric)
    shows = may_compare(found, by)
    context = page_of(request, family, "situation", crumb=heading)
    changes = context["may_edit"] and context["open"] and found.is_open
    compared = comparison(found) if shows else None
    context |= {
        "assessment": found,
        "heading": heading,
        "changes": changes,
        "shows": shows,
        "own": len(own_marks(found, by)),
        "comparison": compared,
        "compared": [(one, words.apart(one)) for one in compared.dimensions] if compared else [],
    }
    return render(request, "casework/assessment.html", context)


@require_POST
@needs_permission(Permission.EDIT_FAMILIES)
def close(request: HttpRequest, pk: UUID, row: UUID) -> HttpResponse:
    """End a round; it stays to be read."""
    family = file_of(request, pk, Permission.EDIT_FAMILIES)
    found: Assessment = row_of(Assessment, family, row)
    try:
        close_assessment(by=account_of(request), assessment=found)
    except RoundClosed:
        messages.info(request, _("This assessment is closed; it can be read."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The assessment is closed."))
    return redirect("casework:assessment", pk=pk, row=row)
