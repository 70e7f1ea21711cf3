"""Files that resemble each other: the list of them, telling two apart, merging two, and undoing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_safe

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.ui import figures
from maarag.ui.choices import asked_text
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Table

from ..actions import (
    ChangedMeanwhile,
    MemberDraft,
    NotMerged,
    merge_families,
    read_family,
    tell_apart,
    undo_merge,
)
from ..duplicates import Pair, Probable, duplicates_of, probable_pairs, resembling, side_of_draft
from ..forms.merging import ApartForm, SameForm
from ..likeness_words import reasons_in_words, strength
from ..merging import PersonStep, Plan, plan_of, undo_plan_of
from ..merging_models import Merge
from ..models import Family, FamilyStatus, Member
from ..scope import authorities_with, may

MOST_NAMED = 3


@require_safe
@needs_permission(Permission.EDIT_FAMILIES)
def duplicates(request: HttpRequest) -> HttpResponse:
    """Pairs of files of one authority that may be of one family, with what speaks for it."""
    authorities = list(authorities_with(request.user, Permission.EDIT_FAMILIES).defer("outline"))
    asked = asked_text(request.GET, "place")
    place = next((one for one in authorities if one.code == asked), authorities[0] if authorities else None)
    pairs = probable_pairs(request.user, place) if place else []
    context = {
        "pairs": [_shown(request, pair) for pair in pairs],
        "place": place,
        "places": [(one.code, name_in_language(one)) for one in authorities],
        "count": len(pairs),
        "crumbs": [(_("Families"), reverse("families:index")), (_("Files that resemble each other"), "")],
    }
    return render(request, "families/duplicates.html", context)


def _shown(request: HttpRequest, pair: Pair) -> dict[str, Any]:
    both = all(may(request.user, Permission.MERGE_FAMILIES, one) for one in (pair.first, pair.second))
    # the file that would go on stands first: an open one, then the older
    files = sorted((pair.first, pair.second), key=lambda one: (one.status != FamilyStatus.OPEN, one.number))
    return {
        "files": files,
        "status": strength(pair.likeness),
        "reasons": reasons_in_words(pair.likeness),
        "may_merge": both,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def apart(request: HttpRequest, pk: UUID, other: UUID) -> HttpResponse:
    """Say why two files that resemble each other are of two families."""
    family, second = _both(request, pk, other, Permission.EDIT_FAMILIES)
    form = ApartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            tell_apart(by=account_of(request), family=family, others=[second], **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _("It is kept that these are two families."))
            return redirect("families:duplicates")
    context = {
        "form": form,
        "files": (family, second),
        "crumbs": _crumbs((_("Files that resemble each other"), reverse("families:duplicates"))),
    }
    return render(request, "families/apart.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.MERGE_FAMILIES)
def merge(request: HttpRequest, pk: UUID, other: UUID) -> HttpResponse:
    """What merging two files would do, row by row; and doing it."""
    kept, away = _both(request, pk, other, Permission.MERGE_FAMILIES)
    proposed = plan_of(kept, away)
    if request.method != "POST":
        return _merge_page(request, proposed, SameForm(plan=proposed))
    form = SameForm(request.POST, plan=proposed)
    if not form.is_valid():
        return _merge_page(request, proposed, form, status=422)
    plan = plan_of(kept, away, form.same())
    if "look" in request.POST:
        return _merge_page(request, plan, form)
    seen = request.POST.get("seen", "")
    if seen != plan.digest:
        # other people are the same than those shown: show first what that means
        return _merge_page(request, plan, form, changed=True, status=409)
    try:
        merge_families(by=account_of(request), kept=kept, away=away, same=form.same(), seen=seen)
    except ChangedMeanwhile:
        return _merge_page(request, plan_of(*_both(request, pk, other)), form, changed=True, status=409)
    except NotMerged as refused:
        return _merge_page(request, plan, form, status=409, refused=refused.reasons)
    messages.success(request, _("The two files are one now. It can be undone from the page of the file."))
    return redirect("families:detail", pk=kept.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.MERGE_FAMILIES)
def undo(request: HttpRequest, pk: UUID, merge: UUID) -> HttpResponse:
    """What taking two files apart again would do; and doing it."""
    family = read_family(by=account_of(request), pk=pk)
    row = Merge.objects.select_related("family", "away", "merged_by").filter(pk=merge, family=pk).first()
    if family is None or row is None or not may(request.user, Permission.MERGE_FAMILIES, family):
        raise Http404
    plan = undo_plan_of(row)
    if request.method == "POST":
        try:
            undo_merge(by=account_of(request), merge=row)
        except NotMerged as refused:
            messages.error(request, " ".join(refused.reasons))
        else:
            messages.success(request, _("The two files are two again."))
            return redirect("families:detail", pk=pk)
    along = sum(len(rows) for _model, rows in plan.along)
    context = {
        "family": family,
        "merge": row,
        "plan": plan,
        "facts": [
            (_("The file that was merged into it"), str(row.away_number)),
            (_("Merged on"), figures.moment(row.merged_at)),
            (_("Merged by"), row.merged_by.name),
        ],
        "table": _rows_table([(name, count) for name, count in plan.back]),
        "along": along
        and ngettext(
            "%(count)s row that was added since belongs to what goes back, and goes with it.",
            "%(count)s rows that were added since belong to what goes back, and go with it.",
            along,
        )
        % {"count": along},
        "crumbs": _crumbs((family.name, reverse("families:detail", args=[family.pk]))),
    }
    status = 409 if request.method == "POST" or plan.refusals else 200
    return render(request, "families/undo_merge.html", context, status=status)


def probable_for(by: Account, given: Mapping[str, Any], members: Sequence[MemberDraft]) -> list[Probable]:
    """The files that one about to be opened resembles, of those that the account may read."""
    authority = given["authority"]
    side = side_of_draft(authority, given["name"], given.get("address") or "", members)
    return duplicates_of(by, authority, side)


def covers(request: HttpRequest, probable: Sequence[Probable]) -> bool:
    """Whether each of the files was shown when it was said that this is another family."""
    return {str(one.family.pk) for one in probable} <= set(request.POST.getlist("apart-of"))


def shown_as_probable(probable: Sequence[Probable]) -> list[dict[str, Any]]:
    """The files with what speaks for each, for the template."""
    return [
        {
            "family": one.family,
            "status": strength(one.likeness),
            "reasons": reasons_in_words(one.likeness),
        }
        for one in probable
    ]


def warn_of_resembling(request: HttpRequest, family: Family) -> None:
    """Say so where a file that was changed is most likely of another's family: people are added later."""
    strong = [one.family for one in resembling(account_of(request), family) if one.likeness.is_strong]
    if not strong:
        return
    numbers = figures.joined(str(one.number) for one in strong[:MOST_NAMED])
    said = _("The file resembles file %(numbers)s: maybe it is the same family.") % {"numbers": numbers}
    address, label = reverse("families:duplicates"), _("Files that resemble each other")
    messages.warning(request, format_html('{} <a href="{}">{}</a>', said, address, label))


def merges_of(request: HttpRequest, family: Family) -> list[dict[str, Any]]:
    """The files that were merged into one, for its page; the way to undo it for whoever may."""
    rows = Merge.objects.filter(family=family, undone_at=None).select_related("merged_by")
    may_undo = may(request.user, Permission.MERGE_FAMILIES, family)
    return [
        {"merge": row, "url": reverse("families:undo_merge", args=[family.pk, row.pk]) if may_undo else ""}
        for row in rows
    ]


def _merge_page(
    request: HttpRequest,
    plan: Plan,
    form: SameForm,
    *,
    changed: bool = False,
    refused: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    counts = plan.counts()
    context = {
        "plan": plan,
        "form": form,
        "changed": changed,
        "refusals": refused or plan.refusals,
        "people": [_person(step, form[f"same-{step.person.pk}"]) for step in plan.people],
        "fills": [(_field(Family, name), _value(plan.away, name)) for name in plan.fills],
        "table": _rows_table(
            [(name, goes) for name, goes, _stays in counts if goes],
            _("Nothing but the people: the file has no further rows."),
        ),
        "stays": [(name, stays) for name, _goes, stays in counts if stays],
        "crumbs": _crumbs((_("Files that resemble each other"), reverse("families:duplicates"))),
    }
    if not refused and plan.refusals and status == 200:
        status = 409
    return render(request, "families/merge.html", context, status=status)


def _person(step: PersonStep, field: Any) -> dict[str, Any]:
    return {
        "step": step,
        "field": field,
        "fills": [(_field(Member, name), _value(step.person, name)) for name in step.fills],
        "differs": [
            (_field(Member, name), _value(step.same, name), _value(step.person, name))
            for name, _stays, _other in step.differs
        ],
    }


def _field(model: Any, name: str) -> str:
    return str(model._meta.get_field(name.removesuffix("_id")).verbose_name)


def _value(row: Any, name: str) -> str:
    if name == "neighbourhood_id":
        return name_in_language(row.neighbourhood)
    shown = getattr(row, f"get_{name}_display", None)
    value = shown() if shown else getattr(row, name)
    return figures.day(value) if hasattr(value, "year") else str(value)


def _rows_table(rows: list[tuple[Any, int]], empty: Any = "") -> Table:
    return Table(
        columns=[
            Column("name", _("What"), heading=True),
            Column("count", pgettext("rows", "How many"), "number"),
        ],
        rows=[{"name": name, "count": count} for name, count in rows],
        caption=_("What goes over"),
        caption_hidden=True,
        empty=empty,
    )


def _both(
    request: HttpRequest, pk: UUID, other: UUID, permission: Permission = Permission.MERGE_FAMILIES
) -> tuple[Family, Family]:
    by = account_of(request)
    first, second = read_family(by=by, pk=pk), read_family(by=by, pk=other)
    if first is None or second is None or first.pk == second.pk:
        raise Http404
    if not all(may(by, permission, one) for one in (first, second)):
        raise Http404
    return first, second


def _crumbs(*between: tuple[Any, str]) -> list[tuple[Any, str]]:
    return [(_("Families"), reverse("families:index")), *between]
