"""The pages and the API of what baskets may buy: read by everybody, written for the whole nation."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from maarag.domains.baskets import actions
from maarag.domains.baskets.models import AllowedResponse, Request
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.values import Money
from tests.factories.baskets import Department

from .conftest import signed_in

EN = {"accept-language": "en"}


@pytest.fixture
def director(city: Department) -> Account:
    city.world.service("centre", "מרכז יום", "day_centre")
    return city.world.account(Role.PROGRAMME_DIRECTOR, place=city.world.nation)


def options(page: str) -> dict[str, bool]:
    """Code → whether it can be chosen."""
    found = re.findall(r'<option value="(human_services[^"]*)"([^>]*)>', page)
    return {code: "disabled" not in rest for code, rest in found}


def test_the_director_writes_changes_and_ends_a_line_and_everybody_reads_it(
    city: Department, director: Account
):
    client, code = signed_in(director), city.programme.code
    rules, buys = reverse("baskets:rules", args=[code]), reverse("baskets:buys", args=[code])
    assert buys in Client().get(reverse("programmes:detail", args=[code])).text
    assert "every response" in Client().get(buys, headers=EN).text
    assert "every response" in client.get(rules, headers=EN).text
    food = city.world.term("food").code
    allow = reverse("baskets:allow", args=[code])
    wrong = client.post(allow, {"response": food, "most_of_request": "900", "most_of_family": "800"})
    assert wrong.status_code == 422
    assert client.post(allow, {"response": "none"}).status_code == 422
    given = {"response": food, "most_of_request": "900", "note_en": "Hot meals above all."}
    assert client.post(allow, given).status_code == 302
    page = Client().get(buys, headers=EN).text
    assert "Food" in page
    assert "900" in page
    assert "Hot meals above all." in page
    assert director.name not in page
    row = AllowedResponse.objects.get()
    chosen = client.get(f"{rules}?allowed={row.pk}", headers=EN).text
    assert 'value="900"' in chosen
    assert "It is the only line" in chosen
    assert client.post(allow, {"response": food, "most_of_request": "950"}).status_code == 302
    last = AllowedResponse.objects.get(ended_at=None)
    end = reverse("baskets:end_allowed", args=[code, last.pk])
    ended = client.post(end, follow=True, headers=EN).text
    assert "every response" in ended
    assert "What held before" in ended
    assert director.name in ended
    assert "950" in Client().get(buys).text
    assert signed_in(city.head).post(end).status_code == 403
    assert (
        signed_in(city.world.account(Role.FUND_MANAGER, place=city.world.city)).post(end).status_code == 404
    )


def test_the_list_offers_what_may_be_and_shows_the_rest_with_the_reason(city: Department, director: Account):
    worker, family = signed_in(city.worker), f"/baskets/family/{city.family.pk}/"
    meals, centre = city.world.term("meals").code, city.world.term("day_centre").code
    assert options(worker.get(family).text) == {meals: True, centre: True}
    actions.allow_response(by=director, programme=city.programme, response=city.world.term("food"))
    page = worker.get(family, headers=EN).text
    assert options(page) == {meals: True, centre: False}
    assert page.index(meals) < page.index(centre)
    assert "Baskets of this programme may buy: Food." in page
    forced = worker.post(f"/baskets/{city.basket.pk}/add/", {"response": centre}, headers=EN)
    assert forced.status_code == 422
    assert "may not buy “Day centre”. They may buy: Food." in forced.text
    assert director.name in forced.text
    with city.scope():
        old = city.approved(1)
        assert Request.objects.count() == 1
    here = f"/baskets/requests/{old.pk}/"
    assert options(worker.get(here).text) == {meals: True, centre: False}
    assert worker.post(f"{here}swap/", {"response": centre}).status_code == 422
    assert worker.post(f"{here}swap/", {"response": meals}).status_code == 302


def test_whoever_writes_and_whoever_decides_see_what_stands_in_the_way(city: Department, director: Account):
    with city.scope():
        draft, sent = city.draft(1), city.sent(1)
    worker, leader = signed_in(city.worker), signed_in(city.leader)
    edit, here = f"/baskets/requests/{draft.pk}/edit/", f"/baskets/requests/{sent.pk}/"
    food, care = city.world.term("food"), city.world.term("care")
    row = actions.allow_response(
        by=director, programme=city.programme, response=food, most_of_family=Money.from_shekels(1_000)
    )
    assert "1,000" in worker.get(edit, headers=EN).text
    assert "stands in the way" not in leader.get(here, headers=EN).text
    actions.allow_response(by=director, programme=city.programme, response=care)
    actions.end_allowed(by=director, row=row)
    assert "It cannot be sent as it is" in worker.get(edit, headers=EN).text
    assert "may not buy it" in worker.get(f"/baskets/family/{city.family.pk}/", headers=EN).text
    assert "may not buy it" in leader.get("/baskets/approvals/", headers=EN).text
    page = leader.get(here, headers=EN).text
    assert "It was asked for while it was allowed" in page
    refused = leader.post(f"{here}decide/", {"act": "approve"}, headers=EN)
    assert refused.status_code == 422
    assert leader.post(f"{here}decide/", {"act": "approve", "reason": "הובטח"}).status_code == 302
    assert "within what the programme" in leader.get(here, headers=EN).text


def test_through_the_api(city: Department, director: Account):
    url, code = "/api/baskets/allowed", city.programme.code
    food = city.world.term("food").code
    body = {"programme": code, "response": food, "most_of_request_agorot": 90_000, "note_he": "מזון"}

    def put(account: Account, **more: Any) -> Any:
        return signed_in(account).put(url, {**body, **more}, content_type="application/json")

    assert put(city.head).status_code == 403
    assert put(city.world.account(Role.FUND_MANAGER, place=city.world.city)).status_code == 404
    with city.scope():
        meals, drive = city.draft(1), city.draft(1, response=city.world.term("day_centre"))
    assert put(director, response="none").status_code == 422
    assert put(director, most_of_family_agorot=10).status_code == 422
    made = put(director).json()
    assert (made["most_of_request_agorot"], made["most_of_family_agorot"]) == (90_000, None)
    assert put(director).json()["id"] == made["id"]
    assert [row["response"] for row in Client().get(url, {"programme": code}).json()] == [food]
    listed = signed_in(city.worker).get("/api/baskets/requests").json()["items"]
    assert {row["id"]: row["barred"] for row in listed} == {str(meals.pk): False, str(drive.pk): True}
    begun = signed_in(city.worker).post(
        f"/api/baskets/{city.basket.pk}/requests",
        {"response": city.world.term("day_centre").code},
        content_type="application/json",
    )
    assert begun.status_code == 409
    assert director.name in begun.json()["detail"]
    end = f"{url}/{made['id']}/end"
    assert signed_in(city.head).post(end).status_code == 403
    assert signed_in(director).post(end).status_code == 204
    assert Client().get(url, {"programme": code}).json() == []
    (before,) = Client().get(url, {"programme": code, "ended": "true"}).json()
    assert before["until"]
