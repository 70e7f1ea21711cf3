"""Whether a family meets a programme's condition: yes, no, or not known."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .fit_facts import LANGUAGES, FamilyFacts, RuleModel, within

Met = bool | None
"""None: what is known of the family does not say."""


def is_met(rule: RuleModel, facts: FamilyFacts) -> Met:
    """Whether the family meets the condition; what nobody wrote down is None, never False."""
    return CHECKS[rule.what](rule, facts)


def what_is(rule: RuleModel, facts: FamilyFacts) -> dict[str, Any]:
    """What the family has of what the condition asks about, for the reason."""
    match rule.what:
        case "child_age":
            return {"have": sorted(facts.children or ())}
        case "children":
            return {"have": len(facts.children or ()) + facts.children_undated}
        case "household" | "poverty" | "risk":
            have = getattr(facts, rule.what)
            return {} if have is None else {"have": have}
        case _:
            return {}


def how_to_meet(rule: RuleModel, facts: FamilyFacts) -> dict[str, Any]:
    """More on what would have to change: in how many years a child is old enough."""
    if rule.what == "child_age" and rule.least is not None and facts.children:
        younger = [age for age in facts.children if age < rule.least]
        if younger:
            return {"years": rule.least - max(younger)}
    return {}


def _in(rule: RuleModel, value: float) -> bool:
    return (rule.least is None or value >= rule.least) and (rule.most is None or value <= rule.most)


def _child_age(rule: RuleModel, facts: FamilyFacts) -> Met:
    if facts.children is None:
        return None
    if any(_in(rule, age) for age in facts.children):
        return True
    return None if facts.children_undated else False


def _children(rule: RuleModel, facts: FamilyFacts) -> Met:
    if facts.children is None:
        return None
    return _in(rule, len(facts.children) + facts.children_undated)


def _household(rule: RuleModel, facts: FamilyFacts) -> Met:
    return None if facts.household is None else _in(rule, facts.household)


def _single_parent(rule: RuleModel, facts: FamilyFacts) -> Met:
    return facts.single_parent


def _poverty(rule: RuleModel, facts: FamilyFacts) -> Met:
    return None if facts.poverty is None else _in(rule, facts.poverty)


def _risk(rule: RuleModel, facts: FamilyFacts) -> Met:
    return None if facts.risk is None else _in(rule, facts.risk)


def _situation(rule: RuleModel, facts: FamilyFacts) -> Met:
    """Where situations were written, one that is not among them does not hold, as far as the file knows."""
    if not facts.situations:
        return None
    return _any_within(facts.situations, rule.term)


def _language(rule: RuleModel, facts: FamilyFacts) -> Met:
    """Not known where no language was written."""
    spoken = [code for code in facts.situations or () if code.startswith(f"{LANGUAGES}:")]
    return _any_within(spoken, rule.term) if spoken else None


def _any_within(codes: Iterable[str], above: str) -> bool:
    return any(within(code, above) for code in codes)


def _neighbourhood(rule: RuleModel, facts: FamilyFacts) -> Met:
    if rule.place in facts.places:
        return True
    if not facts.places or (not facts.is_neighbourhood_known and facts.authority in rule.place_within):
        return None
    return False


CHECKS: dict[str, Callable[[RuleModel, FamilyFacts], Met]] = {
    "child_age": _child_age,
    "children": _children,
    "household": _household,
    "single_parent": _single_parent,
    "situation": _situation,
    "language": _language,
    "neighbourhood": _neighbourhood,
    "poverty": _poverty,
    "risk": _risk,
}
