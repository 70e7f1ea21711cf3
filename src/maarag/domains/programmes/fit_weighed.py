"""What of a family is the same before every programme, computed once for all of them."""

from __future__ import annotations

from collections.abc import Mapping

from .fit_facts import (
    AT_RISK,
    BEST,
    HARDEST,
    LOW_INCOME,
    FamilyFacts,
    MethodFit,
    MethodModel,
    ProgrammeModel,
    Reason,
    within,
)


def severity(level: float) -> float:
    """How hard a level of a rubric is: 0 at the best, 1 at the hardest."""
    return min(1.0, max(0.0, (BEST - level) / (BEST - HARDEST)))


class Answer:
    """What one method says to one family's needs.

    strengths: how strongly it answers each need, 0–1, in their order; worth: the same less what its gravest
    caution takes, `lost` of it, because of the situation `why`. fit: of the method alone, with what bars it.
    """

    __slots__ = ("fit", "lost", "method", "strengths", "why", "worth")

    def __init__(self, method: MethodModel, needs: Needs, weighed: Weighed) -> None:
        self.method = method
        barred = tuple(
            Reason("method_excluded", {"method": method.code, "term": term})
            for term, _weight in (weighed.situations if method.excludes else ())
            if method.bars[term]
        )
        self.lost, self.why = _caution(method, weighed.situations)
        answers = method.answers
        self.strengths = [answers[term] for term in needs.weights]
        self.worth = [strength * (1 - self.lost) for strength in self.strengths]
        answered = sum(
            weight * strength for weight, strength in zip(needs.weights.values(), self.strengths, strict=True)
        )
        fit = 100 * answered * (1 - self.lost) / needs.total if needs.total else 0.0
        self.fit = MethodFit(method.code, method.setting, round(fit, 1), barred)


class Needs:
    """The family's situations that some programme's method suits, each once, with its weight.

    `about`: of each need what a reason tells of it: the term, and the level of a rubric that measured it.
    """

    __slots__ = ("_answers", "_weighed", "about", "total", "weights")

    def __init__(self, weights: Mapping[str, float], weighed: Weighed) -> None:
        self.weights = weights
        self.total = sum(weights.values())
        self.about = {term: {"term": term, **_level_of(term, weighed.levels)} for term in weights}
        self._weighed = weighed
        self._answers: dict[int, Answer] = {}

    def answer(self, method: MethodModel) -> Answer:
        """Of the method itself and not of its code: it is kept with the answer, so no other takes its id."""
        found = self._answers.get(id(method))
        if found is None:
            found = self._answers[id(method)] = Answer(method, self, self._weighed)
        return found


class Weighed:
    """A family to be judged before several programmes; it is to be dropped when they are done.

    situations: by code, with how sure each is. levels: term measured by a rubric → its short name, the level.
    """

    __slots__ = ("_needs", "facts", "levels", "situations")

    def __init__(self, facts: FamilyFacts) -> None:
        self.facts = facts
        self.situations = sorted((facts.situations or {}).items())
        found = {LOW_INCOME: ("poverty", facts.poverty), AT_RISK: ("risk", facts.risk)}
        self.levels = {term: (what, level) for term, (what, level) in found.items() if level is not None}
        self._needs: dict[frozenset[str], Needs] = {}

    def needs(self, model: ProgrammeModel) -> Needs:
        """Each situation that any programme answers, with its weight."""
        found = self._needs.get(model.toolbox)
        if found is None:
            weights = dict(self.facts.situations or {})
            for term, (_what, level) in self.levels.items():
                weights[term] = max(weights.get(term, 0.0), severity(level))
            answerable = model.answerable
            kept = {term: weight for term, weight in weights.items() if weight > 0 and answerable[term]}
            found = self._needs[model.toolbox] = Needs(_once(kept), self)
        return found


def _once(weights: Mapping[str, float]) -> dict[str, float]:
    """What is written in general and in particular counts once, as the particular."""
    found = dict(sorted(weights.items()))
    for term in list(found):
        if below := [one for one in found if one != term and within(one, term)]:
            for one in below:
                found[one] = max(found[one], found[term])
            del found[term]
    return found


def _caution(method: MethodModel, situations: list[tuple[str, float]]) -> tuple[float, str]:
    """What part of the method's answer its gravest caution takes, and because of which situation."""
    lost, why = 0.0, ""
    if method.cautions:
        gravest = method.gravest
        for term, weight in situations:
            takes = weight * gravest[term] / 6
            if takes > lost:
                lost, why = takes, term
    return lost, why


def _level_of(term: str, levels: Mapping[str, tuple[str, float]]) -> dict[str, object]:
    if term not in levels:
        return {}
    what, level = levels[term]
    return {"rubric": what, "level": round(level, 2)}
