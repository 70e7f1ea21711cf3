"""Families as documents: the list as a workbook or a report, one file as a report, reviews as a calendar."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.kernel.audit.actions import record
from maarag.ui import figures
from maarag.ui.documents.attached import attached
from maarag.ui.documents.excel import workbook
from maarag.ui.documents.pdf import Report
from maarag.ui.documents.pdf import pdf as report_as_pdf
from maarag.ui.documents.tables import DocumentColumn, DocumentTable
from maarag.ui.figures import name_in_language

from .actions.reading import record_export
from .listing import Asked, families
from .models import FamilyStatus
from .queries import file_of
from .words import age_of, status_of

MOST_ROWS = 5000


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The families of the list, as filtered there, without ids, phones and addresses."""
    if form not in ("xlsx", "pdf"):
        raise Http404
    found = list(families(request.user, Asked.of(request.GET))[:MOST_ROWS])
    labels = (_("Family"), _("File number"), _("Place"), _("People"), _("Social worker"))
    table = DocumentTable(
        _("Families"),
        [
            *(DocumentColumn(label, "integer" if label == _("People") else "text") for label in labels),
            DocumentColumn(_("Next review"), "date"),
            DocumentColumn(_("State")),
        ],
        [
            [
                one.name,
                str(one.number),
                name_in_language(one.neighbourhood or one.authority),
                one.people,  # type: ignore[attr-defined]
                one.worker.name,
                one.review_on,
                str(status_of(one).word),
            ]
            for one in found
        ],
        notes=[_("Personal: keep it closed, and delete it when you are done.")],
    )
    record_export(by=account_of(request), families=found)
    day = figures.day(timezone.localdate())
    content = (
        workbook([table]) if form == "xlsx" else report_as_pdf(Report(_("Families"), day, tables=[table]))
    )
    return attached(content, f"families.{form}")


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def file_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One file to hand round a table or to give to the family."""
    family = file_of(request.user, pk)
    if family is None:
        raise Http404
    columns = (_("Name"), _("In the family"), pgettext("of a person", "Age"), _("National id"), _("Phone"))
    rows = [
        [str(one), one.get_relation_display(), age_of(one), one.national_id, one.phone]
        for one in family.members.all()
    ]
    place = name_in_language(family.neighbourhood or family.authority)
    report = Report(
        family.name,
        f"{_('File number')} {family.number} · {place}",
        paragraphs=[
            f"{label}: {value}"
            for label, value in (
                (_("Address"), family.address),
                (_("Social worker"), family.worker.name),
                (_("Opened"), figures.day(family.opened_on)),
                (_("Next review"), figures.day(family.review_on)),
            )
            if value
        ],
        tables=[
            DocumentTable(
                _("People of the family"),
                [
                    DocumentColumn(label, "integer" if label == pgettext("of a person", "Age") else "text")
                    for label in columns
                ],
                rows,
            )
        ],
        banner=_("Fictional: invented people for demonstration.") if family.authority.is_fictional else "",
    )
    record(by=account_of(request), action="families.print", subject=family, place=family.authority)
    return attached(report_as_pdf(report), f"family-{family.number}.pdf")


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def reviews(request: HttpRequest) -> HttpResponse:
    """My families' reviews as a calendar: file numbers without names, for others see calendars."""
    calendar = Calendar()
    calendar.add("prodid", "-//Maarag//families//")
    calendar.add("version", "2.0")
    asked = Asked(whose="mine", state=FamilyStatus.OPEN.value, sort="review")
    for family in families(request.user, asked).exclude(review_on=None):
        event = Event()
        event.add("uid", f"review-{family.pk}@maarag")
        event.add("dtstamp", family.updated_at)
        event.add("dtstart", family.review_on)
        event.add("dtend", family.review_on + timedelta(days=1))
        event.add("summary", _("Review of file %(number)s") % {"number": family.number})
        event.add("url", request.build_absolute_uri(reverse("families:detail", args=[family.pk])))
        calendar.add_component(event)
    return attached(calendar.to_ical(), "reviews.ics")
