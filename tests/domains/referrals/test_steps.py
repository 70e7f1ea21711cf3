"""Steps that follow and steps that do not; whose word is whose."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from maarag.database.rows import visible
from maarag.domains.referrals import actions
from maarag.domains.referrals.limits import Limits
from maarag.domains.referrals.models import HelpWord, Referral, ReferralStep
from maarag.domains.referrals.words import path_of
from tests.factories.families import everything

from .conftest import Loop

WORD: dict[str, Any] = {"help": "partly", "said_by": "הסבתא", "how": "phone"}
STEPS: dict[str, dict[str, Any]] = {
    "accept_referral": {},
    "decline_referral": {"reason": "no_place"},
    "start_referral": {},
    "record_help": WORD,
    "close_referral": {"reason": "not_asked", "words": "עברו דירה"},
    "withdraw_referral": {},
    "withdraw_referral_consent": {"words": "האם, בטלפון"},
}
LEADS_ON = {
    (): {
        "accept_referral", "decline_referral", "record_help", "withdraw_referral",
        "withdraw_referral_consent",
    },
    ("accept_referral",): {
        "decline_referral", "start_referral", "record_help", "close_referral", "withdraw_referral",
        "withdraw_referral_consent",
    },
    ("accept_referral", "start_referral"): {
        "record_help", "close_referral", "withdraw_referral_consent"
    },
    ("accept_referral", "start_referral", "close_referral"): {
        "record_help", "withdraw_referral_consent"
    },
    ("accept_referral", "start_referral", "withdraw_referral_consent"): {"record_help"},
    ("decline_referral",): {"withdraw_referral_consent"},
    ("decline_referral", "withdraw_referral_consent"): set(),
    ("withdraw_referral",): set(),
    ("withdraw_referral_consent",): set(),
}  # fmt: skip


@pytest.mark.parametrize("way", LEADS_ON)
def test_which_steps_follow(loop: Loop, way: tuple[str, ...]):
    """Every step from every state: taken where it follows, refused where it does not."""
    taken = set()
    for name, given in STEPS.items():
        with transaction.atomic():
            referral = loop.sent()
            for before in way:
                loop.by(loop.worker, before, referral, **STEPS[before])
            try:
                loop.by(loop.worker, name, referral, **given)
                taken.add(name)
            except actions.NotNow:
                pass
            transaction.set_rollback(True)
    assert taken == LEADS_ON[way]


def started(loop: Loop) -> Referral:
    referral = loop.sent()
    loop.by(loop.worker, "accept_referral", referral)
    loop.by(loop.worker, "start_referral", referral)
    return referral


def test_what_the_worker_writes_for_the_service_is_marked(loop: Loop):
    by_worker, by_partner = loop.sent(), loop.sent(loop.others)
    loop.by(loop.worker, "accept_referral", by_worker, words="בטלפון")
    loop.by(loop.partner, "accept_referral", by_partner)
    assert loop.fresh(by_worker).answered_in_name
    assert not loop.fresh(by_partner).answered_in_name
    with visible(everything(loop.world.city)):
        steps = dict(ReferralStep.objects.filter(kind="accepted").values_list("by", "in_name_of_service"))
    assert steps == {loop.worker.pk: True, loop.partner.pk: False}


def test_a_refusal_needs_its_reason_and_other_needs_words(loop: Loop):
    referral = loop.sent()
    for given in ({"reason": ""}, {"reason": "no_wish"}, {"reason": "other"}):
        with pytest.raises(ValidationError):
            loop.by(loop.partner, "decline_referral", referral, **given)
    loop.by(loop.partner, "decline_referral", referral, reason="other", words="קבוצה מלאה")
    found = loop.fresh(referral)
    assert (found.status, found.decline_reason, found.answer_words) == ("declined", "other", "קבוצה מלאה")


def test_nothing_is_closed_as_given_before_the_family_is_heard(loop: Loop):
    referral = started(loop)
    for given in ({"reason": "given"}, {"reason": "not_asked"}):
        with pytest.raises(ValidationError):
            loop.by(loop.worker, "close_referral", referral, **given)
    loop.by(loop.worker, "record_help", referral, **WORD)
    with pytest.raises(ValidationError, match="was asked"):
        loop.by(loop.worker, "close_referral", referral, reason="not_asked", words="x")
    loop.by(loop.worker, "close_referral", referral, reason="given")
    assert loop.fresh(referral).status == "closed"


def test_the_newest_day_of_what_the_family_says_holds_and_all_stays(loop: Loop):
    referral = loop.sent(at=timezone.now() - timedelta(days=9))
    loop.by(loop.worker, "accept_referral", referral, at=timezone.now() - timedelta(days=8))
    today = timezone.localdate()
    loop.by(loop.worker, "record_help", referral, help="yes", said_by="האב", how="visit", said_on=today)
    earlier = today - timedelta(days=3)
    loop.by(loop.worker, "record_help", referral, help="no", said_by="הבת", how="phone", said_on=earlier)
    page = loop.client(loop.worker).get(reverse("referrals:detail", args=[referral.pk]))
    assert page.context["referral"].help == "yes"
    assert [row["said_by"] for row in page.context["words"].rows] == ["האב", "הבת"]
    for day in (today + timedelta(days=1), today - timedelta(days=10)):
        with pytest.raises(ValidationError):
            loop.by(loop.worker, "record_help", referral, **WORD, said_on=day)


def test_who_said_it_is_chosen_from_the_family_or_written(loop: Loop):
    referral, worker = started(loop), loop.client(loop.worker)
    address = reverse("referrals:hear", args=[referral.pk])
    typed = {
        "hear-help": "yes", "hear-how": "visit", "hear-said_on": timezone.localdate().isoformat(),
        "hear-words": "המילים שלנו",
    }  # fmt: skip
    refused = worker.post(address, {**typed, "hear-said_by": "other"})
    assert refused.status_code == 422
    assert "המילים שלנו" in refused.content.decode(), "nothing typed is lost"
    with visible(everything(loop.world.city)):
        mother = loop.family.members.get(relation="parent")
    worker.post(address, {**typed, "hear-said_by": str(mother.pk)})
    assert loop.see(loop.worker, lambda: HelpWord.objects.get().said_by) == str(mother)


def test_limits_of_one_referral_move_its_day(loop: Loop):
    referral = loop.sent(limits=Limits(answer=3))
    assert referral.due_on == timezone.localdate() + timedelta(days=3)
    loop.by(loop.worker, "set_limits", referral, limits=Limits(answer=10))
    assert loop.fresh(referral).due_on == timezone.localdate() + timedelta(days=10)
    with pytest.raises(ValueError, match="answer"):
        Limits(answer=0)


def test_the_path_says_word_and_shape_for_every_station(loop: Loop):
    referral = loop.sent()
    steps = path_of(loop.fresh(referral))
    assert [step.status.tone for step in steps] == ["ok", "info", "unknown", "unknown", "unknown"]
    assert [step.current for step in steps] == [False, True, False, False, False]
    late = loop.sent(loop.others, at=timezone.now() - timedelta(days=30))
    assert path_of(loop.fresh(late))[1].status.tone == "critical"
    loop.by(loop.worker, "decline_referral", referral, reason="no_place")
    assert len(path_of(loop.fresh(referral))) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"status": "declined"},
        {"status": "closed", "ended_at": timezone.now(), "due_on": None},
        {"due_on": None},
        {"status": "withdrawn", "ended_at": timezone.now(), "due_on": None},
    ],
)
def test_the_database_refuses_what_no_step_makes(loop: Loop, change: dict[str, Any]):
    referral = loop.sent()
    with visible(everything(loop.world.city)), pytest.raises(IntegrityError), transaction.atomic():
        Referral.objects.filter(pk=referral.pk).update(**change)


def test_the_slower_of_two_is_told_where_it_stands(loop: Loop):
    referral, partner = loop.sent(), loop.client(loop.partner)
    loop.by(loop.worker, "decline_referral", referral, reason="family_declined")
    address = reverse("referrals:inbox_accept", args=[referral.pk])
    page = partner.post(address, {"accept-words": "כן"}, follow=True)
    assert page.status_code == 200
    assert loop.fresh(referral).status == "declined"
    assert [message.level_tag for message in page.context["messages"]] == ["error"]
