"""The first page: the first question answered, a place found by its name in three languages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from maarag.domains.missions.actions import open_mission
from maarag.kernel.access.permissions import Role
from maarag.kernel.places.actions import save_place
from tests.factories.browsing import LANGUAGES, as_, page_in
from tests.factories.picture import Nation, make_nation


@pytest.fixture
def nation(db: None) -> Nation:
    nation = make_nation()
    for code, arabic, english in (
        ("9001", "مدينة الحبوب", "Grain City"),
        ("9002", "مدينة النهر", "River City"),
    ):
        place = nation.world.city if code == "9001" else nation.world.sister
        within = [nation.world.nation, nation.district]
        save_place(by=nation.world.system, code=place.code, within=within, name_ar=arabic, name_en=english)
    nation.need(nation.world.city, 400, unit="families")
    nation.need(nation.world.sister, 700, unit="families")
    nation.meals("A", 10, at=nation.world.city)
    return nation


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_in_three_languages(nation: Nation, language: str) -> None:
    integrator = as_(nation.world.account(Role.INTEGRATOR, place=nation.world.city))
    for client in (Client(), integrator):
        page = page_in(client, "/", language)
        assert 'action="/services/"' in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_before_anything_is_loaded_it_says_what_to_do(db: None, language: str) -> None:
    page = page_in(Client(), "/", language)
    assert "/accounts/login/" in page
    assert 'action="/services/"' not in page


def test_the_first_question_is_answered_in_one_figure(nation: Nation, client: Client) -> None:
    page = client.get("/", headers={"Accept-Language": "en"}).content.decode()
    answer = page[page.index('id="question"') : page.index("The national picture")]
    assert '<bdi class="num">1</bdi>' in answer
    assert "of 2 whose needs are known" in answer
    assert "/picture/9002/" in answer
    assert "/picture/9001/" not in answer
    nation.meals("B", 10, at=nation.world.sister, areas=[nation.world.sister])
    page = client.get("/", headers={"Accept-Language": "en"}).content.decode()
    assert '<bdi class="num">0</bdi>' in page[page.index('id="question"') :]


@pytest.mark.parametrize(
    "text",
    ["עיר הדגן", "עיריית עיר הדגן", "مدينة الحبوب", "grain city", " Grain City ", "9001"],
)
def test_a_place_is_found_by_its_name(nation: Nation, client: Client, text: str) -> None:
    answer = client.get("/", {"place": text})
    assert answer.status_code == 302
    assert answer.url == "/picture/9001/"


def test_a_part_of_a_name_lists_what_it_may_mean(nation: Nation, client: Client) -> None:
    answer = client.get("/", {"place": "city"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "/picture/9001/" in page
    assert "/picture/9002/" in page
    assert 'value="city"' in page


@pytest.mark.parametrize("text", ["<script>x", "אטלנטיס", "%", "a" * 5000])
def test_a_name_of_nothing_is_said(nation: Nation, client: Client, text: str) -> None:
    answer = client.get("/", {"place": text})
    assert answer.status_code == 200
    assert "<script>x" not in answer.content.decode()


def test_staff_find_their_places_and_missions_by_date(nation: Nation) -> None:
    integrator = nation.world.account(Role.INTEGRATOR, place=nation.world.city)
    today = timezone.localdate()
    for title, days in (("מאוחרת", 30), ("מוקדמת", 2)):
        due = today + timedelta(days=days)
        open_mission(by=integrator, place=nation.world.city, title=title, owner=integrator, due=due)
    other = nation.world.account(Role.TEAM_LEADER, place=nation.world.city)
    page = as_(integrator).get("/").content.decode()
    assert page.index("מוקדמת") < page.index("מאוחרת")
    assert "מוקדמת" not in as_(other).get("/").content.decode()
    assert "מוקדמת" not in Client().get("/").content.decode()
    resident = as_(nation.world.account(Role.RESIDENT, place=nation.world.sister)).get("/").content.decode()
    assert "/picture/9002/" in resident
    assert "/missions/" not in resident


@pytest.mark.parametrize(
    "role",
    [Role.DISTRICT_SUPERVISOR, Role.NATIONAL_MANAGER, Role.TEAM_LEADER, Role.RESIDENT],
)
def test_the_way_to_the_counts_of_families_and_back(nation: Nation, role: Role) -> None:
    at = {Role.DISTRICT_SUPERVISOR: nation.district, Role.NATIONAL_MANAGER: nation.world.nation}
    staff = as_(nation.world.account(role, place=at.get(role, nation.world.city)))
    has_link = '<a href="/families/counts/">' in staff.get("/").content.decode()
    answer = staff.get("/families/counts/")
    assert has_link == (answer.status_code == 200) == (role != Role.RESIDENT)
    if has_link:
        page = answer.content.decode()
        crumbs = page[page.index('class="crumbs"') : page.index("<h1>")]
        assert 'href="/families/"' in crumbs if role == Role.TEAM_LEADER else 'href="/"' in crumbs
    assert "/families/counts/" not in Client().get("/").content.decode()
