"""Contacts, documents, tasks, the timeline and closing with an outcome."""

from __future__ import annotations

import io
import zipfile
from base64 import b64encode
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import connection
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from maarag.database.rows import visible
from maarag.domains.casework import actions
from maarag.domains.casework.file_kinds import MOST_BYTES, FileRefused
from maarag.domains.casework.models import Contact, Document, DocumentContent, Goal, Outcome, Task
from maarag.domains.casework.queries.timeline import Strand, moments_of
from maarag.domains.families.models import Family
from maarag.domains.families.waiting import waiting_of
from maarag.kernel.access.models import Grant
from maarag.kernel.access.permissions import Role
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.audit.reads import told_reads
from maarag.kernel.places.actions import PlaceDraft, save_places
from maarag.kernel.places.models import Place, PlaceKind
from tests.domains.families.conftest import Towns
from tests.factories import casework as made
from tests.factories.families import everything

SAID = "נועה סיפרה שגיל לא רוצה לקום.\nדיברנו על שעון."


def own(towns: Towns) -> Any:
    return visible(everything(towns.world.city, by=towns.worker))


def page(name: str, *arguments: Any) -> str:
    return reverse(f"casework:{name}", args=arguments)


def contact_form(**changes: Any) -> dict[str, Any]:
    at = timezone.localtime() - timedelta(hours=1)
    return {
        "kind": "home_visit",
        "at": at.strftime("%Y-%m-%dT%H:%M"),
        "minutes": "50",
        "people": "נועה, גיל, עו״ס",
        "said": SAID,
        "next_step": "לדבר עם הגננת",
        "next_on": "",
        **changes,
    }


def test_a_visit_whose_next_step_has_a_day_becomes_a_task(towns: Towns, client):
    due = timezone.localdate() + timedelta(days=4)
    answer = client.post(page("add_contact", towns.own.pk), contact_form(next_on=due.isoformat()))
    assert answer.status_code == 302
    with own(towns):
        visit, task = Contact.objects.get(), Task.objects.get()
        assert (visit.kind, visit.minutes) == ("home_visit", 50)
        assert visit.said.split() == SAID.split()
        assert (task.what, task.due, task.worker) == ("לדבר עם הגננת", due, towns.worker)
        waiting = waiting_of(towns.worker)
        events = AuditEvent.objects.filter(action__startswith="casework.")
        assert [event.action for event in events] == ["casework.record_contact"]
    assert [(one.kind, one.what, one.due) for one in waiting] == [("task", "לדבר עם הגננת", due)]
    shown = client.get(page("contacts", towns.own.pk)).content.decode()
    assert "שגיל לא רוצה לקום" in shown
    assert "Home visit" in shown
    assert "שגיל" not in client.get(page("contacts", towns.own.pk) + "?kind=letter").content.decode()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"at": "2999-01-01T10:00"}, "at"),
        ({"at": "לא יום"}, "at"),
        ({"said": ""}, "said"),
        ({"said": "א" * 20001}, "said"),
        ({"minutes": "0"}, "minutes"),
        ({"next_step": "", "next_on": "2030-01-01"}, "next_step"),
    ],
)
def test_what_is_wrong_with_a_contact_is_told_and_nothing_is_lost(towns: Towns, client, change, field):
    answer = client.post(page("add_contact", towns.own.pk), contact_form(**change))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert "נועה, גיל, עו״ס" in answer.content.decode()
    with own(towns):
        assert not Contact.objects.exists()


def test_two_workers_correct_one_contact(towns: Towns, client):
    row = made.contact(towns.worker, towns.own)
    address = page("edit_contact", towns.own.pk, row.pk)
    seen = client.get(address).context["seen"]
    with own(towns):
        actions.change_contact(by=towns.worker, contact=row, said="מה שכתבה העמיתה")
    answer = client.post(address, contact_form(said="מה שכתבתי אני", seen=seen))
    assert answer.status_code == 409
    shown = answer.content.decode()
    assert "מה שכתבה העמיתה" in shown
    assert "מה שכתבתי אני" in shown
    saved = client.post(address, contact_form(said="שתינו", seen=answer.context["seen"]))
    assert saved.status_code == 302
    with own(towns):
        found = Contact.objects.get()
        assert (found.said, found.changed_by) == ("שתינו", towns.worker)


def test_what_was_said_is_unreadable_in_the_database(towns: Towns):
    made.contact(towns.worker, towns.own, said="סוד גדול מאוד")
    made.document(towns.worker, towns.own)
    with own(towns), connection.cursor() as cursor:
        cursor.execute("SELECT c::text, d::text FROM casework_contact c, casework_documentcontent d")
        raw = str(cursor.fetchone())
    assert "סוד גדול" not in raw
    assert "סוד גדול".encode().hex() not in raw
    assert made.PDF.hex() not in raw


def upload(
    client: Any, family: Family, content: bytes = made.PDF, name: str = "a.pdf", **changes: Any
) -> Any:
    form = {"kind": "consent", "title": "טופס הסכמה", "file": ContentFile(content, name=name), **changes}
    return client.post(page("add_document", family.pk), form)


def word(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


def test_a_document_goes_in_and_comes_out_as_it_was(towns: Towns, client):
    name = "טופס הסכמה.pdf"
    assert upload(client, towns.own, name=name).status_code == 302
    with own(towns):
        row = Document.objects.get()
        assert (row.file_name, row.size) == (name, len(made.PDF))
    answer = client.get(page("document", towns.own.pk, row.pk))
    assert answer.content == made.PDF
    assert answer["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in answer["Content-Security-Policy"]
    with own(towns):
        told = [one.what for one in told_reads(towns.own)]
    assert "Took a document out of a family's file to read" in told


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.exe", b"MZ"),
        ("a.pdf", b""),
        ("a.pdf", b"<html><script>alert(1)</script>"),
        ("a.png", made.PDF),
        ("a.docx", b"PK\x03\x04 broken"),
        ("a.docx", word("xl/workbook.xml")),
        ("a.docx", word("word/document.xml", "word/vbaProject.bin")),
        ("a.pdf", made.PDF + b" " * MOST_BYTES),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    ],
)
def test_files_that_are_not_what_they_should_be_are_refused(towns: Towns, client, name, content):
    assert upload(client, towns.own, content, name).status_code in (413, 422)
    with own(towns):
        assert not Document.objects.exists()


def test_kinds_of_file_that_are_taken(towns: Towns):
    for name, content in (
        ("a.PDF", made.PDF),
        ("b.jpeg", b"\xff\xd8\xff\xe0" + b"x" * 9),
        ("c.png", b"\x89PNG\r\n\x1a\n" + b"x"),
        ("d.docx", word("[Content_Types].xml", "word/document.xml")),
    ):
        made.document(towns.worker, towns.own, file_name=name, content=content)
    with pytest.raises(FileRefused, match="too large"):
        made.document(towns.worker, towns.own, content=made.PDF + b" " * MOST_BYTES)
    with own(towns):
        assert Document.objects.count() == 4


def test_what_is_removed_is_gone_and_that_it_was_there_stays(towns: Towns, client):
    row = made.document(towns.worker, towns.own)
    address = page("remove_document", towns.own.pk, row.pk)
    assert client.post(address, {"why": ""}).status_code == 422
    assert client.post(address, {"why": "נסרק לתיק הלא נכון"}).status_code == 302
    with own(towns):
        assert not DocumentContent.objects.exists()
        with pytest.raises(Http404):
            actions.read_document(by=towns.worker, document=row)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT changes::text FROM audit_rowchange WHERE of_table = 'casework_documentcontent'"
            )
            kept = cursor.fetchall()
    assert kept
    assert b64encode(made.PDF).decode()[:20] not in str(kept)
    assert all(len(text) < 2000 for (text,) in kept)
    assert client.get(page("document", towns.own.pk, row.pk)).status_code == 404
    shown = client.get(page("documents", towns.own.pk)).content.decode()
    assert "נסרק לתיק הלא נכון" in shown
    assert "Removed" in shown


def test_tasks_are_done_and_undone(towns: Towns, client):
    colleague = towns.world.account(Role.TEAM_LEADER, place=towns.world.city)
    due = timezone.localdate() - timedelta(days=1)
    form = {"what": "לקבוע פגישה", "worker": colleague.pk, "due": due.isoformat()}
    assert client.post(page("add_task", towns.own.pk), form).status_code == 302
    with own(towns):
        task = Task.objects.get()
        assert [one.status.word for one in waiting_of(colleague)] == ["Overdue"]
    tick = page("tick", towns.own.pk, task.pk)
    assert client.post(tick).status_code == 302
    with own(towns):
        task.refresh_from_db()
        assert task.done_by == towns.worker
        with pytest.raises(actions.AlreadyDone):
            actions.finish_task(by=towns.worker, task=task)
        assert waiting_of(colleague) == []
    client.post(tick, {"again": "1"})
    with own(towns):
        task.refresh_from_db()
        assert task.done_at is None
    assert "לקבוע פגישה" in towns.client(colleague).get(page("my_tasks")).content.decode()
    calendar = towns.client(colleague).get(page("calendar"))
    text = calendar.content.decode()
    assert text.count("BEGIN:VEVENT") == 1
    assert "לקבוע" not in text
    assert "אלון" not in text
    # whoever works in one neighbourhood from now on has no tasks in files of the others
    near = PlaceDraft("9001-1", ["9001"], {"kind": PlaceKind.NEIGHBOURHOOD, "name_he": "הגבעה"})
    save_places(by=towns.world.system, drafts=[near])
    Grant.objects.filter(account=colleague).update(place=Place.objects.get(code="9001-1"))
    assert "BEGIN:VEVENT" not in towns.client(colleague).get(page("calendar")).content.decode()


def test_a_task_is_for_somebody_who_may_read_the_file(towns: Towns):
    with own(towns), pytest.raises(ValidationError, match="does not keep files"):
        actions.add_task(
            by=towns.worker, family=towns.own, what="x", worker=towns.stranger, due=timezone.localdate()
        )
    with own(towns), pytest.raises(ValidationError, match="five years"):
        actions.add_task(by=towns.worker, family=towns.own, what="x", due=timezone.localdate().replace(2099))


def test_the_timeline_weaves_everything_and_is_filtered(towns: Towns, client):
    by, family = towns.worker, towns.own
    made.planned(by, family)
    made.contact(by, family)
    made.document(by, family)
    made.task(by, family)
    made.circumstance(by, family)
    made.consent(by, family)
    with own(towns):
        found = moments_of(family)
        only = moments_of(family, ["contacts"])
    assert {moment.strand for moment in found} == set(Strand)
    assert [moment.order for moment in found] == sorted((m.order for m in found), reverse=True)
    assert {moment.strand for moment in only} == {Strand.CONTACTS}
    assert "דיברנו על הבוקר" in client.get(page("timeline", family.pk)).content.decode()
    filtered = client.get(page("timeline", family.pk) + "?kind=documents").content.decode()
    assert "מכתב רופא" in filtered
    assert "דיברנו על הבוקר" not in filtered


def outcome_form(*goals: Goal, **changes: Any) -> dict[str, Any]:
    ends = {f"goal_{goal.pk}": "reached" for goal in goals}
    return {
        "reason": "goals_reached",
        "closed_on": timezone.localdate().isoformat(),
        "helped": "שהיה מי שמקשיב",
        "hindered": "",
        "said_by": "נועה",
        "next_steps": "מרכז המשפחה",
        **ends,
        **changes,
    }


def test_closing_tells_what_came_of_it_in_one_transaction(towns: Towns, client):
    one, two = made.goal(towns.worker, towns.own), made.goal(towns.worker, towns.own, "שיהיה כסף לסוף החודש")
    address = page("close", towns.own.pk)
    # a goal without its end, and a dropped one without a reason
    assert client.post(address, outcome_form(one)).status_code == 422
    bad = outcome_form(one, two, **{f"goal_{two.pk}": "dropped"})
    assert f"why_{two.pk}" in client.post(address, bad).context["form"].errors
    nobodys = outcome_form(one, two, said_by="")
    assert "said_by" in client.post(address, nobodys).context["form"].errors
    with own(towns):
        assert Family.objects.get(pk=towns.own.pk).status == "open"
        assert set(Goal.objects.values_list("state", flat=True)) == {"set"}
    good = outcome_form(one, two, **{f"goal_{two.pk}": "partly"})
    assert client.post(address, good).status_code == 302
    with own(towns):
        found = Outcome.objects.get()
        assert (found.goals, found.goals_reached, found.goals_partly) == (2, 1, 1)
        family = Family.objects.get(pk=towns.own.pk)
        assert (family.status, family.closing_reason) == ("closed", "goals_reached")
    assert "שהיה מי שמקשיב" in client.get(page("timeline", towns.own.pk)).content.decode()
