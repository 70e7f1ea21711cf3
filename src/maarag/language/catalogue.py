"""The language of the command line, and its texts before Django is loaded (which takes seconds)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

LOCALE = Path(__file__).resolve().parent.parent / "locale"
DEFAULT = "he"
TRANSLATED = ("he", "ar")


def N_(message: str) -> str:
    """Mark a msgid for the catalogue, no more: Django's own gettext_noop loads the settings."""
    return message


def spoken(environ: Mapping[str, str] = os.environ) -> str:
    """The first language that LANGUAGE, LC_ALL, LC_MESSAGES and LANG name and Maarag speaks; else Hebrew."""
    asked = environ.get("LANGUAGE", "").split(":")
    asked += [environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    for name in asked:
        language = name.replace("-", "_").split("_")[0].split(".")[0].lower()
        if language in (*TRANSLATED, "en"):
            return language
    return DEFAULT


def told(message: str) -> str:
    """The message in the language of the command line."""
    return catalogue().gettext(message)


@cache
def catalogue() -> NullTranslations:
    """Texts in the language of the command line; read once, as hundreds of thousands of sentences need it."""
    language = spoken()
    path = LOCALE / language / "LC_MESSAGES" / "django.mo"
    if language not in TRANSLATED or not path.exists():
        return NullTranslations()
    with path.open("rb") as file:
        return GNUTranslations(file)
