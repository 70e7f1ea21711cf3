"""Words typed with the wrong keyboard layout: `akuo` for שלום, `יןדקרהןבק` for service."""

from __future__ import annotations

from maarag.language.normalise import normalise

# The Israeli standard layout: what each key gives in English and in Hebrew.
_LATIN = "qwertyuiopasdfghjkl;zxcvbnm,."
_HEBREW = "/'קראטוןםפשדגכעיחלךףזסבהנמצתץ"
_TO_HEBREW = dict(zip(_LATIN, _HEBREW, strict=True))
_TO_LATIN = {hebrew: latin for latin, hebrew in _TO_HEBREW.items()}


def other_layout(typed: str) -> str:
    """What the same keys give in the other layout, normalised; nothing where that is not one word.

    `typed` is the word as it was typed, with the punctuation keys that carry Hebrew letters (`;` `,` `.`).
    """
    word = typed.casefold().replace('"', "")  # the same key in both layouts
    table = _TO_HEBREW if any("a" <= letter <= "z" for letter in word) else _TO_LATIN
    if any(letter not in table for letter in word):
        return ""
    key = normalise("".join(table[letter] for letter in word))
    return key if " " not in key else ""
