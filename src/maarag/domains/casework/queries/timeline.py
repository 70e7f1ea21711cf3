"""Everything that happened round a family, woven into one line, newest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import TextChoices
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from maarag.domains.families.models import Family
from maarag.domains.families.queries import history
from maarag.ui import figures

from ..models import Circumstance, Consent, Contact, Document, Goal, Outcome, PlanShare, Task
from ..words import professions_in_words
from .assessments import assessments_of
from .planning import agreed_versions

SHORTEST = 240


class Strand(TextChoices):
    """What the line is woven of."""

    CONTACTS = "contacts", gettext_lazy("Contacts and visits")
    GOALS = "goals", gettext_lazy("Goals")
    PLAN = "plan", pgettext_lazy("plan of a family", "Plan")
    SITUATION = "situation", gettext_lazy("Situation and strengths")
    TASKS = "tasks", gettext_lazy("Tasks")
    DOCUMENTS = "documents", gettext_lazy("Documents")
    SHARING = "sharing", gettext_lazy("Consent and sharing")
    FILE = "file", gettext_lazy("The file itself")


@dataclass(frozen=True)
class Moment:
    """Something that happened: a day or an hour, what, by whom, where to read it."""

    strand: Strand
    when: date | datetime
    title: Any
    who: str = ""
    text: str = ""
    url: str = ""

    @property
    def order(self) -> datetime:
        if isinstance(self.when, datetime):
            return self.when
        return timezone.make_aware(datetime.combine(self.when, time.max))


def moments_of(family: Family, strands: Iterable[str] = ()) -> list[Moment]:
    """The moments of the strands asked for, of all where none is."""
    wanted = {one for one in Strand if one in set(strands)} or set(Strand)
    found = [moment for strand in Strand if strand in wanted for moment in _SOURCES[strand](family)]
    return sorted(found, key=lambda moment: moment.order, reverse=True)


def _url(name: str, family: Family) -> str:
    return reverse(f"casework:{name}", args=[family.pk])


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHORTEST else f"{line[: SHORTEST - 1]}…"


def _contacts(family: Family) -> Iterable[Moment]:
    url = _url("contacts", family)
    for row in Contact.objects.filter(family=family).select_related("written_by"):
        yield Moment(
            Strand.CONTACTS, row.at, row.get_kind_display(), row.written_by.name, _short(row.said), url
        )


def _goals(family: Family) -> Iterable[Moment]:
    url = _url("plan", family)
    for row in Goal.objects.filter(family=family).select_related("written_by"):
        words = _short(row.own_words)
        yield Moment(Strand.GOALS, row.agreed_on, _("A goal was set"), row.agreed_by, words, url)
        if row.state != "set":
            title = _("A goal: %(state)s") % {"state": row.get_state_display()}
            text = " – ".join(filter(None, [words, row.state_reason]))
            yield Moment(Strand.GOALS, row.state_on, title, "", text, url)


def _plan(family: Family) -> Iterable[Moment]:
    url = _url("versions", family)
    for row in agreed_versions(family):
        title = _("Version %(number)s of the plan was agreed") % {"number": row.number}
        items = figures.joined(figures.name_in_language(item.response) for item in row.items.all())
        yield Moment(
            Strand.PLAN, row.agreed_on or row.written_at, title, row.agreed_by, row.note or items, url
        )


def _situation(family: Family) -> Iterable[Moment]:
    url = _url("situation", family)
    for row in Circumstance.objects.filter(family=family).select_related("term", "ended_by"):
        name = figures.name_in_language(row.term) if row.term else ""
        text = " – ".join(filter(None, [name, _short(row.words)]))
        title = row.get_kind_display()
        yield Moment(Strand.SITUATION, row.said_on, title, str(row.get_said_by_display()), text, url)
        if row.ended_on and row.ended_by:
            ended = _("No longer so: %(what)s") % {"what": title}
            told = " – ".join(filter(None, [text, row.ended_why]))
            yield Moment(Strand.SITUATION, row.ended_on, ended, row.ended_by.name, told, url)
    for round in assessments_of(family):
        link = reverse("casework:assessment", args=[family.pk, round.pk])
        name = figures.name_in_language(round.rubric)
        yield Moment(Strand.SITUATION, round.day, _("Assessment"), round.begun_by.name, name, link)


def _tasks(family: Family) -> Iterable[Moment]:
    url = _url("tasks", family)
    for row in Task.objects.filter(family=family).select_related("written_by", "done_by", "worker"):
        text = f"{row.what} · {figures.day(row.due)} · {row.worker.name}"
        yield Moment(Strand.TASKS, row.written_at, _("A task was added"), row.written_by.name, text, url)
        if row.done_at and row.done_by:
            yield Moment(Strand.TASKS, row.done_at, _("A task was done"), row.done_by.name, row.what, url)


def _documents(family: Family) -> Iterable[Moment]:
    url = _url("documents", family)
    for row in Document.objects.filter(family=family).select_related("written_by", "removed_by"):
        text = f"{row.get_kind_display()} · {row.title}"
        title = _("A document was put in")
        yield Moment(Strand.DOCUMENTS, row.written_at, title, row.written_by.name, text, url)
        if row.removed_at and row.removed_by:
            told = f"{text} – {row.removed_why}"
            gone = _("A document was removed")
            yield Moment(Strand.DOCUMENTS, row.removed_at, gone, row.removed_by.name, told, url)


def _sharing(family: Family) -> Iterable[Moment]:
    url = _url("sharing", family)
    for row in Consent.objects.filter(family=family).select_related("withdrawn_by"):
        text = f"{_short(row.purpose)} · {professions_in_words(row.professions)}"
        yield Moment(Strand.SHARING, row.given_on, _("The family consented"), row.given_by, text, url)
        if row.withdrawn_at and row.withdrawn_by:
            title = _("The consent was withdrawn")
            told = _short(row.withdrawn_words)
            yield Moment(Strand.SHARING, row.withdrawn_at, title, row.withdrawn_by.name, told, url)
    rows = PlanShare.objects.filter(family=family).select_related(
        "organisation", "written_by", "withdrawn_by"
    )
    for share in rows:
        whom = f"{figures.name_in_language(share.organisation)} · {share.get_profession_display()}"
        title = _("The plan was shared")
        yield Moment(Strand.SHARING, share.written_at, title, share.written_by.name, whom, url)
        if share.withdrawn_at and share.withdrawn_by:
            ended = _("The share of the plan was withdrawn")
            yield Moment(Strand.SHARING, share.withdrawn_at, ended, share.withdrawn_by.name, whom, url)


def _file(family: Family) -> Iterable[Moment]:
    for event in history(family):
        yield Moment(Strand.FILE, event.when, event.title, event.who, event.text)
    for row in Outcome.objects.filter(family=family).select_related("written_by"):
        title = pgettext("timeline", "What came of the work")
        yield Moment(Strand.FILE, row.written_at, title, row.written_by.name, _short(row.helped), "")


_SOURCES: dict[Strand, Callable[[Family], Iterable[Moment]]] = {
    Strand.CONTACTS: _contacts,
    Strand.GOALS: _goals,
    Strand.PLAN: _plan,
    Strand.SITUATION: _situation,
    Strand.TASKS: _tasks,
    Strand.DOCUMENTS: _documents,
    Strand.SHARING: _sharing,
    Strand.FILE: _file,
}
