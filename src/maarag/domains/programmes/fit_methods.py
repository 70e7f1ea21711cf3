"""How well each single method of a programme fits a family: so judges a department with one toolbox.

The arithmetic is `fit.judge`, of the programme with that one method alone. Conditions, places and what the
family has already stay those of the programme, for it pays and holds the place.
"""

from __future__ import annotations

from .fit import FamilyFacts, Judgement, ProgrammeModel, Score, Weighed, judge, score

__all__ = ["best_by_method", "best_score", "by_methods", "judge_by"]


def judge_by(model: ProgrammeModel, method: str, family: FamilyFacts | Weighed) -> Judgement:
    """The programme through one of its methods alone, by its code; raises LookupError for any other."""
    if method not in model.alone:
        raise LookupError(f"{model.code} does not work by {method}")
    return judge(model.alone[method], family)


def by_methods(model: ProgrammeModel, family: FamilyFacts | Weighed) -> list[Judgement]:
    """A judgement for each method: those that are open first, by fit, by certainty, by code of the method."""
    weighed = family if isinstance(family, Weighed) else Weighed(family)
    found = [judge(alone, weighed) for alone in model.alone.values()]
    return sorted(found, key=lambda one: (not one.is_open, -one.fit, -one.certainty, one.methods[0].code))


def best_by_method(model: ProgrammeModel, family: FamilyFacts | Weighed) -> Judgement:
    """The best single method that may be used; where there is none, the judgement of the programme."""
    weighed = family if isinstance(family, Weighed) else Weighed(family)
    return judge(_best(model, weighed)[0], weighed)


def best_score(model: ProgrammeModel, weighed: Weighed) -> Score:
    """What `best_by_method` comes to."""
    return _best(model, weighed)[1]


def _best(model: ProgrammeModel, weighed: Weighed) -> tuple[ProgrammeModel, Score]:
    """The programme with that method alone, or as it is where no method may be used."""
    needs = weighed.needs(model)
    usable = [
        (score(model.alone[one.code], weighed), one.code)
        for one in model.methods
        if not needs.answer(one).fit.excluded
    ]
    if not usable:
        return model, score(model, weighed)
    found, code = min(usable, key=lambda one: (not one[0].is_open, -one[0].fit, -one[0].certainty, one[1]))
    return model.alone[code], found
