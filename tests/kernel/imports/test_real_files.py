"""The importers on the real files beside the checkout."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.files import File

from maarag.domains.services.models import Programme, Service
from maarag.kernel.access.models import Account
from maarag.kernel.imports.actions import import_now
from maarag.kernel.imports.models import ImportFile, Mode, RowStatus
from maarag.kernel.people.models import Organisation
from maarag.kernel.places.models import Place, PlaceFigure, PlaceKind
from maarag.kernel.taxonomy.models import Term, Vocabulary

pytestmark = pytest.mark.django_db


def load(
    by: Account, kind: str, path: Path, mode: str | None = Mode.UNDERSTOOD, **options: str
) -> ImportFile:
    with path.open("rb") as file:
        found, _counts = import_now(
            by=by, kind=kind, file=File(file), name=path.name, mode=mode, options=options
        )
    return found


@pytest.fixture
def authorities(system: Account, shared: Path) -> ImportFile:
    return load(system, "authorities", shared / "data/authorities/local_authorities_255.csv", Mode.ALL)


def test_authorities(authorities: ImportFile, system: Account, shared: Path) -> None:
    assert authorities.counts == {RowStatus.NEW: 255}
    assert Place.objects.filter(kind=PlaceKind.AUTHORITY).count() == 255
    assert Place.objects.filter(kind=PlaceKind.CLUSTER).count() == 11
    haifa = Place.objects.get(code="4000")
    assert (haifa.population_year, haifa.socioeconomic_cluster) == (2021, 7)
    assert haifa.contained_in.filter(ancestor__code="D-haifa", depth=1).exists()
    income = PlaceFigure.objects.get(place=haifa, code="monthly_income_per_person")
    assert income.year == 2019
    again = load(system, "authorities", shared / "data/authorities/local_authorities_255.csv", Mode.ALL)
    assert again.counts == {RowStatus.UNCHANGED: 255}


def test_departments(authorities: ImportFile, system: Account, shared: Path) -> None:
    path = shared / "data/departments/welfare_departments_noshmim_otzma.csv"
    found = load(system, "departments", path)
    assert found.counts == {RowStatus.NEW: 322, RowStatus.PROBLEM: 1}
    problem = found.rows.get(status=RowStatus.PROBLEM)
    assert "חברון" in json.dumps(problem.raw, ensure_ascii=False)
    assert Organisation.objects.filter(code__startswith="department-").count() == 322
    assert set(Programme.objects.values_list("code", flat=True)) == {"noshmim", "otzma"}
    assert not Service.objects.filter(code="noshmim-7200").exists()
    jerusalem = Service.objects.get(code="noshmim-3000")
    assert [area.place.code for area in jerusalem.areas.all()] == ["3000"]
    again = load(system, "departments", path)
    assert again.counts == {RowStatus.UNCHANGED: 322, RowStatus.PROBLEM: 1}


def test_taxonomy_from_yaml_and_from_csv(system: Account, shared: Path) -> None:
    folder = shared / "data/open_eligibility_he"
    found = load(system, "taxonomy", folder / "taxonomy.tx.yaml", Mode.ALL, version="14.0.1")
    assert found.counts == {RowStatus.NEW: 430}
    by_vocabulary = {v: Term.objects.filter(vocabulary=v, is_current=True).count() for v in Vocabulary}
    assert by_vocabulary == {Vocabulary.RESPONSE: 190, Vocabulary.SITUATION: 218, Vocabulary.SETTING: 22}
    translation = Term.objects.get(code="human_services:care:accessibility:translation")
    assert (translation.name_he, translation.key) == ("שפת סימנים", "2a4f7e5aefc84046ab65c80fd52c5597")
    again = load(system, "taxonomy", folder / "taxonomy.tx.yaml", Mode.ALL, version="14.0.1")
    assert again.counts == {RowStatus.UNCHANGED: 430}
    table = load(system, "taxonomy", folder / "services.csv", Mode.ALL, version="14.0.1")
    assert table.counts == {RowStatus.UNCHANGED: 190}
    assert Term.objects.filter(is_current=True).count() == 430


def test_service_catalogue(authorities: ImportFile, system: Account, shared: Path) -> None:
    load(system, "taxonomy", shared / "data/open_eligibility_he/taxonomy.tx.yaml", Mode.ALL)
    path = shared / "data/services/welfare_service_catalogue_2021-05-18.csv"
    found = load(system, "service-catalogue", path, Mode.ALL)
    assert found.counts == {RowStatus.NEW: 137}
    assert Service.objects.filter(code__startswith="welfare-", as_of="2021-05-18").count() == 137
    misspelt = found.rows.exclude(notes=[])
    assert [("ליוווי" in note) for row in misspelt for note in row.notes] == [True]
    again = load(system, "service-catalogue", path, Mode.ALL)
    assert again.counts == {RowStatus.UNCHANGED: 137}
