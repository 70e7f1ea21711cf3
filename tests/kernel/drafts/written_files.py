"""Forms of casework and of the families' files, each filled in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maarag.domains.baskets import actions as buying
from maarag.domains.casework.actions import begin_assessment
from maarag.domains.casework.rubrics import load_rubrics
from maarag.domains.families.models import Opening
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from tests.factories import casework
from tests.factories.families import opened

from .written import BACKEND, LATER, TODAY, Town, Written


def in_casework(town: Town, name: str, good: dict[str, Any], rows: tuple[Any, ...] = ()) -> Written:
    mine, theirs = rows or ((), ())
    one = [town.city.family.pk, *([mine.pk] if mine else [])]
    two = [town.other.pk, *([theirs.pk] if theirs else [])]
    return Written(
        town.city.worker, reverse(f"casework:{name}", args=one), reverse(f"casework:{name}", args=two), good
    )


def goal_form() -> dict[str, Any]:
    return {
        "own_words": "שיהיה לנו שקט בבית",
        "professions": ["welfare"],
        "target_on": (TODAY() + LATER).isoformat(),
        "agreed_by": "נועה",
        "agreed_on": TODAY().isoformat(),
    }


def contact(town: Town) -> Written:
    at = timezone.localtime() - timedelta(hours=1)
    good = {"kind": "home_visit", "at": at.strftime("%Y-%m-%dT%H:%M"), "people": "נועה", "said": "ביקור ארוך"}
    return in_casework(town, "add_contact", good)


def new_goal(town: Town) -> Written:
    return in_casework(town, "add_goal", goal_form())


def changed_goal(town: Town) -> Written:
    rows = (town.city.goal, casework.goal(town.city.worker, town.other))
    return in_casework(town, "edit_goal", goal_form(), rows)


def another_goal_of_the_family(town: Town) -> Written:
    found = changed_goal(town)
    second = casework.goal(town.city.worker, town.city.family, "עבודה קבועה")
    found.there = reverse("casework:edit_goal", args=[town.city.family.pk, second.pk])
    return found


def plan_item(town: Town) -> Written:
    casework.goal(town.city.worker, town.other)
    good = {
        "goal": str(town.city.goal.pk),
        "response": casework.response().code,
        "doer": "worker",
        "starts": TODAY().isoformat(),
        "frequency": "weekly",
        "professions": ["welfare"],
    }
    return in_casework(town, "add_item", good)


def consent(town: Town) -> Written:
    good = {
        "purpose": "שהגן והרווחה ידברו",
        "professions": ["education"],
        "given_by": "נועה",
        "manner": "spoken",
        "given_on": TODAY().isoformat(),
        "until": (TODAY() + LATER).isoformat(),
    }
    return in_casework(town, "add_consent", good)


def withdrawn_consent(town: Town) -> Written:
    rows = tuple(casework.consent(town.city.worker, of) for of in (town.city.family, town.other))
    return in_casework(town, "withdraw_consent", {"words": "נועה, בטלפון"}, rows)


def closing(town: Town) -> Written:
    good = {
        "reason": "goals_reached",
        "closed_on": TODAY().isoformat(),
        "helped": "שהיה מי שמקשיב",
        "said_by": "נועה",
        "next_steps": "מרכז המשפחה",
    }
    with town.city.scope():
        buying.close_basket(by=town.city.worker, basket=town.city.basket)
    return in_casework(town, "close", good | {f"goal_{town.city.goal.pk}": "reached"})


def rating(town: Town) -> Written:
    load_rubrics(by=town.city.world.system)
    rubric = casework.rubric_of("family-poverty")
    with town.city.scope():
        rows = tuple(
            begin_assessment(by=town.city.worker, family=of, rubric=rubric)
            for of in (town.city.family, town.other)
        )
        dimension = rubric.dimensions.first()
    good = {
        "rubric-day": TODAY().isoformat(),
        f"rubric-level-{dimension.code}": "2",
        f"rubric-evidence-{dimension.code}": "ראיתי בביקור",
    }
    found = in_casework(town, "rate", good, rows)
    found.bad = good | {"rubric-day": "מחר"}
    return found


def share(town: Town) -> Written:
    good = {
        "organisation": town.city.service.organisation.code,
        "fields_shared": ["family_name"],
        "basis": "consent",
        "basis_details": "האם, בעל פה, היום",
        "starts": TODAY().isoformat(),
        "ends": (TODAY() + LATER).isoformat(),
    }
    here, there = (reverse("families:share", args=[of.pk]) for of in (town.city.family, town.other))
    return Written(town.city.worker, here, there, good)


def openings(town: Town) -> tuple[Account, Opening, Opening]:
    """Both files, opened in an emergency by a worker of the sister authority."""
    place = town.city.world
    foreign = place.account(Role.SOCIAL_WORKER, place=place.sister)
    one, two = (opened(foreign, place.city, of.number) for of in (town.city.family, town.other))
    return foreign, one, two


def justification(town: Town) -> Written:
    by, one, two = openings(town)
    here, there = (reverse("families:emergency_file", args=[row.pk]) for row in (one, two))
    return Written(by, here, there, {"text": "ישבתי עם הילד"}, reverse("families:justify", args=[one.pk]))


def verdict(town: Town) -> Written:
    by, *rows = openings(town)
    client = Client()
    client.force_login(by, backend=BACKEND)
    for row in rows:
        client.post(reverse("families:justify", args=[row.pk]), {"text": "ישבתי עם הילד"})
        client.post(reverse("families:end_own", args=[row.pk]))
    here, there = (reverse("families:opening", args=[row.pk]) for row in rows)
    return Written(town.city.leader, here, there, {"verdict": "accepted", "note": "היה נחוץ"})


def verdict_on_reading(town: Town) -> Written:
    readers = (town.city.worker, town.city.second)
    for reader in readers:
        client = Client()
        client.force_login(reader, backend=BACKEND)
        assert client.get(reverse("families:detail", args=[town.city.family.pk])).status_code == 200
    city, day = town.city.world.city.code, TODAY().isoformat()
    here, there = (reverse("families:reading_day", args=[city, reader.pk, day]) for reader in readers)
    return Written(town.city.leader, here, there, {"verdict": "in_order", "note": "בתורנות"})
