"""Unusual reading: each rule from both sides, and the queries that feed them."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override

from maarag.kernel.access.actions import open_account
from maarag.kernel.audit.actions import record_read
from maarag.kernel.audit.reads import (
    FileFacts,
    reading_actions,
    reads_of,
    reason_in_words,
    tell_about_files,
    told_reads,
    unusual_reading,
)
from maarag.kernel.audit.unusual import POINTS, Reading, Reason, is_odd_hour, unusual_days
from maarag.kernel.places.models import Place
from tests.factories.services import world

MONDAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12)


def day_of(reader: int, files: int, at: datetime = NOON, **facts: bool) -> list[Reading]:
    return [Reading(reader, f"{reader}-{at:%d}-{n}", at, **facts) for n in range(files)]


def codes(readings: list[Reading], since: date = MONDAY) -> dict[int, list[str]]:
    return {day.reader: [reason.code for reason in day.reasons] for day in unusual_days(readings, since)}


def test_many_files_against_everybody_s_habit() -> None:
    assert codes(day_of(1, 12)) == {}
    assert codes(day_of(1, 13)) == {1: ["many"]}
    busy = [r for n in range(10) for r in day_of(1, 10, NOON - timedelta(days=n + 1))]
    assert codes(busy + day_of(1, 30)) == {}
    assert codes(busy + day_of(1, 31)) == {1: ["many"]}
    colleagues = [r for who in range(2, 8) for r in day_of(who, 12)]
    assert codes(colleagues + day_of(1, 24)) == {}
    assert codes(colleagues + day_of(1, 25)) == {1: ["many"]}
    assert codes(day_of(1, 40, NOON - timedelta(days=1))) == {}  # before what was asked for


def test_the_same_file_many_times_is_one() -> None:
    assert codes(day_of(1, 10) * 5) == {}


@pytest.mark.parametrize(
    ("moment", "odd"),
    [
        (datetime(2026, 3, 2, 21, 59), False),
        (datetime(2026, 3, 2, 22), True),
        (datetime(2026, 3, 3, 5, 59), True),
        (datetime(2026, 3, 3, 6), False),
        (datetime(2026, 3, 6, 17, 59), False),  # Friday
        (datetime(2026, 3, 6, 18), True),
        (datetime(2026, 3, 7, 12), True),  # Saturday
        (datetime(2026, 3, 8, 12), False),
    ],
)
def test_odd_hours(moment: datetime, odd: bool) -> None:
    assert is_odd_hour(moment) is odd
    assert codes(day_of(1, 3, moment)) == ({1: ["odd_hours"]} if odd else {})
    assert codes(day_of(1, 2, moment)) == {}


def test_closed_foreign_and_emergency() -> None:
    assert codes(day_of(1, 1, closed=True)) == {}
    assert codes(day_of(1, 2, closed=True)) == {1: ["closed"]}
    assert codes(day_of(1, 1, break_glass=True)) == {1: ["break_glass"]}
    assert codes(day_of(1, 5, of_care=False)) == {}
    assert codes(day_of(1, 6, of_care=False)) == {1: ["not_of_care"]}
    mixed = day_of(1, 6, of_care=False) + day_of(1, 6, NOON.replace(minute=1), of_care=True)
    assert len({reading.file for reading in mixed}) == 6
    own = [Reading(1, f"own-{n}", NOON, of_care=True) for n in range(6)]
    assert codes(day_of(1, 6, of_care=False) + own) == {}


def test_the_heaviest_day_comes_first() -> None:
    night = NOON.replace(hour=23)
    found = unusual_days(day_of(1, 3, night) + day_of(2, 60, night, closed=True), MONDAY)
    assert [day.reader for day in found] == [2, 1]
    assert found[0].points == POINTS["many"] + 1 + POINTS["odd_hours"] + POINTS["closed"]
    assert found[0].reasons[0].code == "many"
    assert all(reason_in_words(reason) for day in found for reason in day.reasons)


@pytest.mark.parametrize("code", POINTS)
def test_one_file_is_told_as_one(code: str) -> None:
    with override("en"):
        one, many = (reason_in_words(Reason(code, files, 20)) for files in (1, 3))
    assert one.startswith("1 ")
    assert "file" in one
    assert "files" not in one
    assert "files" in many


class File:
    is_personal = True

    class _meta:
        label_lower = "families.family"
        db_table = "families_family"

    def __init__(self, authority: Place) -> None:
        self.pk = uuid.uuid4()
        self.authority_id = authority.pk


def test_who_read_a_file_and_who_reads_much(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import transaction

    from maarag.database.rows import RowScope, under
    from maarag.kernel.audit import reads

    here = world()
    assert {"families.read", "families.print"} <= set(reading_actions())
    reader = open_account(by=here.system, email="r@example.org", name="דנה")
    file, sister = File(here.city), File(here.sister)
    today = timezone.localdate()
    closed = {str(file.pk): FileFacts(frozenset(), today - timedelta(days=3))}
    monkeypatch.setattr(reads, "_FACTS", {})
    tell_about_files("families.family", lambda ids: {key: closed[key] for key in ids if key in closed})
    with transaction.atomic(), under(RowScope(audited=frozenset({here.city.pk}))):
        for subject in (file, sister):
            record_read(by=reader, subject=subject, what="families.read")
        assert [event.actor for event in reads_of(file)] == [reader]
        assert [told.who for told in told_reads(file)] == ["דנה"]
        assert not reads_of(file, since=timezone.now() + timedelta(minutes=1)).exists()
        others = [File(here.city) for _ in range(20)]
        for subject in others:
            record_read(by=reader, subject=subject, what="families.read")
        (day,) = unusual_reading(here.city, today)
        assert (day.reader, day.files) == (reader.pk, 21)
        assert "many" in {reason.code for reason in day.reasons}
        assert unusual_reading(here.city, today + timedelta(days=1)) == []
