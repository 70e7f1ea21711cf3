"""What nobody else in the department may decide goes above it, without the family: never a dead end."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404

from maarag.domains.baskets import actions
from maarag.domains.baskets.above import waiting_above
from maarag.domains.baskets.errors import (
    AboveLimit,
    AlreadyDone,
    DecidedHere,
    NamesTheFamily,
    OwnRequest,
    in_words,
)
from maarag.domains.baskets.limits import decider_for
from maarag.domains.baskets.models import Request, Stage
from maarag.domains.baskets.waits import decisions_of
from maarag.kernel.access.actions import grant
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.audit.models import AuditEvent
from tests.factories.baskets import Department

from .conftest import signed_in

EN = {"accept-language": "en"}


@pytest.fixture
def director(city: Department) -> Account:
    return city.world.account(Role.PROGRAMME_DIRECTOR, place=city.world.nation)


def of_the_head(city: Department, quantity: int = 10) -> Request:
    """4,500 shekels, asked for by the one who alone approves as much."""
    with city.scope(city.head):
        return city.sent(quantity, by=city.head)


def told(city: Department, pk: Any) -> Request:
    with city.scope():
        return Request.objects.select_related("decided_by").get(pk=pk)


@pytest.mark.parametrize("quantity", [1, 5, 10, 60, 90])
def test_whoever_asks_for_however_much_somebody_else_may_decide(
    city: Department, director: Account, quantity: int
):
    for by in (city.worker, city.second, city.leader, city.head):
        with city.scope(by):
            request = city.sent(quantity, by=by)
            decider = decider_for(request)
            assert decider.people
            assert by not in decider.people
            if decider.is_above:
                assert decider.people == [director]
                actions.ask_above(by=by, request=request, why="טיפול ארוך")
        if decider.is_above:
            (asked,) = waiting_above(director)
            actions.decide_above(by=director, key=asked.key, decision="decline", reason="יקר מדי")
        else:
            with city.scope(decider.people[0]):
                actions.decline_request(by=decider.people[0], request=request, reason="יקר מדי")
        assert told(city, request.pk).stage == Stage.DECLINED


def test_what_the_only_head_asks_for_is_decided_above_on_figures_and_paid_below(
    city: Department, director: Account
):
    request = of_the_head(city)
    with city.scope(city.leader):
        with pytest.raises(AboveLimit) as above:
            actions.approve_request(by=city.leader, request=request)
        assert director.name in in_words(above.value)
    head = signed_in(city.head)
    page = head.get(f"/baskets/requests/{request.pk}/", headers=EN).text
    assert "Nobody else in the department may decide it" in page
    assert director.name in page
    asked = head.post(f"/baskets/requests/{request.pk}/above/", {"why": "המענה נחוץ מיד"})
    assert asked.status_code == 302
    page = head.get(f"/baskets/requests/{request.pk}/", headers=EN).text
    assert "It was asked above on" in page
    with city.scope(city.head):
        assert request.pk in decisions_of(city.head).waits_for

    above_client = signed_in(director)
    (row,) = waiting_above(director)
    assert (row.amount.agorot, row.opinions_for, row.opinions_against) == (450_000, 1, 0)
    pages = [above_client.get("/baskets/above/"), above_client.get(f"/baskets/above/{row.key}/")]
    answers = [page.text for page in pages] + [above_client.get("/api/baskets/above").text]
    assert all("4,500" in page for page in answers[:2])
    assert json.loads(answers[2])[0]["amount_agorot"] == 450_000
    with city.scope():
        hidden = [city.family.name, str(request.pk), str(city.family.pk)]
        hidden += [str(city.basket.pk), city.goal.own_words, request.why, request.choice]
        hidden += [member.first_name for member in city.family.members.all()]
    for answer in answers:
        assert [text for text in hidden if text and text in answer] == []
    assert above_client.get(f"/baskets/requests/{request.pk}/").status_code in (403, 404)

    done = above_client.post(f"/baskets/above/{row.key}/", {"act": "approve"}, follow=True, headers=EN)
    assert "It was approved" in done.text
    assert above_client.get(f"/baskets/above/{row.key}/").status_code == 404
    found = told(city, request.pk)
    assert (found.stage, found.decided_by) == (Stage.APPROVED, director)
    with city.scope():
        event = AuditEvent.objects.get(action="baskets.approve_request")
    assert (event.actor_id, event.place_id) == (director.pk, city.world.city.pk)
    with city.scope(city.head):
        request = actions.order_request(by=city.head, request=found)
        actions.record_delivery(by=city.worker, request=request, outcome="yes")
        city.pay(request, by=city.head)
    assert told(city, request.pk).stage == Stage.PAID


def test_it_stays_in_the_department_where_somebody_else_may_decide(city: Department, director: Account):
    with city.scope():
        request = city.sent(10)
        with pytest.raises(DecidedHere) as here:
            actions.ask_above(by=city.worker, request=request, why="נחוץ")
        assert city.head.name in in_words(here.value)
    assert list(waiting_above(director)) == []


def test_what_is_told_above_names_nobody_of_the_family(city: Department, director: Account):
    request = of_the_head(city)
    with city.scope(city.head):
        names = [city.family.name, city.family.members.first().first_name]  # type: ignore[union-attr]
        for name in names:
            with pytest.raises(NamesTheFamily):
                actions.ask_above(by=city.head, request=request, why=f"למשפחת {name} אין מים")
        with pytest.raises(ValidationError):
            actions.ask_above(by=city.head, request=request, why=" ")
        actions.ask_above(by=city.head, request=request, why="אין מים חמים")
        with pytest.raises(AlreadyDone):
            actions.ask_above(by=city.head, request=request, why="אין מים חמים")


def test_only_whoever_manages_the_budget_finds_it_and_never_who_asked(city: Department, director: Account):
    world = city.world
    request = of_the_head(city)
    with city.scope(city.head):
        key = actions.ask_above(by=city.head, request=request, why="נחוץ").above_key
    assert key is not None
    for role, place in (
        (Role.DISTRICT_SUPERVISOR, world.nation),
        (Role.PROGRAMME_DIRECTOR, world.sister),
        (Role.DEPARTMENT_HEAD, world.sister),
        (Role.TEAM_LEADER, world.city),
    ):
        stranger = world.account(role, place=place)
        assert list(waiting_above(stranger)) == []
        with pytest.raises(Http404):
            actions.decide_above(by=stranger, key=key, decision="approve")
        assert signed_in(stranger).get(f"/baskets/above/{key}/").status_code in (403, 404)
    grant(by=world.system, account=city.head, role=Role.FUND_MANAGER, place=world.nation)
    assert list(waiting_above(city.head)) == []
    with pytest.raises(OwnRequest):
        actions.decide_above(by=city.head, key=key, decision="approve")


def test_sent_back_from_above_it_is_completed_and_asked_anew(city: Department, director: Account):
    request = of_the_head(city)
    with city.scope(city.head):
        key = actions.ask_above(by=city.head, request=request, why="נחוץ").above_key
    assert key is not None
    with pytest.raises(ValidationError):
        actions.decide_above(by=director, key=key, decision="back")
    actions.decide_above(by=director, key=key, decision="back", reason="כמה מפגשים?")
    with pytest.raises(Http404):
        actions.decide_above(by=director, key=key, decision="approve")
    found = told(city, request.pk)
    assert (found.stage, found.above_key, found.decision_reason) == (Stage.DRAFT, None, "כמה מפגשים?")


def test_through_the_api(city: Department, director: Account):
    request = of_the_head(city)
    json_ = {"content_type": "application/json"}
    asked = signed_in(city.head).post(f"/api/baskets/requests/{request.pk}/above", {"why": "נחוץ"}, **json_)
    assert asked.json()["asked_above_on"]
    client = signed_in(director)
    (row,) = client.get("/api/baskets/above").json()
    body = {"decision": "approve", "reason": ""}
    assert client.post(f"/api/baskets/above/{row['key']}/decide", body, **json_).status_code == 204
    assert client.post(f"/api/baskets/above/{row['key']}/decide", body, **json_).status_code == 404
    assert told(city, request.pk).stage == Stage.APPROVED
