"""Who approves what: limits of role, nobody their own request, opinions, swaps."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404

from maarag.domains.baskets import actions
from maarag.domains.baskets.errors import (
    AboveLimit,
    AlreadyDone,
    BasketClosed,
    BasketKnown,
    MoreThanReplaced,
    NoOpinion,
    NotComplete,
    OwnRequest,
    PriceChanged,
    QuotaFull,
    StillUnderWay,
    in_words,
)
from maarag.domains.baskets.models import Request, Stage
from maarag.domains.baskets.money import sums_of_basket
from maarag.domains.baskets.prices import change_since_asked, change_since_last_time
from maarag.kernel.access.permissions import Role
from maarag.kernel.ledger.actions import LimitPassed
from maarag.kernel.ledger.queries import balances
from maarag.values import Money
from tests.factories.baskets import Department
from tests.factories.families import family as open_family

shekels = Money.from_shekels


def test_above_the_limit_of_one_role_it_goes_to_the_next(city: Department):
    with city.scope():
        small, middle, large = city.sent(1), city.sent(4), city.sent(10)
        assert actions.approve_request(by=city.second, request=small).stage == Stage.APPROVED
        with pytest.raises(AboveLimit) as above:
            actions.approve_request(by=city.second, request=middle)
        assert above.value.who.role == Role.TEAM_LEADER
        assert city.leader.name in in_words(above.value)
        assert actions.approve_request(by=city.leader, request=middle).decided_by == city.leader
        with pytest.raises(AboveLimit) as above:
            actions.approve_request(by=city.leader, request=large)
        assert above.value.who.role == Role.DEPARTMENT_HEAD
        assert actions.approve_request(by=city.head, request=large).stage == Stage.APPROVED


def test_a_limit_that_was_set_holds_where_it_was_set_and_nearer_ones_win(city: Department):
    set_limit = actions.set_limit
    set_limit(by=city.head, role=Role.SOCIAL_WORKER, amount=shekels(2000), authority=city.world.city)
    with city.scope():
        request = city.sent(4)
        set_limit(
            by=city.head,
            role=Role.SOCIAL_WORKER,
            amount=shekels(10),
            authority=city.world.city,
            programme=city.programme,
        )
        with pytest.raises(AboveLimit):
            actions.approve_request(by=city.second, request=request)
    for role, by in ((Role.DEPARTMENT_HEAD, city.head), (Role.SOCIAL_WORKER, city.leader)):
        with pytest.raises(Http404):
            set_limit(by=by, role=role, amount=shekels(90_000), authority=city.world.city)
    with pytest.raises(Http404):
        set_limit(by=city.head, role=Role.SOCIAL_WORKER, amount=shekels(9), authority=city.world.sister)


def test_nobody_approves_or_declines_what_they_asked_for(city: Department):
    with city.scope():
        request = city.sent(1, by=city.leader)
        for act in (actions.approve_request, actions.decline_request):
            with pytest.raises(OwnRequest):
                act(by=city.leader, request=request, reason="x")


def test_without_an_opinion_nothing_is_approved_and_against_it_only_with_a_reason(city: Department):
    with city.scope():
        request = actions.send_request(by=city.worker, request=city.draft(1))
        with pytest.raises(NoOpinion):
            actions.approve_request(by=city.leader, request=request)
        actions.give_opinion(by=city.second, request=request, stance="against", text="יש שירות חינם")
        with pytest.raises(ValidationError):
            actions.give_opinion(by=city.second, request=request, stance="for", text="שוב")
        with pytest.raises(NoOpinion) as none:
            actions.approve_request(by=city.leader, request=request)
        assert none.value.against
        done = actions.approve_request(by=city.leader, request=request, reason="השירות החינם מלא")
        assert done.decision_reason == "השירות החינם מלא"


def test_what_lacks_something_is_not_sent_and_says_what(city: Department):
    with city.scope():
        request = actions.begin_request(by=city.worker, basket=city.basket, response=city.world.term("meals"))
        with pytest.raises(NotComplete) as lacks:
            actions.send_request(by=city.worker, request=request)
        assert len(lacks.value.missing) == 6
        request = actions.change_request(by=city.worker, request=request, goal="מטרה", quantity=2)
        with pytest.raises(NotComplete) as lacks:
            actions.send_request(by=city.worker, request=request)
        assert len(lacks.value.missing) == 4


def test_somebody_elses_change_is_not_overwritten_unseen(city: Department):
    with city.scope():
        request = city.draft(1)
        seen = actions.version_of(request)
        actions.change_request(by=city.second, request=request, quantity=3, seen=seen)
        with pytest.raises(actions.ChangedMeanwhile):
            actions.change_request(by=city.worker, request=request, quantity=5, seen=seen)
        assert Request.objects.get(pk=request.pk).quantity == 3


def test_sent_back_it_is_completed_and_sent_anew(city: Department):
    with city.scope():
        request = actions.send_back(by=city.leader, request=city.sent(4), reason="חסר הסבר")
        assert (request.stage, sums_of_basket(city.basket).planned) == (Stage.DRAFT, Money(0))
        request = actions.change_request(by=city.worker, request=request, why="הסבר מלא")
        request = actions.send_request(by=city.worker, request=request)
        with pytest.raises(NoOpinion):
            actions.approve_request(by=city.leader, request=request)
        actions.give_opinion(by=city.worker, request=request, stance="for", text="בעד")
        assert actions.approve_request(by=city.leader, request=request).stage == Stage.APPROVED


def test_a_price_that_rose_is_seen_before_and_after_it_is_asked_for(city: Department):
    def dearer(amount: int) -> None:
        actions.set_price(
            by=city.head,
            service=city.service,
            response=city.world.term("meals"),
            unit="month",
            amount=shekels(amount),
        )

    with city.scope():
        first, draft = city.approved(1), city.draft(2)
        dearer(500)
        change = change_since_asked(first)
        assert change is not None
        assert (change.before, change.after) == (shekels(450), shekels(500))
        with pytest.raises(PriceChanged) as rose:
            actions.send_request(by=city.worker, request=draft)
        assert (rose.value.before, rose.value.after) == (shekels(450), shekels(500))
        sent = actions.send_request(by=city.worker, request=draft, accept_price=True)
        assert sent.amount == shekels(1000)
        last = change_since_last_time(sent)
        assert last is not None
        assert last.rise == shekels(50)
        assert change_since_asked(sent) is None


def test_a_swap_stays_within_the_money_and_changes_both_in_one_step(city: Department):
    with city.scope():
        old = actions.approve_request(by=city.head, request=city.sent(16))
        assert sums_of_basket(city.basket).free == shekels(800)
        new = city.draft(17, replaces=old)
        with pytest.raises(MoreThanReplaced):
            actions.send_request(by=city.worker, request=new)
        new = actions.change_request(by=city.worker, request=new, quantity=15)
        new = actions.send_request(by=city.worker, request=new)
        actions.give_opinion(by=city.worker, request=new, stance="for", text="עדיף")
        actions.approve_request(by=city.head, request=new)
        old.refresh_from_db()
        sums = sums_of_basket(city.basket)
        assert (old.stage, sums.approved, sums.free) == (Stage.REVERSED, shekels(6750), shekels(1250))


def test_beyond_the_basket_nothing_is_approved_and_the_words_say_how_much_is_missing(city: Department):
    with city.scope():
        actions.approve_request(by=city.head, request=city.sent(16))
        more = city.sent(2)
        with pytest.raises(LimitPassed) as passed:
            actions.approve_request(by=city.leader, request=more)
        assert passed.value.missing == shekels(100)
        assert "100" in in_words(passed.value)
        more.refresh_from_db()
        assert more.stage == Stage.APPROVAL
        assert sums_of_basket(city.basket).free == shekels(800)


def test_a_quota_gives_no_more_places_nor_money_than_it_has(city: Department):
    world = city.world
    families = [open_family(world.system, world.city, city.worker, name=f"משפחה{n}") for n in range(5)]
    with city.scope():
        with pytest.raises(BasketKnown):
            actions.open_basket(by=city.worker, family=city.family, quota=city.quota)
        with pytest.raises(QuotaFull) as full:
            actions.open_basket(by=city.worker, family=families[0], quota=city.quota, amount=shekels(32_001))
        assert full.value.missing == shekels(1)
        for family in families[:4]:
            actions.open_basket(by=city.worker, family=family, quota=city.quota)
        with pytest.raises(QuotaFull):
            actions.open_basket(by=city.worker, family=families[4], quota=city.quota, amount=Money(1))
        assert actions.places_left(city.quota) == 0


def test_closing_gives_back_what_is_free_and_the_place(city: Department):
    with city.scope():
        request = city.sent(4)
        with pytest.raises(StillUnderWay):
            actions.close_basket(by=city.worker, basket=city.basket)
        actions.decline_request(by=city.leader, request=request, reason="אין צורך")
        city.paid(4)
        assert actions.close_basket(by=city.worker, basket=city.basket) == shekels(6200)
        assert actions.places_left(city.quota) == 5
        found = balances([city.basket.pot, city.quota.pot])
        assert (found[city.basket.pot_id].free, found[city.basket.pot_id].granted) == (
            Money(0),
            shekels(1800),
        )
        assert found[city.quota.pot_id].free == shekels(38_200)
        city.basket.refresh_from_db()
        with pytest.raises(BasketClosed):
            city.draft(1)
        with pytest.raises(AlreadyDone):
            actions.close_basket(by=city.worker, basket=city.basket)


def test_a_basket_takes_more_or_gives_back_as_far_as_the_quota_and_its_own_use_allow(city: Department):
    with city.scope():
        actions.change_basket(by=city.head, basket=city.basket, amount=shekels(9000), why="צורך גדול")
        assert sums_of_basket(city.basket).granted == shekels(9000)
        with pytest.raises(QuotaFull):
            actions.change_basket(by=city.head, basket=city.basket, amount=shekels(40_001), why="x")
        city.approved(4)
        with pytest.raises(LimitPassed):
            actions.change_basket(by=city.head, basket=city.basket, amount=shekels(1000), why="x")
        assert sums_of_basket(city.basket).granted == shekels(9000)
