"""Who opens which desk, in which language, and who comes from a figure to the families behind it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from maarag.kernel.access.permissions import Role
from tests.factories.browsing import LANGUAGES, as_, page_in

from .conftest import Array


@pytest.fixture
def filled(array: Array) -> Array:
    for _one in range(6):
        array.placed("second", array.world.city)
    array.waits("first", array.world.city)
    array.placed("first", array.world.sister)
    return array


@pytest.mark.parametrize("language", LANGUAGES)
def test_desks_in_every_language(filled: Array, language: str):
    national = as_(filled.account(Role.NATIONAL_MANAGER, filled.world.nation))
    inside = as_(filled.account(Role.DEPARTMENT_HEAD, filled.world.city))
    for client, code in ((national, "IL"), (national, "D-north"), (national, "9001"), (inside, "9001")):
        page_in(client, reverse("array:place", args=[code]), language)
    page_in(inside, reverse("array:place", args=["9001"]) + "?programme=second&sort=-taken", language)
    page_in(inside, reverse("array:families", args=["9001", "taken"]), language)


def test_everybody_starts_at_the_widest_of_their_places(filled: Array):
    for role, place, code in (
        (Role.NATIONAL_MANAGER, filled.world.nation, "IL"),
        (Role.DISTRICT_SUPERVISOR, filled.nation.district, "D-north"),
        (Role.SOCIAL_WORKER, filled.world.city, "9001"),
    ):
        client = as_(filled.account(role, place))
        assert client.get(reverse("array:index")).headers["Location"] == reverse("array:place", args=[code])
    district = as_(filled.account(Role.DISTRICT_SUPERVISOR, filled.nation.district))
    assert district.get(reverse("array:place", args=["9002"])).status_code == 200
    assert district.get(reverse("array:place", args=["IL"])).status_code == 404
    beside = as_(filled.account(Role.DEPARTMENT_HEAD, filled.world.sister))
    assert beside.get(reverse("array:place", args=["9001"])).status_code == 404
    assert beside.get(reverse("array:export", args=["9002", "docx"])).status_code == 404


def test_families_behind_a_figure_are_for_who_reads_their_files(filled: Array):
    worker = as_(filled.account(Role.TEAM_LEADER, filled.world.city))
    page = worker.get(reverse("array:place", args=["9001"]))
    addresses = [url for _title, url in page.context["lists"]]
    counts = [worker.get(url).context["page"].paginator.count for url in addresses]
    assert counts == [6, 1, 1]
    of_first = reverse("array:families", args=["9001", "taken"]) + "?programme=first"
    assert worker.get(of_first).context["page"].paginator.count == 0
    assert worker.get(reverse("array:families", args=["9001", "nothing"])).status_code == 404
    integrator = as_(filled.account(Role.INTEGRATOR, filled.world.city))
    assert integrator.get(reverse("array:place", args=["9001"])).context["lists"] == []
    assert integrator.get(addresses[0]).status_code == 403
    above = as_(filled.account(Role.NATIONAL_MANAGER, filled.world.nation))
    assert above.get(reverse("array:place", args=["9001"])).context["lists"] == []
    assert above.get(addresses[0]).status_code == 403


def test_nobody_above_reads_a_name(filled: Array):
    client = as_(filled.account(Role.DISTRICT_SUPERVISOR, filled.nation.district))
    for address in ("/array/9001/", "/array/D-north/", "/api/array/9001", "/array/9001/families/taken/"):
        text = client.get(address).content.decode()
        assert "אלון" not in text
        assert filled.worker(filled.world.city).name not in text


def test_a_place_without_programmes_has_an_empty_desk(filled: Array):
    town = filled.town(1)
    head = as_(filled.account(Role.DEPARTMENT_HEAD, town))
    page = head.get(reverse("array:place", args=[town.code]))
    assert page.status_code == 200
    assert page.context["whole"].is_empty
