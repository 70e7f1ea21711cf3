"""Readings of a normalised Arabic word (alef, ya and ta marbuta already as one letter each)."""

from __future__ import annotations

_PREFIXES = {
    "ال": 0.97,
    "وال": 0.93,
    "بال": 0.93,
    "كال": 0.88,
    "فال": 0.88,
    "لل": 0.93,
    "ولل": 0.9,
    "وبال": 0.9,
    "و": 0.85,
    "ب": 0.75,
    "ل": 0.78,
    "ف": 0.7,
    "ك": 0.6,
    "ول": 0.7,
    "وب": 0.68,
}
_ENDINGS = (
    ("ات", "", 0.88),
    ("ات", "ه", 0.88),
    ("ون", "", 0.9),
    ("ين", "", 0.9),
    ("ان", "", 0.72),
    ("يه", "", 0.75),
    ("يه", "ي", 0.85),
    ("ه", "", 0.85),
    ("ي", "", 0.75),
    ("ها", "", 0.72),
    ("هم", "", 0.75),
    ("هن", "", 0.72),
    ("نا", "", 0.68),
    ("كم", "", 0.68),
    ("تها", "ه", 0.72),
    ("تهم", "ه", 0.75),
    ("ت", "ه", 0.65),
)


def readings(token: str) -> dict[str, float]:
    """Every reading of a normalised Arabic word with its trust (0 to 1)."""
    bases = {token: 1.0}
    for prefix, weight in _PREFIXES.items():
        least = 2 if prefix.endswith(("ال", "لل")) else 3
        if token.startswith(prefix) and len(token) - len(prefix) >= least:
            rest = token[len(prefix) :]
            bases[rest] = max(weight, bases.get(rest, 0.0))
    found = dict(bases)
    for text, trust in bases.items():
        for ending, instead, factor in _ENDINGS:
            if text.endswith(ending) and len(text) - len(ending) >= 2:
                rest = text[: len(text) - len(ending)] + instead
                weight = trust * factor * (1.0 if len(rest) > 2 else 0.6)
                found[rest] = max(weight, found.get(rest, 0.0))
    # Broken plurals keep the consonants and change the long vowels: مركز, مراكز; طفل, اطفال.
    for text, trust in list(found.items()):
        bare = "".join(letter for letter in text if letter not in "اوي")
        if len(bare) >= 3 and bare != text:
            found[bare] = max(trust * 0.72, found.get(bare, 0.0))
    return found
