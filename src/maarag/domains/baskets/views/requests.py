"""The page of one request: what is asked for, what was said and done, and what may be done next."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from maarag.domains.families.actions import read_family
from maarag.domains.families.parts import page_of
from maarag.domains.families.scope import may
from maarag.domains.services.models import Service
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.kernel.audit.queries import told_of
from maarag.kernel.drafts.actions import forget_draft
from maarag.ui import figures
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Table

from ..actions import ChangedMeanwhile, change_request, send_request, version_of
from ..buying import in_the_way, mosts_in_words
from ..errors import LEDGER, AlreadyDone, BasketError, PriceChanged, in_words
from ..forms import RequestForm
from ..models import Request, Stage
from ..money import sums_of_basket
from ..prices import change_since_asked, change_since_last_time, offers
from ..queries import delivered_quantity, writers_of
from ..scope import request_of
from ..words import missing_of, next_step, status_of
from .family import tell
from .possible import possible
from .shown import change_in_words, price_in_words


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One request. Whoever opens the page is recorded with the family's file."""
    return request_page(request, _request(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write on at a request; save it as far as it is, or send it."""
    found = _request(request, pk)
    if not may(request.user, Permission.EDIT_FAMILIES, found.family):
        raise Http404
    if found.stage != Stage.DRAFT:
        return redirect("baskets:request", pk=pk)
    given = offers(found.response, found.family.authority)
    if request.method != "POST":
        return _edit_page(request, found, RequestForm(request=found, offers=given))
    form = RequestForm(request.POST, request=found, offers=given)
    if not form.is_valid():
        return _edit_page(request, found, form, status=422)
    try:
        found = change_request(
            by=account_of(request), request=found, seen=request.POST.get("seen", ""), **form.values()
        )
        if "send" not in request.POST:
            forget_draft(request)
            messages.success(request, _("The request was saved."))
            return redirect("baskets:family", pk=found.family_id)
        accept = bool(request.POST.get("accept_price"))
        send_request(by=account_of(request), request=found, accept_price=accept)
    except ChangedMeanwhile:
        return _edit_page(request, _request(request, pk), form, changed=True, status=409)
    except AlreadyDone as error:
        messages.error(request, in_words(error))
        return redirect("baskets:request", pk=pk)
    except PriceChanged as error:
        return _edit_page(request, _request(request, pk), form, price=error, status=422)
    except (BasketError, *LEDGER, ValidationError) as error:
        tell(form, error)
        return _edit_page(request, _request(request, pk), form, status=422)
    forget_draft(request)
    messages.success(request, _("It was asked for. A professional opinion comes next."))
    return redirect("baskets:request", pk=pk)


def _edit_page(
    request: HttpRequest,
    found: Request,
    form: RequestForm,
    *,
    changed: bool = False,
    price: PriceChanged | None = None,
    status: int = 200,
) -> HttpResponse:
    crumb = name_in_language(found.response)
    context = {
        **page_of(request, found.family, "basket", crumb=crumb),
        "form": form,
        "line": found,
        "seen": version_of(found),
        "changed": changed,
        "price": price,
        "missing": missing_of(found),
        "has_offers": bool(form.offers),
        "has_goals": bool(form.goals),
        "may_set_goal": may(request.user, Permission.EDIT_FAMILIES, found.family),
        "free": figures.money(sums_of_basket(found.basket).free),
        "in_the_way": _in_the_way(found),
        "mosts": mosts_in_words(found),
        "line_status": status_of(found),
    }
    return render(request, "baskets/edit.html", context, status=status)


def request_page(
    request: HttpRequest, found: Request, bound: dict[str, forms.Form] | None = None, status: int = 200
) -> HttpResponse:
    """The page of a request; `bound` holds a form of one step that was not understood."""
    account = account_of(request)
    steps = possible(account, found)
    forms_of_steps = {**steps.forms, **(bound or {})}
    crumb = name_in_language(found.response)
    context = {
        **page_of(request, found.family, "basket", crumb=crumb),
        "form": next((form for form in (bound or {}).values()), forms.Form()),
        "line": found,
        "line_status": status_of(found, waits_for=steps.waits_for),
        "next": next_step(found),
        "deciding": found.stage in (Stage.OPINION, Stage.APPROVAL),
        "about": _about(found),
        "said": _said(found),
        "deliveries": _deliveries(found),
        "payments": _payments(found),
        "notes": [
            note
            for note in (
                _in_the_way(found),
                change_in_words(change_since_last_time(found), "last"),
                change_in_words(change_since_asked(found), "asked")
                if found.stage in (Stage.DRAFT, Stage.OPINION, Stage.APPROVAL, Stage.APPROVED)
                else "",
            )
            if note
        ],
        "steps": steps,
        "forms": forms_of_steps,
        "history": told_of(found),
    }
    return render(request, "baskets/request.html", context, status=status)


def _in_the_way(found: Request) -> str:
    error = in_the_way(found)
    return error.in_words() if error else ""


def _about(found: Request) -> list[tuple[Any, Any]]:
    names = Service.objects.filter(pk__in=found.offered)
    offered = figures.joined(name_in_language(service) for service in names)
    facts = [
        (_("Who gives it"), name_in_language(found.service) if found.service else None),
        (_("How much"), price_in_words(found)),
        (_("Amount"), figures.money(found.amount)),
        (_("Goal of the family"), _goal(found)),
        (_("Why this response"), found.why),
        (_("Offered to the family"), offered),
        (_("What the family chose and why"), found.choice),
        (_("Asked by"), found.asked_by.name),
        (_("Asked for on"), figures.day(found.asked_on)),
    ]
    if writers := _writers(found):
        facts.append((_("Who wrote it"), writers))
    if found.needed_by:
        facts.append((_("Needed by"), figures.day(found.needed_by)))
    if found.replaces is not None:
        facts.append((_("In the place of"), _("request %(number)s") % {"number": found.replaces.number}))
    if found.above_on is not None:
        who = found.above_by.name if found.above_by else ""
        facts.append((_("Asked above on"), f"{figures.day(found.above_on)} · {who}"))
        facts.append((_("What was told above"), found.above_why))
    if found.decided_by is not None:
        facts.append((_("Decided by"), f"{found.decided_by.name} · {figures.day(found.decided_on)}"))
    if found.decision_reason:
        facts.append((_("Reason of the decision"), found.decision_reason))
    if found.order_number:
        facts.append((_("Order"), f"{found.order_number} · {figures.day(found.ordered_on)}"))
    if found.ended_on:
        who = found.ended_by.name if found.ended_by else ""
        facts.append((_("Ended"), f"{figures.day(found.ended_on)} · {who}"))
        facts.append((_("Why it ended"), found.end_reason))
    if found.helped:
        facts.append((_("What the family says it gave"), found.get_helped_display()))
        facts.append((_("In its own words"), found.helped_words))
    return facts


def _writers(found: Request) -> str:
    """Everybody who wrote it, where more did than who asks: none of them decides."""
    (writers,) = writers_of([found]).values()
    return figures.joined(account.name for account in writers) if len(writers) > 1 else ""


def _goal(found: Request) -> Any:
    """The goal with the way to the plan and how it stands; of older requests its words alone."""
    if found.plan_goal is None:
        return found.goal
    return format_html(
        '<a href="{}">{}</a> <span class="muted small">{} · {}</span>',
        reverse("casework:plan", args=[found.family_id]),
        found.plan_goal.own_words,
        found.plan_goal.get_state_display(),
        figures.day(found.plan_goal.target_on),
    )


def _said(found: Request) -> list[dict[str, Any]]:
    rows = found.opinions.select_related("by").order_by("-round", "day")
    earlier = _("before it was sent back")
    return [
        {
            "when": row.day,
            "who": row.by.name,
            "title": row.get_stance_display(),
            "text": row.text if row.round == found.rounds else f"{row.text} ({earlier})",
        }
        for row in rows
    ]


def _deliveries(found: Request) -> Table | None:
    rows = list(found.deliveries.select_related("by").order_by("day", "at"))
    if not rows:
        return None
    total = delivered_quantity(found)
    return Table(
        columns=[
            Column("day", _("Day"), "date", heading=True),
            Column("outcome", _("Did it come?")),
            Column("quantity", _("How many"), "number"),
            Column("by", _("Recorded by")),
            Column("note", _("Note")),
        ],
        rows=[
            {
                "day": row.day,
                "outcome": row.get_outcome_display(),
                "quantity": row.quantity,
                "by": row.by.name,
                "note": row.note,
            }
            for row in rows
        ],
        caption=_("What came"),
        caption_hidden=True,
        foot=_("%(came)s of %(all)s came.")
        % {"came": figures.number(total), "all": figures.number(found.quantity)},
    )


def _payments(found: Request) -> Table | None:
    rows = list(found.payments.select_related("invoice__provider", "invoice__paid_by"))
    if not rows:
        return None
    return Table(
        columns=[
            Column("day", _("Paid on"), "date", heading=True),
            Column("invoice", _("Invoice")),
            Column("provider", _("Provider"), "name"),
            Column("amount", _("Amount"), "money"),
            Column("by", _("Paid by")),
            Column("reversed", _("Reversed on"), "date"),
        ],
        rows=[
            {
                "day": row.invoice.day,
                "invoice": row.invoice.number,
                "provider": row.invoice.provider,
                "amount": row.amount,
                "by": row.invoice.paid_by.name,
                "reversed": row.reversed_on,
            }
            for row in rows
        ],
        caption=_("Payments"),
        caption_hidden=True,
    )


def _request(request: HttpRequest, pk: UUID) -> Request:
    found = request_of(request.user, pk)
    if found is None or read_family(by=account_of(request), pk=found.family_id) is None:
        raise Http404
    return found
