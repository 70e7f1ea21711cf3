"""Why a programme fits a family or does not, and what its quotas are called, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from maarag.kernel.places.models import Place
from maarag.kernel.taxonomy.models import Term
from maarag.ui.figures import day, name_in_language, number

from .fit_facts import Reason
from .method_models import EligibilityRule, Method, What
from .models import Programme, Quota

UNKNOWN = "–"


class Names:
    """What codes are called, each looked up once; made for one page in one language."""

    def __init__(self, reasons: Iterable[Reason] = ()) -> None:
        self._names: dict[tuple[str, str], str] = {}
        self._notes: dict[int, str] = {}
        wanted: dict[str, set[Any]] = {"term": set(), "method": set(), "place": set(), "programme": set()}
        rules: set[int] = set()
        for reason in reasons:
            for kind in ("term", "method", "place"):
                wanted[kind].add(reason.params.get(kind) or "")
            wanted["programme"].update(reason.params.get("programmes", ()))
            rules.add(reason.params.get("rule", 0))
        models: dict[str, Any] = {"term": Term, "method": Method, "place": Place, "programme": Programme}
        for kind, codes in wanted.items():
            if codes := codes - {""}:
                found = models[kind].objects.filter(code__in=codes)
                if kind == "place":
                    found = found.defer("outline")
                for one in found:
                    self._names[kind, one.code] = name_in_language(one)
        if rules := rules - {0}:
            for rule in EligibilityRule.objects.filter(pk__in=rules):
                self._notes[rule.pk] = name_in_language(rule, "note")

    def of(self, kind: str, code: str) -> str:
        """The name, or the code where nothing is called so any more."""
        return self._names.get((kind, code), code.rsplit(":", 1)[-1])

    def note(self, rule: int) -> str:
        return self._notes.get(rule, "")


def reason_words(reason: Reason, names: Names | None = None, *, alone: bool = False) -> str:
    """One sentence; for several reasons make their `Names` once. `alone`: of one method, named beside it."""
    names = names or Names([reason])
    told = reason.params
    known = {
        "situation": names.of("term", str(told.get("term", ""))),
        "method": names.of("method", str(told.get("method", ""))),
    }
    match reason.code:
        case "answered" | "answered_in_part" | "unanswered":
            known["situation"] += _measured(told)
            return (_ALONE if alone else _ANSWERS)[reason.code]() % known
        case code if alone and code in _ALONE:
            return _ALONE[code]() % known
        case "other_programmes":
            others = ", ".join(names.of("programme", code) for code in told.get("programmes", ()))
            return _("The family has a place in another programme: %(programmes)s.") % {"programmes": others}
        case "intensity" | "too_light" | "too_intensive":
            n = int(told["hours"])
            hours = ngettext("%(n)s hour a month", "%(n)s hours a month", n) % {"n": number(n)}
            return _INTENSITY[reason.code]() % {"hours": hours, "level": number(told["level"], 1)}
        case "rule_met" | "rule_unmet" | "rule_unknown" | "to_meet":
            return _of_rule(reason, names)
        case "not_rated":
            rubrics = [RUBRICS[what]() for what in told["what"]]
            return _("Not rated yet: %(rubrics)s.") % {"rubrics": ", ".join(rubrics)}
        case code if code in _SENTENCES:
            return _SENTENCES[code]() % known
        case _:
            return reason.code


def reasons_in_words(reasons: Iterable[Reason]) -> list[str]:
    """A sentence for each, their names looked up together."""
    reasons = list(reasons)
    names = Names(reasons)
    return [reason_words(reason, names) for reason in reasons]


_ANSWERS = {
    "answered": lambda: _("Answers “%(situation)s” by the method “%(method)s”."),
    "answered_in_part": lambda: _("The method “%(method)s” answers “%(situation)s” only in part."),
    "unanswered": lambda: _("None of its methods answers “%(situation)s”."),
}
_ALONE = {
    "answered": lambda: _("Answers “%(situation)s”."),
    "answered_in_part": lambda: _("Answers “%(situation)s” only in part."),
    "unanswered": lambda: _("Does not answer “%(situation)s”."),
    "hours_unknown": lambda: _("How intensive it is was not written down."),
    "caution": lambda: _("Caution: %(situation)s."),
    "method_excluded": lambda: _("Must not be used: %(situation)s."),
}
"""Of a method by itself, whose name stands above."""
_INTENSITY = {
    "intensity": lambda: _("Its intensity (%(hours)s) meets how hard things are (level %(level)s of 4)."),
    "too_light": lambda: _("May be too light: %(hours)s, where things are at level %(level)s of 4."),
    "too_intensive": lambda: _(
        "More intensive than needed: %(hours)s, where things are at level %(level)s of 4."
    ),
}
_SENTENCES = {
    "nothing_to_answer": lambda: _("No programme's method answers what is written of this family."),
    "no_methods": lambda: _("The programme's methods were not written down."),
    "no_situations": lambda: _("No situation of the family was written in its file."),
    "hours_unknown": lambda: _("How intensive its methods are was not written down."),
    "no_rules": lambda: _("The programme sets no conditions."),
    "room": lambda: _("There is room for it beside what the family has."),
    "has_place": lambda: _("The family has a place in this programme."),
    "caution": lambda: _("Caution with the method “%(method)s”: %(situation)s."),
    "method_excluded": lambda: _("The method “%(method)s” must not be used: %(situation)s."),
    "no_longer_so": lambda: _("It could be considered once this no longer holds: %(situation)s."),
}
RUBRICS = {
    "poverty": lambda: pgettext("rubric", "poverty of the family"),
    "risk": lambda: pgettext("rubric", "risk to the children"),
}


def _measured(told: Mapping[str, Any]) -> str:
    if "rubric" not in told:
        return ""
    level = number(told["level"], 1)
    words = _("%(rubric)s: level %(level)s of 4")
    return " (" + words % {"rubric": RUBRICS[told["rubric"]](), "level": level} + ")"


def _of_rule(reason: Reason, names: Names) -> str:
    told = reason.params
    what = condition_words(told, names)
    if note := names.note(int(told.get("rule", 0))):
        what = f"{what} ({note.rstrip('.')})"
    known = {"condition": what, "have": _have(told)}
    match reason.code:
        case "rule_met":
            return _("Meets the condition: %(condition)s.") % known
        case "rule_unknown":
            return _("Not known whether the condition is met: %(condition)s.") % known
        case "rule_unmet" if known["have"]:
            return _("Does not meet the condition: %(condition)s; the family has %(have)s.") % known
        case "rule_unmet":
            return _("Does not meet the condition: %(condition)s.") % known
    if "years" in told:
        years = float(told["years"])
        n = int(years) if years == int(years) else int(years) + 1
        ages = ngettext(
            "In %(n)s year a child is old enough: %(condition)s.",
            "In %(n)s years a child is old enough: %(condition)s.",
            n,
        )
        return ages % {**known, "n": number(n)}
    if told["what"] in (What.SITUATION, What.LANGUAGE):
        return _("If it holds, write it in the file: %(condition)s.") % known
    return _("This would have to be so: %(condition)s.") % known


def condition_words(told: Mapping[str, Any], names: Names) -> str:
    """A condition in words: `what` it is about, with its limits, its term or its place."""
    about = str(What(told["what"]).label)
    match told["what"]:
        case What.SITUATION | What.LANGUAGE:
            return f"{about}: {names.of('term', str(told['term']))}"
        case What.NEIGHBOURHOOD:
            return f"{about}: {names.of('place', str(told['place']))}"
        case What.SINGLE_PARENT:
            return about
    limits = {"least": _figure(told.get("least")), "most": _figure(told.get("most"))}
    if told["what"] in (What.POVERTY, What.RISK):
        return f"{about}: " + _levels(told) % limits
    if told.get("least") is None:
        return f"{about}: " + _("at most %(most)s") % limits
    if told.get("most") is None:
        return f"{about}: " + _("at least %(least)s") % limits
    return f"{about}: " + _("%(least)s to %(most)s") % limits


def _levels(told: Mapping[str, Any]) -> str:
    """Levels of a rubric are read from the hardest, 1, to the best, 4."""
    if told.get("least") is None:
        return _("%(most)s of 4 or harder")
    if told.get("most") is None:
        return _("%(least)s of 4 or easier")
    return _("%(least)s to %(most)s of 4")


def _figure(value: Any) -> str:
    if value is None:
        return UNKNOWN
    return number(value, 0 if float(value) == int(value) else 1)


def _have(told: Mapping[str, Any]) -> str:
    have = told.get("have")
    if isinstance(have, list):
        return ", ".join(_figure(one) for one in have)
    return "" if have is None else _figure(have)


def quota_words(quota: Quota) -> str:
    """The programme of a quota; also its days where the authority has another of it in some of them."""
    name = name_in_language(quota.programme)
    return f"{name} · {days_words(quota)}" if quota.is_beside_another else name


def days_words(quota: Quota) -> str:
    """The period of a quota; also its budget where another quota of the programme is of the same days."""
    period = period_words(quota.starts, quota.ends)
    return f"{period} · {name_in_language(quota.line.budget)}" if quota.shares_its_days else period


def period_words(starts: Any, ends: Any) -> str:
    """From a day, until a day or still."""
    if ends is None:
        return _("from %(day)s") % {"day": day(starts)}
    return _("%(first)s to %(last)s") % {"first": day(starts), "last": day(ends)}
