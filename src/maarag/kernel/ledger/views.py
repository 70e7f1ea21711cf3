"""Pages under /ledger/: the pots, the statement of each, the way of an amount, and closing a period."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, holds_somewhere, needs_permission
from maarag.ui import figures
from maarag.ui.choices import asked_text
from maarag.ui.documents.attached import attached
from maarag.ui.documents.excel import workbook
from maarag.ui.tables import Column, Table

from .above import HIDDEN, standing, statement_for
from .actions import close_period, decide
from .forms import ClosingForm
from .models import ClosedPeriod, Pot, PotKind
from .queries import BALANCES, Statement, Trace, trace
from .scope import entries_visible_to, visible_to
from .words import (
    closed_table,
    headings,
    one_by_one,
    place_of,
    pots_table,
    standing_document,
    statement_document,
    statement_table,
    why_hidden,
)

PER_PAGE = 50


@require_safe
@needs_permission(Permission.VIEW_LEDGER)
def index(request: HttpRequest) -> HttpResponse:
    """The pots that the viewer sees, with where their money stands."""
    viewer = account_of(request)
    kind, text = asked_text(request.GET, "kind"), asked_text(request.GET, "q")
    pots = visible_to(viewer)
    if kind in PotKind.values:
        pots = pots.filter(kind=kind)
    if text:
        pots = pots.filter(Q(label__icontains=text) | Q(code__icontains=text))
    page = Paginator(pots.order_by("authority_id", "kind", "code"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    found = list(page.object_list)
    told = standing(viewer, found)
    count = page.paginator.count
    foot = ngettext("%(count)s pot", "%(count)s pots", count) % {"count": figures.number(count)}
    context = {
        "table": pots_table(found, told, foot),
        "hides": any(HIDDEN in one.values() for one in told.values()),
        "why_hidden": why_hidden(),
        "page": page,
        "kinds": [("", _("Every kind")), *PotKind.choices],
        "kind": kind,
        "text": text,
        "may_close": holds_somewhere(viewer, Permission.MANAGE_BUDGETS),
    }
    return render(request, "ledger/index.html", context)


@require_safe
@needs_permission(Permission.VIEW_LEDGER)
def pot_statement(request: HttpRequest, code: str) -> HttpResponse:
    """What happened in one pot."""
    pot, told, since, until = _asked(request, code)
    stands = standing(account_of(request), [pot])[pot.pk]
    is_whole = told.tells == BALANCES
    notes = [] if is_whole or pot.kind == PotKind.LINE else [one_by_one()]
    if HIDDEN in stands.values():
        notes.append(why_hidden())
    context = {
        "pot": pot,
        "facts": [
            (_("Kind"), pot.get_kind_display()),
            (_("Place"), place_of(pot)),
            (_("Code"), pot.code),
            *((label, figures.money(stands[name])) for name, label in headings().items()),
        ],
        "table": statement_table(told),
        "since": since,
        "until": until,
        "summed": is_whole and pot.kind != PotKind.BASKET,
        "given": not is_whole,
        "notes": notes,
        "crumbs": [(_("Ledger"), reverse("ledger:index")), (pot.label, "")],
    }
    return render(request, "ledger/statement.html", context)


@require_safe
@needs_permission(Permission.VIEW_LEDGER)
def statement_workbook(request: HttpRequest, code: str) -> HttpResponse:
    """The statement as a workbook; where it tells grants and transfers alone, with where the money stands."""
    pot, told, _since, _until = _asked(request, code)
    sheets = [statement_document(told)]
    if told.tells != BALANCES:
        sheets.append(standing_document(standing(account_of(request), [pot])[pot.pk]))
    return attached(workbook(sheets), f"statement-{pot.pk}.xlsx")


@require_safe
@needs_permission(Permission.VIEW_LEDGER)
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """The way of an amount: every step with who did it and by which decision."""
    found = entries_visible_to(account_of(request)).filter(pk=pk).first()
    if found is None:
        raise Http404
    told = trace(found)
    context = {
        "entry": found,
        "steps": _steps(told),
        "draws": _draws(told),
        "crumbs": [(_("Ledger"), reverse("ledger:index")), (_("The way of an amount"), "")],
    }
    return render(request, "ledger/entry.html", context)


def _steps(told: Trace) -> Table:
    return Table(
        columns=[
            Column("day", _("Day"), "date", heading=True),
            Column("kind", _("What was done")),
            Column("amount", _("Amount"), "money"),
            Column("by", _("By")),
            Column("decision", _("Decision")),
            Column("document", _("Document")),
            Column("event", _("Audit event")),
        ],
        rows=[
            {
                "day": step.entry.day,
                "kind": step.entry.get_kind_display(),
                "amount": step.entry.amount,
                "by": step.entry.by.name,
                "decision": step.entry.decision.what if step.entry.decision else "",
                "document": step.entry.decision.document if step.entry.decision else "",
                "event": step.event.pk if step.event else None,
            }
            for step in told.steps
        ],
        caption=_("Steps"),
        caption_hidden=True,
        dense=True,
    )


def _draws(told: Trace) -> Table | None:
    if not told.draws:
        return None
    return Table(
        columns=[Column("pot", _("Pot"), heading=True), Column("amount", _("Amount"), "money")],
        rows=[{"pot": draw.pot.label, "amount": draw.amount} for draw in told.draws],
        caption=_("Drawn from"),
        caption_hidden=True,
        dense=True,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.MANAGE_BUDGETS)
def periods(request: HttpRequest) -> HttpResponse:
    """The closed periods, and closing one."""
    viewer = account_of(request)
    form = ClosingForm(request.POST or None, viewer=viewer)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with transaction.atomic():
            decision = decide(by=viewer, what=given["what"], document=given["document"])
            close_period(
                by=viewer,
                starts=given["starts"],
                ends=given["ends"],
                authority=given["authority"],
                decision=decision,
            )
        messages.success(request, _("Closed: no entry bears one of these days any more."))
        return redirect("ledger:periods")
    rows = ClosedPeriod.objects.select_related("authority", "by", "decision")[:100]
    context = {
        "form": form,
        "table": closed_table(list(rows)),
        "crumbs": [(_("Ledger"), reverse("ledger:index")), (_("Closed periods"), "")],
    }
    return render(request, "ledger/periods.html", context, status=400 if form.errors else 200)


def _asked(request: HttpRequest, code: str) -> tuple[Pot, Statement, date | None, date | None]:
    """The pot with its statement of the days that the address names."""
    viewer = account_of(request)
    pot = visible_to(viewer).filter(code=code).first()
    if pot is None:
        raise Http404
    since, until = _days(request)
    return pot, statement_for(viewer, pot, since=since, until=until), since, until


def _days(request: HttpRequest) -> tuple[date | None, date | None]:
    """The days that the address names; what is no day is left out."""

    def day(name: str) -> date | None:
        try:
            return parse_date(asked_text(request.GET, name))
        except ValueError:
            return None

    return day("since"), day("until")
