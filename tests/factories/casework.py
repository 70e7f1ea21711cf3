"""Casework for tests: written through the actions, in the scope of whoever writes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from maarag.database.rows import visible
from maarag.domains.casework import actions
from maarag.domains.casework.models import Consent, Goal, Plan, PlanItem, PlanShare
from maarag.domains.families.models import Family
from maarag.kernel.access.models import Account
from maarag.kernel.people.models import Organisation
from maarag.kernel.taxonomy.models import Term, Vocabulary

from .families import everything

OWN_WORDS = "שיהיה לנו שקט בבית ושגיל ילך לגן כל יום"


def response(code: str = "human_services:food:meals", name: str = "ארוחות") -> Term:
    """A response of the taxonomy below its root."""
    return _term(Vocabulary.RESPONSE, "human_services", code, name)


def situation(code: str = "human_situations:families", name: str = "משפחות") -> Term:
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
