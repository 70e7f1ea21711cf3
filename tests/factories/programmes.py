"""Programmes with methods and conditions for tests."""

from __future__ import annotations

from typing import Any

from maarag.domains.programmes.models import (
    Effect,
    EligibilityRule,
    Method,
    MethodSituation,
    Programme,
    ProgrammeMethod,
    Setting,
)
from maarag.kernel.taxonomy.actions import TermRow, save_version
from maarag.kernel.taxonomy.models import Term, Vocabulary

from .services import World

SITUATIONS = {
    "human_situations:deprivation": "רקע אישי",
    "human_situations:deprivation:low_income": "בעלי הכנסה נמוכה",
    "human_situations:deprivation:at_risk": "בסיכון",
    "human_situations:deprivation:at_risk:at_risk_children": "ילדים בסיכון",
    "human_situations:language": "שפה",
    "human_situations:language:arabic_speaking": "דוברי ערבית",
}


def situations(world: World) -> dict[str, Term]:
    """The situations that methods of these tests are about, beside those of the small world."""
    known = Term.objects.all()
    save_version(
        by=world.system,
        version="situations",
        rows=[
            *(TermRow(Vocabulary(term.vocabulary), term.code, term.name_he, term.name_en) for term in known),
            *(TermRow(Vocabulary.SITUATION, code, name) for code, name in SITUATIONS.items()),
        ],
    )
    return {term.code: term for term in Term.objects.filter(is_current=True)}


def method(
    code: str = "visits", *, hours: int | None = 8, setting: str = Setting.HOME, **suits: int
) -> Method:
    """A method; `suits`: last part of a situation's code → strength."""
    made = Method.objects.create(
        code=code, name_he=f"שיטת {code}", name_en=f"Method {code}", hours_a_month=hours, setting=setting
    )
    for ending, strength in suits.items():
        says(made, ending, strength=strength)
    return made


def says(method: Method, ending: str, *, effect: str = Effect.SUITS, strength: int = 3) -> MethodSituation:
    """What a situation says of the method."""
    term = Term.objects.get(code__endswith=f":{ending}")
    return MethodSituation.objects.create(method=method, term=term, effect=effect, strength=strength)


def works_by(programme: Programme, *methods: Method) -> None:
    for one in methods:
        ProgrammeMethod.objects.create(programme=programme, method=one)


def rule(programme: Programme, what: str, **fields: Any) -> EligibilityRule:
    return EligibilityRule.objects.create(programme=programme, what=what, **fields)
