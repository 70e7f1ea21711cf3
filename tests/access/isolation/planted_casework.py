"""Secrets in every text of casework."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from maarag.domains.casework.models import (
    Assessment,
    AssessmentMark,
    Circumstance,
    Consent,
    Contact,
    Document,
    DocumentContent,
    Goal,
    Outcome,
    Plan,
    PlanItem,
    PlanShare,
    Task,
)
from maarag.domains.families.models import Family
from maarag.kernel.access.permissions import Role
from maarag.kernel.people.actions import save_organisation
from maarag.kernel.people.models import Organisation, Sector
from maarag.kernel.rubrics.models import Rubric
from tests.factories.casework import response
from tests.factories.rubrics import rubric

PREFIX = "zq7"


def casework(found: Any) -> None:
    """A row of each kind for every planted family, with a secret in each of its texts."""
    world = found.estate.nation.world
    body = Organisation.objects.filter(code="casework-body").first() or save_organisation(
        by=world.system,
        code="casework-body",
        name_he="גוף אחר",
        sector=Sector.CIVIL_SOCIETY,
        place=world.city,
    )
    form = Rubric.objects.filter(code="planted").first() or rubric(world.system, code="planted")
    for family in Family.objects.filter(name__startswith=PREFIX).order_by("number"):
        _agreements(found, family, body)
        _plan(found, family)
        _records(found, family)
        _assessment(found, family, form)


def _carried(found: Any, family: Family) -> dict[str, Any]:
    return {"authority": family.authority, "family": family, "written_by": found.estate.nation.world.system}


def _secrets(found: Any, model: str, *names: str) -> dict[str, str]:
    return {name: found.new(f"{model}.{name}") for name in names}


def _agreements(found: Any, family: Family, body: Organisation) -> None:
    today = timezone.localdate()
    carried = _carried(found, family)
    consent = Consent.objects.create(
        **carried,
        professions=["health"],
        manner="spoken",
        given_on=today,
        until=today + timedelta(days=30),
        **_secrets(found, "Consent", "purpose", "given_by", "withdrawn_words"),
    )
    PlanShare.objects.create(
        **carried,
        organisation=body,
        profession="health",
        basis="consent",
        consent=consent,
        starts=today,
        ends=today + timedelta(days=9),
        **_secrets(found, "PlanShare", "basis_details"),
    )


def _plan(found: Any, family: Family) -> None:
    today = timezone.localdate()
    carried = _carried(found, family)
    Circumstance.objects.create(
        **carried,
        kind="strength",
        said_by="family",
        said_on=today,
        **_secrets(found, "Circumstance", "words", "said_by_whom", "ended_why"),
    )
    goal = Goal.objects.create(
        **carried,
        professions=["health"],
        target_on=today,
        agreed_on=today,
        state_on=today,
        **_secrets(found, "Goal", "own_words", "professional_words", "agreed_by", "state_reason"),
    )
    plan = Plan.objects.create(
        **carried,
        number=1,
        agreed_on=today,
        agreed_with=carried["written_by"],
        **_secrets(found, "Plan", "agreed_by", "note"),
    )
    PlanItem.objects.create(
        **carried,
        plan=plan,
        goal=goal,
        response=response(),
        doer="worker",
        starts=today,
        frequency="weekly",
        professions=["health"],
        **_secrets(found, "PlanItem", "who", "amount", "details", "progress_note"),
    )


def _records(found: Any, family: Family) -> None:
    now, today = timezone.now(), timezone.localdate()
    carried = _carried(found, family)
    Contact.objects.create(
        **carried, kind="phone", at=now, **_secrets(found, "Contact", "people", "said", "next_step")
    )
    document = Document.objects.create(
        **carried,
        kind="medical",
        media_type="application/pdf",
        size=5,
        **_secrets(found, "Document", "title", "file_name", "removed_why"),
    )
    DocumentContent.objects.create(
        **carried, document=document, **_secrets(found, "DocumentContent", "content")
    )
    Task.objects.create(
        **carried,
        worker=found.estate.own[Role.SOCIAL_WORKER],
        due=today,
        **_secrets(found, "Task", "what"),
    )
    Outcome.objects.create(
        **carried,
        closed_on=today,
        reason="other",
        **_secrets(found, "Outcome", "said_by", "helped", "hindered", "next_steps"),
    )


def _assessment(found: Any, family: Family, form: Rubric) -> None:
    by = found.estate.nation.world.system
    round = Assessment.objects.create(authority=family.authority, family=family, rubric=form, begun_by=by)
    AssessmentMark.objects.create(
        authority=family.authority,
        family=family,
        round=round,
        dimension=form.dimensions.first(),
        rater=by,
        **_secrets(found, "AssessmentMark", "evidence"),
    )
