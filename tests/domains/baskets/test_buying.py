"""What baskets of a programme may buy: refused when asked for, and when approved without a reason."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404

from maarag.domains.baskets import actions
from maarag.domains.baskets.above import waiting_above
from maarag.domains.baskets.buying import MoreThanAllowed, NotBought, buying_of, given_of
from maarag.domains.baskets.errors import in_words
from maarag.domains.baskets.models import AllowedResponse, Request, Stage
from maarag.domains.baskets.waits import decisions_of
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.audit.models import AuditEvent
from maarag.values import Money
from tests.factories.baskets import Department

shekels = Money.from_shekels


@pytest.fixture
def director(city: Department) -> Account:
    return city.world.account(Role.PROGRAMME_DIRECTOR, place=city.world.nation)


def allow(city: Department, by: Account, ending: str, **more: Any) -> AllowedResponse:
    return actions.allow_response(by=by, programme=city.programme, response=city.world.term(ending), **more)


def test_without_a_line_everything_and_with_one_the_branch_and_all_below(city: Department, director: Account):
    meals, centre = city.world.term("meals"), city.world.term("day_centre")
    with city.scope():
        assert actions.begin_request(by=city.worker, basket=city.basket, response=centre).number == 1
        allow(city, director, "food")
        assert actions.begin_request(by=city.worker, basket=city.basket, response=meals).number == 2
        with pytest.raises(NotBought) as refused:
            actions.begin_request(by=city.worker, basket=city.basket, response=centre)
        assert "מזון" in in_words(refused.value)
        assert director.name in in_words(refused.value)
        assert Request.objects.count() == 2


def test_a_code_that_only_begins_alike_is_no_branch(city: Department, director: Account):
    allow(city, director, "meals")
    buying = buying_of(city.programme)
    assert buying.allows(city.world.term("meals"))
    assert not buying.allows(city.world.term("parcels"))
    assert not buying.allows(city.world.term("food"))


def test_what_was_listed_while_it_might_be_is_not_sent_any_more(city: Department, director: Account):
    with city.scope():
        draft = city.draft(1)
        allow(city, director, "care")
        with pytest.raises(NotBought):
            actions.send_request(by=city.worker, request=draft)
        assert Request.objects.get().stage == Stage.DRAFT


def test_what_was_asked_for_before_is_approved_with_a_reason_alone(city: Department, director: Account):
    with city.scope():
        first, second, third = city.sent(1), city.sent(1), city.sent(1)
        allow(city, director, "care")
        assert set(decisions_of(city.leader).notes) == {first.pk, second.pk, third.pk}
        with pytest.raises(NotBought) as refused:
            actions.approve_request(by=city.leader, request=first)
        assert refused.value.before
        assert Request.objects.get(pk=first.pk).stage == Stage.APPROVAL
        done = actions.approve_request(by=city.leader, request=first, reason="הובטח למשפחה")
        assert (done.stage, done.decision_reason) == (Stage.APPROVED, "הובטח למשפחה")
        told = AuditEvent.objects.filter(action="baskets.approve_request").latest("pk")
        assert told.changes["allowed"] == [None, False]
        assert actions.decline_request(by=city.leader, request=second, reason="x").stage == Stage.DECLINED
        back = actions.send_back(by=city.leader, request=third, reason="x")
        with pytest.raises(NotBought):
            actions.send_request(by=city.worker, request=back)
        assert actions.order_request(by=city.worker, request=done).stage == Stage.ORDERED


def test_one_request_is_never_of_more_than_its_most(city: Department, director: Account):
    with city.scope():
        large = city.sent(4)
        draft = city.draft(3)
        allow(city, director, "food", most_of_request=shekels(1_000))
        with pytest.raises(MoreThanAllowed) as more:
            actions.send_request(by=city.worker, request=draft)
        assert "1,350" in in_words(more.value)
        assert "1,000" in in_words(more.value)
        with pytest.raises(MoreThanAllowed):
            actions.approve_request(by=city.leader, request=large, reason="גם כך")
        smaller = actions.send_back(by=city.leader, request=large, reason="קטן יותר")
        smaller = actions.change_request(by=city.worker, request=smaller, quantity=2)
        assert actions.send_request(by=city.worker, request=smaller).amount == shekels(900)


def test_a_family_has_no_more_of_a_branch_than_its_most(city: Department, director: Account):
    allow(city, director, "food", most_of_family=shekels(2_000))
    allow(city, director, "meals", most_of_family=shekels(5_000))
    with city.scope():
        other = city.sent(4)
        old = city.approved(4)
        assert given_of(city.basket, city.world.term("food")) == shekels(1_800)
        with pytest.raises(MoreThanAllowed) as more:
            actions.approve_request(by=city.leader, request=other)
        assert (more.value.used, more.value.row.response) == (shekels(1_800), city.world.term("food"))
        swap = actions.send_request(by=city.worker, request=city.draft(3, replaces=old))
        actions.give_opinion(by=city.worker, request=swap, stance="for", text="עדיף")
        assert actions.approve_request(by=city.leader, request=swap).stage == Stage.APPROVED
        assert given_of(city.basket, city.world.term("food")) == shekels(1_350)
        actions.reverse_request(by=city.leader, request=swap, reason="לא התאים")
        assert actions.approve_request(by=city.leader, request=other).stage == Stage.APPROVED


def test_a_swap_obeys_it_too(city: Department, director: Account):
    with city.scope():
        old = city.approved(4)
        allow(city, director, "meals")
        with pytest.raises(NotBought):
            actions.begin_request(
                by=city.worker, basket=city.basket, response=city.world.term("day_centre"), replaces=old
            )
        new = actions.send_request(by=city.worker, request=city.draft(2, replaces=old))
        actions.give_opinion(by=city.worker, request=new, stance="for", text="עדיף")
        allow(city, director, "meals", most_of_request=shekels(500))
        with pytest.raises(MoreThanAllowed):
            actions.approve_request(by=city.leader, request=new)
        old.refresh_from_db()
        assert old.stage == Stage.APPROVED


def test_above_it_is_seen_and_needs_the_reason_as_well(city: Department, director: Account):
    with city.scope(city.head):
        request = city.sent(10, by=city.head)
        actions.ask_above(by=city.head, request=request, why="טיפול ארוך")
        assert waiting_above(director)[0].in_the_way == ""
    allow(city, director, "care")
    (asked,) = waiting_above(director)
    assert "טיפול" in asked.in_the_way
    with pytest.raises(NotBought):
        actions.decide_above(by=director, key=asked.key, decision="approve")
    actions.decide_above(by=director, key=asked.key, decision="approve", reason="הובטח")
    with city.scope():
        assert Request.objects.get().stage == Stage.APPROVED


def test_what_is_said_otherwise_or_ended_stays_to_be_read(city: Department, director: Account):
    first = allow(city, director, "food", note_he="ארוחות בלבד")
    assert allow(city, director, "food", note_he="ארוחות בלבד ") == first
    second = allow(city, director, "food", most_of_request=shekels(400))
    first.refresh_from_db()
    assert (first.ended_by, second.ended_by) == (director, None)
    manager = city.world.account(Role.NATIONAL_MANAGER, place=city.world.nation)
    ended = actions.end_allowed(by=manager, row=second)
    assert (ended.ended_by, ended.set_by) == (manager, director)
    assert actions.end_allowed(by=director, row=second).ended_by == manager
    assert buying_of(city.programme).allows(city.world.term("care"))
    told = AuditEvent.objects.filter(subject_type="baskets.allowedresponse").values_list("action", flat=True)
    assert sorted(told) == ["baskets.allow_response"] * 2 + ["baskets.end_allowed"]


def test_only_of_responses_and_by_whoever_manages_the_nations_budgets(city: Department, director: Account):
    for by in (city.head, city.worker, city.world.account(Role.FUND_MANAGER, place=city.world.city)):
        with pytest.raises(Http404):
            allow(city, by, "food")
    row = allow(city, director, "food")
    with pytest.raises(Http404):
        actions.end_allowed(by=city.head, row=row)
    with pytest.raises(ValidationError):
        allow(city, director, "seniors")
    with pytest.raises(ValidationError):
        allow(city, director, "care", most_of_request=shekels(2), most_of_family=shekels(1))
    assert AllowedResponse.objects.filter(ended_at=None).count() == 1
