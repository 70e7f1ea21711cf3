"""The directory through the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from maarag.domains.services.actions import CapacityDraft, PhoneDraft, compute_overlaps
from maarag.domains.services.models import OverlapVerdict
from maarag.kernel.access.permissions import Role
from tests.factories.services import World

TEXT = "ארוחת צהריים חמה מוגשת בכל יום לאזרחים ותיקים המתגוררים לבדם, עם הסעה מהבית ובחזרה"


@pytest.fixture
def directory(world: World) -> World:
    world.service(
        "A", "ארוחות חמות לקשישים", "meals", "seniors", description_he=TEXT, languages=["he"],
        phones=[PhoneDraft("04-1234567")], capacities=[CapacityDraft("people", 40)],
        locations=[world.at("L1", 32.0, 35.0)],
    )  # fmt: skip
    world.service("B", "ארוחה חמה לקשישים", "meals", "seniors", description_he=TEXT + " ללא תשלום")
    world.service(
        "C", "סלי מזון", "parcels", "families", areas=[world.sister], organisation=world.sister_organisation
    )
    compute_overlaps(by=world.system)
    return world


def test_search(client: Client, directory: World) -> None:
    answer = client.get("/api/services/", {"q": "צהריים", "limit": 1}).json()
    assert answer["total"] == 2
    assert len(answer["services"]) == 1
    assert answer["services"][0]["organisation"]["name"]["he"] == "עמותת הדגן"
    assert {f["term"]["code"]: f["count"] for f in answer["facets"]["response"]} == {"human_services:food": 2}
    two = client.get("/api/services/", {"term": ["human_services:food", "human_situations:families"]}).json()
    assert [service["code"] for service in two["services"]] == ["C"]
    near = client.get("/api/services/", {"near": "32.0,35.0", "within_km": 5}).json()
    assert near["services"][0]["distance_km"] == 0
    assert {"A"} <= {service["code"] for service in near["services"]}


@pytest.mark.parametrize(
    "wrong",
    [
        {"place": "nowhere"},
        {"term": "nothing"},
        {"near": "north"},
        {"near": "99,35"},
        {"within_km": 5},
        {"sector": "x"},
        {"limit": 0},
        {"offset": -1},
    ],
)
def test_what_makes_no_sense_is_refused_with_words(
    client: Client, directory: World, wrong: dict[str, Any]
) -> None:
    answer = client.get("/api/services/", wrong)
    assert answer.status_code == 422
    assert answer.json()["detail"]


def test_one_service(client: Client, directory: World) -> None:
    answer = client.get("/api/services/A").json()
    assert answer["capacities"][0]["maximum"] == 40
    assert answer["locations"][0]["place"]["code"] == "9001"
    assert answer["source"]["code"] == "test-source"
    assert answer["as_of"] == "2026-06-01"
    assert client.get("/api/services/Z").status_code == 404


def test_overlaps_and_verdicts(client: Client, directory: World) -> None:
    found = client.get("/api/services/overlaps", {"place": "9001"}, headers={"Accept-Language": "en"}).json()
    assert found["total"] == 1
    pair = found["overlaps"][0]
    assert {pair["first"]["code"], pair["second"]["code"]} == {"A", "B"}
    assert all(reason["words"] for reason in pair["evidence"])
    assert client.get("/api/services/overlaps", {"place": "9002"}).json()["total"] == 0

    given = {"first": "B", "second": "A", "verdict": "duplicate", "reason": "אותו שירות"}

    def post(who: Client, **changes: str) -> int:
        return who.post(
            "/api/services/overlaps/verdict", given | changes, content_type="application/json"
        ).status_code

    assert post(client) == 401
    for role, place, expected in (
        (Role.SOCIAL_WORKER, directory.city, 403),
        (Role.INTEGRATOR, directory.sister, 404),
        (Role.INTEGRATOR, directory.city, 200),
    ):
        signed_in = Client()
        signed_in.force_login(directory.account(role, place=place))
        assert post(signed_in) == expected
    assert post(signed_in, verdict="perhaps") == 422
    assert post(signed_in, second="C") == 404
    assert OverlapVerdict.objects.get().reason == "אותו שירות"
    guarded = Client(enforce_csrf_checks=True)
    guarded.force_login(directory.account(Role.INTEGRATOR, place=directory.city))
    assert post(guarded, verdict="unclear") == 403
    assert OverlapVerdict.objects.get().verdict == "duplicate"
