"""What a programme is, is written by whoever manages the nation's budgets, and every change is kept."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404

from maarag.domains.programmes.actions import (
    SituationDraft,
    remove_rule,
    save_method,
    save_programme,
    save_rule,
    set_methods,
)
from maarag.domains.programmes.models import Effect, EligibilityRule, Method, Programme, What
from maarag.kernel.access.permissions import Role
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.taxonomy.models import Term
from tests.factories.budgets import programme_of
from tests.factories.programmes import situations

from .conftest import Treasury


@pytest.fixture
def programme(treasury: Treasury) -> Programme:
    situations(treasury.world)
    return programme_of(treasury.world, treasury.budget)


def term(ending: str) -> Term:
    return Term.objects.get(code__endswith=f":{ending}")


def last(action: str) -> dict[str, Any]:
    changes: dict[str, Any] = AuditEvent.objects.filter(action=action).latest("pk").changes
    return changes


def test_a_method_with_what_speaks_for_and_against_it(treasury: Treasury, programme: Programme):
    by = treasury.manager
    drafts = [SituationDraft(term("low_income"), strength=3), SituationDraft(term("at_risk"))]
    method = save_method(by=by, code="visits", name_he="ביקורי בית", situations=drafts, hours_a_month=8)
    method = save_method(
        by=by,
        code="visits",
        hours_a_month=6,
        situations=[SituationDraft(term("low_income"), Effect.CAUTIONS, 1)],
    )
    assert method.hours_a_month == 6
    assert [
        (row.term.code.rpartition(":")[2], row.effect, row.strength) for row in method.situations.all()
    ] == [("low_income", "cautions", 1)]
    changes = last("programmes.save_method")
    assert changes["hours_a_month"] == [8, 6]
    assert changes["situations"][1] == {term("low_income").code: ["cautions", 1]}
    told = AuditEvent.objects.count()
    save_method(by=by, code="visits", hours_a_month=6)
    assert AuditEvent.objects.count() == told


def test_a_method_has_one_word_about_each_situation(treasury: Treasury, programme: Programme):
    twice = [SituationDraft(term("low_income")), SituationDraft(term("low_income"), Effect.EXCLUDES)]
    for wrong in (
        twice,
        [SituationDraft(treasury.world.term("meals"))],
        [SituationDraft(term("at_risk"), strength=4)],
    ):
        with pytest.raises(ValidationError):
            save_method(by=treasury.manager, code="visits", name_he="ביקורים", situations=wrong)


def test_a_programme_is_its_methods(treasury: Treasury, programme: Programme):
    by = treasury.manager
    visits, groups, old = (
        save_method(by=by, code=code, name_he=code) for code in ("visits", "groups", "old")
    )
    assert set_methods(by=by, programme=programme, methods=[visits, old]) == ["old", "visits"]
    old = save_method(by=by, code="old", is_active=False)
    assert set_methods(by=by, programme=programme, methods=[old, groups]) == ["groups", "old"]
    assert last("programmes.set_methods") == {"methods": [["old", "visits"], ["groups", "old"]]}
    set_methods(by=by, programme=programme, methods=[])
    with pytest.raises(ValidationError):  # no longer in use: it may stay, but not come anew
        set_methods(by=by, programme=programme, methods=[old])


def test_a_condition_asks_only_what_its_kind_asks(treasury: Treasury, programme: Programme):
    by = treasury.manager
    rule = save_rule(
        by=by, programme=programme, what=What.CHILD_AGE, least=0, most=6, term=term("low_income")
    )
    assert (rule.least, rule.most, rule.term) == (0, 6, None)
    save_rule(
        by=by, programme=programme, rule=rule, what=What.SITUATION, term=term("low_income"), is_hard=False
    )
    rule.refresh_from_db()
    assert (rule.what, rule.least, rule.term.code, rule.is_hard) == (
        "situation",
        None,
        term("low_income").code,
        False,
    )
    remove_rule(by=by, rule=rule)
    assert not EligibilityRule.objects.exists()
    assert last("programmes.remove_rule")["term"] == [term("low_income").code, None]


@pytest.mark.parametrize(
    "fields",
    [
        {"what": What.CHILDREN},
        {"what": What.CHILDREN, "least": 4, "most": 2},
        {"what": What.RISK, "most": 7},
        {"what": What.SITUATION},
        {"what": What.NEIGHBOURHOOD},
        {"what": "sector"},
    ],
)
def test_a_condition_that_says_nothing_is_refused(treasury: Treasury, programme: Programme, fields: Any):
    with pytest.raises(ValidationError):
        save_rule(by=treasury.manager, programme=programme, **fields)
    assert not EligibilityRule.objects.exists()


def test_a_language_is_a_condition_on_language_alone(treasury: Treasury, programme: Programme):
    arabic = term("arabic_speaking")
    with pytest.raises(ValidationError):
        save_rule(by=treasury.manager, programme=programme, what=What.SITUATION, term=arabic)
    with pytest.raises(ValidationError):
        save_rule(by=treasury.manager, programme=programme, what=What.LANGUAGE, term=term("at_risk"))
    assert save_rule(by=treasury.manager, programme=programme, what=What.LANGUAGE, term=arabic).term == arabic


def test_only_who_manages_the_nations_budgets(treasury: Treasury, programme: Programme):
    world = treasury.world
    rule = save_rule(by=world.system, programme=programme, what=What.SINGLE_PARENT)
    for role, place in (
        (Role.DEPARTMENT_HEAD, world.city),
        (Role.NATIONAL_MANAGER, world.city),
        (Role.DISTRICT_SUPERVISOR, world.nation),
    ):
        by = world.account(role, place=place)
        with pytest.raises(Http404):
            save_method(by=by, code="visits", name_he="ביקורים")
        with pytest.raises(Http404):
            set_methods(by=by, programme=programme, methods=[])
        with pytest.raises(Http404):
            save_rule(by=by, programme=programme, what=What.SINGLE_PARENT)
        with pytest.raises(Http404):
            remove_rule(by=by, rule=rule)
    director = world.account(Role.PROGRAMME_DIRECTOR, place=world.nation)
    assert save_method(by=director, code="visits", name_he="ביקורים").pk


@pytest.mark.parametrize("code", ["new", "methods", "toolbox"])
def test_no_code_is_the_address_of_another_page(treasury: Treasury, code: str):
    by = treasury.manager
    with pytest.raises(ValidationError):
        save_programme(by=by, code=code, organisation=treasury.world.organisation, name_he="תכנית")
    with pytest.raises(ValidationError):
        save_method(by=by, code=code, name_he="שיטה")
    assert not Method.objects.exists()
