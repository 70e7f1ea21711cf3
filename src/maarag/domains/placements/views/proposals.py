"""One proposal: the place, why this, why not another, and the decision."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from maarag.domains.families.actions import read_family
from maarag.domains.families.models import Family
from maarag.domains.families.scope import may, visible_to
from maarag.domains.programmes.models import Method, Quota
from maarag.domains.programmes.words import Names, quota_words
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.kernel.matches.models import RunState
from maarag.kernel.matches.rows import Verdict
from maarag.ui import figures
from maarag.ui.figures import name_in_language

from ..actions import accept as accept_proposals
from ..actions import leave_waiting, take_back
from ..actions import override as override_proposal
from ..beyond import Standing
from ..elsewhere import elsewhere
from ..errors import PlacementsError, stale_words
from ..forms import OverrideForm
from ..groups import attribute_label, labels_of
from ..models import Proposal
from ..queries import ranking, stale_codes
from ..queries.ranking import HAS_PLACE
from ..scope import proposals_for
from ..told import (
    Keys,
    lines_in_words,
    method_of,
    place_of,
    place_words,
    through_of,
    told_reasons,
)
from .board_shown import why_in_words
from .filed import tell
from .ranked import free_words, status_of_advice
from .shown import fit_tone, run_page, share, shown_elsewhere, status_of_proposal

WAITS = "waits"


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def proposal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One proposal explained. Whoever opens it is recorded as reading the file."""
    return proposal_page(request, proposal_of(request, pk))


@require_POST
@needs_permission(Permission.DECIDE_PLACEMENTS)
def accept(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Accept it as it stands."""
    row = proposal_of(request, pk, Permission.DECIDE_PLACEMENTS)
    try:
        accept_proposals(by=account_of(request), proposals=[row])
    except PlacementsError as error:
        messages.error(request, error.in_words())
    else:
        messages.success(request, _("Accepted. The basket is opened when the run is carried out."))
    return redirect("placements:proposal", pk=pk)


@require_POST
@needs_permission(Permission.DECIDE_PLACEMENTS)
def override(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Decide on another place, or on waiting, and say why."""
    row = proposal_of(request, pk, Permission.DECIDE_PLACEMENTS)
    form = OverrideForm(request.POST, choices=_choices(row))
    if form.is_valid():
        to, reason, account = form.cleaned_data["to"], form.cleaned_data["reason"], account_of(request)
        quota, _colon, code = to.partition(":")
        try:
            if to == WAITS:
                leave_waiting(by=account, proposal=row, reason=reason)
            else:
                override_proposal(
                    by=account,
                    proposal=row,
                    quota=Quota.objects.get(pk=quota),
                    method=Method.objects.get(code=code) if code else None,
                    reason=reason,
                )
        except (PlacementsError, ValidationError) as error:
            tell(form, error)
        else:
            messages.success(request, _("Decided. Your reason stands beside it."))
            return redirect("placements:proposal", pk=pk)
    return proposal_page(request, row, form, status=422)


@require_POST
@needs_permission(Permission.DECIDE_PLACEMENTS)
def undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take the decision back."""
    row = proposal_of(request, pk, Permission.DECIDE_PLACEMENTS)
    try:
        take_back(by=account_of(request), proposal=row)
    except PlacementsError as error:
        messages.error(request, error.in_words())
    else:
        messages.success(request, _("The decision was taken back."))
    return redirect("placements:proposal", pk=pk)


def _below(row: Proposal, keys: Keys) -> str:
    """Why the family waits; where it has a place, what speaks for it stands below."""
    return "" if row.quota_id is not None else why_in_words(row, keys, Names())


def proposal_page(
    request: HttpRequest, row: Proposal, form: OverrideForm | None = None, *, status: int = 200
) -> HttpResponse:
    """The page of one proposal; `form` is a decision that was not understood."""
    told, run = row.explanation, row.run
    keys = Keys.in_explanations([told])
    judged = told.get("judged", {})
    pro, contra, missing = told_reasons(
        *(judged.get(name, ()) for name in ("pro", "contra", "missing")), alone=row.works_by_method
    )
    stands = not row.is_changed
    proposed = place_words(row.proposed, keys.methods.get(row.proposed_method, ""))
    about = {
        "speaks_for": [*lines_in_words(told.get("for", ()), keys), *pro],
        "speaks_against": [*lines_in_words(told.get("against", ()), keys), *contra],
    }
    stale = stale_codes([row]).get(row.pk, "")
    other = None if row.is_carried_out else elsewhere(run, [row.family_id]).get(row.family_id)
    decides = may(request.user, Permission.DECIDE_PLACEMENTS, row.family) and not row.is_carried_out
    context = {
        **run_page(run, "run", row.family.name, named=decides),
        "proposal": row,
        "proposal_status": status_of_proposal(row, stale=stale),
        "place_title": method_of(row) or place_of(row),
        "place_sub": _below(row, keys) if stands else _("The run proposed: %(place)s") % {"place": proposed},
        "through": through_of(row),
        "fit": share(row.fit),
        "fit_tone": fit_tone(row.fit),
        "decided": _decided(row, stale),
        "elsewhere": shown_elsewhere(other) if other else None,
        **(about if stands else {"before": {"title": _said_of(proposed), **about} if row.proposed else None}),
        "missing": missing if stands else [],
        "why_not": _why_not(request, row, keys),
        "barred": _barred(told, keys),
        "known": _known(told),
        "may_decide": decides,
        "forms": _forms(row, form, stale) if decides else {},
        "fictional": row.family.authority.is_fictional,
    }
    context["crumbs"] = [
        (_("Placing families"), reverse("placements:index")),
        (context["run_name"], reverse("placements:run", args=[run.pk])),
        (row.family.name, ""),
    ] if decides else [
        (_("Families"), reverse("families:index")),
        (row.family.name, reverse("placements:family", args=[row.family_id])),
        (_("Proposal"), ""),
    ]  # fmt: skip
    return render(request, "placements/proposal.html", context, status=status)


def _said_of(proposed: str) -> str:
    return _("What the run said of %(place)s") % {"place": proposed}


def _decided(row: Proposal, stale: str) -> dict[str, Any] | None:
    if stale:
        return {"tone": "critical", "title": _("Out of date"), "words": stale_words(stale), "reason": ""}
    if row.verdict == Verdict.PENDING or row.decided_by is None:
        return None
    words = _("%(who)s, %(when)s") % {"who": row.decided_by.name, "when": figures.moment(row.decided_at)}
    return {"tone": "ok", "title": row.get_verdict_display(), "words": words, "reason": row.reason}


def _forms(row: Proposal, form: OverrideForm | None, stale: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if row.verdict == Verdict.PENDING and not stale:
        found["accept"] = True
        found["accept_words"] = _accept_words(row)
    if stale != "closed":
        found["override"] = form or OverrideForm(choices=_choices(row))
    if row.verdict != Verdict.PENDING:
        found["undo"] = True
    return found


def _accept_words(row: Proposal) -> str:
    if row.quota is None:
        return _("The family waits, and is put on the list of what fits best once the run is carried out.")
    if method := method_of(row):
        words = _("The family has the method %(method)s, through %(place)s, once the run is carried out.")
        return words % {"method": method, "place": through_of(row)}
    words = _("The family has a place in %(place)s once the run is carried out.")
    return words % {"place": quota_words(row.quota)}


def _choices(row: Proposal) -> list[tuple[str, Any]]:
    """Every place of the department beside the one that stands, with what is to be known of it; waiting.

    Where methods are chosen, each place with each of its programme's methods, as `place:method`.
    """
    choices: list[tuple[str, Any]] = []
    try:
        places = ranking(row.family, day=timezone.localdate(), by_method=row.works_by_method).every_place
    except LookupError:
        places = []
    standing = _standing(row, [one.quota for one in places if one.quota is not None])
    for one in places:
        stands = one.quota is not None and one.quota.pk == row.quota_id
        if one.quota is None or one.advice == HAS_PLACE or (stands and one.method == row.method):
            continue
        if stands and not row.works_by_method:
            continue
        words = _("%(place)s – fit %(fit)s, %(state)s") % {
            "place": place_words(one.quota, name_in_language(one.method) if one.method else ""),
            "fit": figures.number(one.fit),
            "state": status_of_advice(one.advice).word,
        }
        worker = row.worker_id if row.quota and row.quota.programme_id == one.programme.pk else None
        passed = standing.change({row.family_id: (one.quota, worker)})
        known = [free_words(one), *passed.in_words()]
        below = format_html_join(
            "", '<span class="choice__more small muted">{}</span>', [[line] for line in known]
        )
        label = format_html("<span>{}{}</span>", words, below)
        choices.append((f"{one.quota.pk}:{one.method.code}" if one.method else str(one.quota.pk), label))
    if row.quota_id is not None or row.verdict == Verdict.PENDING:
        choices.append((WAITS, _("Leave waiting for now")))
    return choices


def _standing(row: Proposal, places: list[Quota]) -> Standing:
    """The board on which the proposal is, as far as it holds, in the family's department."""
    rows = Proposal.objects.filter(run=row.run_id, authority=row.authority_id, carried_at=None)
    found = list(rows.exclude(quota=None).select_related("family", "quota").defer("explanation", "reason"))
    stale = stale_codes(found)
    return Standing.of((one for one in found if one.pk not in stale), places, [row.family_id])


def _why_not(request: HttpRequest, row: Proposal, keys: Keys) -> list[dict[str, Any]]:
    """Places that fit better, why they cannot be had, and what would have to change."""
    others = row.explanation.get("why_not", ())
    names = _names(request, [d["family"] for one in others if (d := one.get("displaced"))])
    shown = []
    for one in others:
        because = lines_in_words(one["because"], keys)
        displaced = one.get("displaced")
        if displaced and displaced["family"] in names:
            because.append(
                _("Instead of it %(family)s would lose the place, and have: %(place)s.")
                % {
                    "family": names[displaced["family"]],
                    "place": keys.place(displaced["goes_to"], displaced.get("method", "")),
                }
            )
        shown.append(
            {
                "place": keys.programme(one["quota"], one.get("method", "")),
                "fit": share(one["fit"]),
                "because": because,
                "change": lines_in_words(one["change"], keys),
            }
        )
    return shown


def _names(request: HttpRequest, families: list[str]) -> dict[str, str]:
    """The names of families whose files the viewer reads."""
    rows = visible_to(account_of(request)).filter(pk__in=families) if families else Family.objects.none()
    return {str(row.pk): row.name for row in rows}


def _barred(told: dict[str, Any], keys: Keys) -> list[dict[str, Any]]:
    barred = told.get("barred", ())
    words = told_reasons(*(one["reasons"] for one in barred))
    return [
        {"place": keys.programme(one["quota"]), "words": said}
        for one, said in zip(barred, words, strict=True)
    ]


def _known(told: dict[str, Any]) -> list[tuple[Any, Any]]:
    """How the run counted the family: its groups and what it weighs on a worker."""
    groups = told.get("groups", {})
    lines: list[tuple[Any, Any]] = [
        (attribute_label(attribute), labels_of(attribute, [value])[value])
        for attribute, value in groups.items()
    ]
    if weight := told.get("weight"):
        lines.append((_("Load on a worker"), figures.number(weight, 2 if weight % 1 else 0)))
    if "eligible" in told:
        lines.append((_("Programmes open to it"), figures.number(told["eligible"])))
    return lines


def proposal_of(
    request: HttpRequest, pk: UUID, permission: Permission = Permission.VIEW_FAMILIES
) -> Proposal:
    """The proposal of a run that is done, for a family whose file the account reads; the reading is recorded.

    Raises Http404.
    """
    account = account_of(request)
    rows = proposals_for(account).select_related("family", "run", "run__place", "run__asked_by")
    row = rows.filter(pk=pk, run__state=RunState.DONE).first()
    if row is None or not may(account, permission, row.family):
        raise Http404
    if read_family(by=account, pk=row.family_id) is None:
        raise Http404
    return row
