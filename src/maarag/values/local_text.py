"""One text in the three languages of the interface."""

from __future__ import annotations

from dataclasses import dataclass

FALLBACK = ("he", "en", "ar")


@dataclass(frozen=True)
class LocalText:
    """A text in Hebrew, Arabic and English; a language that is missing falls back to another."""

    he: str = ""
    ar: str = ""
    en: str = ""

    def in_language(self, language: str) -> str:
        """The text in `language` ("he", "ar", "en"), else in Hebrew, English or Arabic, else empty."""
        wanted = str(getattr(self, language, "")) if language in FALLBACK else ""
        return wanted or next((text for code in FALLBACK if (text := str(getattr(self, code)))), "")

    def __bool__(self) -> bool:
        return bool(self.he or self.ar or self.en)
