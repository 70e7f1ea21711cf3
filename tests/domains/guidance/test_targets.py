"""Targets: the narrower place's hold, each replaces the one before it, referrals are of no programme."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse

from maarag.domains.guidance.actions import AlreadyEnded, end_target, set_target
from maarag.domains.guidance.models import Measure, Target
from maarag.domains.guidance.queries import targets_for
from maarag.domains.guidance.words import value_in_words
from tests.factories.browsing import as_

from .conftest import Teams, day

TAKEN = Measure.PLACES_TAKEN.value


def put(teams: Teams, **more: Any) -> Target:
    given = {"by": teams.leader, "place": teams.world.city, "measure": TAKEN, "value": 90, "why": "מחכים"}
    return set_target(**{**given, **more})


def test_the_narrower_place_and_the_newer_target_hold(teams: Teams):
    city = teams.world.city
    wide = put(teams, by=teams.district, place=teams.nation.district, value=80)
    assert targets_for(city)[None, TAKEN] == wide
    own = put(teams)
    assert targets_for(city)[None, TAKEN] == own
    assert targets_for(teams.world.sister)[None, TAKEN] == wide
    of_one = put(teams, programme=teams.first, value=70)
    assert targets_for(city)[teams.first.pk, TAKEN] == of_one
    newer = put(teams, value=95)
    own.refresh_from_db()
    assert own.ends is not None
    assert targets_for(city)[None, TAKEN] == newer


def test_a_target_before_its_day_does_not_hold_and_after_its_end_neither(teams: Teams):
    target = put(teams, starts=day(3))
    assert (None, TAKEN) not in targets_for(teams.world.city)
    assert targets_for(teams.world.city, day(3))[None, TAKEN] == target
    ended = end_target(by=teams.leader, target=put(teams, measure=Measure.SPENT.value))
    assert ended.ends == day(0)
    assert (None, "spent") not in targets_for(teams.world.city, day(1))
    with pytest.raises(AlreadyEnded):
        end_target(by=teams.leader, target=ended)


def test_what_makes_no_sense_is_refused(teams: Teams):
    for wrong in ({"value": 101}, {"value": 0}, {"measure": "nothing"}):
        with pytest.raises(ValidationError):
            put(teams, **wrong)
    with pytest.raises(ValidationError):
        put(teams, measure=Measure.LOOP_CLOSURE.value, programme=teams.first)
    assert put(teams, measure=Measure.FIRST_RESPONSE.value, value=365).is_at_most
    for account in (teams.worker, teams.stranger):
        with pytest.raises(Http404):
            put(teams, by=account)
    with pytest.raises(Http404):
        put(teams, place=teams.nation.district)


def test_targets_through_page_and_api(teams: Teams):
    client = as_(teams.district)
    form = {"place": "D-north", "measure": "spent", "value": "80", "why": "כסף ששוכב", "programme": "first"}
    refused = client.post(reverse("guidance:set_target"), {**form, "value": "300"})
    assert refused.status_code == 422
    client.post(reverse("guidance:set_target"), form)
    target = Target.objects.get()
    page = client.get(reverse("guidance:targets")).content.decode()
    assert value_in_words(target) in page
    # whoever is inside sees it and cannot end it
    inside = as_(teams.leader)
    assert value_in_words(target) in inside.get(reverse("guidance:targets")).content.decode()
    assert inside.post(reverse("guidance:end_target", args=[target.pk])).status_code == 404
    assert [one["programme"] for one in inside.get("/api/guidance/targets").json()] == ["first"]
    client.post(reverse("guidance:end_target", args=[target.pk]))
    body = {"place": "D-north", "measure": "help_received", "value": 60, "why": "המילה של המשפחה"}
    made = client.post("/api/guidance/targets", body, content_type="application/json")
    assert made.status_code == 201
    assert client.post(f"/api/guidance/targets/{made.json()['id']}/end").json()["ends"] is not None
