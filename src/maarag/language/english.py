"""Readings of a normalised word in Latin letters: a light English stemmer."""

from __future__ import annotations

_ENDINGS = (
    ("ies", "y", 0.95),
    ("sses", "ss", 0.95),
    ("es", "", 0.85),
    ("s", "", 0.95),
    ("ing", "", 0.85),
    ("ed", "", 0.85),
    ("ment", "", 0.75),
    ("ers", "", 0.7),
    ("er", "", 0.7),
    ("ly", "", 0.75),
    ("al", "", 0.6),
    ("ation", "", 0.65),
    ("ness", "", 0.7),
    ("ful", "", 0.6),
    ("ity", "", 0.65),
    ("e", "", 0.9),
)
_IRREGULAR = {
    "children": "child",
    "women": "woman",
    "men": "man",
    "people": "person",
    "wives": "wife",
    "lives": "life",
    "families": "family",
    "elderly": "elder",
    "homeless": "homeless",
    "feet": "foot",
    "teeth": "tooth",
}


def readings(token: str) -> dict[str, float]:
    """Every reading of a normalised word in Latin letters with its trust (0 to 1)."""
    found = {token: 1.0}
    if token in _IRREGULAR:
        found[_IRREGULAR[token]] = 0.95
        return found
    for text in (token, None):
        level = [(text, 1.0)] if text else [item for item in found.items() if item[0] != token]
        for word, trust in level:
            for ending, instead, factor in _ENDINGS:
                if not word.endswith(ending) or len(word) - len(ending) < 3 or word.endswith("ss"):
                    continue
                rest = word[: len(word) - len(ending)] + instead
                if len(rest) > 3 and rest[-1] == rest[-2] and rest[-1] not in "lsz":
                    rest = rest[:-1]
                if trust * factor > found.get(rest, 0.0):
                    found[rest] = trust * factor
    return found
