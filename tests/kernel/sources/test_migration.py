"""A database of the release before: the texts of its sources are still shown, each in its language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from maarag.database.migrating import as_owner

pytestmark = pytest.mark.django_db(transaction=True)

ONE_TEXT = ("sources", "0001_initial")
THREE = ("sources", "0002_texts_in_three_languages")
FIELDS = ("publisher", "licence", "method")
TEXTS = {
    "hebrew": ("המחלקה למחקר", "חומר פנימי", "נשאלו 100 משפחות, 12 % לא ענו (SurveyMonkey).\nראו نص.", "he"),
    "arabic": ("قسم البحث", "مواد داخلية", "سُئلت 100 عائلة (SPSS).", "ar"),
    "english": ("Research department", "CC BY 4.0", "Asked: 100 families’ “heads”.", "en"),
    "no-letters": ("2021", "4.0", "100 × 1.5", "en"),
    "nothing": ("", "", "", "en"),
}


def as_of(release: tuple[str, str]) -> Any:
    """The database is brought to a release; gives the model of sources as it was in it."""
    executor = MigrationExecutor(connection)
    return executor.migrate([release]).apps.get_model("sources", "Source")


@pytest.fixture
def before() -> Iterator[Any]:
    """The model of the release before; nothing of it stays."""
    with as_owner(connection), transaction.atomic():
        yield as_of(ONE_TEXT)
        transaction.set_rollback(True)


def test_every_text_goes_to_its_language_and_comes_back(before: Any) -> None:
    for code, (*texts, _language) in TEXTS.items():
        before.objects.create(code=code, name_he=code, **dict(zip(FIELDS, texts, strict=True)))
    after = as_of(THREE)
    for code, (*texts, language) in TEXTS.items():
        source = after.objects.get(code=code)
        for field, text in zip(FIELDS, texts, strict=True):
            told = {other: getattr(source, f"{field}_{other}") for other in ("he", "ar", "en")}
            assert told == {"he": "", "ar": "", "en": ""} | {language: text}
    after.objects.filter(code="arabic").update(method_en="In English", publisher_he="בעברית")
    again = as_of(ONE_TEXT)
    found = {row.code: (row.publisher, row.licence, row.method) for row in again.objects.all()}
    expected = {code: texts[:-1] for code, texts in TEXTS.items()}
    assert found == expected | {"arabic": ("בעברית", "مواد داخلية", "In English")}
