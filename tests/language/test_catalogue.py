"""The language of the command line, before Django is loaded."""

from __future__ import annotations

import pytest

from maarag.cli.messages import LANGUAGES, LOCALE, compile_to, read
from maarag.language import catalogue


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "he"),
        ({"LANG": "C.UTF-8"}, "he"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "ar_IL.UTF-8"}, "ar"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "he:en"}, "he"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "fr:ar"}, "ar"),
        ({"LANG": "he_IL"}, "he"),
    ],
)
def test_the_language_is_the_environments(environ: dict[str, str], language: str) -> None:
    assert catalogue.spoken(environ) == language


def test_a_message_is_told_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for language in LANGUAGES:
        path = LOCALE / language / "LC_MESSAGES" / "django.po"
        compile_to(read(path, language), path.with_suffix(".mo"))
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    said = {}
    for language in ("he", "ar", "en"):
        monkeypatch.setenv("LANGUAGE", language)
        catalogue.catalogue.cache_clear()
        said[language] = catalogue.told("decided by a person")
    catalogue.catalogue.cache_clear()
    assert said["en"] == "decided by a person"
    assert any("א" <= letter <= "ת" for letter in said["he"])
    assert any("\u0621" <= letter <= "\u064a" for letter in said["ar"])
