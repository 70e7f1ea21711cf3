"""Consents of a family, and its plan as shared with bodies; and what such a body sees."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from maarag.domains.families.models import Family
from maarag.domains.families.parts import page_of
from maarag.domains.families.scope import may
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.kernel.access.sign_in import needs_recent_sign_in
from maarag.ui import figures
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Table

from ..actions import (
    AlreadyDone,
    read_shared_plan,
    record_consent,
    share_plan,
    withdraw_consent,
    withdraw_plan_share,
)
from ..forms.agreements import ConsentForm, PlanShareForm, WithdrawForm, seen_in_words
from ..models import Consent, PlanShare, Profession
from ..queries.sharing import SharedItem, ends_with, shared_lines, shares_of
from ..words import (
    professions_in_words,
    status_of_consent,
    status_of_progress,
    status_of_share,
)
from .editing import edit_page, file_of, row_of, to_part
from .plan import links

PER_PAGE = 30


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def sharing(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the family consented to, and with whom the plan is shared."""
    family = file_of(request, pk)
    context = page_of(request, family, "sharing")
    may_share = may(request.user, Permission.SHARE_FAMILIES, family)
    context |= {
        "changes": context["may_edit"] and context["open"],
        "may_share": may_share and context["open"],
        "consents": _consents(family, context["may_edit"]),
        "shares": _shares(family, may_share),
    }
    return render(request, "casework/sharing.html", context)


def _consents(family: Family, may_edit: bool) -> Table:
    rows = Consent.objects.filter(family=family).select_related("document", "written_by")
    return Table(
        columns=[
            Column("purpose", pgettext("consent", "What for"), heading=True),
            Column("whom", _("With whom")),
            Column("given", _("Given by, how and when")),
            Column("until", _("Until"), "date"),
            Column("status", _("State"), "status"),
            *([Column("ways", _("Actions"), "actions")] if may_edit else []),
        ],
        rows=[
            {
                "purpose": " – ".join(filter(None, [row.purpose, row.withdrawn_words])),
                "whom": professions_in_words(row.professions),
                "given": " · ".join([row.given_by, str(row.get_manner_display()), figures.day(row.given_on)]),
                "until": row.until,
                "status": status_of_consent(row),
                "ways": links((reverse("casework:withdraw_consent", args=[family.pk, row.pk]), _("Withdraw")))
                if status_of_consent(row).tone in ("ok", "attention")
                else "",
            }
            for row in rows
        ],
        caption=_("Consents"),
        caption_hidden=True,
        empty=_("No consent is written down."),
    )


def _shares(family: Family, may_share: bool) -> Table:
    return Table(
        columns=[
            Column("body", _("Shared with"), "name", heading=True),
            Column("field", pgettext("profession", "Field of work")),
            Column("basis", _("By what right")),
            Column("starts", _("From"), "date"),
            Column("ends", _("Until"), "date"),
            Column("status", _("State"), "status"),
            *([Column("ways", _("Actions"), "actions")] if may_share else []),
        ],
        rows=[
            {
                "body": row.organisation,
                "field": row.get_profession_display(),
                "basis": " · ".join(filter(None, [str(row.get_basis_display()), row.basis_details])),
                "starts": row.starts,
                "ends": row.ends,
                "status": status_of_share(row),
                "ways": links((reverse("casework:withdraw_share", args=[family.pk, row.pk]), _("Withdraw")))
                if status_of_share(row).tone in ("ok", "info")
                else "",
            }
            for row in shares_of(family)
        ],
        caption=_("Bodies that see the plan"),
        caption_hidden=True,
        empty=_("The plan is shared with nobody."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def add_consent(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down what the family agreed to."""
    family = file_of(request, pk, Permission.EDIT_FAMILIES)
    return edit_page(
        request,
        family,
        "sharing",
        ConsentForm,
        heading=_("Write down a consent"),
        done=_("The consent was written down."),
        write=lambda form, _seen: record_consent(by=account_of(request), family=family, **form.cleaned_data),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def end_consent(request: HttpRequest, pk: UUID, row: UUID) -> HttpResponse:
    """The family takes its consent back."""
    family = file_of(request, pk, Permission.EDIT_FAMILIES)
    found: Consent = row_of(Consent, family, row)
    return edit_page(
        request,
        family,
        "sharing",
        WithdrawForm,
        heading=_("Withdraw the consent"),
        row=found,
        done=_("Withdrawn: what rested on this consent is not seen by any body any more."),
        intro=_(
            "What bodies see because of this consent ends at once: shares of the plan and of the file, and"
            " referrals. What their workers have read already, they have read."
        ),
        save_label=_("Withdraw"),
        danger=True,
        closed_too=True,
        facts=[
            (pgettext("consent", "What for"), found.purpose),
            (_("With whom"), professions_in_words(found.professions)),
            (_("Until"), figures.day(found.until)),
            *((_("Ends with it"), seen_in_words(each)) for each in ends_with(found)),
        ],
        write=lambda form, _seen: withdraw_consent(
            by=account_of(request), consent=found, **form.cleaned_data
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs_recent_sign_in
@needs_permission(Permission.SHARE_FAMILIES)
def share(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let a body see the goals and responses of its field of work."""
    family = file_of(request, pk, Permission.SHARE_FAMILIES)
    return edit_page(
        request,
        family,
        "sharing",
        PlanShareForm,
        heading=_("Share the plan"),
        done=_("It is shared; the body sees it from its first day on."),
        write=lambda form, _seen: share_plan(by=account_of(request), family=family, **form.cleaned_data),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.SHARE_FAMILIES)
def withdraw(request: HttpRequest, pk: UUID, row: UUID) -> HttpResponse:
    """Ask once more, then end a share of the plan."""
    family = file_of(request, pk, Permission.SHARE_FAMILIES)
    found: PlanShare = row_of(PlanShare, family, row)
    if request.method == "POST":
        try:
            withdraw_plan_share(by=account_of(request), share=found)
        except AlreadyDone:
            messages.info(request, _("It was withdrawn, or had ended, already."))
        else:
            messages.success(request, _("Withdrawn: the body does not see it any more."))
        return to_part(family, "sharing")
    heading = _("Withdraw the share")
    context = page_of(request, family, "sharing", crumb=heading) | {
        "heading": heading,
        "text": _("The body stops seeing it at once. What its workers have read already, they have read."),
        "facts": [
            (_("Shared with"), name_in_language(found.organisation)),
            (pgettext("profession", "Field of work"), found.get_profession_display()),
            (_("Until"), figures.day(found.ends)),
        ],
        "label": _("Withdraw"),
        "back": reverse("casework:sharing", args=[pk]),
    }
    return render(request, "casework/confirm.html", context)


@require_safe
@needs_permission(Permission.VIEW_SHARED_FILES)
def shared(request: HttpRequest) -> HttpResponse:
    """The plans that authorities share with my body."""
    total, _none = shared_lines(request.user, limit=0)
    page = Paginator(range(total), PER_PAGE).get_page(request.GET.get("page"))
    lines = shared_lines(request.user, limit=PER_PAGE, offset=(page.number - 1) * PER_PAGE)[1]
    table = Table(
        columns=[
            Column("name", _("Family"), heading=True, link="url"),
            Column("authority", _("Local authority"), "name"),
            Column("field", pgettext("profession", "Field of work")),
            Column("until", _("Until"), "date"),
        ],
        rows=[
            {
                "name": line.name or _("File %(number)s") % {"number": line.number},
                "url": reverse("casework:shared_plan", args=[line.pk]),
                "authority": line.authority,
                "field": Profession(line.profession).label,
                "until": line.until,
            }
            for line in lines
        ],
        caption=_("Plans shared with us"),
        caption_hidden=True,
        empty=_("No plan is shared with your body now."),
    )
    return render(request, "casework/shared.html", {"table": table, "page": page})


@require_safe
@needs_permission(Permission.VIEW_SHARED_FILES)
def shared_plan(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One shared plan: the goals and responses of the body's field. That it is read is recorded."""
    found = read_shared_plan(by=account_of(request), pk=pk)
    if found is None:
        raise Http404
    heading = found.name or _("File %(number)s") % {"number": found.number}
    numbers = {goal.key: number for number, goal in enumerate(found.goals, start=1)}
    context = {
        "plan": found,
        "heading": heading,
        "facts": [
            (_("Local authority"), name_in_language(found.share.authority)),
            (_("Social worker"), found.worker),
            (pgettext("profession", "Field of work"), found.share.get_profession_display()),
            (_("Plan agreed on"), figures.day(found.agreed_on)),
            (_("Shared until"), figures.day(found.share.ends)),
        ],
        "goals": [{"number": numbers[goal.key], "row": goal} for goal in found.goals],
        "table": Table(
            columns=[
                Column("response", _("Response"), heading=True),
                Column("goal", _("Goal"), "number"),
                Column("doer", _("Who does it")),
                Column("starts", _("From"), "date"),
                Column("ends", _("Until"), "date"),
                Column("often", _("How often and how much")),
                Column("status", _("State"), "status"),
            ],
            rows=[_shared_line(item, numbers) for item in found.items],
            caption=_("Responses of your field of work"),
            caption_hidden=True,
            empty=_("The plan has no response of your field of work."),
        ),
        "crumbs": [(_("Plans shared with us"), reverse("casework:shared")), (heading, "")],
    }
    return render(request, "casework/shared_plan.html", context)


def _shared_line(item: SharedItem, numbers: dict[UUID, int]) -> dict[str, Any]:
    service = name_in_language(item.service) if item.service else ""
    return {
        "response": name_in_language(item.response),
        "goal": numbers.get(item.goal) if item.goal else None,
        "doer": " · ".join(filter(None, [item.doer, item.who, service])),
        "starts": item.starts,
        "ends": item.ends,
        "often": " · ".join(filter(None, [item.frequency, item.amount])),
        "status": status_of_progress(item.progress),
    }
