"""Reports of baskets, as pages and files, and the order that goes to a provider."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from maarag.domains.families.actions.reading import record_export
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.ui import figures
from maarag.ui.choices import asked_number
from maarag.ui.documents.attached import attached
from maarag.ui.documents.excel import workbook
from maarag.ui.documents.pdf import Report as Document
from maarag.ui.documents.pdf import ReportTile
from maarag.ui.documents.pdf import pdf as report_as_pdf
from maarag.ui.figures import name_in_language

from ..actions.prints import record_order_print, record_report_export
from ..listing import list_of
from ..models import Stage
from ..order import order_letter
from ..report_tables import document_tables, notes, page_tables, stage_titles
from ..reports import STAGES, Report, report_for, years_for
from ..scope import request_of, requests_of
from .shown import room_tabs

MOST_ROWS = 5000


@require_safe
@needs_permission(Permission.VIEW_STAFF_FIGURES)
def index(request: HttpRequest) -> HttpResponse:
    """What baskets are spent on."""
    year = _year(request)
    report = report_for(request.user, year)
    above = years_for(request.user)
    every = [("", _("All years"))] if above is None else []
    years = list(_years()) if above is None else above
    if above is None and year and year not in years:
        years.append(year)
    parts = page_tables(report) if report else []
    context = {
        "tabs": room_tabs(account_of(request), "reports"),
        "report": report,
        "parts": [{"title": title, "table": table} for title, table in parts],
        "is_empty": not any(table.rows for _title, table in parts),
        "tiles": _tiles(report) if report else [],
        "notes": notes(report) if report else [],
        "years": [*every, *((str(one), str(one)) for one in years)],
        "year": str((report.year if report else year) or ""),
        "fictional": bool(report and any(place.is_fictional for place in report.places)),
    }
    return render(request, "baskets/reports.html", context)


@require_safe
@needs_permission(Permission.VIEW_STAFF_FIGURES)
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The report as Excel or PDF."""
    if form not in ("xlsx", "pdf"):
        raise Http404
    report = report_for(request.user, _year(request))
    if report is None:
        raise Http404
    record_report_export(by=account_of(request), places=report.places if report.exact else [], form=form)
    tables = document_tables(report)
    if form == "xlsx":
        content = workbook(tables)
    else:
        where = figures.joined(name_in_language(place) for place in report.places) if report.exact else ""
        fictional = any(place.is_fictional for place in report.places)
        content = report_as_pdf(
            Document(
                _("Baskets of responses"),
                " · ".join(text for text in (where, figures.day(timezone.localdate())) if text),
                tiles=[ReportTile(str(label), value) for label, value in _tiles(report)],
                tables=tables,
                notes=notes(report),
                banner=_("Fictional: invented people for demonstration.") if fictional else "",
                landscape=True,
            )
        )
    return attached(content, f"baskets.{form}")


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def requests_export(request: HttpRequest) -> HttpResponse:
    """The requests of my families as a workbook; each of the families is recorded as read."""
    account = account_of(request)
    found = list(requests_of(account).order_by("family__number", "basket", "number")[:MOST_ROWS])
    record_export(by=account, families=list({row.family_id: row.family for row in found}.values()))
    return attached(workbook([list_of(found)]), "requests.xlsx")


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def order_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The letter with which the provider is ordered from, in Hebrew."""
    found = request_of(request.user, pk)
    if found is None or not found.order_number or found.stage in (Stage.REVERSED, Stage.DECLINED):
        raise Http404
    record_order_print(by=account_of(request), request=found)
    with translation.override("he"):
        content = report_as_pdf(order_letter(found), language="he")
    return attached(content, f"order-{found.order_number}.pdf")


def _tiles(report: Report) -> list[tuple[Any, str]]:
    titles = stage_titles()
    return [
        (_("Families"), figures.number(report.total.families)),
        *((titles[stage], figures.money_short(report.total.sums[stage])) for stage in STAGES),
    ]


def _years() -> range:
    now = timezone.localdate().year
    return range(now, now - 4, -1)


def _year(request: HttpRequest) -> int | None:
    year = asked_number(request.GET, "year")
    return year if year is not None and 2000 <= year <= 2100 else None
