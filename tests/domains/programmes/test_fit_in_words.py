"""Programmes become data in few queries, and every reason becomes a sentence with names in it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from maarag.domains.programmes.engine_data import programme_models
from maarag.domains.programmes.fit import FamilyFacts, Reason, judge
from maarag.domains.programmes.fit_facts import AT_RISK, LOW_INCOME
from maarag.domains.programmes.models import Effect, EligibilityRule, Method, Programme, What
from maarag.domains.programmes.words import Names, reason_words, reasons_in_words
from tests.factories.budgets import programme_of
from tests.factories.programmes import method, rule, says, situations, works_by
from tests.factories.services import World

from .conftest import Treasury


@pytest.fixture
def breathing(treasury: Treasury) -> Programme:
    """Works by visits and by groups, of which groups must not be used where children are at risk."""
    situations(treasury.world)
    programme = programme_of(treasury.world, treasury.budget)
    groups = method("groups", hours=4, low_income=1)
    says(groups, "at_risk_children", effect=Effect.EXCLUDES)
    works_by(programme, method("visits", low_income=3, at_risk=2), groups)
    return programme


def test_a_programme_is_its_methods_and_conditions(treasury: Treasury, breathing: Programme):
    world: World = treasury.world
    rule(breathing, What.NEIGHBOURHOOD, place=world.city, is_hard=False)
    rule(breathing, What.CHILD_AGE, least=0, most=6)
    Method.objects.create(code="retired", name_he="ישן", is_active=False)
    model = programme_models([breathing])[breathing.pk]
    assert [one.code for one in model.methods] == ["groups", "visits"]
    assert model.methods[0].excludes == {AT_RISK: 3}
    assert model.toolbox == {LOW_INCOME, "human_situations:deprivation:at_risk"}
    hard, soft = model.rules
    assert (hard.what, hard.least, hard.most, hard.is_hard) == ("child_age", 0.0, 6.0, True)
    assert (soft.place, soft.place_within) == (world.city.code, {world.city.code, "IL"})


def test_as_many_queries_for_many_programmes(
    treasury: Treasury, breathing: Programme, django_assert_num_queries: Any
):
    others = [programme_of(treasury.world, treasury.budget, code) for code in ("mapa", "mifgash")]
    for one in (breathing, *others):
        rule(one, What.NEIGHBOURHOOD, place=treasury.world.city)
    with django_assert_num_queries(5):
        assert len(programme_models([breathing, *others])) == 3


def test_a_method_no_longer_in_use_is_no_reason(breathing: Programme):
    Method.objects.filter(code="visits").update(is_active=False)
    assert [one.code for one in programme_models([breathing])[breathing.pk].methods] == ["groups"]


def test_every_reason_is_a_sentence_that_names_what_it_is_about(treasury: Treasury, breathing: Programme):
    world = treasury.world
    rule(breathing, What.CHILD_AGE, least=12, note_he="בני נוער", note_en="teenagers")
    rule(breathing, What.CHILDREN, least=1, most=3, is_hard=False)
    rule(breathing, What.NEIGHBOURHOOD, place=world.sister)
    rule(breathing, What.SITUATION, term=situations(world)["human_situations:language:arabic_speaking"])
    rule(breathing, What.POVERTY, most="2.5")
    model = programme_models([breathing])[breathing.pk]
    facts = FamilyFacts(
        children=(3, 9),
        situations={LOW_INCOME: 1.0, AT_RISK: 1.0},
        risk=1.4,
        authority=world.city.code,
        places=frozenset({world.city.code, "IL"}),
        open_programmes=frozenset({"mapa", breathing.code}),
    )
    found = judge(model, facts)
    reasons = [*found.pro, *found.contra, *found.excluded, *found.missing, *found.to_change]
    with override("he"):
        words = reasons_in_words(reasons)
    text = "\n".join(words)
    assert not re.search(r"human_situations|%\(", text)
    assert all(word != reason.code for word, reason in zip(words, reasons, strict=True))
    for name in ("שיטת visits", "שיטת groups", "ילדים בסיכון", "עיר הנחל", "בני נוער"):
        assert name in text
    with override("en"):
        assert "(teenagers)" in "\n".join(reasons_in_words(reasons))
        (age,) = [one for one in found.to_change if one.params.get("what") == What.CHILD_AGE]
        assert "In 3 years" in reason_words(age)


def test_names_of_many_reasons_are_looked_up_together(breathing: Programme, django_assert_num_queries: Any):
    reasons = [Reason("answered", {"term": LOW_INCOME, "method": "visits", "points": 1.0})] * 30
    with django_assert_num_queries(2):
        names = Names(reasons)
        assert len({reason_words(one, names) for one in reasons}) == 1


def test_what_is_called_so_no_more_still_has_words(breathing: Programme):
    gone = Reason("unanswered", {"term": "human_situations:long:gone", "points": 3.0})
    assert "gone" in reason_words(gone)


@pytest.mark.parametrize(
    "fields",
    [
        {"what": What.CHILD_AGE},
        {"what": What.CHILD_AGE, "least": 7, "most": 6},
        {"what": What.SITUATION},
        {"what": What.NEIGHBOURHOOD, "least": 1},
        {"what": What.SINGLE_PARENT, "least": 1},
    ],
)
def test_the_database_takes_no_condition_that_says_nothing(breathing: Programme, fields: dict[str, Any]):
    with pytest.raises(IntegrityError), transaction.atomic():
        EligibilityRule.objects.create(programme=breathing, **fields)
