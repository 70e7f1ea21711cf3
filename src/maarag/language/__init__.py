"""Hebrew, Arabic and English words made comparable. Our own rules and word lists."""

from __future__ import annotations

from maarag.language.keyboard import other_layout
from maarag.language.normalise import detect_script, normalise, tokens, with_final_letter, word_spans
from maarag.language.slips import Slip, SlipIndex, slip_weight
from maarag.language.stems import Stem, likeness, root, stems, variants
from maarag.language.stop_words import asking_words, stop_words
from maarag.language.synonyms import Synonyms, field_synonyms

__all__ = [
    "Slip",
    "SlipIndex",
    "Stem",
    "Synonyms",
    "asking_words",
    "detect_script",
    "field_synonyms",
    "likeness",
    "normalise",
    "other_layout",
    "root",
    "slip_weight",
    "stems",
    "stop_words",
    "tokens",
    "variants",
    "with_final_letter",
    "word_spans",
]
