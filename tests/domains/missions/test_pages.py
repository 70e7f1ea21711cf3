"""Missions: opened from a finding, changed, closed; by whom, and what is wrong said in words."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from maarag.domains.missions.actions import change_mission, close_mission, open_mission, version_of
from maarag.domains.missions.models import Mission
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from tests.factories.browsing import LANGUAGES, as_, page_in
from tests.factories.picture import Nation, make_nation

TODAY = timezone.localdate


@pytest.fixture
def nation(db: None) -> Nation:
    return make_nation()


@pytest.fixture
def integrator(nation: Nation) -> Account:
    return nation.world.account(Role.INTEGRATOR, place=nation.world.city)


@pytest.fixture
def mission(nation: Nation, integrator: Account) -> Mission:
    return make(nation, integrator)


def make(
    nation: Nation, owner: Account, title: str = "לסגור את הפער", days: int = 10, **fields: Any
) -> Mission:
    """A mission in the city, due in so many days."""
    fields.setdefault("place", nation.world.city)
    by = fields.pop("by", owner)
    mission = open_mission(by=by, title=title, owner=owner, due=TODAY() + timedelta(days=abs(days)), **fields)
    if days < 0:
        Mission.objects.filter(pk=mission.pk).update(due=TODAY() + timedelta(days=days))
    return mission


def given(owner: Account, **changes: Any) -> dict[str, Any]:
    due = (TODAY() + timedelta(days=5)).isoformat()
    return {"title": "לדבר עם העמותות", "place": "9001", "owner": owner.pk, "due": due} | changes


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_in_three_languages(integrator: Account, mission: Mission, language: str) -> None:
    client = as_(integrator)
    for address in ("", "new/", f"{mission.pk}/", f"{mission.pk}/edit/"):
        page_in(client, f"/missions/{address}", language)


def test_a_finding_fills_the_form_in(nation: Nation, integrator: Account) -> None:
    finding = {"origin": "gap", "key": "9001/food-security/people", "place": "9001", "topic": "food-security"}
    page = as_(integrator).get("/missions/new/", finding, headers={"Accept-Language": "he"}).content.decode()
    assert 'value="gap"' in page
    assert 'value="9001/food-security/people"' in page
    assert '<option value="9001" selected>' in page
    assert '<option value="food-security" selected>' in page
    title = page[page.index('name="title"') :].split(">")[0]
    assert "עיר הדגן" in title
    assert "ביטחון תזונתי" in title
    as_(integrator).post("/missions/new/", given(integrator, **finding))
    opened = Mission.objects.get()
    assert (opened.origin, opened.origin_key, opened.topic) == ("gap", finding["key"], nation.food)


def test_missions_are_told_apart_by_word_shape_and_colour(nation: Nation, integrator: Account) -> None:
    late = make(nation, integrator, "באיחור", days=-3)
    make(nation, integrator, "בקרוב", days=2)
    make(nation, integrator, "בעתיד", days=60)
    done = make(nation, integrator, "גמור")
    close_mission(by=integrator, mission=done, status="done", outcome="נעשה")
    client = as_(integrator)
    page = client.get("/missions/", headers={"Accept-Language": "en"}).content.decode()
    assert "3 days overdue" in page
    assert "status--critical" in page
    assert "2 days left" in page
    assert "גמור" not in page
    assert page.index("באיחור") < page.index("בקרוב") < page.index("בעתיד")
    overdue = client.get("/missions/", {"state": "overdue"}).content.decode()
    assert late.title in overdue
    assert "בקרוב" not in overdue
    assert "גמור" in client.get("/missions/", {"state": "done"}).content.decode()


def test_mine_and_my_places(nation: Nation, integrator: Account, mission: Mission) -> None:
    colleague = nation.world.account(Role.TEAM_LEADER, place=nation.world.city)
    stranger = nation.world.account(Role.INTEGRATOR, place=nation.world.sister)
    assert mission.title in as_(colleague).get("/missions/").content.decode()
    assert mission.title not in as_(colleague).get("/missions/", {"whose": "mine"}).content.decode()
    assert mission.title in as_(integrator).get("/missions/", {"whose": "mine"}).content.decode()
    assert mission.title not in as_(stranger).get("/missions/").content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", " "),
        ("title", "א" * 201),
        ("due", "2020-01-01"),
        ("due", "מחר"),
        ("owner", "99999999"),
        ("owner", "x"),
        ("topic", "none-such"),
        ("place", ""),
        ("origin", "dream"),
    ],
)
def test_bad_input_is_said_and_nothing_typed_is_lost(integrator: Account, field: str, value: str) -> None:
    answer = as_(integrator).post(
        "/missions/new/", given(integrator, details="פרטים שהקלדתי") | {field: value}
    )
    assert answer.status_code == 422
    assert "פרטים שהקלדתי" in answer.content.decode()
    assert not Mission.objects.exists()


def test_the_owner_is_somebody_who_may_act_there(nation: Nation, integrator: Account) -> None:
    volunteer = nation.world.account(Role.VOLUNTEER, place=nation.world.city)
    stranger = nation.world.account(Role.INTEGRATOR, place=nation.world.sister)
    district = nation.world.account(Role.DISTRICT_SUPERVISOR, place=nation.district)
    client = as_(integrator)
    for nobody in (volunteer, stranger, nation.world.system):
        assert client.post("/missions/new/", given(nobody)).status_code == 422
    assert client.post("/missions/new/", given(district)).status_code == 302
    both = as_(district).post("/missions/new/", given(stranger))
    assert both.status_code == 422
    assert Mission.objects.get().owner == district


def test_who_may_and_who_may_not(nation: Nation, integrator: Account, mission: Mission) -> None:
    stranger = as_(nation.world.account(Role.INTEGRATOR, place=nation.world.sister))
    editor = as_(nation.world.account(Role.SERVICE_EDITOR, place=nation.world.city))
    for address in (f"/missions/{mission.pk}/", f"/missions/{mission.pk}/edit/", "/missions/new/?place=9001"):
        assert as_(integrator).get(address).status_code == 200
        assert stranger.get(address).status_code == 404
        assert editor.get(address).status_code == 403
        assert Client().get(address).status_code == 302
    closing = {"status": "done", "outcome": "לא שלי"}
    assert stranger.post(f"/missions/{mission.pk}/close/", closing).status_code == 404
    assert stranger.post("/missions/new/", given(integrator)).status_code == 422
    assert Client().post(f"/missions/{mission.pk}/close/", closing).status_code == 302
    mission.refresh_from_db()
    assert mission.status == "open"
    assert Mission.objects.count() == 1


def test_a_mission_is_closed_with_what_came_of_it(integrator: Account, mission: Mission) -> None:
    client, address = as_(integrator), f"/missions/{mission.pk}/close/"
    assert client.post(address, {"status": "done", "outcome": ""}).status_code == 422
    assert client.post(address, {"status": "open", "outcome": "כן"}).status_code == 422
    assert client.post(address, {"status": "done", "outcome": "נפתח מועדון"}).status_code == 302
    page = client.get(f"/missions/{mission.pk}/").content.decode()
    assert "נפתח מועדון" in page
    assert f"/missions/{mission.pk}/edit/" not in page
    client.post(address, {"status": "cancelled", "outcome": "שוב"})
    mission.refresh_from_db()
    assert (mission.status, mission.outcome) == ("done", "נפתח מועדון")


def test_two_at_once_see_each_others_change(integrator: Account, mission: Mission) -> None:
    seen = version_of(mission)
    change_mission(by=integrator, mission=mission, title="כותרת של אחר")
    client, address = as_(integrator), f"/missions/{mission.pk}/edit/"
    answer = client.post(address, given(integrator, title="הכותרת שלי", seen=seen))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "כותרת של אחר" in page
    assert "הכותרת שלי" in page
    mission.refresh_from_db()
    assert mission.title == "כותרת של אחר"
    assert version_of(mission) in page
    client.post(address, given(integrator, title="הכותרת שלי", seen=version_of(mission)))
    mission.refresh_from_db()
    assert mission.title == "הכותרת שלי"


def test_the_api_opens_changes_and_closes(nation: Nation, integrator: Account) -> None:
    client, stranger = as_(integrator), as_(nation.world.account(Role.INTEGRATOR, place=nation.world.sister))
    due = (TODAY() + timedelta(days=5)).isoformat()
    body = {"title": "לבדוק", "place": "9001", "owner": integrator.email, "due": due}
    assert send(stranger, "post", "/api/missions/", body).status_code == 404
    assert Client().get("/api/missions/").status_code == 401
    answer = send(client, "post", "/api/missions/", body)
    assert answer.status_code == 201
    made = answer.json()
    address = f"/api/missions/{made['id']}"
    assert client.get("/api/missions/", {"mine": True}).json()["total"] == 1
    assert stranger.get("/api/missions/").json()["total"] == 0
    assert stranger.get(address).status_code == 404
    assert (
        send(client, "patch", address, {"title": "לבדוק שוב", "version": made["version"]}).status_code == 200
    )
    assert send(client, "patch", address, {"title": "ישן", "version": made["version"]}).status_code == 409
    assert send(client, "post", f"{address}/close", {"status": "open", "outcome": "x"}).status_code == 422
    assert (
        send(client, "post", f"{address}/close", {"status": "done", "outcome": "נבדק"}).json()["status"]
        == "done"
    )
    assert send(client, "patch", address, {"title": "מאוחר"}).status_code == 409
    assert send(client, "post", "/api/missions/", body | {"owner": "no@example.org"}).status_code == 422


def send(client: Client, method: str, address: str, body: Any) -> Any:
    return getattr(client, method)(address, json.dumps(body), content_type="application/json")
