"""A file is closed when its basket is: otherwise nobody could go on with what is under way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maarag.domains.baskets.actions import close_basket, decline_request, places_left
from maarag.domains.casework.actions import close_with_outcome
from maarag.domains.casework.models import Outcome
from maarag.domains.families.actions import close_family
from maarag.domains.families.models import Family, FamilyStatus
from maarag.kernel.audit.models import AuditEvent
from tests.factories.baskets import Department, department
from tests.factories.families import family
from tests.factories.services import world

OUTCOME = {"reason": "goals_reached", "next_steps": "שיחה בעוד חודש"}


@pytest.fixture
def city(db: None) -> Department:
    return department(world())


def client_of(city: Department) -> Client:
    client = Client()
    client.force_login(city.worker, backend="django.contrib.auth.backends.ModelBackend")
    return client


def by_action(city: Department) -> str:
    try:
        with city.scope():
            close_family(by=city.worker, family=city.family, reason="other")
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def with_its_outcome(city: Department) -> str:
    goals = {city.goal.pk: ("reached", "הגיעו")}
    try:
        with city.scope():
            close_with_outcome(by=city.worker, family=city.family, goals=goals, **OUTCOME)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def on_its_page(city: Department) -> str:
    page = client_of(city).post(reverse("families:close", args=[city.family.pk]), {"reason": "other"})
    assert page.status_code in (422, 302)
    return page.text


def on_the_page_of_the_outcome(city: Department) -> str:
    given = {f"goal_{city.goal.pk}": "reached", f"why_{city.goal.pk}": "הגיעו", **OUTCOME}
    given["closed_on"] = timezone.localdate().isoformat()
    page = client_of(city).post(reverse("casework:close", args=[city.family.pk]), given)
    assert page.status_code in (422, 302)
    return page.text


def by_a_program(city: Department) -> str:
    return sent(city, f"/api/families/{city.family.pk}/close", {"reason": "other"})


def by_a_program_with_its_outcome(city: Department) -> str:
    goals = [{"goal": str(city.goal.pk), "state": "reached", "reason": "הגיעו"}]
    return sent(city, f"/api/casework/{city.family.pk}/close", {**OUTCOME, "goals": goals})


def sent(city: Department, address: str, body: dict[str, Any]) -> str:
    answer = client_of(city).post(address, body, content_type="application/json")
    assert answer.status_code in (422, 200), answer.text
    return str(answer.json().get("detail", ""))


def state(city: Department) -> tuple[str, int, int]:
    with city.scope():
        events = AuditEvent.objects.filter(action__in=["families.close", "casework.close"]).count()
        return Family.objects.get(pk=city.family.pk).status, Outcome.objects.count(), events


WAYS = [
    by_action, with_its_outcome, on_its_page, on_the_page_of_the_outcome, by_a_program,
    by_a_program_with_its_outcome,
]  # fmt: skip


@pytest.mark.parametrize("close", WAYS, ids=lambda way: way.__name__)
def test_the_basket_is_closed_first(city: Department, close: Callable[[Department], str]):
    with city.scope():
        request = city.sent(4)
    before = state(city)
    words = close(city)
    assert "הסל של המשפחה בתכנית תכנית breathing פתוח" in words
    assert "בקשה אחת" in words
    assert state(city) == before

    with city.scope():
        decline_request(by=city.leader, request=request, reason="אין צורך")
    words = close(city)
    assert "פתוח" in words
    assert "בקשה אחת" not in words
    assert state(city) == before

    with city.scope():
        close_basket(by=city.worker, basket=city.basket)
        assert places_left(city.quota) == 5
    assert "הסל של המשפחה" not in close(city)
    assert state(city)[0] == FamilyStatus.CLOSED


def test_the_basket_of_another_family_is_no_reason(city: Department):
    other = family(city.world.system, city.world.city, city.worker)
    with city.scope():
        assert close_family(by=city.worker, family=other, reason="other").status == FamilyStatus.CLOSED
