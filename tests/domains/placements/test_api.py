"""Placements through the API: from a run to a basket, with what stands in the way told in words."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from maarag.domains.baskets.models import Basket
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.jobs.inline import work_off
from tests.domains.baskets.conftest import signed_in
from tests.factories.placements import POOR, RISK, Town

API = "/api/placements"


class Caller:
    """Somebody who calls the API; `status` is that of the last answer."""

    def __init__(self, account: Account) -> None:
        self.client: Client = signed_in(account)
        self.status = 0

    def get(self, path: str) -> Any:
        return self._told(self.client.get(f"{API}{path}"))

    def post(self, path: str, **body: Any) -> Any:
        return self._told(self.client.post(f"{API}{path}", json.dumps(body), content_type="application/json"))

    def _told(self, response: Any) -> Any:
        self.status = response.status_code
        return response.json()


def test_from_a_run_to_a_basket(place_town: Town):
    poor, at_risk = place_town.family(POOR), place_town.family(RISK)
    api = Caller(place_town.leader)
    run = api.post("/runs", place="9001", floors=[{"attribute": "sex", "value": "female", "percent": 10}])
    assert (api.status, run["state"], run["settings"]["floors"][0]["percent"]) == (201, "done", 10)
    assert api.get("/runs")["total"] == 1
    page = api.get(f"/runs/{run['id']}/proposals")
    by_family = {one["family"]: one for one in page["items"]}
    assert by_family[str(poor.pk)]["programme"] == "breathing"
    assert by_family[str(poor.pk)]["explanation"]["for"][0]["code"] == "best_fit"
    first, second = by_family[str(poor.pk)], by_family[str(at_risk.pk)]
    swapped = api.post(f"/runs/{run['id']}/swap", first=first["id"], second=second["id"])
    assert {one["verdict"] for one in swapped} == {"swapped"}
    back = api.post(f"/proposals/{first['id']}/take-back")
    assert (back["verdict"], back["programme"]) == ("pending", "breathing")
    api.post(f"/runs/{run['id']}/accept", proposals=[first["id"]])
    left = api.post(f"/proposals/{second['id']}/leave", reason="ביקשו לחכות")
    assert (left["verdict"], left["quota"], left["reason"]) == ("declined", None, "ביקשו לחכות")
    carried = api.post(f"/runs/{run['id']}/carry-out", proposals=None)
    assert (carried["placed"], carried["ended"]) == (1, 0)
    with place_town.scope():
        assert Basket.objects.get().family == poor
    refused = api.post(f"/proposals/{first['id']}/override", quota=None, reason="x")
    assert api.status == 409
    assert refused["detail"]
    again = api.post(f"/runs/{run['id']}/rerun", keep=True)
    assert (again["based_on"], again["state"]) == (run["id"], "done")
    assert api.get(f"/runs/{run['id']}/compare/{again['id']}") == []
    figures = api.get(f"/runs/{run['id']}/figures")
    assert figures["whole"]["families"] == 2
    assert {one["attribute"] for one in api.get(f"/runs/{run['id']}/fairness")} == {
        "sex", "sector", "language", "area",
    }  # fmt: skip


def test_a_family_is_ranked_waits_and_stays_at_home(place_town: Town):
    family = place_town.family(RISK)
    api = Caller(place_town.worker)
    ranked = api.get(f"/families/{family.pk}/ranking")
    assert [(one["programme"], one["advice"]) for one in ranked["places"]] == [
        ("mapa", "take"),
        ("breathing", "below"),
    ]
    assert ranked["methods"]["home"][0]["code"] == "visits"
    wait = api.post("/waiting", family=str(family.pk), programme="mapa", priority=1)
    assert (api.status, wait["position"], wait["waiting"]) == (201, 1, 1)
    assert [one["id"] for one in api.get("/waiting?programme=mapa&authority=9001")] == [wait["id"]]
    assert api.get("/waiting?programme=breathing") == []
    assert wait["note"] == ""
    assert api.post("/waiting", family=str(family.pk), programme="mapa")["detail"]
    assert api.status == 409
    changed = api.post(f"/waiting/{wait['id']}/change", priority=2, why="no_place")
    assert (changed["priority"], changed["why"], changed["since"]) == (2, "no_place", wait["since"])
    assert api.post(f"/waiting/{wait['id']}/stop", outcome="no_need")["position"] == 0
    made = api.post(
        "/alternatives", family=str(family.pk), response="human_services:care:day_centre", why="הצעת היועצת"
    )
    option = api.post(
        f"/alternatives/{made['id']}/options", programme="mapa", barriers=["wait"], incentives=["school"]
    )
    assert (api.status, option["barriers"]) == (201, ["wait"])
    assert api.post(f"/alternatives/{made['id']}/decide", choice="community", reason="x")["detail"]
    assert api.status == 403
    head = Caller(place_town.head)
    head.post(f"/alternatives/{made['id']}/decide", choice="community", reason="x")
    assert head.status == 422
    done = head.post(
        f"/alternatives/{made['id']}/decide", choice="community", reason="x", chosen=option["id"]
    )
    assert (head.status, done["chosen"]) == (200, option["id"])
    assert api.get(f"/families/{family.pk}/alternatives")[0]["choice"] == "community"


def test_the_nation_is_matched_by_a_worker_and_seen_in_figures_only(place_town: Town):
    for _number in range(3):
        place_town.family(POOR)
    api = Caller(place_town.world.account(Role.NATIONAL_MANAGER, place=place_town.world.nation))
    run = api.post("/runs", place="IL")
    assert (api.status, run["state"]) == (201, "queued")
    api.get(f"/runs/{run['id']}/figures")
    assert api.status == 409
    assert api.post(f"/runs/{run['id']}/cancel")["state"] == "cancelled"
    run = api.post("/runs", place="IL")
    work_off()
    assert api.get(f"/runs/{run['id']}")["percent"] == 100
    figures = api.get(f"/runs/{run['id']}/figures")
    assert figures["whole"]["families"] == "hidden"
    assert not any(family.name in json.dumps(figures) for family in place_town.families)
    api.get(f"/runs/{run['id']}/proposals")
    assert api.status == 403
    assert api.post("/runs", place="nowhere")["detail"]
    assert api.status == 404


def test_what_a_family_waits_for_is_told_where_its_file_is_read(place_town: Town):
    family, note = place_town.family(RISK), "מחכה שהאם תצא מבית החולים"
    world = place_town.world
    wait = Caller(place_town.worker).post("/waiting", family=str(family.pk), programme="mapa", note=note)
    assert wait["note"] == note
    leader, head = place_town.leader, place_town.head
    assert [one["note"] for one in Caller(leader).get("/waiting")] == [note]
    changed = Caller(head).post(f"/waiting/{wait['id']}/change", priority=2, why="no_place")
    assert changed["note"] == note
    for by, place in (
        (world.account(Role.NATIONAL_MANAGER, place=world.nation), "above"),
        (world.account(Role.TEAM_LEADER, place=world.sister), "beside"),
    ):
        api = Caller(by)
        assert note not in json.dumps(api.get("/waiting"), ensure_ascii=False), place
        told = api.post(f"/waiting/{wait['id']}/change", priority=1, why="no_place")
        assert note not in json.dumps(told, ensure_ascii=False), place
        assert api.status in (403, 404)
    with place_town.scope():
        reads = AuditEvent.objects.filter(action="families.read", subject_id=str(family.pk))
        assert set(reads.values_list("actor", flat=True)) == {place_town.worker.pk, leader.pk, head.pk}


def test_a_list_without_notes_is_no_reading(place_town: Town):
    family = place_town.family(RISK)
    Caller(place_town.worker).post("/waiting", family=str(family.pk), programme="mapa")
    assert [one["note"] for one in Caller(place_town.leader).get("/waiting")] == [""]
    with place_town.scope():
        reads = AuditEvent.objects.filter(action="families.read", subject_id=str(family.pk))
        assert place_town.leader.pk not in set(reads.values_list("actor", flat=True))
