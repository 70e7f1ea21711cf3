"""Small counts of need: hidden from whoever does not work in the authority, wherever they are read."""

from __future__ import annotations

import json
import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from maarag.desks.picture.computed import computed
from maarag.domains.needs.actions import change_estimate
from maarag.domains.needs.models import NeedEstimate
from maarag.domains.needs.suppression import decided, hidden_estimates
from maarag.kernel.access.permissions import Role
from maarag.values import Suppressed
from tests.factories.browsing import as_
from tests.factories.picture import TODAY, Nation


def test_a_small_count_and_its_range_are_hidden_and_another_goes_with_it(nation: Nation) -> None:
    hidden = hidden_estimates(AnonymousUser())
    marks = {NeedEstimate.objects.get(pk=pk).number: mark for pk, mark in hidden.items()}
    assert marks == {3: Suppressed(5), 40: Suppressed(5, primary=False)}


@pytest.mark.parametrize("role", [Role.INTEGRATOR, Role.SOCIAL_WORKER, Role.TEAM_LEADER])
def test_whoever_works_in_the_authority_sees_it(nation: Nation, role: Role) -> None:
    assert hidden_estimates(nation.world.account(role, place=nation.world.city)) == {}


@pytest.mark.parametrize(
    ("role", "where"),
    [(Role.DISTRICT_SUPERVISOR, "D-north"), (Role.NATIONAL_MANAGER, "IL"), (Role.INTEGRATOR, "9002"),
     (Role.DATA_STEWARD, "9001"), (Role.SOCIAL_WORKER, "D-north")],
)  # fmt: skip
def test_above_the_authority_and_beside_it_nobody_does(nation: Nation, role: Role, where: str) -> None:
    places = {place.code: place for place in (nation.district, nation.world.nation, nation.world.city)}
    account = nation.world.account(role, place=places.get(where, nation.world.sister))
    numbers = {NeedEstimate.objects.get(pk=pk).number for pk in hidden_estimates(account)}
    assert numbers == {3, 40}


def test_one_small_number_among_the_situations_of_a_shown_sum(nation: Nation) -> None:
    seniors = nation.world.term("seniors")
    nation.need(nation.world.sister, 2, situation=seniors)
    nation.need(nation.world.sister, 30)
    nation.need(nation.world.sister, 90, situation=nation.world.term("human_situations"))
    hidden = hidden_estimates(AnonymousUser())
    at_sister = NeedEstimate.objects.filter(place=nation.world.sister, topic=nation.food)
    assert {row.number for row in at_sister if row.pk in hidden} == {2, 30}


def test_the_picture_hides_the_same_cells(nation: Nation) -> None:
    assert computed(AnonymousUser(), TODAY).protection is decided().protection


def _text(page: str) -> str:
    """The page's words, without markup and what is in it."""
    main = page[page.index("<main") : page.index("</main>")]
    return re.sub(r"<[^>]*>", " ", main)


def test_no_page_tells_it(nation: Nation, small: NeedEstimate) -> None:
    change_estimate(by=nation.world.system, estimate=small, number=4, lowest=1, highest=4)
    steward = as_(nation.world.account(Role.DATA_STEWARD, place=nation.world.city))
    for client in (Client(), steward):
        page = client.get(f"/needs/{small.pk}/").content.decode()
        assert "&lt;5" in page
        assert "שלוש משפחות" not in page
        assert not re.search(r"(?<![\d.:])[1234](?![\d.:])", _text(page).replace("<5", ""))
        listed = client.get("/needs/", {"place": small.place.code}).content.decode()
        assert "&lt;5" in listed
    for address in (f"/needs/{small.pk}/edit/", f"/needs/{small.pk}/remove/"):
        page = steward.get(address).content.decode()
        assert 'name="number"' not in page
        assert "שלוש משפחות" not in page
    seen = NeedEstimate.objects.get(pk=small.pk).recorded_at.isoformat()
    sent = {"seen": seen, "certainty": "counted", "number": "9", "is_public": "on"}
    assert steward.post(f"/needs/{small.pk}/edit/", sent).status_code == 302
    small.refresh_from_db()
    assert (small.number, small.certainty, small.note) == (4, "counted", "שלוש משפחות ברחוב אחד")


def test_the_order_by_number_does_not_tell_it(nation: Nation, client: Client) -> None:
    for sort in ("number", "-number"):
        items = client.get("/api/needs/", {"sort": sort}).json()["items"]
        shown = [item["number"] for item in items]
        assert shown[-2:] == [None, None]
        assert sorted(shown[:-2], reverse=sort == "-number") == shown[:-2]


def test_the_api_hides_it_too(nation: Nation, small: NeedEstimate, client: Client) -> None:
    steward = as_(nation.world.account(Role.DATA_STEWARD, place=nation.world.city))
    for one in (client, steward):
        found = one.get(f"/api/needs/{small.pk}").json()
        assert (found["number"], found["lowest"], found["highest"], found["note"]) == (None, None, None, "")
        assert found["hidden"] == "<5"
    insider = as_(nation.world.account(Role.INTEGRATOR, place=nation.world.city))
    found = insider.get(f"/api/needs/{small.pk}").json()
    assert (found["number"], found["lowest"], found["hidden"]) == (3, 2, "")
    answer = steward.patch(
        f"/api/needs/{small.pk}", json.dumps({"number": 9}), content_type="application/json"
    )
    assert answer.status_code == 422


def test_the_audit_tells_it_only_to_whoever_may_know(nation: Nation, small: NeedEstimate) -> None:
    change_estimate(by=nation.world.system, estimate=small, number=4)
    steward = as_(nation.world.account(Role.DATA_STEWARD, place=nation.world.city))
    insider = as_(nation.world.account(Role.INTEGRATOR, place=nation.world.city))
    asked = {"action": "needs.change_estimate"}
    assert steward.get("/api/audit/", asked).json()["items"][0]["changes"] == {"number": None}
    assert insider.get("/api/audit/", asked).json()["items"][0]["changes"] == {"number": [3, 4]}
    assert "<bdi>4 (" in insider.get("/audit/", asked, headers={"Accept-Language": "en"}).content.decode()
    assert "<bdi>4 (" not in steward.get("/audit/", asked, headers={"Accept-Language": "en"}).content.decode()
