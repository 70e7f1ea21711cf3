"""Quotas are given from a line and never beyond it, changed and taken back by decision."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse

from maarag.domains.funding.actions import NotGranted, close_budget
from maarag.domains.funding.models import BudgetLine
from maarag.domains.funding.queries import granted_to
from maarag.domains.programmes import in_use
from maarag.domains.programmes.actions import (
    FamiliesPassed,
    PlacesTaken,
    QuotaDraft,
    fund_programme,
    set_quotas,
)
from maarag.domains.programmes.models import Quota, QuotaChange
from maarag.domains.programmes.queries import places_left, purses_of, quota_for, quotas_in
from maarag.kernel.access.permissions import Role
from maarag.kernel.ledger.actions import LimitPassed, approve, decide, plan
from maarag.kernel.sources.actions import save_source
from maarag.values import Money
from tests.domains.funding.conftest import Treasury
from tests.factories.browsing import page_in
from tests.factories.budgets import line_of, programme_of, quota

WORDS = {"what": "מכסה", "why": "לפי הצורך"}


@pytest.fixture
def line(treasury: Treasury) -> BudgetLine:
    programme_of(treasury.world, treasury.budget)
    return line_of(treasury.budget, "noshmim")


def shekels(amount: int) -> Money:
    return Money.from_shekels(amount)


def lies(line: BudgetLine, *quotas: Quota) -> list[Money]:
    """What lies in the purse of the line itself, and of the quotas."""
    assert line.pot is not None
    known = granted_to([line.pot, *(one.pot for one in quotas)])
    return [known[line.pot.pk], *(known[one.pot_id] for one in quotas)]


def test_a_quota_comes_out_of_its_line(treasury: Treasury, line: BudgetLine):
    given = quota(treasury.manager, line, treasury.world.city, 100)
    assert lies(line, given) == [shekels(25_440_000), shekels(800_000)]
    assert places_left(line) == 3180
    assert quota_for(given.programme, treasury.world.city, treasury.budget.starts) == given
    assert list(quotas_in(treasury.world.city)) == [given]


def test_never_beyond_the_line(treasury: Treasury, line: BudgetLine):
    world, by = treasury.world, treasury.manager
    given = quota(by, line, world.city, 3000)
    with pytest.raises(FamiliesPassed):
        quota(by, line, world.sister, 281)
    with pytest.raises(LimitPassed) as refused:
        quota(by, line, world.sister, 280, shekels(2_240_001))
    assert refused.value.missing == shekels(1)
    assert not Quota.objects.filter(authority=world.sister).exists()
    assert lies(line, given) == [shekels(2_240_000), shekels(24_000_000)]
    quota(by, line, world.sister, 280)
    assert lies(line)[0] == Money(0)


def test_taken_back_as_far_as_it_is_not_used(treasury: Treasury, line: BudgetLine):
    world, by = treasury.world, treasury.manager
    given = quota(by, line, world.city, 10)
    purses = purses_of(given)
    assert purses.pots == [given.pot]
    spending = plan(
        by=world.system, pots=purses.pots, shares=purses.shares, amount=shekels(30_000), key="basket"
    )
    approve(by=world.system, spending=spending, decision=decide(by=by, what="סל", why="צורך"), key="yes")
    with pytest.raises(LimitPassed) as refused:
        quota(by, line, world.city, 0, Money(0))
    assert (refused.value.pot, refused.value.missing) == (given.pot, shekels(30_000))
    quota(by, line, world.city, 4)
    assert lies(line, given)[1] == shekels(32_000)
    told = [(change.families_before, change.families_after) for change in QuotaChange.objects.all()]
    assert sorted(told) == [(0, 10), (10, 4)]


def test_one_decision_moves_places_between_authorities(treasury: Treasury, line: BudgetLine):
    world, by = treasury.world, treasury.manager
    quota(by, line, world.city, 3280)
    drafts = [QuotaDraft(world.sister, 1280), QuotaDraft(world.city, 2000)]
    set_quotas(by=by, line=line, drafts=drafts, **WORDS)
    found = {one.authority.code: one.families for one in Quota.objects.all()}
    assert found == {world.city.code: 2000, world.sister.code: 1280}
    assert lies(line)[0] == Money(0)
    assert len({change.decision_id for change in QuotaChange.objects.order_by("-pk")[:2]}) == 1


def test_never_below_the_places_that_are_taken(
    treasury: Treasury, line: BudgetLine, monkeypatch: pytest.MonkeyPatch
):
    world, by = treasury.world, treasury.manager
    quota(by, line, world.city, 10)
    monkeypatch.setattr(in_use, "_counters", [lambda found: 6 if found.authority == world.city else 0])
    with pytest.raises(PlacesTaken):
        quota(by, line, world.city, 5)
    assert quota(by, line, world.city, 6).families == 6


def test_nothing_changes_nothing(treasury: Treasury, line: BudgetLine):
    quota(treasury.manager, line, treasury.world.city, 5)
    quota(treasury.manager, line, treasury.world.city, 5)
    assert QuotaChange.objects.count() == 1


def test_who_and_where(treasury: Treasury, line: BudgetLine):
    world = treasury.world
    stranger = world.account(Role.NATIONAL_MANAGER, place=world.city)
    with pytest.raises(Http404):
        quota(stranger, line, world.city, 1)
    drafts: list[Any] = [
        [QuotaDraft(world.nation, 1)],
        [QuotaDraft(world.city, 1), QuotaDraft(world.city, 2)],
    ]
    for wrong in drafts:
        with pytest.raises(ValidationError):
            set_quotas(by=treasury.manager, line=line, drafts=wrong, **WORDS)
    with pytest.raises(ValidationError):  # it pays for no programme
        quota(treasury.manager, line_of(treasury.budget, "mapa"), world.city, 1)
    close_budget(by=treasury.manager, budget=treasury.budget, why="סוף")
    with pytest.raises(NotGranted):
        quota(treasury.manager, line, world.city, 1)


def test_a_programme_has_one_line_in_a_budget(treasury: Treasury, line: BudgetLine):
    programme = line.of_programme.programme
    with pytest.raises(ValidationError):
        fund_programme(by=treasury.manager, programme=programme, line=line_of(treasury.budget, "mapa"))


def test_given_and_taken_back_in_the_browser(treasury: Treasury, line: BudgetLine):
    client, city = treasury.client(treasury.manager), treasury.world.city
    give = reverse("programmes:give", args=["noshmim", treasury.budget.code])
    typed = {"authority": city.code, "families": "9000", **WORDS}
    response = client.post(give, typed, headers={"accept-language": "en"})
    assert response.status_code == 422
    assert "5,720" in response.content.decode()
    assert client.post(give, {**typed, "families": "30"}).status_code == 302
    change = reverse("programmes:quota", args=["noshmim", treasury.budget.code, city.code])
    assert client.get(change).status_code == 200
    assert client.post(change, {"families": "0", **WORDS}).status_code == 302
    assert Quota.objects.get().families == 0
    assert lies(line)[0] == shekels(26_240_000)
    page = client.get(reverse("programmes:detail", args=["noshmim"]), headers={"accept-language": "en"})
    assert "No authority has a quota yet" in page.content.decode()


def test_the_page_says_in_the_readers_language_how_quotas_were_estimated(
    treasury: Treasury, line: BudgetLine
):
    world, by = treasury.world, treasury.manager
    save_source(
        by=world.system, code=world.source.code, method_he="חולק ביחס לצורך", method_ar="قُسّم بحسب الحاجة"
    )
    world.source.refresh_from_db()
    drafts = [QuotaDraft(world.city, 30)]
    set_quotas(by=by, line=line, drafts=drafts, source=world.source, is_estimate=True, **WORDS)
    client, address = treasury.client(by), reverse("programmes:detail", args=["noshmim"])
    hebrew, english = (page_in(client, address, language) for language in ("he", "en"))
    arabic = page_in(client, address, "ar")
    assert "<bdi>מקור לבדיקה</bdi>" in hebrew
    assert "<bdi>Source for tests</bdi>" in english
    assert "חולק ביחס לצורך" in hebrew
    assert "חולק ביחס לצורך" in english  # nothing in English is written
    assert "قُسّم بحسب الحاجة" in arabic
    assert "חולק ביחס לצורך" not in arabic


def test_given_through_the_api_once(treasury: Treasury, line: BudgetLine):
    client, city = treasury.client(treasury.manager), treasury.world.city
    body = {"budget": treasury.budget.code, "authority": city.code, "families": 12, **WORDS}
    url = "/api/programmes/noshmim/quotas"
    for _again in range(2):
        answer = client.put(url, body, content_type="application/json")
        assert answer.status_code == 200
        assert (answer.json()["families"], answer.json()["granted"]) == (12, 9_600_000)
    answer = client.put(url, {**body, "families": 4000}, content_type="application/json")
    assert answer.status_code == 422
    answer = client.put(url, {**body, "amount": 10**12}, content_type="application/json")
    assert answer.status_code == 409
    assert client.get(url).json()[0]["families"] == 12
