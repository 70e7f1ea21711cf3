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

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .fit_facts import (
    AT_RISK,
    BEST,
    HARDEST,
    LOW_INCOME,
    FamilyFacts,
    Judgement,
    MethodFit,
    MethodModel,
    ProgrammeModel,
    Reason,
    RuleModel,
)
from .fit_rules import how_to_meet, is_met, what_is, within

__all__ = [
    "WORTH_PROPOSING",
    "FamilyFacts",
    "Judgement",
    "MethodFit",
    "MethodModel",
    "ProgrammeModel",
    "Reason",
    "RuleModel",
    "judge",
    "ranked",
]

NEEDS, INTENSITY, RULES, ROOM = 70.0, 10.0, 10.0, 10.0
FULL_HOURS = 16
"""Hours a month with one family that count as fully intensive."""
WORTH_PROPOSING = 40.0
"""A programme that answers nothing of what is known has 30 points at most: below this none is proposed."""


def judge(model: ProgrammeModel, facts: FamilyFacts) -> Judgement:
    """How the programme fits the family, and why; the same facts always give the same answer."""
    told = _Told()
    needs, levels = _needs(model, facts)
    barred = {method.code: found for method in model.methods if (found := _barred(method, facts))}
    usable = [method for method in model.methods if method.code not in barred]
    _tell_needs(told, model, facts, usable, needs, levels)
    _tell_intensity(told, facts, usable)
    _tell_rules(told, model, facts)
    _tell_room(told, model, facts)
    reasons = [reason for found in barred.values() for reason in found]
    if model.methods and not usable:
        told.excluded += reasons
        terms = sorted({reason.params["term"] for reason in reasons})
        told.to_change += [Reason("no_longer_so", {"term": term}) for term in terms]
    else:
        told.contra += reasons
    gained = sum(reason.points for reason in told.pro)
    unknown = sum(reason.points for reason in told.missing)
    return Judgement(
        programme=model.code,
        fit=round(gained + unknown, 1),
        certainty=round(max(0.0, 100.0 - 2 * unknown), 1),
        pro=_by_points(told.pro),
        contra=_by_points(told.contra),
        excluded=_by_points(told.excluded),
        missing=_by_points(told.missing),
        to_change=tuple(told.to_change),
        methods=_ranked_methods(model, facts, needs, barred),
    )


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
    return tuple(sorted(reasons, key=lambda one: (-one.points, one.code, str(sorted(one.data().items())))))


def _points(value: float) -> float:
    return round(value, 3)


def _severity(level: float) -> float:
    return min(1.0, max(0.0, (BEST - level) / (BEST - HARDEST)))


def _measured(facts: FamilyFacts) -> dict[str, tuple[str, float]]:
    """Term that a rubric measures → the rubric's short name and the level, where it was rated."""
    found = {LOW_INCOME: ("poverty", facts.poverty), AT_RISK: ("risk", facts.risk)}
    return {term: (what, level) for term, (what, level) in found.items() if level is not None}


def _needs(
    model: ProgrammeModel, facts: FamilyFacts
) -> tuple[dict[str, float], Mapping[str, tuple[str, float]]]:
    """Each situation that any programme answers with its weight; and which of them were measured."""
    measured = _measured(facts)
    weights = dict(facts.situations or {})
    for term, (_what, level) in measured.items():
        weights[term] = max(weights.get(term, 0.0), _severity(level))
    answerable = {
        term: weight
        for term, weight in weights.items()
        if weight > 0 and any(within(term, one) or within(one, term) for one in model.toolbox)
    }
    return _once(answerable), measured


def _once(weights: Mapping[str, float]) -> dict[str, float]:
    """What is written in general and in particular counts once, as the particular."""
    found = dict(sorted(weights.items()))
    for term in list(found):
        if below := [one for one in found if one != term and within(one, term)]:
            for one in below:
                found[one] = max(found[one], found[term])
            del found[term]
    return found


def _barred(method: MethodModel, facts: FamilyFacts) -> list[Reason]:
    """The family's situations in which the method must not be used."""
    return [
        Reason("method_excluded", {"method": method.code, "term": term})
        for term in sorted(facts.situations or {})
        if any(within(term, one) for one in method.excludes)
    ]


def _strength(method: MethodModel, term: str) -> float:
    """How strongly the method answers the situation, 0–1."""
    return max(
        (
            strength / 3 if within(term, one) else strength / 6
            for one, strength in method.suits.items()
            if within(term, one) or within(one, term)
        ),
        default=0.0,
    )


def _caution(method: MethodModel, facts: FamilyFacts) -> tuple[float, str]:
    """What part of the method's answer its gravest caution takes, and in which situation."""
    return max(
        (
            (weight * strength / 6, term)
            for term, weight in sorted((facts.situations or {}).items())
            for one, strength in method.cautions.items()
            if within(term, one)
        ),
        default=(0.0, ""),
        key=lambda found: found[0],
    )


def _tell_needs(
    told: _Told,
    model: ProgrammeModel,
    facts: FamilyFacts,
    usable: list[MethodModel],
    needs: Mapping[str, float],
    levels: Mapping[str, tuple[str, float]],
) -> None:
    if not model.methods:
        told.missing.append(Reason("no_methods", {"points": NEEDS / 2}))
        return
    known = 1.0 if facts.situations else 0.5 if levels else 0.0
    if known < 1:
        told.missing.append(Reason("no_situations", {"points": NEEDS * (1 - known) / 2}))
    for term, (what, at) in (("poverty", (LOW_INCOME, facts.poverty)), ("risk", (AT_RISK, facts.risk))):
        asks = any(_strength(method, what) for method in model.methods)
        if at is None and asks and (facts.poverty, facts.risk) != (None, None):
            told.missing.append(Reason("not_rated", {"what": [term], "points": 0.0}))
    if not known:
        return
    if not needs:
        told.contra.append(Reason("nothing_to_answer", {"points": NEEDS * known}))
        return
    total = sum(needs.values())
    cautions = {method.code: _caution(method, facts) for method in usable}
    taken: dict[tuple[str, str], float] = {}
    for term, weight in needs.items():
        share = NEEDS * known * weight / total
        about = {"term": term, **_level_of(term, levels)}
        best = max(
            usable,
            key=lambda method: (_strength(method, term) * (1 - cautions[method.code][0]), _later(method)),
            default=None,
        )
        strength = _strength(best, term) if best else 0.0
        if best is None or not strength:
            told.contra.append(Reason("unanswered", {**about, "points": _points(share)}))
            continue
        lost, why = cautions[best.code]
        answered = {**about, "method": best.code}
        told.pro.append(Reason("answered", {**answered, "points": _points(share * strength * (1 - lost))}))
        if strength < 1:
            told.contra.append(
                Reason("answered_in_part", {**answered, "points": _points(share * (1 - strength))})
            )
        if lost:
            taken[best.code, why] = taken.get((best.code, why), 0.0) + share * strength * lost
    told.contra += [
        Reason("caution", {"method": method, "term": term, "points": _points(points)})
        for (method, term), points in taken.items()
    ]


def _later(method: MethodModel) -> tuple[int, ...]:
    """Of two methods that answer alike, the first by code is taken."""
    return tuple(-ord(letter) for letter in method.code)


def _level_of(term: str, levels: Mapping[str, tuple[str, float]]) -> dict[str, object]:
    if term not in levels:
        return {}
    what, level = levels[term]
    return {"rubric": what, "level": round(level, 2)}


def _tell_intensity(told: _Told, facts: FamilyFacts, usable: list[MethodModel]) -> None:
    hours = [method.hours for method in usable if method.hours is not None]
    rated = [level for level in (facts.poverty, facts.risk) if level is not None]
    if not hours:
        told.missing.append(Reason("hours_unknown", {"points": INTENSITY / 2}))
        return
    if not rated:
        told.missing.append(Reason("not_rated", {"what": ["poverty", "risk"], "points": INTENSITY / 2}))
        return
    hard, intensive = _severity(min(rated)), min(1.0, max(hours) / FULL_HOURS)
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


def _ranked_methods(
    model: ProgrammeModel,
    facts: FamilyFacts,
    needs: Mapping[str, float],
    barred: Mapping[str, list[Reason]],
) -> tuple[MethodFit, ...]:
    """The methods that may be used first, by how much of the needs each answers alone, then by code."""
    total = sum(needs.values())
    found = []
    for method in model.methods:
        lost, _why = _caution(method, facts)
        answer = sum(weight * _strength(method, term) for term, weight in needs.items())
        fit = 100 * answer * (1 - lost) / total if total else 0.0
        found.append(
            MethodFit(method.code, method.setting, round(fit, 1), tuple(barred.get(method.code, ())))
        )
    return tuple(sorted(found, key=lambda one: (bool(one.excluded), -one.fit, one.code)))
