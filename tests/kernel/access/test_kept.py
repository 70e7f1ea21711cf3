"""Pages are kept apart for every set of rights, and no longer than what they show."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from maarag.domains.missions.actions import open_mission
from maarag.kernel.access import kept
from maarag.kernel.access.actions import end_grant, grant, open_account
from maarag.kernel.access.models import Account, Grant
from maarag.kernel.access.permissions import Role
from tests.factories.picture import Nation, make_nation

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
ROLES = (Role.INTEGRATOR, Role.SOCIAL_WORKER, Role.RESIDENT)
VARIES = re.compile(
    r"-\d+\b"  # numbers of elements
    r'|csrfmiddlewaretoken" value="\w+|nonce="[^"]+"'
    r'|<p class="muted small">[^<]*<a href="/sources/">'  # how long the computation took
)


@pytest.fixture
def nation(db: None) -> Nation:
    found = make_nation()
    found.need(found.world.city, 731)
    found.need(found.neighbourhoods[0], 3, is_public=False)
    found.need(found.neighbourhoods[1], 419, is_public=False)
    found.need(found.world.sister, 577, is_public=False)
    found.meals("A", 60, at=found.neighbourhoods[0])
    return found


@pytest.fixture
def viewers(nation: Nation) -> dict[str, Client]:
    """Somebody signed out, and each role in the city and in its sister."""
    world = nation.world
    found = {"signed out": Client(), "nothing granted": _signed_in(_account(nation, "plain"))}
    for role in ROLES:
        for place in (world.city, world.sister):
            account = _account(nation, f"{role}-{place.code}")
            grant(by=world.system, account=account, role=role, place=place)
            found[account.name] = _signed_in(account)
    integrator = Account.objects.get(name=f"integrator-{world.city.code}")
    open_mission(
        by=integrator,
        place=world.city,
        title="סוד של העיר",
        owner=integrator,
        due=timezone.localdate() + timedelta(days=9),
    )
    return found


def _account(nation: Nation, name: str) -> Account:
    return open_account(by=nation.world.system, email=f"{name}@kept.example", name=name)


def _signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account, BACKEND)
    return client


def _page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return VARIES.sub("", answer.content.decode())


def _paths(nation: Nation) -> list[str]:
    return ["/picture/IL/", f"/picture/{nation.world.city.code}/", "/needs/", "/services/"]


@pytest.fixture
def no_second_factor(settings: Any) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = False


def _differences(viewers: dict[str, Client], paths: list[str]) -> set[tuple[str, str]]:
    """Where somebody gets another page after all the others have been there than with nothing kept."""
    alone = {}
    for name, client in viewers.items():
        for path in paths:
            caches["pages"].clear()
            alone[name, path] = _page(client, path)
    caches["pages"].clear()
    return {
        (name, path)
        for names in (list(viewers), list(viewers)[::-1])
        for name in names
        for path in paths
        if _page(viewers[name], path) != alone[name, path]
    }


@pytest.mark.usefixtures("no_second_factor")
def test_nobody_gets_the_page_of_somebody_with_other_rights(nation: Nation, viewers: dict[str, Client]):
    assert _differences(viewers, _paths(nation)[1:]) == set()
    city = f"/picture/{nation.world.city.code}/"
    assert "סוד של העיר" in _page(viewers[f"integrator-{nation.world.city.code}"], city)
    assert "סוד של העיר" not in _page(viewers[f"integrator-{nation.world.sister.code}"], city)
    assert "419" not in _page(viewers["signed out"], "/needs/")


@pytest.mark.usefixtures("no_second_factor")
def test_the_test_above_would_see_pages_that_are_not_kept_apart(
    nation: Nation, viewers: dict[str, Client], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(kept, "rights", lambda _viewer: ())
    confused = _differences(viewers, ["/needs/"])
    assert (f"integrator-{nation.world.city.code}", "/needs/") in confused


@pytest.mark.usefixtures("no_second_factor")
def test_what_is_kept_tells_nothing_of_who_asked(
    nation: Nation, viewers: dict[str, Client], monkeypatch: pytest.MonkeyPatch
):
    drawn: list[str] = []
    draw = kept._draw

    def listening(*given: Any) -> dict[str, str]:
        parts = draw(*given)
        drawn.extend(parts.values())
        return parts

    monkeypatch.setattr(kept, "_draw", listening)
    caches["pages"].clear()
    for name, client in viewers.items():
        if name.startswith(("social_worker", "resident")):
            for path in _paths(nation):
                _page(client, path)
    everything = "".join(drawn)
    assert "731" in everything
    for private in ("@kept.example", "csrfmiddlewaretoken", "nonce=", "social_worker-", "resident-"):
        assert private not in everything


def test_a_change_shows_at_once(client: Client, nation: Nation):
    assert "888" not in _page(client, "/needs/")
    nation.need(nation.neighbourhoods[2], 888)
    assert "888" in _page(client, "/needs/")
    assert "888" in _page(client, f"/picture/{nation.world.city.code}/")


@pytest.mark.usefixtures("no_second_factor")
def test_a_right_that_ends_ends_at_once(nation: Nation, viewers: dict[str, Client]):
    name = f"social_worker-{nation.world.city.code}"
    assert "419" in _page(viewers[name], "/needs/")
    for held in Grant.objects.filter(account__name=name):
        end_grant(by=nation.world.system, grant=held)
    assert "419" not in _page(viewers[name], "/needs/")


@pytest.mark.usefixtures("no_second_factor")
def test_a_limited_key_is_told_apart(nation: Nation, viewers: dict[str, Client]):
    account = Account.objects.get(name=f"integrator-{nation.world.city.code}")
    whole = kept.rights(account)
    account.limited_to = frozenset()
    assert kept.rights(account) != whole


def test_addresses_and_languages_are_told_apart(client: Client, nation: Nation):
    hebrew = _page(client, "/needs/")
    client.cookies["maarag_language"] = "en"
    assert _page(client, "/needs/") != hebrew
    assert _page(client, "/needs/?topic=food-security") != _page(client, "/needs/")


def test_a_page_that_is_kept_asks_the_database_one_thing(
    client: Client, nation: Nation, django_assert_max_num_queries: Any
):
    for path in _paths(nation):
        _page(client, path)
        with django_assert_max_num_queries(1):
            _page(client, path)


def test_errors_are_never_kept(client: Client, nation: Nation):
    assert client.get("/picture/IL/?topic=nothing").status_code == 400
    assert client.get("/picture/nowhere/").status_code == 404
    assert client.get("/picture/IL/?topic=nothing").status_code == 400
