"""A file's life through the API: opened, found, changed, closed; foreign ones do not exist."""

from __future__ import annotations

from uuid import uuid4

from tests.factories.families import NATIONAL_ID

from .conftest import Towns

JSON = "application/json"


def test_a_files_life(towns: Towns):
    client = towns.client(towns.worker)
    member = {"first_name": "רות", "last_name": "גל", "relation": "parent", "national_id": NATIONAL_ID}
    given = {"name": "גל", "authority": towns.world.city.code, "members": [member], "address": "הדקל 3"}
    # somebody of the other file has the same id, and is said to belong to two households
    given |= {"another_family": {"reason": "two_households"}}
    answer = client.post("/api/families/", given, content_type=JSON)
    assert answer.status_code == 201, answer.json()
    opened = answer.json()
    url = f"/api/families/{opened['id']}"
    assert opened["members"][0]["national_id"] == NATIONAL_ID
    assert client.get(url).json() == opened
    assert [one["name"] for one in client.get("/api/families/", {"q": NATIONAL_ID}).json()["items"]] == [
        "אלון",
        "גל",
    ]
    change = {"version": opened["version"], "name": "גל-ים", "review_on": "2026-12-24"}
    changed = client.patch(url, change, content_type=JSON).json()
    assert (changed["name"], changed["review_on"]) == ("גל-ים", "2026-12-24")
    assert client.patch(url, change, content_type=JSON).status_code == 409
    assert client.post(f"{url}/reopen", content_type=JSON).status_code == 409
    assert client.post(f"{url}/close", {"reason": "why"}, content_type=JSON).status_code == 422
    closed = client.post(f"{url}/close", {"reason": "goals_reached"}, content_type=JSON)
    assert closed.json()["status"] == "closed"
    assert client.patch(url, {"name": "x"}, content_type=JSON).status_code == 409
    assert client.post(f"{url}/reopen", content_type=JSON).json()["status"] == "open"


def test_foreign_and_unknown_are_the_same(towns: Towns):
    client = towns.client(towns.worker)
    for pk in (towns.foreign.pk, uuid4()):
        for answer in (
            client.get(f"/api/families/{pk}"),
            client.patch(f"/api/families/{pk}", {"name": "x"}, content_type=JSON),
            client.post(f"/api/families/{pk}/close", {"reason": "other"}, content_type=JSON),
        ):
            assert answer.status_code == 404
            assert answer.json() == client.get(f"/api/families/{uuid4()}").json()
    assert client.get("/api/families/find", {"q": "ברק"}).json() == []


def test_a_worker_of_elsewhere_and_wrong_people_are_refused(towns: Towns):
    client = towns.client(towns.worker)
    member = {"first_name": "רות", "last_name": "גל", "relation": "parent"}
    given = {"name": "גל", "authority": towns.world.city.code, "members": [member]}
    for wrong in (
        {"worker": towns.stranger.email},
        {"worker": "nobody@example.org"},
        {"members": []},
        {"members": [{**member, "national_id": "123456789"}]},
        {"members": [{**member, "relation": "boss"}]},
        {"neighbourhood": "none"},
    ):
        answer = client.post("/api/families/", {**given, **wrong}, content_type=JSON)
        assert answer.status_code == 422, (wrong, answer.json())
    elsewhere = {**given, "authority": towns.world.sister.code}
    assert client.post("/api/families/", elsewhere, content_type=JSON).status_code == 404
