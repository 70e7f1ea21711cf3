"""The fit of a programme: every point accounted for, nothing unknown excludes, ties fall alike."""

from __future__ import annotations

import json
import random
from itertools import product
from typing import Any

import pytest
from django.utils.translation import override

from maarag.domains.programmes.fit import (
    INTENSITY,
    NEEDS,
    ROOM,
    RULES,
    WORTH_PROPOSING,
    FamilyFacts,
    MethodModel,
    ProgrammeModel,
    Reason,
    RuleModel,
    judge,
    ranked,
)
from maarag.domains.programmes.fit_facts import AT_RISK, LOW_INCOME, Judgement
from maarag.domains.programmes.words import Names, condition_words

DEBTS = "human_situations:deprivation"
VIOLENCE = "human_situations:survivors:violence_survivors:domestic_violence_survivors"
ADDICTION = "human_situations:substance_dependency"
GAMBLING = "human_situations:substance_dependency:gambling"
ARABIC = "human_situations:language:arabic_speaking"
HEBREW = "human_situations:language:hebrew_speaking"


def method(code: str = "visits", hours: int | None = 8, **terms: dict[str, int]) -> MethodModel:
    given = {"suits": {LOW_INCOME: 3}, "cautions": {}, "excludes": {}} | terms
    return MethodModel(code=code, setting="home", hours=hours, months=12, **given)


def programme(*methods: MethodModel, rules: tuple[RuleModel, ...] = (), code: str = "one") -> ProgrammeModel:
    toolbox = {LOW_INCOME, AT_RISK, VIOLENCE}.union(*(one.suits for one in methods))
    return ProgrammeModel(code, methods, rules, frozenset(toolbox))


def facts(*terms: str, **known: Any) -> FamilyFacts:
    return FamilyFacts(situations=dict.fromkeys(terms, 1.0), **known)


def codes(reasons: tuple[Reason, ...]) -> list[str]:
    return [reason.code for reason in reasons]


def points_of(reasons: tuple[Reason, ...], code: str) -> float:
    return sum(reason.points for reason in reasons if reason.code == code)


def test_all_that_is_known_and_answered_gives_a_hundred():
    found = judge(programme(method(hours=16)), facts(LOW_INCOME, poverty=1.0))
    assert (found.fit, found.certainty, found.contra, found.missing) == (100.0, 100.0, (), ())


def test_needs_are_the_weighted_mean_of_the_best_answers():
    weak, strong = method("weak", suits={LOW_INCOME: 1, AT_RISK: 2}), method("strong", suits={LOW_INCOME: 3})
    family = FamilyFacts(situations={LOW_INCOME: 1.0, AT_RISK: 0.5})
    found = judge(programme(weak, strong), family)
    assert points_of(found.pro, "answered") == pytest.approx(NEEDS * (1.0 * 1 + 0.5 * 2 / 3) / 1.5, abs=0.01)
    best = {
        reason.params["term"]: reason.params["method"] for reason in found.pro if reason.code == "answered"
    }
    assert best == {LOW_INCOME: "strong", AT_RISK: "weak"}
    assert [one.code for one in found.methods] == ["strong", "weak"]


def test_what_no_programme_answers_takes_nothing():
    with_language = judge(programme(method()), facts(LOW_INCOME, ARABIC))
    assert with_language.fit == judge(programme(method()), facts(LOW_INCOME)).fit


def test_what_only_others_answer_takes_its_share():
    found = judge(programme(method()), facts(LOW_INCOME, VIOLENCE))
    assert points_of(found.contra, "unanswered") == NEEDS / 2


def test_the_general_and_the_particular():
    special = method(suits={GAMBLING: 3})
    assert points_of(judge(programme(special), facts(ADDICTION)).pro, "answered") == NEEDS / 2
    general = method(suits={ADDICTION: 3})
    assert points_of(judge(programme(general), facts(GAMBLING)).pro, "answered") == NEEDS
    both = judge(programme(general), facts(GAMBLING, ADDICTION, LOW_INCOME))
    assert points_of(both.pro, "answered") == NEEDS / 2  # said twice, it counts once


def test_a_caution_takes_half_at_most_and_says_why():
    careful = method(cautions={ADDICTION: 3})
    found = judge(programme(careful), facts(LOW_INCOME, GAMBLING))
    assert points_of(found.pro, "answered") == NEEDS / 2
    (caution,) = [reason for reason in found.contra if reason.code == "caution"]
    assert (caution.params["term"], caution.points) == (GAMBLING, NEEDS / 2)
    other = method("other")
    assert points_of(judge(programme(careful, other), facts(LOW_INCOME, GAMBLING)).pro, "answered") == NEEDS


def test_a_method_that_must_not_be_used_excludes_only_where_none_is_left():
    groups = method("groups", excludes={VIOLENCE: 3})
    found = judge(programme(groups), facts(LOW_INCOME, VIOLENCE))
    assert codes(found.excluded) == ["method_excluded"]
    assert [reason.data() for reason in found.to_change] == [{"code": "no_longer_so", "term": VIOLENCE}]
    beside = judge(programme(groups, method("visits")), facts(LOW_INCOME, VIOLENCE))
    assert beside.is_open
    assert "method_excluded" in codes(beside.contra)
    assert [(one.code, bool(one.excluded)) for one in beside.methods] == [("visits", False), ("groups", True)]


def test_intensity_meets_how_hard_it_is():
    light, deep = method(hours=2), method(hours=16)
    assert codes(judge(programme(light), facts(LOW_INCOME, poverty=1.0)).contra) == ["too_light"]
    eased = judge(programme(deep), facts(LOW_INCOME, poverty=4.0, risk=3.7))
    assert points_of(eased.contra, "too_intensive") == pytest.approx(INTENSITY * 0.9, abs=0.01)


def test_what_a_rubric_measured_counts_as_a_situation():
    found = judge(programme(method()), FamilyFacts(poverty=1.0))
    assert points_of(found.pro, "answered") == NEEDS / 2
    assert found.pro[0].params["level"] == 1.0
    assert points_of(found.missing, "no_situations") == NEEDS / 4
    assert found.certainty == 65.0


def test_of_a_family_of_which_nothing_is_known():
    about = ("child_age", "children", "household", "single_parent", "situation", "poverty", "risk")
    rules = (
        *(RuleModel(what, least=1, term=LOW_INCOME) for what in about),
        RuleModel("language", term=ARABIC),
        RuleModel("neighbourhood", place="F-1", place_within=frozenset({"F-1"})),
    )
    found = judge(programme(method(), rules=rules), FamilyFacts())
    assert found.is_open
    assert found.fit == (NEEDS + INTENSITY + RULES) / 2 + ROOM
    assert found.certainty == ROOM
    assert codes(found.missing).count("rule_unknown") == len(rules)


@pytest.mark.parametrize(
    ("rule", "yes", "no", "unknown"),
    [
        ({"what": "child_age", "least": 3, "most": 6}, {"children": (4, 12)}, {"children": (2, 7)}, {}),
        (
            {"what": "child_age", "most": 6},
            {"children": (4,), "children_undated": 1},
            {"children": ()},
            {"children": (9,), "children_undated": 1},
        ),
        (
            {"what": "children", "least": 4},
            {"children": (1, 2, 3), "children_undated": 1},
            {"children": (1,)},
            {},
        ),
        ({"what": "household", "most": 5}, {"household": 5}, {"household": 6}, {}),
        ({"what": "single_parent"}, {"single_parent": True}, {"single_parent": False}, {}),
        ({"what": "poverty", "most": 2.5}, {"poverty": 2.5}, {"poverty": 2.6}, {"risk": 1.0}),
        ({"what": "risk", "most": 2}, {"risk": 1}, {"risk": 3}, {"poverty": 1.0}),
        (
            {"what": "situation", "term": ADDICTION},
            {"situations": {GAMBLING: 1.0}},
            {"situations": {LOW_INCOME: 1.0}},
            {"situations": {}},
        ),
        (
            {"what": "language", "term": ARABIC},
            {"situations": {ARABIC: 1.0, HEBREW: 1.0}},
            {"situations": {HEBREW: 1.0}},
            {"situations": {LOW_INCOME: 1.0}},
        ),
        (
            {"what": "neighbourhood", "place": "F-1-2", "place_within": frozenset({"F-1-2", "F-1", "IL"})},
            {"places": frozenset({"F-1-2", "F-1"}), "authority": "F-1", "is_neighbourhood_known": True},
            {"places": frozenset({"F-1-3", "F-1"}), "authority": "F-1", "is_neighbourhood_known": True},
            {"places": frozenset({"F-1"}), "authority": "F-1"},
        ),
        (
            {"what": "neighbourhood", "place": "F-1-2", "place_within": frozenset({"F-1-2", "F-1", "IL"})},
            {"places": frozenset({"F-1-2", "F-1"}), "authority": "F-1"},
            {"places": frozenset({"F-9"}), "authority": "F-9"},
            {},
        ),
    ],
)
def test_a_condition_is_met_or_not_or_not_known(
    rule: dict[str, Any], yes: dict[str, Any], no: dict[str, Any], unknown: dict[str, Any]
):
    for is_hard in (True, False):
        model = programme(method(), rules=(RuleModel(**rule, is_hard=is_hard),))
        met, unmet, open_ = (judge(model, FamilyFacts(**known)) for known in (yes, no, unknown))
        assert points_of(met.pro, "rule_met") == RULES
        assert codes(unmet.excluded) == (["rule_unmet"] if is_hard else [])
        assert points_of(unmet.excluded + unmet.contra, "rule_unmet") == RULES
        assert bool(unmet.to_change) == is_hard
        assert open_.is_open
        assert points_of(open_.missing, "rule_unknown") == RULES / 2


def test_in_how_many_years_a_child_is_old_enough():
    model = programme(method(), rules=(RuleModel("child_age", least=12, most=18),))
    found = judge(model, facts(LOW_INCOME, children=(3, 9)))
    assert found.to_change[0].params["years"] == 3


def test_places_that_the_family_has():
    model = programme(method())
    assert codes(judge(model, facts(LOW_INCOME, open_programmes=frozenset({"one"}))).excluded) == [
        "has_place"
    ]
    other = judge(model, facts(LOW_INCOME, open_programmes=frozenset({"b", "a"})))
    assert points_of(other.contra, "other_programmes") == ROOM
    assert other.contra[-1].params.get("programmes") in (["a", "b"], None)


def test_a_programme_that_answers_nothing_is_not_worth_proposing():
    found = judge(programme(method(hours=16)), facts(VIOLENCE, poverty=1.0, risk=1.0))
    nothing = judge(programme(method(hours=16)), facts(ARABIC, risk=4.0, poverty=4.0))
    assert "nothing_to_answer" in codes(nothing.contra)
    assert nothing.fit <= 30 < WORTH_PROPOSING
    assert "unanswered" in codes(found.contra)


def test_without_methods_little_is_certain():
    found = judge(programme(), facts(LOW_INCOME, poverty=1.0))
    assert codes(found.missing) == ["no_methods", "hours_unknown"]
    assert found.certainty == 20.0


def _drawn(chance: random.Random) -> tuple[ProgrammeModel, FamilyFacts]:
    terms = [LOW_INCOME, AT_RISK, VIOLENCE, ADDICTION, GAMBLING, DEBTS, ARABIC]

    def some(most: int) -> dict[str, int]:
        return {term: chance.randint(1, 3) for term in chance.sample(terms, chance.randint(0, most))}

    methods = [
        method(
            f"m{n}",
            chance.choice([None, 1, 8, 30]),
            suits=some(4),
            cautions=some(2),
            excludes=some(1) if chance.random() < 0.2 else {},
        )
        for n in range(chance.randint(0, 4))
    ]
    rules = [
        RuleModel(
            chance.choice(["child_age", "children", "household", "poverty", "risk", "single_parent"]),
            least=chance.choice([None, 2]),
            most=chance.choice([None, 3]),
            is_hard=chance.random() < 0.5,
        )
        for _n in range(chance.randint(0, 4))
    ]
    maybe: dict[str, list[Any]] = {
        "children": [None, (), (2, 9)],
        "household": [None, 3],
        "single_parent": [None, True, False],
        "poverty": [None, 1.0, 2.3, 4.0],
        "risk": [None, 1.0, 3.0],
        "open_programmes": [frozenset(), frozenset({"one"}), frozenset({"x", "y", "z"})],
        "situations": [None, {}, {term: chance.random() for term in chance.sample(terms, 3)}],
    }
    known = {name: chance.choice(values) for name, values in maybe.items()}
    return programme(*methods, rules=tuple(rules)), FamilyFacts(**known)


def _accounted(found: Judgement) -> None:
    gained = sum(reason.points for reason in found.pro)
    unknown = sum(reason.points for reason in found.missing)
    lost = sum(reason.points for reason in (*found.contra, *found.excluded))
    assert found.fit == pytest.approx(gained + unknown, abs=0.06)
    assert 100 - found.fit == pytest.approx(lost + unknown, abs=0.06)
    assert 0 <= found.fit <= 100
    assert found.certainty == pytest.approx(100 - 2 * unknown, abs=0.06)
    assert all(reason.points >= 0 for reason in (*found.pro, *found.contra, *found.missing))


def test_every_point_is_accounted_for_whatever_the_facts():
    chance = random.Random(5)
    for _again in range(800):
        model, family = _drawn(chance)
        found = judge(model, family)
        _accounted(found)
        plain = json.loads(json.dumps(found.data()))
        assert tuple(Reason.of(one) for one in plain["pro"]) == found.pro
        again = ProgrammeModel(model.code, model.methods[::-1], model.rules, model.toolbox)
        assert judge(again, family) == found  # the order of the methods makes no difference


def test_learning_something_never_lowers_the_certainty():
    chance = random.Random(6)
    for _again in range(300):
        model, family = _drawn(chance)
        for name, value in product(("children", "household", "poverty", "risk"), (2,)):
            if getattr(family, name) is not None:
                continue
            known = (2,) if name == "children" else float(value)
            told = FamilyFacts(**{**vars(family), name: known})
            assert judge(model, told).certainty >= judge(model, family).certainty


def test_ties_fall_alike():
    found = [judge(programme(method(), code=code), facts(LOW_INCOME)) for code in ("c", "a", "b")]
    shut = judge(
        programme(method(hours=16), rules=(RuleModel("children", least=1),), code="0"),
        facts(LOW_INCOME, poverty=1.0, children=()),
    )
    assert [one.programme for one in ranked([shut, *found])] == ["a", "b", "c", "0"]


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"most": 2.5}, "2.5 of 4 or harder"),
        ({"least": 3.0}, "3 of 4 or easier"),
        ({"least": 2.0, "most": 3.0}, "2 to 3 of 4"),
    ],
)
def test_levels_are_read_from_the_hardest(limits: dict[str, float], words: str):
    with override("en"):
        assert condition_words({"what": "poverty", **limits}, Names()) == f"Level of poverty: {words}"
        assert words not in condition_words({"what": "children", **limits}, Names())
