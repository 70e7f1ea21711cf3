"""The plan as a document that the family holds and signs, and as a workbook; tasks as a calendar."""

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

from maarag.domains.families.models import Family
from maarag.domains.families.queries import file_of
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.kernel.audit.actions import record
from maarag.ui import figures
from maarag.ui.documents.attached import attached
from maarag.ui.documents.excel import workbook
from maarag.ui.documents.pdf import Report, pdf
from maarag.ui.documents.tables import DocumentColumn, DocumentTable
from maarag.ui.figures import name_in_language

from .models import Goal, GoalState, Plan
from .queries.planning import goals_of, version_in_force
from .queries.tasks import open_tasks_of
from .words import doer_of, professions_in_words, status_of_goal, status_of_item, when_of

LINE = "_" * 28


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def plan(request: HttpRequest, pk: UUID, form: str) -> HttpResponse:
    """The plan in force. That it was printed is recorded as a reading."""
    family = file_of(request.user, pk)
    version = version_in_force(family) if family else None
    if family is None or form not in ("xlsx", "pdf"):
        raise Http404
    goals = [goal for goal in goals_of(family) if goal.state != GoalState.DROPPED]
    tables = [_goals(goals), *([_items(version)] if version else [])]
    record(by=account_of(request), action="casework.print", subject=family, place=family.authority)
    content = workbook(tables) if form == "xlsx" else pdf(_report(family, version, tables))
    return attached(content, f"plan-{family.number}.{form}")


def _goals(goals: list[Goal]) -> DocumentTable:
    return DocumentTable(
        _("Our goals"),
        [
            DocumentColumn(_("No."), "integer", width=5),
            DocumentColumn(_("In our own words"), width=34),
            DocumentColumn(_("Until"), "date"),
            DocumentColumn(_("State")),
        ],
        [[goal.position, goal.own_words, goal.target_on, str(status_of_goal(goal).word)] for goal in goals],
    )


def _items(version: Plan) -> DocumentTable:
    return DocumentTable(
        _("What is done"),
        [
            DocumentColumn(_("Response"), width=20),
            DocumentColumn(_("Goal"), "integer", width=5),
            DocumentColumn(_("Who does it"), width=18),
            DocumentColumn(_("When"), width=16),
            DocumentColumn(_("How often and how much"), width=16),
            DocumentColumn(pgettext("profession", "Field of work"), width=10),
            DocumentColumn(_("State"), width=9),
        ],
        [
            [
                name_in_language(item.response) + (f" – {item.details}" if item.details else ""),
                item.goal.position,
                doer_of(item),
                when_of(item),
                " · ".join(filter(None, [str(item.get_frequency_display()), item.amount])),
                professions_in_words(item.professions),
                str(status_of_item(item).word),
            ]
            for item in version.items.all()
        ],
    )


def _report(family: Family, version: Plan | None, tables: list[DocumentTable]) -> Report:
    said = []
    if version is not None and version.agreed_on:
        said.append(
            _("Version %(number)s, agreed on %(day)s by %(who)s with %(worker)s.")
            % {
                "number": version.number,
                "day": figures.day(version.agreed_on),
                "who": version.agreed_by,
                "worker": version.agreed_with.name if version.agreed_with else "",
            }
        )
    said.append(_("You may ask for a change at any time, and for a copy of everything that is written here."))
    return Report(
        _("Plan of the family %(name)s") % {"name": family.name},
        f"{_('File number')} {family.number} · {name_in_language(family.authority)}",
        paragraphs=said,
        tables=[*tables, *([_signatures(version)] if version else [])],
        banner=_("Fictional: invented people for demonstration.") if family.authority.is_fictional else "",
        landscape=True,
    )


def _signatures(version: Plan) -> DocumentTable:
    worker = version.agreed_with.name if version.agreed_with else ""
    columns = [_("Who"), _("Name"), _("Signature"), pgettext("beside a signature", "Day")]
    return DocumentTable(
        _("Signatures"),
        [DocumentColumn(label, width=width) for label, width in zip(columns, (14, 20, 24, 14), strict=True)],
        [
            [_("The family"), version.agreed_by, LINE, LINE[:14]],
            [_("The social worker"), worker, LINE, LINE[:14]],
        ],
    )


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def calendar(request: HttpRequest) -> HttpResponse:
    """My open tasks as a calendar: file numbers without names and without what is to be done, for others see
    calendars.
    """
    found = Calendar()
    found.add("prodid", "-//Maarag//casework//")
    found.add("version", "2.0")
    account = account_of(request)
    for task in open_tasks_of(account):
        event = Event()
        event.add("uid", f"task-{task.pk}@maarag")
        event.add("dtstamp", timezone.now())
        event.add("dtstart", task.due)
        event.add("dtend", task.due + timedelta(days=1))
        event.add("summary", _("Task for file %(number)s") % {"number": task.family.number})
        event.add("url", request.build_absolute_uri(reverse("casework:tasks", args=[task.family_id])))
        found.add_component(event)
    return attached(found.to_ical(), "tasks.ics")
