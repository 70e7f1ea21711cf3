"""Sessions of guidance: shared or of one programme, held with people, followed by the next one."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404
from django.urls import reverse

from maarag.domains.guidance.actions import (
    AlreadyEnded,
    cancel_session,
    change_session,
    hold_session,
    plan_session,
)
from maarag.domains.guidance.models import Session, SessionKind, SessionState
from maarag.domains.guidance.queries import EVERY, visible_to, without_shared_guidance
from maarag.kernel.audit.queries import told_of
from maarag.ui.figures import name_in_language
from tests.factories.browsing import LANGUAGES, as_, page_in

from .conftest import Teams, day


def test_a_session_of_several_programmes_is_shared(teams: Teams):
    assert teams.plan().kind == SessionKind.JOINT
    assert teams.plan(teams.first).kind == SessionKind.PROGRAMME
    changed = change_session(by=teams.leader, session=teams.plan(), programmes=[teams.second])
    assert (changed.kind, list(changed.programmes.all())) == (SessionKind.PROGRAMME, [teams.second])
    with pytest.raises(ValidationError):
        plan_session(
            by=teams.leader, authority=teams.world.city, programmes=[], day=day(1), topic="x", guide="y"
        )


def test_the_history_names_the_programmes(teams: Teams):
    session = teams.plan()
    change_session(by=teams.leader, session=session, programmes=[teams.second])
    changed, planned = (told.text for told in told_of(session))
    first, second = (name_in_language(line) for line in (teams.first, teams.second))
    assert f"{first}, {second}" in planned
    assert f"{second} (" in changed
    assert f"{first}, {second})" in changed


def test_only_who_guides_there_plans(teams: Teams):
    for account in (teams.worker, teams.stranger):
        with pytest.raises(Http404):
            teams.plan(by=account)
    assert teams.plan(by=teams.district).planned_by == teams.district
    with pytest.raises(ValidationError):
        teams.plan(by=teams.district, authority=teams.nation.district)


def test_what_is_held_is_written_down_and_followed_by_the_next(teams: Teams):
    held = hold_session(by=teams.leader, session=teams.past(), present=9, agreed="סיכמנו", next_on=day(20))
    assert (held.state, held.present, held.agreed) == (SessionState.HELD, 9, "סיכמנו")
    following = Session.objects.get(follows=held)
    assert (following.day, following.topic, following.kind) == (day(20), held.topic, SessionKind.JOINT)
    assert set(following.programmes.all()) == {teams.first, teams.second}
    with pytest.raises(AlreadyEnded):
        hold_session(by=teams.leader, session=held, present=9, agreed="")
    with pytest.raises(AlreadyEnded):
        cancel_session(by=teams.leader, session=held, why="טעות")


def test_what_lies_ahead_was_not_held_and_nobody_means_nobody(teams: Teams):
    with pytest.raises(ValidationError):
        hold_session(by=teams.leader, session=teams.plan(), present=3, agreed="")
    with pytest.raises(ValidationError):
        hold_session(by=teams.leader, session=teams.past(), present=0, agreed="")
    with pytest.raises(ValidationError):
        cancel_session(by=teams.leader, session=teams.plan(), why="  ")
    session = teams.past()
    with pytest.raises(IntegrityError), transaction.atomic():
        Session.objects.filter(pk=session.pk).update(state=SessionState.HELD)


def test_departments_of_several_programmes_are_told_when_shared_guidance_is_due(teams: Teams):
    city = teams.world.city
    assert [(one.authority, one.programmes) for one in without_shared_guidance(teams.district)] == [(city, 2)]
    teams.plan(teams.first)  # of one programme: it is still due
    assert len(without_shared_guidance(teams.district)) == 1
    planned = teams.plan()
    assert without_shared_guidance(teams.district) == []
    cancel_session(by=teams.leader, session=planned, why="המנחה חלתה")
    assert len(without_shared_guidance(teams.district)) == 1
    held = hold_session(by=teams.leader, session=teams.past(), present=4, agreed="")
    assert without_shared_guidance(teams.district) == []
    Session.objects.filter(pk=held.pk).update(day=day(-EVERY.days - 1))
    assert without_shared_guidance(teams.district)[0].last == day(-EVERY.days - 1)
    assert without_shared_guidance(teams.stranger) == []


def test_sessions_are_seen_by_the_staff_of_their_place_and_above(teams: Teams):
    session = teams.plan()
    for account, sees in ((teams.worker, True), (teams.district, True), (teams.stranger, False)):
        assert visible_to(account).filter(pk=session.pk).exists() is sees
        status = as_(account).get(reverse("guidance:detail", args=[session.pk])).status_code
        assert status == (200 if sees else 404)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_in_every_language(teams: Teams, language: str):
    client, session = as_(teams.leader), teams.past()
    assert session.topic in page_in(client, reverse("guidance:index"), language)
    for name in ("detail", "edit"):
        page_in(client, reverse(f"guidance:{name}", args=[session.pk]), language)
    for name in ("plan", "targets", "set_target"):
        page_in(client, reverse(f"guidance:{name}"), language)


def test_the_way_of_a_session_through_the_pages(teams: Teams):
    client = as_(teams.leader)
    chosen = client.get(reverse("guidance:plan"), {"place": teams.world.city.code})
    assert set(chosen.context["form"].initial["programmes"]) == {"first", "second"}
    form = {
        "authority": teams.world.city.code, "programmes": ["first", "second"], "day": day(0).isoformat(),
        "minutes": "60", "topic": "בתים שבורים", "guide": "מיכל",
    }  # fmt: skip
    assert client.post(reverse("guidance:plan"), {**form, "programmes": []}).status_code == 422
    client.post(reverse("guidance:plan"), form)
    session = Session.objects.get(topic="בתים שבורים")
    edit = reverse("guidance:edit", args=[session.pk])
    client.post(edit, {**form, "topic": "בתים ושכנים", "programmes": ["first"]})
    session.refresh_from_db()
    assert (session.topic, session.kind) == ("בתים ושכנים", SessionKind.PROGRAMME)
    hold = reverse("guidance:hold", args=[session.pk])
    assert client.post(hold, {"present": "0"}).status_code == 422
    client.post(hold, {"present": "6", "agreed": "ללכת יחד", "next_on": day(14).isoformat()})
    page = client.get(reverse("guidance:detail", args=[session.pk])).content.decode()
    assert "ללכת יחד" in page
    following = Session.objects.get(follows=session)
    client.post(reverse("guidance:cancel", args=[following.pk]), {"why": "חג"})
    listed = client.get(reverse("guidance:index"), {"state": "cancelled"}).content.decode()
    assert reverse("guidance:detail", args=[following.pk]) in listed
    book = client.get(reverse("guidance:export"), {"state": "all"})
    assert book.content.startswith(b"PK")


def test_the_way_of_a_session_through_the_api(teams: Teams):
    client = as_(teams.leader)
    body = {
        "authority": teams.world.city.code, "programmes": ["first", "second"], "day": day(0).isoformat(),
        "topic": "יחד", "guide": "מיכל",
    }  # fmt: skip
    made = client.post("/api/guidance/sessions", body, content_type="application/json").json()
    assert (made["kind"], made["programmes"]) == ("joint", ["first", "second"])
    address = f"/api/guidance/sessions/{made['id']}"
    changed = client.patch(address, {"topic": "שוב יחד"}, content_type="application/json").json()
    assert changed["topic"] == "שוב יחד"
    held = client.post(f"{address}/held", {"present": 5}, content_type="application/json").json()
    assert (held["state"], held["present"]) == ("held", 5)
    again = client.post(f"{address}/cancel", {"why": "x"}, content_type="application/json")
    assert again.status_code == 409
    listed = client.get("/api/guidance/sessions", {"state": "held", "programme": "second"}).json()
    assert [one["id"] for one in listed["items"]] == [made["id"]]
    unknown = {**body, "programmes": ["no-such"]}
    assert client.post("/api/guidance/sessions", unknown, content_type="application/json").status_code == 422
