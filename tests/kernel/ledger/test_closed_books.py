"""Decisions about budgets meet closed books: nothing half-written, and the next open day takes them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from maarag.domains.funding.actions import Wanted, approve_budget, change_line
from maarag.domains.funding.models import Allotment, Budget, BudgetLine, FunderShare, LineChange
from maarag.domains.programmes.actions import QuotaDraft, set_quotas
from maarag.domains.programmes.models import Quota, QuotaChange
from maarag.kernel.access.permissions import Role
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.ledger.actions import PeriodClosed, close_period
from maarag.kernel.ledger.models import Decision, Entry, Pot
from maarag.kernel.ledger.words import closed_in_words
from maarag.ui.figures import day
from tests.factories.budgets import WORDS, line_of, programme_of, small
from tests.factories.services import World, world

TODAY = timezone.localdate()
TOMORROW = TODAY + timedelta(days=1)
CLOSED = f"ספר החשבונות סגור עד {day(TODAY)}. אפשר יהיה לעשות זאת מ־{day(TOMORROW)}"
WRITTEN = (Pot, Entry, Decision, LineChange, Quota, QuotaChange, Allotment)


def written() -> list[Any]:
    """All that a decision could leave behind."""
    return [
        [(model._meta.label, model.objects.count()) for model in WRITTEN],
        sorted(Budget.objects.values_list("code", "state")),
        sorted(BudgetLine.objects.values_list("pk", "families", "pot")),
        sorted(FunderShare.objects.values_list("pk", "pot").order_by("pk"), key=str),
        AuditEvent.objects.exclude(action__startswith="access.").count(),
    ]


@pytest.fixture
def towns(db: None) -> World:
    return world()


@pytest.fixture
def tomorrow(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let it be the day after."""
    return lambda: monkeypatch.setattr(timezone, "localdate", lambda *_args: TOMORROW)


def manager_of(towns: World) -> tuple[Any, Client]:
    manager, client = towns.account(Role.NATIONAL_MANAGER, place=towns.nation), Client()
    client.force_login(manager, backend="django.contrib.auth.backends.ModelBackend")
    return manager, client


def close(towns: World) -> None:
    close_period(by=towns.system, starts=TODAY.replace(day=1), ends=TODAY)


def test_a_plan_is_granted_on_an_open_day(towns: World, tomorrow: Callable[[], None]) -> None:
    manager, client = manager_of(towns)
    budget = small(towns, towns.nation, plan=True)
    close(towns)
    before = written()
    with pytest.raises(PeriodClosed):
        approve_budget(by=manager, budget=budget, **WORDS)
    page = client.post(reverse("funding:approve", args=[budget.code]), WORDS)
    assert (page.status_code, CLOSED in page.text, WORDS["why"] in page.text) == (422, True, True)
    address = f"/api/funding/budgets/{budget.code}/grant"
    answer = client.post(address, WORDS, content_type="application/json")
    assert (answer.status_code, CLOSED in answer.json()["detail"]) == (409, True)
    assert written() == before
    tomorrow()
    answer = client.post(address, WORDS, content_type="application/json")
    assert (answer.status_code, Budget.objects.get().state) == (200, "approved")


def test_a_line_is_changed_on_an_open_day(towns: World, tomorrow: Callable[[], None]) -> None:
    manager, client = manager_of(towns)
    budget = small(towns, towns.nation)
    close(towns)
    before = written()
    with pytest.raises(PeriodClosed):
        change_line(by=manager, line=line_of(budget, "noshmim"), wanted=Wanted(families=120), **WORDS)
    page_of, address = (
        reverse("funding:line", args=[budget.code, "noshmim"]),
        f"/api/funding/budgets/{budget.code}/lines/noshmim",
    )
    typed = {"families": "120", "unit_cost": "8000", **WORDS}
    page = client.post(page_of, typed)
    assert (page.status_code, CLOSED in page.text, 'value="120"' in page.text) == (422, True, True)
    answer = client.patch(address, {"families": 120, **WORDS}, content_type="application/json")
    assert (answer.status_code, CLOSED in answer.json()["detail"]) == (409, True)
    assert written() == before
    tomorrow()
    assert client.post(page_of, typed).status_code == 302
    answer = client.patch(address, {"families": 130, **WORDS}, content_type="application/json")
    assert (answer.status_code, line_of(budget, "noshmim").families) == (200, 130)


def test_a_quota_is_given_on_an_open_day(towns: World, tomorrow: Callable[[], None]) -> None:
    manager, client = manager_of(towns)
    budget = small(towns, towns.nation)
    programme, line = programme_of(towns, budget), line_of(budget, "noshmim")
    close(towns)
    before = written()
    with pytest.raises(PeriodClosed):
        set_quotas(by=manager, line=line, drafts=[QuotaDraft(towns.city, 5)], **WORDS)
    page_of = reverse("programmes:give", args=[programme.code, budget.code])
    typed = {"authority": towns.city.code, "families": "5", **WORDS}
    page = client.post(page_of, typed)
    assert (page.status_code, CLOSED in page.text) == (422, True)
    address = f"/api/programmes/{programme.code}/quotas"
    body = {"budget": budget.code, "authority": towns.city.code, "families": 5, **WORDS}
    answer = client.put(address, body, content_type="application/json")
    assert (answer.status_code, CLOSED in answer.json()["detail"]) == (409, True)
    assert written() == before
    tomorrow()
    assert client.post(page_of, typed).status_code == 302
    body["families"] = 6
    assert client.put(address, body, content_type="application/json").status_code == 200
    assert Quota.objects.get().families == 6


@pytest.mark.parametrize(("language", "wanted"), [("he", "בחרו את"), ("ar", "اختاروا"), ("en", "Choose")])
def test_a_typed_day_is_chosen_anew_after_the_last_closed_one(language: str, wanted: str) -> None:
    first = TODAY - timedelta(days=3)
    refused = PeriodClosed(TODAY - timedelta(days=40), TODAY - timedelta(days=20), first)
    with translation.override(language):
        words = closed_in_words(refused)
    assert wanted in words
    assert day(first) in words
    assert day(first - timedelta(days=1)) in words
