"""The morning: what waits for me, today's contacts, my families; the team of a leader and what is late."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from maarag.database.rows import visible
from maarag.desks.morning.queries import load_of, when
from maarag.desks.morning.words import how_far
from maarag.domains.families.actions import change_family
from maarag.domains.families.waiting import Waiting, waiting_of
from maarag.kernel.access.permissions import Role
from maarag.ui.tables import Status
from tests.domains.referrals.conftest import Loop, days_ago, english, loop
from tests.factories.families import everything, family, opened

__all__ = ["english", "loop"]


def morning(loop: Loop, account: Any, **query: str) -> Any:
    return loop.client(account).get(reverse("morning:index"), query)


def test_a_days_distance_is_said(loop: Loop):
    today = date(2026, 11, 22)
    said = {days: how_far(today + timedelta(days=days), today) for days in (-3, -1, 0, 1, 5)}
    assert said == {-3: "3 days late", -1: "1 day late", 0: "today", 1: "tomorrow", 5: "in 5 days"}
    assert [when(today + timedelta(days=days), today) for days in (-1, 0, 7, 8)] == [
        "late", "today", "week", "later"
    ]  # fmt: skip
    items = [
        Waiting("x", "x", "/", None, due, Status("x")) for due in (today, None, today - timedelta(days=1))
    ]
    load = load_of(items, today)
    assert (load.late, load.today, load.week, load.later, load.all) == (1, 1, 0, 1, 3)


def test_everything_that_waits_for_me_is_on_one_page_and_can_be_narrowed(loop: Loop):
    with visible(everything(loop.world.city)):
        change_family(by=loop.worker, family=loop.family, review_on=timezone.localdate() - timedelta(days=2))
    loop.sent(at=days_ago(10))
    page = morning(loop, loop.worker)
    assert {item.kind for item in page.context["page"]} == {"review", "referrals"}
    assert page.context["load"].late == 2
    assert page.context["families"].rows[0]["waits"] == 2
    assert "team" not in page.context
    narrowed = morning(loop, loop.worker, kind="referral")
    assert [item.kind for item in narrowed.context["page"]] == ["referrals"]
    assert morning(loop, loop.worker, kind="nothing").context["page"].paginator.count == 0
    assert page.context["page"].paginator.count == 2


def test_a_team_leader_sees_the_team_and_what_is_late_in_it(loop: Loop):
    loop.sent(at=days_ago(10))
    family(loop.world.system, loop.world.city, loop.leader, name="דגן")
    page = morning(loop, loop.leader)
    team = {row["name"]: row for row in page.context["team"].rows}
    assert set(team) == {loop.worker.name, loop.leader.name}
    mine = team[loop.worker.name]
    assert (mine["files"], mine["referrals"], mine["referrals_late"]) == (1, 1, 1)
    assert [row["sender"] for row in page.context["late"].rows] == [loop.worker.name]
    assert "ברק" not in page.content.decode(), "the sister's family"


def test_the_page_asks_the_same_number_of_questions_of_a_larger_team(loop: Loop):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert morning(loop, loop.leader).status_code == 200
        return len(asked)

    queries()
    loop.sent(at=days_ago(10))
    few = queries()
    for _number in range(4):
        worker = loop.world.account(Role.SOCIAL_WORKER, place=loop.world.city)
        family(loop.world.system, loop.world.city, worker)
    assert queries() == few


@pytest.mark.parametrize("kind", ["own", "others"])
def test_emergency_openings_wait_to_be_justified_and_judged(loop: Loop, kind: str):
    opening = opened(loop.stranger, loop.world.city, loop.family.number, hours=1)
    long_ago = timezone.now() - timedelta(hours=80)
    with visible(everything(loop.world.city)):
        type(opening).objects.filter(pk=opening.pk).update(
            opened_at=long_ago, until=long_ago + timedelta(hours=1)
        )
    account = loop.stranger if kind == "own" else loop.leader
    found = [one for one in loop.see(account, lambda: waiting_of(account)) if one.kind == "opening"]
    name = "emergency_file" if kind == "own" else "opening"
    assert [one.url for one in found] == [reverse(f"families:{name}", args=[opening.pk])]
    assert (found[0].family is None) == (kind == "own")
    assert morning(loop, account).status_code == 200
    assert [
        one for one in loop.see(loop.worker, lambda: waiting_of(loop.worker)) if one.kind == "opening"
    ] == []


def test_whoever_keeps_no_files_has_no_such_morning(loop: Loop):
    assert morning(loop, loop.partner).status_code == 403
    assert loop.client(loop.partner).get(reverse("referrals:inbox")).status_code == 200
