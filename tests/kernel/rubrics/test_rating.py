"""Rounds: raters apart from each other, evidence kept encrypted, agreement, history over versions."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import Http404
from django.utils import timezone

from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.rubrics.actions import (
    MarkDraft,
    RoundClosed,
    agree,
    begin_round,
    close_round,
    rate,
    save_rubric,
)
from maarag.kernel.rubrics.drafts import draft_of
from maarag.kernel.rubrics.engine_data import agreement, agreement_of_pairs
from maarag.kernel.rubrics.models import Mark, Round
from maarag.kernel.rubrics.queries import comparison, history, may_compare, own_marks
from tests.factories.rubrics import content, levels

from .conftest import Rated

EVIDENCE = "תלוש שכר שהוצג בביקור"


def both(income: int | None, housing: int | None) -> list[MarkDraft]:
    return [MarkDraft("income", income, EVIDENCE), MarkDraft("housing", housing)]


def test_raters_are_compared_by_dimension(rated: Rated) -> None:
    row = rated.round()
    rate(by=rated.first, round=row, marks=both(1, 2))
    rate(by=rated.second, round=row, marks=both(3, None))
    found = comparison(row)
    assert found.raters == (rated.first, rated.second)
    income, housing = found.dimensions
    assert [said and said.level and said.level.value for said in income.said] == [1, 3]
    assert income.spread is not None
    assert (income.spread.apart, income.levels) == (2, (1, 3))
    assert [said and said.level for said in housing.said][1] is None
    assert housing.levels == (2, 2)
    agree(by=rated.second, round=row, marks=[MarkDraft("income", 2, "אחרי שיחה")])
    assert comparison(row).dimensions[0].levels == (2, 2)
    assert comparison(row).dimensions[0].spread == income.spread


def test_nobody_is_led_by_another(rated: Rated) -> None:
    row = rated.round()
    rate(by=rated.first, round=row, marks=both(1, 2))
    assert may_compare(row, rated.first)
    assert not may_compare(row, rated.second)
    rate(by=rated.second, round=row, marks=[MarkDraft("income", 1)])
    assert not may_compare(row, rated.second)
    rate(by=rated.second, round=row, marks=[MarkDraft("housing", None)])
    assert may_compare(row, rated.second)
    assert not may_compare(row, rated.world.system)
    assert may_compare(close_round(by=rated.first, round=row), rated.world.system)


def test_a_mark_is_changed_while_the_round_is_open(rated: Rated) -> None:
    row = rated.round()
    assert rate(by=rated.first, round=row, marks=both(1, 2)) == 2
    assert rate(by=rated.first, round=row, marks=both(1, 2)) == 0
    assert rate(by=rated.first, round=row, marks=both(2, 2)) == 1
    assert own_marks(row, rated.first)["income"].level.value == 2
    assert Mark.objects.count() == 2
    closed = close_round(by=rated.first, round=row)
    assert (closed.closed_by, closed.is_open) == (rated.first, False)
    for write in (
        lambda: rate(by=rated.first, round=row, marks=both(3, 3)),
        lambda: agree(by=rated.first, round=row, marks=both(3, 3)),
        lambda: close_round(by=rated.first, round=row),
    ):
        with pytest.raises(RoundClosed):
            write()


def test_what_makes_no_sense_is_refused_and_nothing_written(rated: Rated) -> None:
    row, tomorrow = rated.round(), timezone.localdate() + timedelta(days=1)
    with pytest.raises(ValidationError, match="no level 4"):
        rate(by=rated.first, round=row, marks=[MarkDraft("housing", 2), MarkDraft("income", 4)])
    with pytest.raises(ValidationError, match="no dimension"):
        rate(by=rated.first, round=row, marks=[MarkDraft("colour", 1)])
    with pytest.raises(ValidationError, match="future"):
        rate(by=rated.first, round=row, marks=both(1, 1), day=tomorrow)
    with pytest.raises(ValidationError, match="future"):
        rated.round(day=tomorrow)
    with pytest.raises(ValidationError, match="Nobody has rated"):
        agree(by=rated.first, round=row, marks=both(1, 1))
    with pytest.raises(ValidationError, match="Nothing was rated"):
        close_round(by=rated.first, round=row)
    with pytest.raises(ValidationError):
        rate(by=rated.first, round=row, marks=[MarkDraft("income", 1, "x" * 2001)])
    assert not Mark.objects.exists()
    gone = Round(pk=0, rubric=rated.rubric)
    with pytest.raises(Http404):
        rate(by=rated.first, round=gone, marks=both(1, 1))


def test_evidence_is_not_in_the_database_as_written(rated: Rated) -> None:
    row = rated.round()
    rate(by=rated.first, round=row, marks=both(1, 2))
    with connection.cursor() as cursor:
        cursor.execute("SELECT evidence FROM rubrics_mark")
        stored = [bytes(value) for (value,) in cursor.fetchall()]
    assert not any(EVIDENCE.encode() in value for value in stored)
    assert Mark.objects.get(dimension__code="income").evidence == EVIDENCE
    told = str(list(AuditEvent.objects.filter(action__startswith="rubrics").values()))
    assert EVIDENCE not in told


def test_agreement_over_rounds(rated: Rated) -> None:
    for income in (1, 2, 3, 3, 1, 2, 2, 3, 1, 1):
        row = rated.round()
        rate(by=rated.first, round=row, marks=both(income, 2))
        rate(by=rated.second, round=row, marks=both(income, 1 + income))
        agree(by=rated.first, round=row, marks=both(1, 1))
    income, housing = agreement(Round.objects.all(), rated.rubric)
    assert income.alpha.value == pytest.approx(1)
    assert (income.alpha.units, income.alpha.ratings, income.reading) == (10, 20, "reliable")
    assert housing.reading == "unreliable"
    [pair] = agreement_of_pairs(Round.objects.all(), rated.rubric)
    assert {pair.first, pair.second} == {rated.first, rated.second}
    assert pair.together == 10
    assert [one.alpha.value for one in pair.dimensions] == [pytest.approx(1), pytest.approx(0)]
    assert agreement_of_pairs(Round.objects.all(), rated.rubric, least=11) == []


def test_nothing_is_said_of_what_too_few_rated(rated: Rated) -> None:
    for income in (1, 2, 3, 3, 1, 2, 2, 3, 1):
        row = rated.round()
        for rater in (rated.first, rated.second):
            rate(by=rater, round=row, marks=both(income, 2))
    income, housing = agreement(Round.objects.all(), rated.rubric)
    assert (income.alpha.units, income.said, income.reading) == (9, None, "too_few")
    assert income.alpha.value == pytest.approx(1)
    assert agreement_of_pairs(Round.objects.all(), rated.rubric) == []
    row = rated.round()
    for rater in (rated.first, rated.second):
        rate(by=rater, round=row, marks=both(1, 2))
    income, housing = agreement(Round.objects.all(), rated.rubric)
    assert income.said == pytest.approx(1)
    assert (housing.said, housing.reading) == (None, "no_variation")


def test_history_over_versions_of_the_rubric(rated: Rated) -> None:
    first = rated.round(day=date(2026, 1, 10))
    rate(by=rated.first, round=first, marks=both(1, 2))
    second = rated.round(day=date(2026, 4, 10))
    rate(by=rated.first, round=second, marks=both(2, 3))
    rate(by=rated.second, round=second, marks=both(3, None))
    dimensions = [
        content()["dimensions"][0],
        {"code": "debts", "name": "חובות", "levels": levels("כבדים", "אין")},
    ]
    new = save_rubric(by=rated.world.system, draft=draft_of(content(dimensions=dimensions))).rubric
    third = begin_round(
        by=rated.first,
        round=Round(rubric=new, kind="places.place", subject=rated.world.city.code, day=date(2026, 7, 10)),
    )
    rate(by=rated.first, round=third, marks=[MarkDraft("income", 3), MarkDraft("debts", 1)])
    lines = {line.code: line for line in history([third, first, second])}
    assert list(lines) == ["income", "debts", "housing"]
    assert [(p.day.month, p.lowest, p.highest, p.of) for p in lines["income"].points] == [
        (1, 1, 1, 3),
        (4, 2, 3, 3),
        (7, 3, 3, 3),
    ]
    assert lines["income"].change == 2
    assert [(p.lowest, p.level and p.level.name_he) for p in lines["housing"].points] == [
        (2, "צפוף"),
        (3, "סביר"),
    ]
    assert lines["debts"].change is None
    assert history([]) == []


def test_a_write_whose_audit_fails_is_undone(rated: Rated, monkeypatch: pytest.MonkeyPatch) -> None:
    row = rated.round()
    rate(by=rated.first, round=row, marks=both(1, 2))
    state = [list(model.objects.order_by("pk").values_list()) for model in (Round, Mark)]

    def fail(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("the audit is full")

    monkeypatch.setattr(AuditEvent.objects, "bulk_create", fail)
    for write in (
        lambda: rated.round(),
        lambda: rate(by=rated.first, round=row, marks=both(3, 3)),
        lambda: agree(by=rated.first, round=row, marks=both(3, 3)),
        lambda: close_round(by=rated.first, round=row),
        lambda: save_rubric(by=rated.first, draft=draft_of(content(source="אחר"))),
    ):
        with pytest.raises(RuntimeError):
            write()
    assert [list(model.objects.order_by("pk").values_list()) for model in (Round, Mark)] == state
