"""How one place fits one family now, judged from what is written today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from maarag.domains.families.models import Family
from maarag.domains.programmes.engine_data import method_models, programme_models
from maarag.domains.programmes.fit import Judgement, ProgrammeModel, judge
from maarag.domains.programmes.fit_methods import best_by_method as best_alone
from maarag.domains.programmes.fit_methods import judge_by
from maarag.domains.programmes.models import Method, Programme, Quota

from .gathering import Candidate, candidates


@dataclass(frozen=True)
class Fitted:
    """A judgement of today; `chosen`: code of the method that people chose for it."""

    judgement: Judgement
    chosen: str = ""

    @property
    def whole(self) -> int:
        return max(0, min(100, round(self.judgement.fit)))

    @property
    def method(self) -> str:
        """The chosen one, or the best that may be used; "" for none."""
        return self.chosen or self.judgement.method


def facts_of(family: Family, day: date | None = None) -> Candidate:
    """The family as matching sees it, whether it has a place or not; raises LookupError for a closed file."""
    found = candidates(families=[family.pk], day=day or timezone.localdate(), without_place=False)
    if not found:
        raise LookupError("the file is not open")
    return found[0]


def fitted(family: Family, quota: Quota) -> Fitted:
    """The place with all that its programme works by. Raises LookupError for a closed file."""
    facts = facts_of(family).facts
    return Fitted(judge(programme_models([quota.programme])[quota.programme_id], facts))


def fitted_by_method(family: Family, quota: Quota, method: str = "") -> Fitted:
    """The place through one method alone, by its code: this one, or the best that may be used.

    Raises LookupError for a closed file, and for a method by which the programme does not work.
    """
    facts = facts_of(family).facts
    model = programme_models([quota.programme])[quota.programme_id]
    return Fitted(judge_by(model, method, facts), method) if method else Fitted(best_alone(model, facts))


def best_by_programme(candidate: Candidate, programme: Programme) -> int:
    """How the programme fits the family, 0–100."""
    return Fitted(judge(programme_models([programme])[programme.pk], candidate.facts)).whole


def best_by_method(candidate: Candidate, method: Method) -> int | None:
    """How much of what the family needs the method answers, 0–100; None where it is out of use."""
    model = method_models().get(method.code)
    if model is None:
        return None
    alone = ProgrammeModel(method.code, (model,), (), frozenset(toolbox()))
    found = judge(alone, candidate.facts).methods
    return max(0, min(100, round(found[0].fit))) if found else None


def toolbox() -> set[str]:
    """The situations that any method in use suits."""
    return {term for one in method_models().values() for term in one.suits}
