"""Planning, granting and changing by decision: what may be, what is refused, and in which words."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse
from django.utils.translation import override

from maarag.domains.funding.actions import (
    LineDraft,
    NotAPlan,
    NotGranted,
    ShareDraft,
    Wanted,
    approve_budget,
    change_line,
    close_budget,
    save_budget,
    save_lines,
    save_shares,
)
from maarag.domains.funding.models import BudgetLine, BudgetState, LineChange, Part
from maarag.domains.funding.months import by_month, months_of
from maarag.domains.funding.queries import granted_to
from maarag.domains.funding.statement import statement
from maarag.domains.funding.words import refusal_in_words
from maarag.kernel.access.permissions import Role
from maarag.kernel.ledger.actions import LimitPassed, approve, decide, plan
from maarag.values import Money, Period
from tests.factories.budgets import WORDS, line_of, programme_of, quota, small

from .conftest import Treasury

CHANGE = {"what": "הרחבה", "why": "רשימת המתנה", "document": "החלטה 5"}


def shekels(amount: int) -> Money:
    return Money.from_shekels(amount)


def test_a_granted_line_changes_by_decision_and_its_funders_with_it(treasury: Treasury):
    line = line_of(treasury.budget, "training")
    change = change_line(by=treasury.manager, line=line, wanted=Wanted(fixed_sum=shekels(378_501)), **CHANGE)
    assert (change.amount_before, change.amount_after) == (shekels(378_500), shekels(378_501))
    assert change.decision.document == "החלטה 5"
    found = statement(treasury.budget, treasury.manager)
    assert found.part(Part.ENVELOPE).budgeted == shekels(4_184_776)
    for funder in found.funders:
        assert funder.row.granted == funder.row.budgeted
    assert sum(f.row.granted.agorot for f in found.funders_of(Part.ENVELOPE)) == 418_477_600


def test_a_line_by_families_grows_and_shrinks(treasury: Treasury):
    line = line_of(treasury.budget, "mapa")
    change_line(by=treasury.manager, line=line, wanted=Wanted(families=140), **CHANGE)
    line = line_of(treasury.budget, "mapa")
    assert line.amount == shekels(1_120_000)
    assert line.pot is not None
    assert granted_to([line.pot])[line.pot.pk] == shekels(1_120_000)
    assert [change.families_after for change in LineChange.objects.filter(line=line)] == [140]


def test_what_was_given_on_cannot_be_taken_back_and_the_words_say_how_much(treasury: Treasury):
    programme_of(treasury.world, treasury.budget)
    line = line_of(treasury.budget, "noshmim")
    quota(treasury.world.system, line, treasury.world.city, 3000)
    with pytest.raises(LimitPassed) as refused:
        change_line(by=treasury.manager, line=line, wanted=Wanted(families=2999), **CHANGE)
    with override("en"):
        said = refusal_in_words(refused.value)
    assert "8,000" in said
    assert "Noshmim Lirvacha – regular" in said
    assert line_of(treasury.budget, "noshmim").families == 3280
    assert not LineChange.objects.exists()


def test_the_page_says_it_and_keeps_what_was_typed(treasury: Treasury):
    programme_of(treasury.world, treasury.budget)
    line = line_of(treasury.budget, "noshmim")
    quota(treasury.world.system, line, treasury.world.city, 3280)
    client = treasury.client(treasury.manager)
    url = reverse("funding:line", args=[treasury.budget.code, "noshmim"])
    typed = {"families": "3000", "unit_cost": "8,000", **CHANGE}
    response = client.post(url, typed, headers={"accept-language": "en"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "2,240,000" in page
    assert 'value="3000"' in page
    assert CHANGE["why"] in page
    response = client.post(url, {**typed, "families": "3300"})
    assert response.status_code == 302
    assert line_of(treasury.budget, "noshmim").families == 3300


@pytest.mark.parametrize("typed", ["abc", "-5", "1.005", "1e30"])
def test_an_amount_that_is_none_is_refused_in_words(treasury: Treasury, typed: str):
    client = treasury.client(treasury.manager)
    url = reverse("funding:line", args=[treasury.budget.code, "training"])
    response = client.post(url, {"fixed_sum": typed, **CHANGE})
    assert response.status_code == 422
    assert line_of(treasury.budget, "training").amount == shekels(378_500)


def test_a_granted_budget_is_no_plan_any_more(treasury: Treasury):
    by, budget = treasury.manager, treasury.budget
    with pytest.raises(NotAPlan):
        save_lines(by=by, budget=budget, drafts=[LineDraft("x", "basket", fixed_sum=Money(1))])
    with pytest.raises(NotAPlan):
        save_shares(by=by, budget=budget, drafts=[])
    with pytest.raises(NotAPlan):
        approve_budget(by=by, budget=budget, **WORDS)
    with pytest.raises(NotAPlan):
        save_budget(by=by, code=budget.code, place=budget.place, source=budget.source, name_he="אחר")


def test_a_closed_budget_changes_no_more(treasury: Treasury):
    close_budget(by=treasury.manager, budget=treasury.budget, why="תום השנה")
    line = line_of(treasury.budget, "training")
    with pytest.raises(NotGranted):
        change_line(by=treasury.manager, line=line, wanted=Wanted(fixed_sum=Money(100)), **CHANGE)
    page = treasury.client(treasury.manager).get(
        reverse("funding:line", args=[treasury.budget.code, "training"])
    )
    assert '<form method="post" class="stack"' not in page.content.decode()


def test_only_whoever_manages_budgets_decides(treasury: Treasury):
    line = line_of(treasury.budget, "training")
    leader = treasury.world.account(Role.TEAM_LEADER, place=treasury.world.city)
    abroad = treasury.world.account(Role.NATIONAL_MANAGER, place=treasury.world.city)
    for by in (leader, abroad):
        with pytest.raises(Http404):
            change_line(by=by, line=line, wanted=Wanted(fixed_sum=Money(100)), **CHANGE)


def test_an_unsound_plan_is_refused(treasury: Treasury):
    world, by = treasury.world, treasury.manager
    budget = small(world, world.nation, plan=True)
    names = {"name_he": "סעיף"}
    for drafts in (
        [LineDraft("x", "basket", names)],
        [LineDraft("x", "basket", names, families=3, unit_cost=Money(5), fixed_sum=Money(15))],
        [LineDraft("x", "basket", names, fixed_sum=Money(-1))],
        [
            LineDraft("x", "basket", names, fixed_sum=Money(1)),
            LineDraft("x", "basket", names, fixed_sum=Money(2)),
        ],
    ):
        with pytest.raises(ValidationError):
            save_lines(by=by, budget=budget, drafts=drafts)
    for shares in (
        [ShareDraft("basket", world.organisation, 0)],
        [ShareDraft("basket", world.organisation, 1), ShareDraft("basket", world.organisation, 2)],
    ):
        with pytest.raises(ValidationError):
            save_shares(by=by, budget=budget, drafts=shares)
    assert [line.code for line in budget.lines.all()] == ["noshmim"]
    with pytest.raises(ValidationError):
        save_budget(
            by=by,
            code="backwards",
            place=world.nation,
            source=world.source,
            name_he="הפוך",
            starts=date(2026, 2, 1),
            ends=date(2026, 1, 1),
        )
    save_lines(by=by, budget=budget, drafts=[], whole=True)
    with pytest.raises(ValidationError):
        approve_budget(by=by, budget=budget, **WORDS)


def test_a_budget_is_planned_and_granted_in_the_browser(treasury: Treasury):
    world, client = treasury.world, treasury.client(treasury.manager)
    given = {
        "code": "next",
        "name_he": "תקציב הבא",
        "place": world.nation.code,
        "starts": "2027-01-01",
        "ends": "2027-12-31",
        "source": world.source.code,
        "is_public": "on",
    }
    assert client.post(reverse("funding:create"), given).status_code == 302
    assert client.post(reverse("funding:create"), given).status_code == 422  # the code is taken
    line = {"code": "a", "part": "basket", "name_he": "סל", "families": "7", "unit_cost": "8,000.50"}
    assert (
        client.post(reverse("funding:add_line", args=["next"]), {**line, "unit_cost": ""}).status_code == 422
    )
    assert client.post(reverse("funding:add_line", args=["next"]), line).status_code == 302
    share = {"part": "basket", "organisation": world.organisation.code, "percent": "12.5"}
    assert client.post(reverse("funding:funders", args=["next"]), share).status_code == 302
    assert client.post(reverse("funding:approve", args=["next"]), WORDS).status_code == 302
    assert client.post(reverse("funding:approve", args=["next"]), WORDS).status_code == 302  # not twice
    found = BudgetLine.objects.select_related("budget", "pot").get(budget__code="next")
    assert found.budget.state == BudgetState.APPROVED
    assert found.pot is not None
    assert granted_to([found.pot])[found.pot.pk] == Money(5_600_350)


def test_an_empty_budget_says_what_to_do(treasury: Treasury):
    budget = save_budget(
        by=treasury.manager,
        code="empty",
        place=treasury.world.nation,
        source=treasury.world.source,
        name_he="ריק",
        starts=date(2027, 1, 1),
        ends=date(2027, 12, 31),
    )
    page = treasury.client(treasury.manager).get(
        reverse("funding:budget", args=[budget.code]), headers={"accept-language": "en"}
    )
    assert "Add its lines here" in page.content.decode()


def test_a_budget_that_is_not_public_exists_for_its_staff_only(treasury: Treasury):
    treasury.budget.is_public = False
    treasury.budget.save()
    url = reverse("funding:budget", args=[treasury.budget.code])
    assert treasury.client().get(url).status_code == 404
    assert treasury.client(treasury.worker).get(url).status_code == 404
    assert treasury.client(treasury.manager).get(url).status_code == 200
    assert treasury.client().get(f"/api/funding/budgets/{treasury.budget.code}").status_code == 404


def test_months_sum_to_the_plan_and_tell_what_moved(treasury: Treasury):
    by = treasury.world.system
    pot = line_of(treasury.budget, "training").pot
    assert pot is not None
    decision = decide(by=by, what="הכשרה", why="לפי התכנית")
    for month, amount in ((2, 1_001), (2, 99), (11, 50_000)):
        day = date(2021, month, 3)
        spending = plan(by=by, pots=[pot], amount=Money(amount), key=f"p{amount}", day=day)
        approve(by=by, spending=spending, decision=decision, key=f"a{amount}", day=day)
    months = by_month(treasury.budget, shekels(63_229_775))
    assert len(months) == 12
    assert sum(month.plan.agorot for month in months) == 6_322_977_500
    assert all(month.plan.agorot % 100 == 0 for month in months)
    assert {month.first.month: month.used for month in months if month.used} == {
        2: Money(1_100),
        11: Money(50_000),
    }


def test_a_period_within_months():
    days = months_of(Period(date(2026, 1, 31), date(2026, 3, 1)))
    assert days == [(date(2026, 1, 1), 1), (date(2026, 2, 1), 28), (date(2026, 3, 1), 1)]


def test_a_plan_is_no_money_yet(treasury: Treasury):
    budget = small(treasury.world, treasury.world.nation, plan=True)
    found = statement(budget, treasury.manager)
    assert (found.total.budgeted, found.total.granted) == (shekels(800_000), Money(0))
