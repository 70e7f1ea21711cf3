"""The demonstration's own table of departments against the matcher of place names."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from maarag.demo import actions
from maarag.demo.tables import rows
from maarag.kernel.access.actions import system_account
from maarag.kernel.places.names import PlaceNames


@pytest.mark.django_db
def test_the_matcher_resolves_every_department_as_the_table_does(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "PARTS", actions.PARTS[:3])
    actions.load_demonstration(by=system_account())
    matcher = PlaceNames.load()
    source = shared / "data/departments/welfare_departments_noshmim_otzma.csv"
    with source.open(encoding="utf-8-sig", newline="") as file:
        published = list(csv.DictReader(file))
    matches = [matcher.match(row["location"]).place or matcher.match(row["city"]).place for row in published]
    found = [place.code if place else "" for place in matches]
    assert found == [row["authority"] for row in rows("departments")]
