"""Rubrics from files: what is taken in, what is refused and where the fault is; versions."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.rubrics.actions import retire_rubric, save_rubric
from maarag.kernel.rubrics.drafts import draft_of, read_rubric
from maarag.kernel.rubrics.models import Level, Rubric
from maarag.kernel.rubrics.queries import rubric_of, rubrics
from tests.factories.rubrics import content, levels

from .conftest import Rated


def test_what_a_file_says_is_there(rated: Rated) -> None:
    found = rubric_of("home")
    assert found is not None
    assert (found.name.he, found.name.en, found.version, found.source) == ("מצב הבית", "The home", 1, "בדיקה")
    said = {
        dimension.code: [(level.value, level.name_he) for level in dimension.levels.all()]
        for dimension in found.dimensions.all()
    }
    assert said["income"] == [(1, "חסרה"), (2, "דחוקה"), (3, "מספיקה")]
    assert len(said["housing"]) == 4


def test_the_same_file_again_changes_nothing(rated: Rated) -> None:
    events = AuditEvent.objects.count()
    again = save_rubric(by=rated.world.system, draft=read_rubric(json.dumps(content())))
    assert (again.outcome, again.rubric.pk) == ("same", rated.rubric.pk)
    assert AuditEvent.objects.count() == events


def test_what_nobody_rated_by_is_corrected(rated: Rated) -> None:
    fixed = save_rubric(by=rated.world.system, draft=draft_of(content(source="מקור מתוקן")))
    assert (fixed.outcome, fixed.rubric.pk, fixed.rubric.version) == ("corrected", rated.rubric.pk, 1)
    assert Level.objects.count() == 7


def test_what_was_rated_by_stays_and_a_new_version_follows(rated: Rated) -> None:
    rated.round()
    before = list(Level.objects.order_by("pk").values_list())
    shorter = content(dimensions=[{"code": "income", "name": "הכנסה", "levels": levels("אין", "יש")}])
    new = save_rubric(by=rated.world.system, draft=draft_of(shorter))
    assert (new.outcome, new.rubric.version) == ("new", 2)
    assert list(Level.objects.filter(dimension__rubric=rated.rubric).order_by("pk").values_list()) == before
    assert [one.version for one in rubrics()] == [2]
    old = rubric_of("home", 1)
    assert old is not None
    assert old.dimensions.count() == 2
    with pytest.raises(ValidationError, match="not in use"):
        rated.round()


def test_a_retired_rubric_comes_back_as_a_further_version(rated: Rated) -> None:
    rated.round()
    retire_rubric(by=rated.world.system, rubric=rated.rubric)
    assert not rubrics().exists()
    back = save_rubric(by=rated.world.system, draft=draft_of(content()))
    assert (back.outcome, back.rubric.version) == ("new", 2)
    assert Rubric.objects.count() == 2


def dimension(**changes: Any) -> dict[str, Any]:
    return content(dimensions=[{"code": "income", "name": "הכנסה", "levels": levels("א", "ב")} | changes])


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ([], "·"),
        (content(code="לא"), "code"),
        (content(name={"en": "Home"}), "name"),
        (content(name={"he": "בית", "fr": "maison"}), "name"),
        (content(name={"he": "ב" * 121}), "name"),
        (content(higher_is_better="yes"), "higher_is_better"),
        (content(dimensions=[]), "dimensions"),
        (dimension(levels=levels("א")), r"dimensions\[1\].levels"),
        (dimension(levels=levels(*"אבגדהוזח")), r"dimensions\[1\].levels"),
        (dimension(levels=[{"name": "א", "about": ""}, {"name": "ב", "about": "ב"}]), r"levels\[1\].about"),
        (content(dimensions=dimension()["dimensions"] * 2), "income"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(given: Any, where: str) -> None:
    with pytest.raises(ValidationError, match=where):
        draft_of(given)


def test_what_is_no_json_is_said_so() -> None:
    with pytest.raises(ValidationError, match="no JSON"):
        read_rubric("{")
