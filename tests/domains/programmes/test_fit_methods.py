"""One method at a time, as a department with one toolbox judges: the same arithmetic, of it alone."""

from __future__ import annotations

import pytest

from maarag.domains.programmes.fit import MethodModel, ProgrammeModel, RuleModel, judge
from maarag.domains.programmes.fit_facts import AT_RISK, LOW_INCOME, FamilyFacts
from maarag.domains.programmes.fit_methods import best_by_method, by_methods, judge_by

VIOLENCE = "human_situations:survivors:violence_survivors"
FAMILY = FamilyFacts(situations={LOW_INCOME: 1.0, AT_RISK: 1.0}, poverty=1.0, risk=1.0)


def method(code: str, *, hours: int | None = 16, excludes: str = "", **suits: int) -> MethodModel:
    terms = {"poor": LOW_INCOME, "risk": AT_RISK}
    return MethodModel(
        code=code,
        setting="home",
        hours=hours,
        months=12,
        suits={terms[name]: strength for name, strength in suits.items()},
        cautions={},
        excludes={excludes: 3} if excludes else {},
    )


def programme(*methods: MethodModel, rules: tuple[RuleModel, ...] = ()) -> ProgrammeModel:
    return ProgrammeModel("one", methods, rules, frozenset({LOW_INCOME, AT_RISK}))


def test_a_method_alone_is_the_programme_with_nothing_else():
    rights, visits = method("rights", poor=3), method("visits", hours=4, risk=3, poor=1)
    model = programme(rights, visits)
    assert judge_by(model, "visits", FAMILY) == judge(programme(visits), FAMILY)
    assert judge_by(model, "visits", FAMILY).method == "visits"
    with pytest.raises(LookupError):
        judge_by(model, "other", FAMILY)


def test_the_union_fits_better_than_the_best_single_method():
    model = programme(method("rights", poor=3), method("visits", risk=3, poor=1))
    together, alone = judge(model, FAMILY), best_by_method(model, FAMILY)
    assert alone.method == "visits"
    assert alone.fit < together.fit == 100
    assert alone.fit == pytest.approx(30 + 70 * (1 + 1 / 3) / 2, abs=0.1)


def test_the_best_is_open_and_ties_fall_by_code():
    same = [method(code, poor=3) for code in ("b", "a", "c")]
    assert [one.method for one in by_methods(programme(*same), FAMILY)] == ["a", "b", "c"]
    poor_and_hurt = FamilyFacts(situations={LOW_INCOME: 1.0, AT_RISK: 1.0, VIOLENCE: 1.0})
    model = programme(method("barred", excludes=VIOLENCE, poor=3, risk=3), method("weak", poor=1))
    best = best_by_method(model, poor_and_hurt)
    assert (best.method, best.is_open) == ("weak", True)
    barred = judge_by(model, "barred", poor_and_hurt)
    assert [reason.code for reason in barred.excluded] == ["method_excluded"]


def test_where_no_method_may_be_used_all_of_them_say_why():
    model = programme(method("a", excludes=VIOLENCE, poor=3), method("b", excludes=VIOLENCE, risk=3))
    found = best_by_method(model, FamilyFacts(situations={LOW_INCOME: 1.0, VIOLENCE: 1.0}))
    assert found.method == ""
    assert [reason.params["method"] for reason in found.excluded] == ["a", "b"]
    assert best_by_method(programme(), FAMILY) == judge(programme(), FAMILY)


def test_conditions_stay_those_of_the_programme():
    model = programme(method("a", poor=3), rules=(RuleModel("children", least=3),))
    found = best_by_method(model, FamilyFacts(situations={LOW_INCOME: 1.0}, children=(4,)))
    assert not found.is_open
    assert (found.method, [reason.code for reason in found.to_change]) == ("a", ["to_meet"])
