"""Hebrew, Arabic and English words made comparable. Our own rules and word lists."""

from __future__ import annotations

from maarag.language.normalise import detect_script, normalise, tokens, word_spans
from maarag.language.stems import Stem, likeness, root, stems, variants
from maarag.language.stop_words import asking_words, stop_words

__all__ = [
    "Stem",
    "asking_words",
    "detect_script",
    "likeness",
    "normalise",
    "root",
    "stems",
    "stop_words",
    "tokens",
    "variants",
    "word_spans",
]
