"""The basket rules of a programme are set once for the nation, and a department's own come before them."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from maarag.domains.baskets.limits import limits
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.values import Money
from tests.factories.baskets import Department

BACKEND = "django.contrib.auth.backends.ModelBackend"


def client(account: Account) -> Client:
    made = Client()
    made.force_login(account, backend=BACKEND)
    return made


def test_set_for_the_programme_everywhere(city: Department):
    world, programme = city.world, city.programme
    director = client(world.account(Role.PROGRAMME_DIRECTOR, place=world.nation))
    url = reverse("baskets:rules", args=[programme.code])
    page = director.get(reverse("programmes:detail", args=[programme.code])).content.decode()
    assert url in page
    assert director.post(url, {"role": "team_leader", "amount": "x"}).status_code == 422
    assert director.post(url, {"role": "team_leader", "amount": "4,500"}).status_code == 302
    here = limits(programme, world.sister).amounts[Role.TEAM_LEADER]
    assert here == Money.from_shekels(4500)
    assert limits(None, world.sister).amounts[Role.TEAM_LEADER] != here
    text = director.get(url, headers={"accept-language": "en"}).content.decode()
    assert "4,500" in text
    assert "this programme" in text


def test_through_the_api_by_who_may(city: Department):
    world, code = city.world, city.programme.code
    body = {"role": "social_worker", "agorot": 70_000, "programme": code}
    url = "/api/baskets/limits"

    def put(account: Account, **more: object) -> int:
        return client(account).put(url, {**body, **more}, content_type="application/json").status_code

    director = world.account(Role.PROGRAMME_DIRECTOR, place=world.nation)
    assert put(director) == 200
    assert put(city.head) == 404  # of the nation
    assert put(city.head, authority=world.city.code) == 200
    assert put(city.worker, authority=world.city.code) == 404
    assert put(director, role="resident") == 422
    assert put(director, programme="nothing") == 422


def test_only_for_whoever_says_what_programmes_are(city: Department):
    world = city.world
    url = reverse("baskets:rules", args=[city.programme.code])
    assert client(city.head).get(url).status_code == 403
    assert client(world.account(Role.FUND_MANAGER, place=world.city)).get(url).status_code == 404
