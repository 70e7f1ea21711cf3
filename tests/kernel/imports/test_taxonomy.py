"""Versions of the taxonomy: keys, renames by three roads, terms that are gone, and what is no taxonomy."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile

from maarag.kernel.access.models import Account
from maarag.kernel.imports.actions import NotReady, import_now
from maarag.kernel.imports.importers.taxonomy import read_renames
from maarag.kernel.imports.models import ImportFile, Mode
from maarag.kernel.imports.reading import FileRefused
from maarag.kernel.taxonomy.models import FormerCode, Term
from maarag.kernel.taxonomy.queries import term_by_code

pytestmark = pytest.mark.django_db

FIRST = """- name:
    source: Human Services
    tx:
      he: מענים
  slug: human_services
  items:
  - name:
      source: Food
      tx:
        he: מזון
    slug: human_services:food
    items:
    - name:
        source: Meals
        tx:
          he: 'ארוחות'
      slug: human_services:food:meals
      pk: k-meals
    pk: k-food
  - name:
      source: Care
    slug: human_services:care
    pk: k-care
  pk: k-root
"""


def load(
    by: Account, content: str, name: str = "t.yaml", mode: str | None = Mode.ALL, **options: str
) -> ImportFile:
    file = ContentFile(content.encode(), name=name)
    return import_now(by=by, kind="taxonomy", file=file, name=name, mode=mode, options=options)[0]


def test_yaml_with_stable_keys(system: Account) -> None:
    assert load(system, FIRST, version="1").counts == {"new": 4}
    meals = Term.objects.get(code="human_services:food:meals")
    assert (meals.name_he, meals.name_en, meals.key) == ("ארוחות", "Meals", "k-meals")
    assert meals.parent.code == "human_services:food"
    assert Term.objects.get(code="human_services:care").name_he == "Care"


def test_a_second_version_that_renames_keeps_the_term(system: Account) -> None:
    load(system, FIRST, version="1")
    before = Term.objects.get(key="k-meals").pk
    second = load(system, FIRST.replace("human_services:food", "human_services:nutrition"), version="2")
    assert second.counts == {"changed": 2, "unchanged": 2}
    changed = second.rows.get(number=3)
    assert changed.changes == {"code": ["human_services:food:meals", "human_services:nutrition:meals"]}
    assert Term.objects.get(code="human_services:nutrition:meals").pk == before
    assert term_by_code("human_services:food:meals").pk == before
    assert load(system, FIRST.replace("human_services:food", "human_services:nutrition")).counts == {
        "unchanged": 4
    }


def test_renames_from_their_own_file_and_from_a_column(system: Account) -> None:
    load(
        system,
        "slug,שם\nhuman_services,מענים\nhuman_services:food,מזון\nhuman_services:care,רווחה\n",
        "t.csv",
    )
    ids = dict(Term.objects.values_list("name_he", "pk"))
    renamed = (
        "slug,שם,קוד קודם\nhuman_services,מענים,\nhuman_services:eat,מזון,\n"
        "human_services:help,רווחה,human_services:care\n"
    )
    found = load(system, renamed, "t.csv", renames="# new\nhuman_services:food->human_services:eat\n")
    assert found.counts == {"changed": 2, "unchanged": 1}
    assert dict(Term.objects.values_list("name_he", "pk")) == ids
    assert set(FormerCode.objects.values_list("code", flat=True)) == {
        "human_services:food",
        "human_services:care",
    }


def test_terms_that_are_gone_are_retired_and_other_vocabularies_stay(system: Account) -> None:
    load(system, "slug,שם\nhuman_situations,מצבים\n", "t.csv")
    load(system, FIRST)
    load(system, "slug,שם\nhuman_services,מענים\n", "t.csv")
    current = set(Term.objects.filter(is_current=True).values_list("code", flat=True))
    assert current == {"human_services", "human_situations"}
    assert Term.objects.count() == 5


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("human_services:a:b,x", "does not come before"),
        ("animals,x", "no vocabulary"),
        ("Human Services,x", "not a code"),
        ("human_services:b,", "no name"),
    ],
)
def test_what_is_no_term(system: Account, row: str, why: str) -> None:
    content = f"slug,שם\nhuman_services,מענים\n{row}\n"
    found = load(system, content, "t.csv", mode=None)
    assert found.counts == {"new": 1, "problem": 1}
    assert why in found.rows.get(status="problem").problems[0]["reason"]
    with pytest.raises(NotReady, match="taken whole"):
        load(system, content, "t.csv", mode=Mode.UNDERSTOOD)


@pytest.mark.parametrize(
    "line", ["  key: &anchor x", "  - just a word", "      too: deep", "  slug: |", "nothing at all"]
)
def test_yaml_that_is_not_read_is_refused_with_its_line(system: Account, line: str) -> None:
    with pytest.raises(FileRefused, match="Line 3"):
        load(system, f"- name: x\n  slug: human_services\n{line}\n")


def test_renames_that_are_no_renames() -> None:
    assert read_renames("a->b\n\n# c->d\n a:b -> c:d \n") == {"a": "b", "a:b": "c:d"}
    with pytest.raises(FileRefused, match="Line 2"):
        read_renames("a->b\nnonsense\n")
