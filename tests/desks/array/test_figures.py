"""The desk of a department: every figure counted, the same on page, workbook and API."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from maarag.desks.array.assemble import Desk, desk
from maarag.desks.array.waiting_times import Times
from maarag.desks.array.words import status_of_load
from maarag.domains.casework.actions import close_with_outcome, set_goal
from maarag.domains.families.actions import MemberDraft, change_family
from maarag.domains.families.models import Family
from maarag.domains.guidance.actions import set_target
from maarag.kernel.access.permissions import Role
from maarag.kernel.places.models import Place
from maarag.values import Money, is_suppressed
from tests.factories.browsing import as_
from tests.pdf_text import assert_pdf_says

from .conftest import Array, ago


@pytest.fixture
def filled(array: Array) -> Array:
    """In the city: four families in first, two in second, three wait; a worker for five families."""
    city = array.world.city
    for after in (2, 4, 6, 20):
        array.placed("first", city, opened=60, after=after)
    for _one in range(2):
        array.placed("second", city, opened=500, after=470)
    for _one in range(3):
        array.waits("first", city)
    array.carries("first", city, 5)
    return array


def inside(array: Array, **more: Any) -> Desk:
    return desk(array.world.city, exact=True, **more)


def closed(array: Array, family: Family, *states: str) -> None:
    worker = array.worker(array.world.city)
    with array.scope():
        goals = [
            set_goal(
                by=worker, family=family, own_words="שקט בבית", professions=["welfare"], target_on=ago(-30),
                agreed_on=ago(30), agreed_by="האם",
            )
            for _state in states
        ]  # fmt: skip
        ended = {goal.pk: (state, "כך נגמר") for goal, state in zip(goals, states, strict=True)}
        close_with_outcome(
            by=worker, family=family, reason="goals_reached", next_steps="קשר בעוד חודש", goals=ended
        )


def test_places_waiting_money_and_load(filled: Array):
    view = inside(filled)
    first, second = (
        next(line for line in view.programmes if line.key == one) for one in (filled.first, filled.second)
    )
    assert (first.places, first.taken, first.free, first.waits) == (6, 4, 2, 3)
    assert (second.places, second.taken, second.free, second.waits) == (10, 2, 8, 0)
    assert (view.whole.places, view.whole.taken, view.whole.waits) == (16, 6, 3)
    assert (first.most, first.load, second.most) == (5, 4 / 5, None)
    assert first.granted == Money.from_shekels(6 * 8000)
    assert first.used == Money(0)
    assert [(one.families, one.carried, one.most) for one in view.workers] == [(4, 4, 5)]
    # two in second, where nobody is recorded, are no load of the worker in first
    assert (view.whole.most, view.whole.carried, view.whole.load) == (5, 4, 4 / 5)
    chosen = inside(filled, programme="second")
    assert (chosen.whole.places, chosen.whole.taken, chosen.chosen) == (10, 2, filled.second)
    assert inside(filled, year=2020).year == 2026


def test_load_is_by_weight_and_also_of_families_of_nobody_in_the_team(filled: Array):
    city = filled.world.city
    heavy = filled.placed("first", city).family
    with filled.scope():
        born = {"birth_date": "2020-03-01"}
        drafts = [MemberDraft(f"ילד {number}", "גל", "child", fields=born) for number in range(4)]
        change_family(by=filled.worker(city), family=heavy, members=drafts)
    filled.workers["9001"] = filled.account(Role.SOCIAL_WORKER, city)  # who is nobody of the team
    filled.placed("first", city)
    view = inside(filled)
    team, beside = view.workers
    assert (team.families, team.carried, team.most, team.load) == (5, 5.25, 5, 1.05)
    assert (beside.account, beside.families, beside.carried, beside.most) == (None, 1, 1, None)
    assert (view.whole.taken, view.whole.carried, view.whole.load) == (8, 6.25, 1.25)
    assert [status_of_load(line).tone for line in view.workers] == ["critical", "attention"]
    told = as_(filled.account(Role.TEAM_LEADER, city)).get(f"/api/array/{city.code}").json()["workers"]
    assert [(one["email"] is None, one["families"], one["carried"], one["most"]) for one in told] == [
        (False, 5, 5.25, 5),
        (True, 1, 1.0, None),
    ]
    # of the six in first and two in second nobody above is told
    shown = desk(city, exact=False).whole
    assert (shown.most, is_suppressed(shown.carried), is_suppressed(shown.load)) == (5, True, True)
    page = as_(filled.account(Role.NATIONAL_MANAGER, filled.world.nation)).get(f"/api/array/{city.code}")
    assert "carried" in page.json()["whole"]["hidden"]


def test_until_the_first_response_of_who_came_within_the_year(filled: Array):
    view = inside(filled)
    # four with a place after 2, 4, 6 and 20 days; three who wait for 40 days and have nothing
    assert view.whole.times == Times(4, 20, None, 7)
    first = next(line for line in view.programmes if line.key == filled.first)
    assert first.times == Times(2, 4, 6, 4)


def test_how_the_work_ended(filled: Array):
    city = filled.world.city
    good, partly, bad, without = (filled.family(city) for _one in range(4))
    closed(filled, good, "reached", "partly")
    closed(filled, partly, "reached", "dropped")
    closed(filled, bad, "dropped")
    closed(filled, without)
    whole = inside(filled).whole
    assert (whole.ended, whole.reached) == (3, 1)


def test_targets_beside_what_is(filled: Array):
    leader = filled.account(Role.TEAM_LEADER, filled.world.city)
    for measure, value, programme in (
        ("places_taken", 30, None), ("places_taken", 90, filled.first), ("first_response", 19, None),
        ("help_received", 60, None),
    ):  # fmt: skip
        set_target(
            by=leader, place=filled.world.city, measure=measure, value=value, programme=programme, why="x"
        )
    told = as_(leader).get(f"/api/array/{filled.world.city.code}").json()["targets"]
    stands = {(one["measure"], one["programme"]): (one["actual"], one["state"]) for one in told}
    assert stands == {
        ("places_taken", None): (37.5, "ok"),
        ("places_taken", "first"): (66.67, "critical"),
        ("first_response", None): (20, "attention"),
        ("help_received", None): (None, "unknown"),
    }


def test_page_workbook_and_api_tell_the_same(filled: Array):
    client, city = as_(filled.account(Role.TEAM_LEADER, filled.world.city)), filled.world.city
    told = client.get(f"/api/array/{city.code}").json()
    first = next(line for line in told["programmes"] if line["code"] == "first")
    assert (first["places"], first["taken"], first["free"], first["waiting"], first["caseload"]) == (
        6,
        4,
        2,
        3,
        5,
    )
    assert (told["exact"], told["whole"]["hidden"]) == (True, [])
    assert told["workers"] == [
        {
            "email": filled.worker(city).email,
            "programme": "first",
            "families": 4,
            "carried": 4.0,
            "most": 5,
        }
    ]
    book = client.get(reverse("array:export", args=[city.code, "xlsx"])).content
    sheets = CalamineWorkbook.from_filelike(io.BytesIO(book))
    rows = {row[1]: row for row in sheets.get_sheet_by_index(0).to_python()[3:] if len(row) > 8}
    assert [rows["first"][at] for at in (2, 5, 6, 7, 8, 9, 10)] == [6, 4, 2, 3, 5, 4, 48000]
    page = client.get(reverse("array:place", args=[city.code]))
    assert page.context["whole"].taken == 6
    assert filled.worker(city).name in page.content.decode()
    printed = client.get(reverse("array:export", args=[city.code, "pdf"])).content
    assert_pdf_says(printed, city.name_he, "מערך התכניות", "לפי תכנית", "₪ 48,000")


def everywhere(array: Array, role: Role, place: Place, codes: list[str]) -> dict[str, dict[str, Any]]:
    client = as_(array.account(role, place))
    return {code: client.get(f"/api/array/{code}").json() for code in codes}


def test_above_the_authority_small_numbers_are_hidden_and_alike_on_every_page(filled: Array):
    world = filled.world
    for _one in range(9):
        filled.placed("first", world.sister)
    told = everywhere(filled, Role.NATIONAL_MANAGER, world.nation, ["IL", "D-north", "9001", "9002"])
    assert told["9001"]["exact"] is False
    assert told["9001"]["workers"] == []
    # the city has 4 in first and 2 in second: hidden, and with them whatever would tell them
    assert {"taken", "waiting"} <= set(told["9001"]["whole"]["hidden"]) | set(
        told["9001"]["programmes"][0]["hidden"]
    )
    for page in told.values():
        for line in page["places"]:
            own = told[line["code"]]["whole"]
            assert {key: line[key] for key in ("taken", "free", "waiting", "hidden")} == {
                key: own[key] for key in ("taken", "free", "waiting", "hidden")
            }
    district = {line["code"]: line for line in told["D-north"]["places"]}
    nation = {line["code"]: line for line in told["IL"]["places"]}
    assert all(nation[code] == line for code, line in district.items())
    text = as_(filled.account(Role.NATIONAL_MANAGER, world.nation)).get("/array/9001/").content.decode()
    assert filled.worker(world.city).name not in text


def test_a_page_asks_as_much_of_many_authorities_as_of_few(filled: Array):
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            desk(filled.world.nation, exact=False)
        return len(queries)

    desk(filled.world.nation, exact=False)
    few = asked()
    for number in range(6):
        town = filled.town(number)
        filled.give("first", town, 12)
        filled.placed("first", town)
    assert asked() == few <= 45


def test_what_nobody_was_given_yet_is_of_the_budget(filled: Array):
    whole = desk(filled.world.nation, exact=False).whole
    assert (whole.places, whole.not_given) == (36, 400 - 36)
    assert desk(filled.nation.district, exact=False).whole.not_given == 0


def test_first_responses_above_are_of_many_families_only(filled: Array):
    assert is_suppressed(desk(filled.world.city, exact=False).whole.times)
    for _one in range(20):
        filled.family(filled.world.sister)
    told = desk(filled.world.sister, exact=False).whole.times
    assert told == Times(None, None, None, None)
    # 20 of the sister, 7 of the city: who is the sister would know those seven
    assert is_suppressed(desk(filled.nation.district, exact=False).whole.times)
