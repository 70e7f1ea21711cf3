"""Casework for tests: written through the actions, in the scope of whoever writes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from maarag.database.rows import visible
from maarag.domains.casework import actions
from maarag.domains.casework.models import (
    Assessment,
    Circumstance,
    Consent,
    Contact,
    Document,
    Goal,
    Plan,
    PlanItem,
    PlanShare,
    Task,
)
from maarag.domains.families.models import Family
from maarag.kernel.access.models import Account
from maarag.kernel.people.models import Organisation
from maarag.kernel.rubrics.actions import MarkDraft, save_rubric
from maarag.kernel.rubrics.drafts import draft_of
from maarag.kernel.rubrics.queries import rubric_of
from maarag.kernel.taxonomy.models import Term, Vocabulary

from .families import everything
from .rubrics import content

OWN_WORDS = "שיהיה לנו שקט בבית ושגיל ילך לגן כל יום"


def response(code: str = "human_services:hot_meals", name: str = "ארוחות חמות") -> Term:
    """A response of the taxonomy below its root."""
    return _term(Vocabulary.RESPONSE, "human_services", code, name)


def situation(code: str = "human_situations:tired_parents", name: str = "הורים עייפים") -> Term:
    return _term(Vocabulary.SITUATION, "human_situations", code, name)


def _term(vocabulary: Vocabulary, root: str, code: str, name: str) -> Term:
    whole = {"vocabulary": vocabulary, "version": "1"}
    top, _made = Term.objects.get_or_create(code=root, defaults={**whole, "name_he": root})
    term, _made = Term.objects.get_or_create(code=code, defaults={**whole, "name_he": name, "parent": top})
    return term


def goal(by: Account, family: Family, own_words: str = OWN_WORDS, **fields: Any) -> Goal:
    given = {"professions": ["welfare"], "agreed_by": "נועה", **fields}
    given.setdefault("target_on", timezone.localdate() + timedelta(days=90))
    with visible(everything(family.authority, by=by)):
        return actions.set_goal(by=by, family=family, own_words=own_words, **given)


def item(by: Account, family: Family, towards: Goal, **fields: Any) -> PlanItem:
    given = {
        "response": response(),
        "doer": "worker",
        "starts": timezone.localdate(),
        "frequency": "weekly",
        "professions": ["welfare"],
        **fields,
    }
    with visible(everything(family.authority, by=by)):
        return actions.add_item(by=by, family=family, goal=towards, **given)


def agreed(by: Account, family: Family, **fields: Any) -> Plan:
    """The draft of the family, agreed."""
    with visible(everything(family.authority, by=by)):
        draft = Plan.objects.get(family=family, agreed_on=None)
        return actions.agree_plan(by=by, plan=draft, agreed_by="נועה", **fields)


def planned(by: Account, family: Family, **fields: Any) -> Plan:
    """A plan in force with one goal and one item."""
    item(by, family, goal(by, family), **fields)
    return agreed(by, family)


def consent(by: Account, family: Family, **fields: Any) -> Consent:
    given = {
        "purpose": "לתאם בין בית הספר לרווחה",
        "professions": ["education"],
        "given_by": "נועה",
        "manner": "spoken",
        "until": timezone.localdate() + timedelta(days=200),
        **fields,
    }
    with visible(everything(family.authority, by=by)):
        return actions.record_consent(by=by, family=family, **given)


def shared_plan(by: Account, family: Family, body: Organisation, **fields: Any) -> PlanShare:
    given = {"profession": "education", "ends": timezone.localdate() + timedelta(days=30), **fields}
    if not given.get("consent"):
        given.setdefault("basis_details", "סעיף 1")
    with visible(everything(family.authority, by=by)):
        return actions.share_plan(by=by, family=family, organisation=body, **given)


def first_item(plan: Plan) -> PlanItem:
    with visible(everything(plan.authority)):
        return plan.items.order_by("position")[0]


PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def circumstance(by: Account, family: Family, kind: str = "strength", **fields: Any) -> Circumstance:
    given = {"words": "סבתא גרה קרוב ועוזרת", "said_by": "family", **fields}
    if kind == "situation":
        given.setdefault("term", situation())
    with visible(everything(family.authority, by=by)):
        return actions.add_circumstance(by=by, family=family, kind=kind, **given)


def contact(by: Account, family: Family, **fields: Any) -> Contact:
    given = {
        "kind": "home_visit",
        "at": timezone.now() - timedelta(hours=2),
        "people": "נועה, גיל והעו״ס",
        "said": "דיברנו על הבוקר",
        **fields,
    }
    with visible(everything(family.authority, by=by)):
        return actions.record_contact(by=by, family=family, **given)


def document(by: Account, family: Family, **fields: Any) -> Document:
    given = {"kind": "medical", "title": "מכתב רופא", "file_name": "letter.pdf", "content": PDF, **fields}
    with visible(everything(family.authority, by=by)):
        return actions.add_document(by=by, family=family, **given)


def task(by: Account, family: Family, **fields: Any) -> Task:
    given = {"what": "להתקשר לבית הספר", "due": timezone.localdate() + timedelta(days=3), **fields}
    with visible(everything(family.authority, by=by)):
        return actions.add_task(by=by, family=family, **given)


def assessment(by: Account, family: Family, system: Account, code: str = "family-poverty") -> Assessment:
    """An open round on a small rubric of that code."""
    rubric = rubric_of(code) or save_rubric(by=system, draft=draft_of(content(code=code))).rubric
    with visible(everything(family.authority, by=by)):
        return actions.begin_assessment(by=by, family=family, rubric=rubric)


def rated(by: Account, round: Assessment, level: int = 1) -> None:
    marks = [MarkDraft("income", level, "ראיתי"), MarkDraft("housing", None)]
    with visible(everything(round.authority, by=by)):
        actions.rate_assessment(by=by, assessment=round, marks=marks)
