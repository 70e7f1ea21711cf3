"""Situations, strengths, and assessments on rubrics by several raters."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from maarag.database.rows import visible
from maarag.domains.casework import actions
from maarag.domains.casework.models import Assessment, Circumstance
from maarag.kernel.access.permissions import Role
from tests.domains.families.conftest import Towns
from tests.factories import casework as made
from tests.factories.families import everything


def own(towns: Towns) -> Any:
    return visible(everything(towns.world.city, by=towns.worker))


def page(name: str, *arguments: Any) -> str:
    return reverse(f"casework:{name}", args=arguments)


def form(**changes: Any) -> dict[str, Any]:
    day = timezone.localdate().isoformat()
    return {"words": "השכנה עוזרת", "said_by": "family", "said_by_whom": "נועה", "said_on": day, **changes}


def test_strengths_and_situations_are_ended_not_deleted(towns: Towns, client):
    family = towns.own
    assert client.post(page("add_strength", family.pk), form()).status_code == 302
    term = made.situation()
    assert client.post(page("add_situation", family.pk), form(term=term.code, words="")).status_code == 302
    with own(towns):
        strength = Circumstance.objects.get(kind="strength")
    address = page("end_circumstance", family.pk, strength.pk)
    today = timezone.localdate()
    early = {"ended_on": (today - timedelta(days=1)).isoformat(), "why": "עברה"}
    assert "ended_on" in client.post(address, early).context["form"].errors
    assert client.post(address, {"ended_on": today.isoformat(), "why": "השכנה עברה"}).status_code == 302
    shown = client.get(page("situation", family.pk)).content.decode()
    assert "השכנה עוזרת – השכנה עברה" in shown
    assert term.name_he in shown
    with own(towns):
        assert Circumstance.objects.count() == 2
        with pytest.raises(actions.AlreadyDone):
            actions.change_circumstance(by=towns.worker, circumstance=strength, words="אחר")


@pytest.mark.parametrize(
    ("name", "change", "field"),
    [
        ("add_strength", {"words": " "}, "words"),
        ("add_strength", {"said_on": "2999-01-01"}, "said_on"),
        ("add_situation", {"term": "no:such"}, "term"),
        ("add_situation", {"term": "human_services:hot_meals"}, "term"),
    ],
)
def test_what_is_wrong_is_told(towns: Towns, client, name, change, field):
    made.response()
    answer = client.post(page(name, towns.own.pk), form(**change))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors


def test_a_strength_has_no_term_and_a_situation_has_one(towns: Towns):
    for given in ({"kind": "strength", "term": made.situation()}, {"kind": "situation", "term": None}):
        with own(towns), pytest.raises(ValidationError):
            actions.add_circumstance(by=towns.worker, family=towns.own, said_by="family", words="x", **given)


def rating(level: int) -> dict[str, Any]:
    return {
        "rubric-day": timezone.localdate().isoformat(),
        "rubric-level-income": str(level),
        "rubric-evidence-income": f"ראיתי {level}",
        "rubric-level-housing": "unknown",
    }


def test_two_raters_see_each_other_after_their_own_levels(towns: Towns, client):
    leader = towns.client(towns.world.account(Role.TEAM_LEADER, place=towns.world.city))
    made.assessment(towns.worker, towns.own, towns.world.system)
    with own(towns):
        found = Assessment.objects.get()
    rate, read = (page(name, towns.own.pk, found.pk) for name in ("rate", "assessment"))
    assert client.post(rate, rating(1)).status_code == 302
    assert "ראיתי 1" not in leader.get(read).content.decode()
    assert leader.get(page("agree_assessment", towns.own.pk, found.pk)).status_code == 302
    assert leader.post(rate, rating(3)).status_code == 302
    shown = leader.get(read).content.decode()
    assert "ראיתי 1" in shown
    assert "ראיתי 3" in shown
    assert "2 levels apart" in shown
    agreed = page("agree_assessment", towns.own.pk, found.pk)
    assert client.post(agreed, rating(2)).status_code == 302
    assert client.post(page("close_assessment", towns.own.pk, found.pk)).status_code == 302
    assert client.post(rate, rating(1)).status_code == 302
    with own(towns):
        found.refresh_from_db()
        assert not found.is_open
        assert found.marks.filter(rater=towns.worker, is_joint=False, level__value=1).count() == 1
    assert "Assessment of" in client.get(page("situation", towns.own.pk)).content.decode()


def test_an_open_round_is_gone_on_with(towns: Towns, client):
    made.assessment(towns.worker, towns.own, towns.world.system)
    address = page("begin_assessment", towns.own.pk, "family-poverty")
    assert client.post(address).status_code == 302
    assert client.post(page("begin_assessment", towns.own.pk, "no-such")).status_code == 404
    with own(towns):
        assert Assessment.objects.count() == 1
