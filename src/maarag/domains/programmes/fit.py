"""How well a programme's intervention model fits a family, 0–100, with every point accounted for.

A hundred points in four parts. What is not known gives half of its points and takes the other half from
nobody: it is listed as missing, lowers the certainty by all of them, and never excludes.

- NEEDS, 70: the family's situations that any programme's method suits, each with its weight (how sure it
  is; what a rubric measured weighs (4 − level) ÷ 3; said in general and in particular counts once). Each
  gets the answer of the best method that may be used: strength ÷ 3, half of it where only the more general
  or the more special situation is written (a term above or below), less what a caution takes (weight ×
  strength ÷ 6, so half at most). The part is the weighted mean of the answers. Without written situations,
  half of the part rests on the rubrics alone.
- INTENSITY, 10: 1 − |how hard it is − how intensive the programme is|; hard is (4 − level) ÷ 3 by the harder
  of the two rubrics; intensive is the most hours a month of its methods ÷ 16 (half a day a week).
- RULES, 10: the share of its conditions that are met. A hard one that is not met excludes, whatever the fit.
- ROOM, 10: less 5 for each other programme in which the family has a place.

Nothing else counts: not sector, language, sex or who asks (a language may be a condition, never points).
The weights are a judgement of ours, to be changed with professionals; docs/programmes.md says it in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from .fit_facts import (
    AT_RISK,
    LOW_INCOME,
    FamilyFacts,
    Judgement,
    MethodFit,
    MethodModel,
    ProgrammeModel,
    Reason,
    RuleModel,
)
from .fit_rules import how_to_meet, is_met, what_is
from .fit_weighed import Answer, Needs, Weighed, severity

__all__ = [
    "WORTH_PROPOSING",
    "FamilyFacts",
    "Judgement",
    "MethodFit",
    "MethodModel",
    "ProgrammeModel",
    "Reason",
    "RuleModel",
    "Score",
    "Weighed",
    "judge",
    "ranked",
    "score",
]

NEEDS, INTENSITY, RULES, ROOM = 70.0, 10.0, 10.0, 10.0
FULL_HOURS = 16
"""Hours a month with one family that count as fully intensive."""
WORTH_PROPOSING = 40.0
"""A programme that answers nothing of what is known has 30 points at most: below this none is proposed."""


class Score(NamedTuple):
    """What a judgement comes to: fit and certainty, 0–100, and whether nothing excludes the family."""

    fit: float
    certainty: float
    is_open: bool


def judge(model: ProgrammeModel, family: FamilyFacts | Weighed) -> Judgement:
    """How the programme fits the family, and why; the same facts always give the same answer.

    Before several programmes the family is `Weighed` once: that is several times as fast.
    """
    told, answers = _told(model, family if isinstance(family, Weighed) else Weighed(family))
    score = _score(told)
    fits = [one.fit for one in answers]
    return Judgement(
        programme=model.code,
        fit=score.fit,
        certainty=score.certainty,
        pro=_by_points(told.pro),
        contra=_by_points(told.contra),
        excluded=_by_points(told.excluded),
        missing=_by_points(told.missing),
        to_change=tuple(told.to_change),
        methods=tuple(sorted(fits, key=lambda one: (bool(one.excluded), -one.fit, one.code))),
    )


def score(model: ProgrammeModel, weighed: Weighed) -> Score:
    """What `judge` comes to, without putting its reasons in order: for very many families."""
    told, _answers = _told(model, weighed)
    return _score(told)


def _score(told: _Told) -> Score:
    gained = sum(reason.points for reason in told.pro)
    unknown = sum(reason.points for reason in told.missing)
    return Score(
        fit=round(gained + unknown, 1),
        certainty=round(max(0.0, 100.0 - 2 * unknown), 1),
        is_open=not told.excluded,
    )


def _told(model: ProgrammeModel, weighed: Weighed) -> tuple[_Told, list[Answer]]:
    """All reasons with their points, and what each method answers."""
    facts, told = weighed.facts, _Told()
    needs = weighed.needs(model)
    answers = [needs.answer(method) for method in model.in_order]
    usable = [one for one in answers if not one.fit.excluded]
    _tell_needs(told, model, weighed, needs, usable)
    _tell_intensity(told, facts, usable)
    _tell_rules(told, model, facts)
    _tell_room(told, model, facts)
    if len(usable) < len(answers):
        reasons = [reason for method in model.methods for reason in needs.answer(method).fit.excluded]
        if usable:
            told.contra += reasons
        else:
            told.excluded += reasons
            terms = sorted({reason.params["term"] for reason in reasons})
            told.to_change += [Reason("no_longer_so", {"term": term}) for term in terms]
    return told, answers


def ranked(judgements: Iterable[Judgement]) -> list[Judgement]:
    """Those that are open first, by fit, then by certainty, then by code: ties always fall alike."""
    return sorted(judgements, key=lambda one: (not one.is_open, -one.fit, -one.certainty, one.programme))


@dataclass
class _Told:
    pro: list[Reason] = field(default_factory=list)
    contra: list[Reason] = field(default_factory=list)
    excluded: list[Reason] = field(default_factory=list)
    missing: list[Reason] = field(default_factory=list)
    to_change: list[Reason] = field(default_factory=list)


def _by_points(reasons: list[Reason]) -> tuple[Reason, ...]:
    """Those of most points first, then by code, then by all that they carry."""
    if len(reasons) < 2:
        return tuple(reasons)
    keyed: dict[tuple[float, str], list[Reason]] = {}
    for reason in reasons:
        keyed.setdefault((-reason.points, reason.code), []).append(reason)
    found: list[Reason] = []
    for key in sorted(keyed):
        alike = keyed[key]
        if len(alike) > 1:
            alike.sort(key=lambda one: str(sorted(one.data().items())))
        found += alike
    return tuple(found)


def _points(value: float) -> float:
    return round(value, 3)


def _tell_needs(
    told: _Told, model: ProgrammeModel, weighed: Weighed, needs: Needs, usable: Sequence[Answer]
) -> None:
    facts, levels = weighed.facts, weighed.levels
    if not model.methods:
        told.missing.append(Reason("no_methods", {"points": NEEDS / 2}))
        return
    known = 1.0 if facts.situations else 0.5 if levels else 0.0
    if known < 1:
        told.missing.append(Reason("no_situations", {"points": NEEDS * (1 - known) / 2}))
    if len(levels) == 1:
        what, other = ("risk", AT_RISK) if facts.risk is None else ("poverty", LOW_INCOME)
        if any(method.answers[other] for method in model.methods):
            told.missing.append(Reason("not_rated", {"what": [what], "points": 0.0}))
    if not known:
        return
    if not needs.weights:
        told.contra.append(Reason("nothing_to_answer", {"points": NEEDS * known}))
        return
    taken: dict[tuple[str, str], float] = {}
    for number, (term, weight) in enumerate(needs.weights.items()):
        share = NEEDS * known * weight / needs.total
        best, most = None, 0.0
        for answer in usable:
            if answer.worth[number] > most:
                best, most = answer, answer.worth[number]
        if best is None:
            told.contra.append(Reason("unanswered", {**needs.about[term], "points": _points(share)}))
            continue
        strength, lost = best.strengths[number], best.lost
        answered = {**needs.about[term], "method": best.method.code}
        told.pro.append(Reason("answered", {**answered, "points": _points(share * strength * (1 - lost))}))
        if strength < 1:
            told.contra.append(
                Reason("answered_in_part", {**answered, "points": _points(share * (1 - strength))})
            )
        if lost:
            key = best.method.code, best.why
            taken[key] = taken.get(key, 0.0) + share * strength * lost
    told.contra += [
        Reason("caution", {"method": method, "term": term, "points": _points(points)})
        for (method, term), points in taken.items()
    ]


def _tell_intensity(told: _Told, facts: FamilyFacts, usable: Sequence[Answer]) -> None:
    hours = [one.method.hours for one in usable if one.method.hours is not None]
    rated = [level for level in (facts.poverty, facts.risk) if level is not None]
    if not hours:
        told.missing.append(Reason("hours_unknown", {"points": INTENSITY / 2}))
        return
    if not rated:
        told.missing.append(Reason("not_rated", {"what": ["poverty", "risk"], "points": INTENSITY / 2}))
        return
    hard, intensive = severity(min(rated)), min(1.0, max(hours) / FULL_HOURS)
    lost = INTENSITY * abs(hard - intensive)
    about = {"hours": max(hours), "level": round(min(rated), 2)}
    told.pro.append(Reason("intensity", {**about, "points": _points(INTENSITY - lost)}))
    if lost:
        code = "too_light" if hard > intensive else "too_intensive"
        told.contra.append(Reason(code, {**about, "points": _points(lost)}))


def _tell_rules(told: _Told, model: ProgrammeModel, facts: FamilyFacts) -> None:
    if not model.rules:
        told.pro.append(Reason("no_rules", {"points": RULES}))
        return
    share = RULES / len(model.rules)
    for rule in model.rules:
        about = {**rule.told(), **what_is(rule, facts)}
        match is_met(rule, facts):
            case True:
                told.pro.append(Reason("rule_met", {**about, "points": _points(share)}))
            case None:
                told.missing.append(Reason("rule_unknown", {**rule.told(), "points": _points(share / 2)}))
            case False if rule.is_hard:
                told.excluded.append(Reason("rule_unmet", {**about, "points": _points(share)}))
                told.to_change.append(Reason("to_meet", {**about, **how_to_meet(rule, facts)}))
            case False:
                told.contra.append(Reason("rule_unmet", {**about, "points": _points(share)}))


def _tell_room(told: _Told, model: ProgrammeModel, facts: FamilyFacts) -> None:
    if model.code in facts.open_programmes:
        told.excluded.append(Reason("has_place", {"points": 0.0}))
    others = sorted(facts.open_programmes - {model.code})
    lost = min(ROOM, 5.0 * len(others))
    if lost < ROOM:
        told.pro.append(Reason("room", {"n": len(others), "points": ROOM - lost}))
    if others:
        told.contra.append(Reason("other_programmes", {"programmes": others, "points": lost}))
