"""Programmes as the data that the fit is judged by: loaded once for many families."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from maarag.kernel.places.models import Containment

from .fit_facts import MethodModel, ProgrammeModel, RuleModel
from .method_models import Effect, EligibilityRule, Method, MethodSituation, ProgrammeMethod
from .models import Programme


def programme_models(programmes: Iterable[Programme]) -> dict[int, ProgrammeModel]:
    """Key of each programme → its methods in use and its conditions, in five queries however many."""
    programmes = list(programmes)
    methods = method_models()
    used: dict[int, list[str]] = defaultdict(list)
    toolbox: set[str] = set()
    for programme, is_active, method in ProgrammeMethod.objects.filter(method__is_active=True).values_list(
        "programme_id", "programme__is_active", "method__code"
    ):
        used[programme].append(method)
        if is_active:
            toolbox |= methods[method].suits.keys()
    rules: dict[int, list[RuleModel]] = defaultdict(list)
    rows = rules_of(programme.pk for programme in programmes)
    for row, rule in zip(rows, rule_models(rows).values(), strict=True):
        rules[row.programme_id].append(rule)
    return {
        programme.pk: ProgrammeModel(
            code=programme.code,
            methods=tuple(methods[code] for code in sorted(used[programme.pk])),
            rules=tuple(rules[programme.pk]),
            toolbox=frozenset(toolbox.union(*(methods[code].suits for code in used[programme.pk]))),
        )
        for programme in programmes
    }


def method_models() -> dict[str, MethodModel]:
    """Code of each method in use → the method with the situations that speak for and against it."""
    terms: dict[tuple[int, str], dict[str, int]] = defaultdict(dict)
    for method, effect, term, strength in MethodSituation.objects.filter(method__is_active=True).values_list(
        "method_id", "effect", "term__code", "strength"
    ):
        terms[method, effect][term] = strength
    return {
        method.code: MethodModel(
            code=method.code,
            setting=method.setting,
            hours=method.hours_a_month,
            months=method.months,
            suits=terms[method.pk, Effect.SUITS],
            cautions=terms[method.pk, Effect.CAUTIONS],
            excludes=terms[method.pk, Effect.EXCLUDES],
        )
        for method in Method.objects.filter(is_active=True).order_by("code")
    }


def rule_models(rows: Iterable[EligibilityRule]) -> dict[int, RuleModel]:
    """Key of each condition → the condition as data; its term and place are loaded."""
    rows = list(rows)
    above: dict[int, set[str]] = defaultdict(set)
    places = [row.place_id for row in rows if row.place_id is not None]
    if places:
        for place, code in Containment.objects.filter(descendant__in=places).values_list(
            "descendant_id", "ancestor__code"
        ):
            above[place].add(code)
    return {
        row.pk: RuleModel(
            what=row.what,
            least=None if row.least is None else float(row.least),
            most=None if row.most is None else float(row.most),
            term=row.term.code if row.term else "",
            place=row.place.code if row.place else "",
            place_within=frozenset(above[row.place_id] if row.place_id else ()),
            is_hard=row.is_hard,
            key=row.pk,
        )
        for row in rows
    }


def rules_of(programmes: Iterable[int]) -> list[EligibilityRule]:
    """The conditions of these programmes, the hard ones first."""
    rows = EligibilityRule.objects.filter(programme__in=list(programmes)).select_related("term", "place")
    return list(rows.defer("place__outline").order_by("programme", "-is_hard", "what", "pk"))
