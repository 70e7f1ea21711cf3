"""The night: what is late is marked once, reminded of each week, and lapses in the end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from maarag.domains.referrals.actions import look_after
from maarag.domains.referrals.actions.nightly import Night
from maarag.kernel.access.permissions import Role
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.jobs.actions import defer
from maarag.kernel.jobs.inline import work_off
from maarag.kernel.jobs.registry import TASKS

from .conftest import Loop, days_ago


def tonight(after: int = 0) -> Night:
    return look_after(today=timezone.localdate() + timedelta(days=after))


def test_in_time_nothing_is_said(loop: Loop):
    loop.sent()
    assert tonight() == tonight(7) == Night()


def test_late_once_reminded_weekly_and_lapsed_in_the_end(loop: Loop):
    referral = loop.sent()  # due within seven days
    assert tonight(8) == Night(late=1, reminded=1)
    assert tonight(8) == Night(), "a second time on one day changes nothing"
    assert tonight(14) == Night()
    assert tonight(15) == Night(reminded=1)
    found = loop.fresh(referral)
    assert (found.reminders, found.late_since) == (2, timezone.localdate() + timedelta(days=8))
    assert tonight(37).lapsed == 0
    assert tonight(38) == Night(lapsed=1)
    found = loop.fresh(referral)
    assert (found.status, found.seen_until, found.due_on) == ("lapsed", None, None)
    assert tonight(60) == Night()


def test_what_waits_for_the_sender_never_lapses(loop: Loop):
    referral = loop.sent()
    loop.by(loop.worker, "accept_referral", referral)
    loop.by(loop.worker, "start_referral", referral)
    assert tonight(200) == Night(late=1, reminded=1)
    assert loop.fresh(referral).status == "started"


def test_an_answer_takes_the_mark_away(loop: Loop):
    referral = loop.sent(at=days_ago(10))
    tonight()
    assert loop.fresh(referral).late_since is not None
    loop.by(loop.worker, "accept_referral", referral)
    assert loop.fresh(referral).late_since is None
    assert tonight() == Night()


def test_the_body_is_told_by_letters_that_name_nobody(loop: Loop, settings: Any):
    settings.LANGUAGE_CODE = "en"
    second = loop.world.account(Role.PARTNER_WORKER, organisation=loop.world.organisation)
    loop.sent()
    work_off()
    assert sorted(letter.to[0] for letter in mail.outbox) == sorted([loop.partner.email, second.email])
    mail.outbox.clear()
    tonight(8)
    work_off()
    assert len(mail.outbox) == 2
    for letter in mail.outbox:
        text = letter.subject + letter.body
        assert "/referrals/inbox/" in text
        assert not [name for name in ("אלון", "נועה", "ארוחה") if name in text]


def test_a_body_without_accounts_gets_no_letter(loop: Loop):
    loop.foreign_partner.grants.all().delete()
    loop.sent(loop.parcels)
    work_off()
    assert mail.outbox == []


def test_the_night_runs_as_a_job_of_every_authority(loop: Loop):
    referral = loop.sent(at=days_ago(10))
    from django.db import transaction

    with transaction.atomic():
        defer(TASKS["referrals.look_after"])
    work_off()
    assert loop.fresh(referral).late_since is not None
    events = loop.see(loop.worker, lambda: AuditEvent.objects.filter(action="referrals.mark_late").count())
    assert events == 1
    assert TASKS["referrals.look_after"].cron


@pytest.mark.parametrize("outcome", ["family says yes", "family says no"])
def test_a_lapsed_one_is_closed_by_the_familys_word(loop: Loop, outcome: str):
    """The service never answered here, and the family knows."""
    referral = loop.sent(at=days_ago(60))
    assert tonight().lapsed == 1
    word = outcome.rpartition(" ")[2]
    loop.by(loop.worker, "record_help", referral, help=word, said_by="האם", how="phone")
    assert loop.fresh(referral).status == "closed"
