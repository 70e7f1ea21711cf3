"""Sending: once, with what it needs, and on to another service when the first one declines."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from maarag.database.rows import visible
from maarag.domains.families.actions import close_family
from maarag.domains.referrals import actions
from maarag.domains.referrals.limits import Limits
from maarag.domains.referrals.models import Referral
from maarag.domains.services.actions import retire_service
from tests.factories.families import everything

from .conftest import Loop, days_ago


def count(loop: Loop) -> int:
    return loop.see(loop.worker, Referral.objects.count)


def test_the_same_form_sent_twice_is_one_referral(loop: Loop):
    key = uuid4()
    first = loop.sent(key=key)
    assert loop.sent(key=key, text="אחרת").pk == first.pk
    assert count(loop) == 1
    assert loop.fresh(first).text != "אחרת"


def test_an_open_referral_to_the_same_service_for_the_same_response_is_not_sent_again(loop: Loop):
    meals = loop.world.term("meals")
    first = loop.sent(response=meals)
    with pytest.raises(actions.AlreadySent) as refused:
        loop.sent(response=meals)
    assert refused.value.referral.pk == first.pk
    loop.sent()  # for another need of the family it may be
    loop.by(loop.worker, "decline_referral", first, reason="no_place")
    assert loop.sent(response=meals).pk != first.pk


def test_the_database_itself_refuses_the_second_one(loop: Loop):
    first = loop.sent()
    first.pk, first.key = uuid4(), uuid4()
    with visible(everything(loop.world.city)), pytest.raises(IntegrityError), transaction.atomic():
        first.save(force_insert=True)


def test_the_page_says_that_one_is_under_way_and_keeps_what_was_typed(loop: Loop):
    first = loop.sent()
    typed = {
        "key": str(uuid4()), "text": "נסיון שני", "fields_shared": ["worker"], "basis": "law",
        "basis_details": "סעיף 1", "answer_days": 5, "start_days": 5, "ask_days": 5, "close_days": 5,
        "seen_days": 5,
    }  # fmt: skip
    answer = loop.client(loop.worker).post(reverse("referrals:send", args=[loop.family.pk, "meals"]), typed)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert reverse("referrals:detail", args=[first.pk]) in page
    assert "נסיון שני" in page
    assert count(loop) == 1


def test_what_was_declined_goes_on_in_two_clicks_with_the_same_content(loop: Loop):
    response = loop.world.term("meals")
    first = loop.sent(response=response, limits=Limits(answer=3), seen_days=9)
    loop.by(loop.worker, "decline_referral", first, reason="no_place")
    worker = loop.client(loop.worker)
    address = reverse("referrals:send_on", args=[first.pk])
    page = worker.get(address)  # the first click
    offered = [service.code for service, _here in page.context["services"]]
    assert offered == ["parcels"], "of the same response, without the one that declined"
    typed = {"service": "parcels", "key": str(page.context["key"])}
    worker.post(address, typed)  # the second
    worker.post(address, typed)
    assert count(loop) == 2
    with visible(everything(loop.world.city)):
        second = Referral.objects.get(previous=first)
    same = ("text", "fields", "basis", "basis_details", "response_id", "need", "answer_days", "seen_days")
    assert [getattr(second, name) for name in same] == [getattr(first, name) for name in same]
    assert second.organisation == loop.world.sister_organisation


def test_only_what_came_back_is_sent_on(loop: Loop):
    first = loop.sent()
    with pytest.raises(actions.NotNow):
        loop.by(loop.worker, "send_on", first, service=loop.parcels)
    loop.by(loop.worker, "decline_referral", first, reason="no_place")
    with pytest.raises(ValidationError, match="came back"):
        loop.by(loop.worker, "send_on", first, service=loop.meals)


def test_several_referrals_for_one_need(loop: Loop):
    first = loop.sent()
    second = loop.sent(loop.parcels, need=first.need)
    assert second.need == first.need
    with pytest.raises(ValidationError, match="this need"):
        loop.sent(loop.others, need=uuid4())
    page = loop.client(loop.worker).get(reverse("referrals:detail", args=[first.pk]))
    assert [one.pk for one, _state in page.context["others"]] == [second.pk]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"fields": []}, "what is shared"),
        ({"fields": ["everything"]}, "is called"),
        ({"basis": "wish"}, "wish"),
        ({"basis_details": "  "}, "blank"),
        ({"text": " "}, "blank"),
        ({"seen_days": 400}, "year"),
    ],
)
def test_what_is_missing_is_said(loop: Loop, fields: dict[str, object], wrong: str):
    with pytest.raises(ValidationError) as refused:
        loop.sent(**fields)
    assert wrong in " ".join(refused.value.messages)
    assert count(loop) == 0


def test_nobody_is_referred_to_a_service_that_is_closed_or_from_a_closed_file(loop: Loop):
    retire_service(by=loop.world.system, service=loop.others)
    loop.others.refresh_from_db()
    with pytest.raises(ValidationError, match="takes nobody"):
        loop.sent(loop.others)
    with visible(everything(loop.world.city)):
        close_family(by=loop.worker, family=loop.family, reason="other")
    with pytest.raises(actions.Closed):
        loop.sent()


def test_only_who_keeps_the_file_refers_the_family(loop: Loop):
    for account in (loop.stranger, loop.partner):
        with pytest.raises(Http404):
            actions.send_referral(
                by=account, family=loop.family, service=loop.meals, text="x", fields=["worker"],
                basis="law", basis_details="x",
            )  # fmt: skip


def test_a_referral_of_the_past_is_written_down_with_its_days(loop: Loop):
    sent = loop.sent(at=days_ago(40))
    loop.by(loop.worker, "accept_referral", sent, at=days_ago(38))
    loop.by(loop.worker, "start_referral", sent, at=days_ago(30))
    word = {"help": "yes", "said_by": "האם", "how": "visit", "at": days_ago(5)}
    loop.by(loop.worker, "record_help", sent, **word)
    loop.by(loop.worker, "close_referral", sent, reason="given", at=days_ago(4))
    found = loop.fresh(sent)
    today = timezone.localdate()
    days = [found.sent_at, found.answered_at, found.started_at, found.heard_at, found.ended_at]
    assert [(today - timezone.localdate(day)).days for day in days] == [40, 38, 30, 5, 4]
    assert found.seen_until == today + timedelta(days=26)
    with pytest.raises(ValidationError, match="future"):
        loop.sent(loop.others, at=timezone.now() + timedelta(days=1))


def test_a_step_does_not_go_before_the_step_before_it(loop: Loop):
    sent = loop.sent(at=days_ago(10))
    with pytest.raises(ValidationError, match="before"):
        loop.by(loop.worker, "accept_referral", sent, at=days_ago(11))
