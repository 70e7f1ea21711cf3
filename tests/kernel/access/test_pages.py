"""Access: who holds which role where; a manager's reach ends with their own places."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from maarag.kernel.access.models import Account, Grant
from maarag.kernel.access.permissions import Permission, Role
from maarag.kernel.access.scope import permits
from tests.factories.browsing import LANGUAGES, as_, page_in
from tests.factories.services import World, world


@pytest.fixture
def here(db: None) -> World:
    return world()


@pytest.fixture
def manager(here: World) -> Account:
    return here.account(Role.INTEGRATOR, place=here.city)


def given(account: Account, **changes: Any) -> dict[str, Any]:
    return {
        "email": account.email,
        "role": "social_worker",
        "place": "9001",
        "starts": "2026-01-01",
    } | changes


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_in_three_languages(manager: Account, language: str) -> None:
    client = as_(manager)
    for address in ("", "roles/", "accounts/new/", "grants/new/", f"grants/{manager.grants.get().pk}/end/"):
        page_in(client, f"/access/{address}", language)


def test_an_account_is_opened_and_given_a_role(here: World, manager: Account) -> None:
    client = as_(manager)
    answer = client.post("/access/accounts/new/", {"name": "אורה לוי", "email": "Ora@Example.org"})
    new = Account.objects.get(email="ora@example.org")
    assert answer.url == "/access/grants/new/?email=ora@example.org"
    assert not new.has_usable_password()
    assert client.post("/access/grants/new/", given(new)).status_code == 302
    assert permits(new, Permission.OPEN_MISSIONS, place=here.city)
    assert "אורה לוי" in client.get("/access/").content.decode()


def test_nobody_grants_beyond_their_own_places(here: World, manager: Account) -> None:
    other = here.account(Role.RESIDENT, place=here.city)
    client = as_(manager)
    for place in ("9002", "IL"):
        assert client.post("/access/grants/new/", given(other, place=place)).status_code == 404
        assert client.get("/access/grants/new/", {"place": place}).status_code == 404
        assert send(client, "post", "/api/access/grants", given(other, place=place)).status_code == 404
    assert not Grant.objects.filter(account=other, role="social_worker").exists()
    foreign = here.account(Role.TEAM_LEADER, place=here.sister).grants.get()
    assert client.get(f"/access/grants/{foreign.pk}/end/").status_code == 404
    assert client.post(f"/access/grants/{foreign.pk}/end/").status_code == 404
    assert client.delete(f"/api/access/grants/{foreign.pk}").status_code == 404
    assert foreign.account.email not in client.get("/access/", {"when": "all"}).content.decode()
    foreign.refresh_from_db()
    assert foreign.ends is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "nobody@example.org"),
        ("email", "no address"),
        ("role", "king"),
        ("role", ""),
        ("place", ""),
        ("place", "nowhere"),
        ("starts", "soon"),
        ("ends", "2025-12-31"),
        ("ends", "2026-02-01"),
    ],
)
def test_bad_input_is_said_and_nothing_typed_is_lost(
    here: World, manager: Account, field: str, value: str
) -> None:
    other = here.account(Role.RESIDENT, place=here.city)
    answer = as_(manager).post("/access/grants/new/", given(other, **{field: value}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "error-summary" in page
    assert (other.email if field != "email" else value) in page
    assert other.grants.count() == 1


def test_the_same_role_twice_and_the_same_address_twice(here: World, manager: Account) -> None:
    client, other = as_(manager), here.account(Role.SOCIAL_WORKER, place=here.city)
    assert client.post("/access/grants/new/", given(other)).status_code == 422
    answer = client.post("/access/accounts/new/", {"name": "שם אחר", "email": other.email.upper()})
    assert answer.status_code == 422
    assert "שם אחר" in answer.content.decode()
    assert (
        send(client, "post", "/api/access/accounts", {"name": "x", "email": other.email}).status_code == 422
    )
    assert send(client, "post", "/api/access/accounts", {"name": "x", "email": "bad"}).status_code == 422


def test_a_role_is_ended_and_holds_no_more(here: World, manager: Account) -> None:
    client, other = as_(manager), here.account(Role.SOCIAL_WORKER, place=here.city)
    row = other.grants.get()
    assert client.get(f"/access/grants/{row.pk}/end/").status_code == 200
    assert permits(other, Permission.OPEN_MISSIONS, place=here.city)
    assert client.post(f"/access/grants/{row.pk}/end/").status_code == 302
    row.refresh_from_db()
    assert row.ends == timezone.localdate() - timedelta(days=1)
    assert not permits(other, Permission.OPEN_MISSIONS, place=here.city)
    assert other.email not in client.get("/access/").content.decode()
    assert other.email in client.get("/access/", {"when": "past"}).content.decode()


@pytest.mark.parametrize("address", ["/access/", "/access/accounts/new/", "/access/grants/new/"])
def test_only_managers_come_in(here: World, address: str) -> None:
    worker = here.account(Role.SOCIAL_WORKER, place=here.city)
    assert as_(worker).get(address).status_code == 403
    assert as_(worker).get("/access/roles/").status_code == 200
    assert Client().get(address).url.startswith("/accounts/login/")
    assert as_(worker).get("/api/access/grants").status_code == 403
    assert Client().get("/api/access/grants").status_code == 401


def test_the_api_says_who_i_am(here: World, manager: Account) -> None:
    me = as_(manager).get("/api/access/me").json()
    assert me["email"] == manager.email
    assert [(grant["role"], grant["place"]) for grant in me["grants"]] == [("integrator", "9001")]
    other = here.account(Role.VOLUNTEER, place=here.city)
    body = {"email": other.email, "role": "team_leader", "place": "9001"}
    answer = send(as_(manager), "post", "/api/access/grants", body)
    assert answer.status_code == 201
    assert answer.json()["starts"] == timezone.localdate().isoformat()
    bad = body | {"starts": date(2026, 5, 2).isoformat(), "ends": date(2026, 5, 1).isoformat()}
    assert send(as_(manager), "post", "/api/access/grants", bad).status_code == 422


def send(client: Client, method: str, address: str, body: Any) -> Any:
    return getattr(client, method)(address, json.dumps(body), content_type="application/json")
