"""Whoever wrote a request does not decide it, whoever asks for it in the end; and somebody always may."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from maarag.domains.baskets import actions
from maarag.domains.baskets.above import waiting_above
from maarag.domains.baskets.errors import NobodyAbove, OwnRequest, in_words
from maarag.domains.baskets.limits import decider_for
from maarag.domains.baskets.models import Request, Stage
from maarag.domains.baskets.waits import decisions_of, waiting_of
from maarag.kernel.access.actions import grant
from maarag.kernel.access.permissions import Role
from tests.factories.baskets import Department

from .conftest import signed_in

EN = {"accept-language": "en"}
JSON = {"content_type": "application/json"}
DECISIONS = (actions.approve_request, actions.decline_request, actions.send_back)


def judged(city: Department, request: Request) -> Request:
    """Sent by the worker, with the opinion of another one."""
    request = actions.send_request(by=city.worker, request=request)
    actions.give_opinion(by=city.second, request=request, stance="for", text="מתאים למשפחה")
    request.refresh_from_db()
    return request


def begun_by_leader(city: Department) -> Request:
    request = actions.begin_request(by=city.leader, basket=city.basket, response=city.world.term("meals"))
    fields = ("service", "unit", "unit_agorot", "price", "quantity", "plan_goal", "why", "offered", "choice")
    drawn = city.draft(4)
    return actions.change_request(
        by=city.worker, request=request, **{name: getattr(drawn, name) for name in fields}
    )


def written_on_by_leader(city: Department) -> Request:
    return actions.change_request(by=city.leader, request=city.draft(1), quantity=4)


def sent_by_leader_before_it_was_sent_back(city: Department) -> Request:
    request = actions.send_request(by=city.leader, request=city.draft(4))
    actions.give_opinion(by=city.second, request=request, stance="for", text="מתאים")
    request = actions.send_back(by=city.head, request=request, reason="חסר הסבר")
    return actions.change_request(by=city.worker, request=request, why="הסבר מלא")


def swapped_by_leader(city: Department) -> Request:
    return city.draft(4, by=city.leader, replaces=city.approved(4))


WAYS = [begun_by_leader, written_on_by_leader, sent_by_leader_before_it_was_sent_back, swapped_by_leader]


@pytest.mark.parametrize("way", WAYS)
def test_whoever_wrote_does_not_decide_though_another_sends_it(city: Department, way: object):
    with city.scope():
        request = judged(city, way(city))  # type: ignore[operator]
        assert request.asked_by == city.worker
        for act in DECISIONS:
            with pytest.raises(OwnRequest) as own:
                act(by=city.leader, request=request, reason="x")
        decider = decider_for(request)
        assert (decider.role, decider.people) == (Role.DEPARTMENT_HEAD, [city.head])
        assert request not in decisions_of(city.leader).mine
        assert not [one for one in waiting_of(city.leader) if str(request.pk) in one.url]
        assert request in decisions_of(city.head).mine
    client = signed_in(city.leader)
    page = client.get(f"/baskets/requests/{request.pk}/", headers=EN).text
    assert "You asked for it or wrote on it yourself" in page
    assert city.leader.name in page
    assert city.head.name in page
    assert f"/baskets/requests/{request.pk}/decide/" not in page
    answer = client.post(
        f"/api/baskets/requests/{request.pk}/decide", {"decision": "approve", "reason": ""}, **JSON
    )
    assert (answer.status_code, answer.json()["detail"]) == (409, in_words(own.value))
    told = client.get(f"/api/baskets/requests/{request.pk}").json()
    assert {city.leader.name, city.worker.name} <= set(told["written_by"])
    assert request.pk not in [one["id"] for one in client.get("/api/baskets/approvals").json()]
    with city.scope(city.head):
        assert actions.approve_request(by=city.head, request=request).stage == Stage.APPROVED


def test_the_database_keeps_them_apart_too(city: Department):
    with city.scope():
        request = judged(city, written_on_by_leader(city))
        actions.approve_request(by=city.head, request=request)
        with pytest.raises(IntegrityError), transaction.atomic():
            Request.objects.filter(pk=request.pk).update(decided_by=city.leader)


def test_whoever_only_read_saved_nothing_and_sent_it_back_may_still_decide(city: Department):
    with city.scope():
        request = actions.change_request(by=city.leader, request=city.draft(4), quantity=4)
        assert request.written_by == [city.worker.pk]
        request = actions.send_back(by=city.leader, request=judged(city, request), reason="חסר")
        request = judged(city, actions.change_request(by=city.worker, request=request, why="הסבר"))
        assert actions.approve_request(by=city.leader, request=request).stage == Stage.APPROVED


def test_what_everybody_in_the_department_wrote_is_decided_above_it(city: Department):
    world = city.world
    director = world.account(Role.PROGRAMME_DIRECTOR, place=world.nation)
    grant(by=world.system, account=city.head, role=Role.FUND_MANAGER, place=world.nation)
    with city.scope():
        request = city.draft(10, by=city.head)
        for quantity, by in ((9, city.leader), (10, city.second)):
            request = actions.change_request(by=by, request=request, quantity=quantity)
        request = judged(city, request)
        decider = decider_for(request)
        assert (decider.is_above, decider.people) == (True, [director])
        key = actions.ask_above(by=city.worker, request=request, why="טיפול ארוך").above_key
    assert key is not None
    assert list(waiting_above(city.head)) == []
    with pytest.raises(OwnRequest):
        actions.decide_above(by=city.head, key=key, decision="approve")
    actions.decide_above(by=director, key=key, decision="decline", reason="יקר מדי")


def of_the_head(city: Department) -> Request:
    with city.scope(city.head):
        return city.sent(10, by=city.head)


def test_it_is_not_asked_above_where_nobody_is_there_but_who_asks(city: Department):
    world = city.world
    grant(by=world.system, account=city.head, role=Role.FUND_MANAGER, place=world.nation)
    request = of_the_head(city)
    with city.scope(city.head), pytest.raises(NobodyAbove):
        actions.ask_above(by=city.head, request=request, why="נחוץ")
    page = signed_in(city.head).get(f"/baskets/requests/{request.pk}/", headers=EN).text
    assert "let somebody else in the department ask for it anew" in page
    assert f"/baskets/requests/{request.pk}/above/" not in page
    with city.scope(city.head):
        actions.withdraw_request(by=city.worker, request=request, reason="יבקש אחר")
        anew = city.sent(10)
        assert decider_for(anew).people == [city.head]


def test_whoever_manages_the_budget_and_asks_above_leaves_it_to_another(city: Department):
    world = city.world
    grant(by=world.system, account=city.worker, role=Role.FUND_MANAGER, place=world.nation)
    request = of_the_head(city)
    with city.scope(), pytest.raises(NobodyAbove):
        actions.ask_above(by=city.worker, request=request, why="נחוץ")
    with city.scope():
        key = actions.ask_above(by=city.second, request=request, why="נחוץ").above_key
    (asked,) = waiting_above(city.worker)
    assert asked.key == key
