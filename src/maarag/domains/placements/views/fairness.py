"""Is any group placed less, or less well? The chart, the table, and answers to what is seen."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from maarag.engines.matching import Group
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission, permits
from maarag.kernel.matches.models import Run
from maarag.ui import figures
from maarag.ui.choices import asked_text

from ..actions import explain_difference
from ..forms import RemarkForm
from ..groups import attribute_label, labels_of
from ..queries import Attribute, GroupLine, fairness
from ..scope import sees_names
from ..tables import difference_in_words, groups_table, measured, status_of_group
from .filed import tell
from .runs import run_of
from .shown import run_page

STAGES = ("proposed", "decided")


@require_safe
@needs_permission(Permission.RUN_PLACEMENTS)
def report(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Groups by sex, sector, language and area: proposals or what stands after decisions."""
    return _page(request, run_of(request, pk, done=True))


@require_POST
@needs_permission(Permission.RUN_PLACEMENTS)
def remark(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down what explains a difference."""
    run = run_of(request, pk, done=True)
    attribute, value = asked_text(request.POST, "attribute", 40), asked_text(request.POST, "value", 80)
    form = RemarkForm(request.POST)
    if form.is_valid():
        try:
            explain_difference(
                by=account_of(request),
                run=run,
                attribute=attribute,
                value=value,
                text=form.cleaned_data["text"],
            )
        except ValidationError as error:
            tell(form, error)
        else:
            messages.success(request, _("The explanation was written down."))
            return redirect("placements:fairness", pk=pk)
    return _page(request, run, form, (attribute, value), status=422)


def _page(
    request: HttpRequest,
    run: Run,
    form: RemarkForm | None = None,
    about: tuple[str, str] = ("", ""),
    *,
    status: int = 200,
) -> HttpResponse:
    account = account_of(request)
    stage = asked_text(request.GET, "of")
    stage = stage if stage in STAGES else "proposed"
    found = fairness(account, run)
    told = any(part.tells_decisions for part in found)
    stage = stage if told else "proposed"
    words = {"proposed": _("What the run proposed"), "decided": _("What stands after the decisions")}
    parts = [_part(part, stage) for part in found if part.groups]
    seen = [
        _seen(run, part, line, stage, form if about == (part.code, line.value) else None)
        for part in found
        for line in part.groups
        if (one := measured(line, stage)) is not None and (one.seen or one.fit_seen)
    ]
    if first := next((part for part in parts if part["seen"]), None):
        first["open"] = True
    context = {
        **run_page(run, "fairness", _("Fairness"), named=sees_names(account, run)),
        "stages": [(code, words[code]) for code in STAGES] if told else [],
        "of": stage,
        "parts": parts,
        "seen": seen,
        "to_answer": sum(not one["is_answered"] for one in seen),
        "may_ask": permits(account, Permission.RUN_PLACEMENTS, place=run.place),
        "untold": any(part.groups for part in found) and not told,
        "hides": any(part.hides for part in found),
    }
    return render(request, "placements/fairness.html", context, status=status)


def _part(part: Attribute, stage: str) -> dict[str, Any]:
    """One attribute: its table, and a heading that tells whether there is something to see in it."""
    measures = [measured(line, stage) for line in part.groups]
    seen = sum(one is not None and (one.seen or one.fit_seen) for one in measures)
    words = [
        attribute_label(part.code),
        ngettext("%(n)s group", "%(n)s groups", len(measures)) % {"n": len(measures)},
        ngettext("%(n)s difference seen", "%(n)s differences seen", seen) % {"n": seen}
        if seen
        else _("No difference seen"),
    ]
    return {
        "code": part.code,
        "title": " · ".join(words),
        "table": groups_table(part, stage),
        "seen": seen,
        "open": False,
    }


def _seen(run: Run, part: Attribute, line: GroupLine, stage: str, form: RemarkForm | None) -> dict[str, Any]:
    one = measured(line, stage) or line.proposed
    assert one is not None
    words = _placed_words(one) if one.seen else _fit_words(one)
    others = (one.rate - one.difference) if one.difference < 0 else one.rate
    label = labels_of(part.code, [line.value])[line.value]
    return {
        "attribute": part.code,
        "value": line.value,
        "title": f"{attribute_label(part.code)}: {label}",
        "status": status_of_group(line, stage),
        "is_answered": line.is_answered,
        "words": words,
        "remarks": [
            {
                "kind": row.get_kind_display(),
                "who": row.by.name,
                "when": row.at,
                "text": row.text or _("See the run with the floor"),
                "url": reverse("placements:progress", args=[row.mended_by_id]) if row.mended_by_id else "",
            }
            for row in line.remarks
        ],
        "form": form or RemarkForm(auto_id=f"id_{line.attribute}_{line.value}_%s"),
        "open": form is not None,
        "id": f"answer-{line.attribute}-{line.value}",
        "least": max(1, min(100, round(100 * others))),
    }


def _placed_words(one: Group) -> str:
    return _(
        "Of this group %(placed)s of %(families)s have a place; the difference to all others is"
        " %(difference)s percent points."
    ) % {
        "placed": figures.number(one.placed),
        "families": figures.number(one.families),
        "difference": difference_in_words(one.difference, one.difference_interval),
    }


def _fit_words(one: Group) -> str:
    interval = one.fit_interval
    return _(
        "The places of this group fit by %(fit)s in the mean; the difference to all others is %(value)s"
        " points (%(low)s to %(high)s)."
    ) % {
        "fit": figures.number(one.fit),
        "value": figures.signed(one.fit_difference),
        "low": figures.signed(interval.low if interval else None),
        "high": figures.signed(interval.high if interval else None),
    }
