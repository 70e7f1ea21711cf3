"""The sessions of guidance and the targets that addresses ask for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from maarag.domains.guidance.actions import plan_session, set_target
from maarag.domains.programmes.actions import save_programme
from maarag.domains.programmes.models import Programme
from maarag.kernel.access.permissions import Role

from .conftest import Estate

CODE = "guided"


def programme(estate: Estate) -> Programme:
    world = estate.nation.world
    return save_programme(by=world.system, code=CODE, organisation=world.organisation, name_he="תכנית מודרכת")


def session(estate: Estate) -> dict[str, Any]:
    """A session of yesterday of the own authority, which nobody has written down."""
    made = plan_session(
        by=estate.own[Role.TEAM_LEADER],
        authority=estate.nation.world.city,
        programmes=[programme(estate)],
        day=timezone.localdate() - timedelta(days=1),
        topic="עבודה מודעת עוני",
        guide="ד״ר רונית",
    )
    return {"pk": made.pk}


def target(estate: Estate) -> dict[str, Any]:
    """A target of the own authority."""
    made = set_target(
        by=estate.own[Role.TEAM_LEADER],
        place=estate.nation.world.city,
        measure="places_taken",
        value=90,
        why="כל מקום פנוי הוא משפחה שמחכה",
    )
    return {"pk": made.pk}


def new_session(estate: Estate) -> dict[str, Any]:
    return {
        "authority": estate.nation.world.city.code,
        "programmes": [programme(estate).code],
        "day": (timezone.localdate() + timedelta(days=9)).isoformat(),
        "topic": "ילדים בסיכון",
        "guide": "מיכל",
    }


def new_target(estate: Estate) -> dict[str, Any]:
    return {"place": estate.nation.world.city.code, "measure": "spent", "value": 80, "why": "כסף ששוכב"}
