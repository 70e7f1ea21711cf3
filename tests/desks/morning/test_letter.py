"""The morning's letter: how much is late or due, once a day, to whom it concerns, naming nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from maarag.database.rows import visible
from maarag.desks.morning.actions import switch_letter, tell_worker
from maarag.desks.morning.letters import Told, told_of
from maarag.desks.morning.models import MorningLetter
from maarag.desks.morning.queries import keepers_of_files
from maarag.desks.morning.tasks import tell, tell_workers
from maarag.domains.families.actions import change_family
from maarag.domains.families.waiting import Waiting
from maarag.kernel.access.actions import close_account
from maarag.kernel.access.rows import scope_of
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.jobs.inline import work_off
from maarag.ui.tables import Status
from tests.domains.referrals.conftest import Loop, days_ago, english, loop
from tests.factories import casework as made
from tests.factories.families import everything

__all__ = ["english", "loop"]
TODAY = timezone.localdate


def waits(kind: str, days: int | None) -> Waiting:
    due = None if days is None else TODAY() + timedelta(days=days)
    return Waiting(kind, "x", "/", None, due, Status("x"))


def late_review(loop: Loop, days: int = 2) -> None:
    with visible(everything(loop.world.city)):
        change_family(by=loop.worker, family=loop.family, review_on=TODAY() - timedelta(days=days))


def night(loop: Loop, account: Any = None, after: int = 0) -> bool:
    account = account or loop.worker
    with visible(scope_of(account)):
        return tell_worker(account=account, today=TODAY() + timedelta(days=after))


def test_what_counts():
    items = [waits("task", days) for days in (-3, -1, 0, 1, None)]
    assert told_of(items, TODAY()) == Told(late=2, today=1)
    assert not told_of([waits("task", 1), waits("task", None)], TODAY()).is_worth_a_letter
    soon = [waits("consent", days) for days in (0, 3, 7, 8)]
    assert told_of(soon, TODAY()) == Told(today=1, consents=2, new_consents=2)
    yesterday = TODAY() - timedelta(days=1)
    # the letter of yesterday told of what ends in three days, and not yet of what ends in seven
    assert told_of(soon[1:], TODAY(), yesterday) == Told(consents=2, new_consents=1)
    assert not told_of(soon[1:2], TODAY(), yesterday).is_worth_a_letter


def test_one_letter_a_day_with_counts_and_no_names(loop: Loop):
    late_review(loop)
    made.task(loop.worker, loop.family, due=TODAY(), what="להתקשר לנועה")
    loop.sent(at=days_ago(10))
    assert night(loop)
    assert not night(loop), "a second time on one day"
    [letter] = mail.outbox
    assert letter.to == [loop.worker.email]
    assert letter.subject == "3 דברים באיחור או מועדם היום"
    assert "באיחור 2, מועדם היום 1" in letter.body
    assert reverse("morning:index") in letter.body
    for name in (loop.family.name, "נועה", str(loop.family.pk), loop.meals.name_he, loop.worker.name):
        assert name not in letter.subject + letter.body
    event = AuditEvent.objects.get(action="morning.tell_worker")
    assert event.actor.is_system
    assert event.changes == {"last_on": [None, TODAY().isoformat()]}
    assert night(loop, after=1)
    assert len({one.extra_headers["Message-ID"] for one in mail.outbox}) == 2


def test_nothing_to_tell_is_no_letter(loop: Loop):
    made.task(loop.worker, loop.family, due=TODAY() + timedelta(days=1))
    for account in (loop.worker, loop.leader, loop.partner, loop.stranger):
        assert not night(loop, account)
    assert mail.outbox == []
    assert not MorningLetter.objects.exclude(last_on=None).exists()


def test_a_consent_about_to_end_is_told_of_once(loop: Loop):
    made.consent(loop.worker, loop.family, until=TODAY() + timedelta(days=9))
    assert [night(loop, after=day) for day in range(5)] == [False, False, True, False, False]
    assert mail.outbox[0].subject == "הסכמה אחת (1) מסתיימת בתוך שבוע"


def test_a_consent_written_down_shortly_before_its_end_is_told_of(loop: Loop):
    late_review(loop)
    assert night(loop)
    assert not mail.outbox[0].body.count("הסכמ")
    made.consent(loop.worker, loop.family, until=TODAY() + timedelta(days=4))
    with visible(everything(loop.world.city)):
        change_family(by=loop.worker, family=loop.family, review_on=TODAY() + timedelta(days=30))
    assert [night(loop, after=day) for day in (1, 2, 3)] == [True, False, False]
    assert mail.outbox[1].subject == "הסכמה אחת (1) מסתיימת בתוך שבוע"


def test_it_can_be_switched_off_and_on(loop: Loop):
    late_review(loop)
    client = loop.client(loop.worker)
    page, address = reverse("morning:index"), reverse("morning:letter")
    assert "לכבות את המכתב" in client.get(page).content.decode()
    assert client.post(address, {"wanted": "no"}).status_code == 302
    assert loop.worker.pk not in keepers_of_files()
    assert not night(loop)
    assert "להפעיל את המכתב" in client.get(page).content.decode()
    assert client.post(address, {"wanted": "yes"}).status_code == 302
    assert client.post(address, {"wanted": "yes"}).status_code == 302
    assert AuditEvent.objects.filter(action="morning.switch_letter").count() == 2
    assert night(loop)
    assert client.get(address).status_code == 405
    assert loop.client(loop.partner).post(address, {"wanted": "no"}).status_code == 403


def test_programs_switch_it_too(loop: Loop):
    late_review(loop)
    client, address = loop.client(loop.worker), "/api/morning/letter"
    assert client.get(address).json() == {"wanted": True, "last_on": None}
    for wanted in (False, False, True):
        answer = client.put(address, {"wanted": wanted}, content_type="application/json")
        assert (answer.status_code, answer.json()["wanted"]) == (200, wanted)
        assert client.get(address).json() == answer.json()
        assert (loop.worker.pk in keepers_of_files()) is wanted
        assert loop.leader.pk in keepers_of_files(), "each switches their own"
    assert AuditEvent.objects.filter(action="morning.switch_letter").count() == 2
    assert night(loop)
    assert client.get(address).json()["last_on"] == TODAY().isoformat()
    assert client.put(address, {"wanted": "?"}, content_type="application/json").status_code == 422
    assert loop.client(loop.partner).get(address).status_code == 403
    refused = loop.client(loop.partner).put(address, {"wanted": False}, content_type="application/json")
    assert refused.status_code == 403


def test_what_cannot_be_audited_is_undone(loop: Loop, monkeypatch: pytest.MonkeyPatch):
    late_review(loop)

    def fail(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("the audit is full")

    monkeypatch.setattr(AuditEvent.objects, "bulk_create", fail)
    with pytest.raises(RuntimeError):
        switch_letter(by=loop.worker, wanted=False)
    with pytest.raises(RuntimeError):
        night(loop)
    assert mail.outbox == []
    assert not MorningLetter.objects.exists()


def test_a_letter_that_is_refused_is_not_taken_as_sent(loop: Loop, monkeypatch: pytest.MonkeyPatch):
    late_review(loop)

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise OSError("the mail server is away")

    with monkeypatch.context() as away:
        away.setattr("maarag.desks.morning.letters.get_connection", refuse)
        with pytest.raises(OSError, match="away"):
            night(loop)
    assert night(loop)
    assert len(mail.outbox) == 1


def test_the_night_asks_for_each_who_keeps_files(loop: Loop):
    late_review(loop)
    loop.sent(at=days_ago(10))
    assert set(keepers_of_files()) == {loop.worker.pk, loop.leader.pk, loop.stranger.pk}
    close_account(by=loop.world.system, account=loop.leader)
    assert loop.leader.pk not in keepers_of_files()
    for _night in range(2):
        tell_workers()
        work_off()
    assert [one.to for one in mail.outbox] == [[loop.worker.email]]
    assert mail.outbox[0].subject == "2 דברים באיחור או מועדם היום"
    assert tell.within is not None
