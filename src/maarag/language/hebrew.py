"""Readings of a normalised Hebrew word (final letters already as ordinary ones)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from maarag.language.normalise import tokens

_LETTER_WEIGHT = {"ו": 0.95, "ה": 0.95, "ב": 0.93, "ל": 0.93, "מ": 0.85, "ש": 0.85, "כ": 0.8}


def _legal_prefixes() -> dict[str, float]:
    """Every legal string of the letters ושהכלמב before a word, with the trust in it."""
    clauses = ("", "ש", "כש", "מש", "לכש")
    prepositions = ("", "ב", "ל", "כ", "מ", "ה", "מה", "כה")
    found: dict[str, float] = {}
    for conjunction in ("", "ו"):
        for clause in clauses:
            for preposition in prepositions:
                prefix = conjunction + clause + preposition
                weight = 1.0
                for letter in prefix:
                    weight *= _LETTER_WEIGHT[letter]
                # An article after a preposition is unusual except after מ.
                found[prefix] = weight * (0.7 if preposition == "כה" else 1.0)
    del found[""]
    return found


PREFIXES = _legal_prefixes()

# (ending, what stands in its place, trust, least letters that must remain before the ending)
_ENDINGS = (
    ("ויות", "ות", 0.92, 2),  # זכויות, מוגבלויות
    ("יות", "ית", 0.92, 2),  # תוכניות
    ("אות", "", 0.8, 3),  # סדנאות
    ("אות", "ה", 0.8, 3),
    ("ות", "ה", 0.93, 2),  # משפחות
    ("ות", "", 0.85, 3),  # מקומות
    ("ימ", "", 0.92, 3),  # ילדים
    ("יימ", "י", 0.92, 2),  # חינוכיים
    ("ה", "", 0.88, 3),  # משפחה
    ("ת", "ה", 0.88, 3),  # משפחת
    ("ת", "", 0.78, 3),
    ("ית", "", 0.72, 3),  # טיפולית
    ("ית", "י", 0.8, 3),
    ("תי", "ה", 0.88, 3),  # תעסוקתי
    ("תית", "ה", 0.85, 3),  # קהילתית
    ("תיימ", "ה", 0.85, 3),
    ("תיות", "ה", 0.85, 3),
    ("י", "", 0.8, 3),  # ילדי, חינוכי
    ("יהמ", "", 0.75, 2),  # ילדיהם
    ("יהנ", "", 0.75, 2),
    ("יו", "", 0.72, 3),
    ("יה", "", 0.65, 3),
    ("יכ", "", 0.6, 3),
    ("ייכ", "", 0.65, 3),
    ("ינו", "", 0.65, 3),
    ("יכמ", "", 0.7, 3),
    ("יכנ", "", 0.7, 3),
    ("תו", "", 0.68, 3),  # משפחתו
    ("תה", "", 0.65, 3),
    ("תמ", "", 0.68, 3),
    ("תנ", "", 0.68, 3),
    ("תנו", "", 0.68, 3),
    ("המ", "", 0.55, 3),
    ("הנ", "", 0.55, 3),
    ("נו", "", 0.55, 3),
    ("ו", "", 0.68, 3),
)


@cache
def irregular() -> dict[str, str]:
    """Forms that no rule joins (`נשים` of `אישה`), each to the first form of its line."""
    lines = (Path(__file__).parent / "hebrew_irregular.txt").read_text("utf-8").splitlines()
    forms: dict[str, str] = {}
    for line in lines:
        words = [] if line.startswith("#") else tokens(line)
        for word in words:
            forms[word] = words[0]
    return forms


@cache
def base_words() -> frozenset[str]:
    """Words of the field whose first letter looks like a prefix and is not, with their shorter forms."""
    lines = (Path(__file__).parent / "hebrew_words.txt").read_text("utf-8").splitlines()
    words = {word for line in lines if not line.startswith("#") for word in tokens(line)}
    bases = set(words)
    for word in words:
        bases.update(text for text, weight in _without_endings(word, 1.0).items() if weight >= 0.7)
    return frozenset(bases)


def _without_endings(word: str, weight: float) -> dict[str, float]:
    """The word and what is left of it without one ending, and without a second one."""
    found = {word: weight}
    level = {word: weight}
    for _ in range(2):
        shorter: dict[str, float] = {}
        for text, trust in level.items():
            for ending, instead, factor, least in _ENDINGS:
                if not text.endswith(ending) or len(text) - len(ending) < least:
                    continue
                if ending == "ת" and text.endswith(("ות", "ית")):
                    continue
                rest = text[: len(text) - len(ending)] + instead
                if trust * factor > max(found.get(rest, 0.0), shorter.get(rest, 0.0)):
                    shorter[rest] = trust * factor
        for text, trust in shorter.items():
            found[text] = max(found.get(text, 0.0), trust)
        level = shorter
    return found


def _without_prefixes(word: str) -> dict[str, float]:
    """The word and what may stand behind its prefixes."""
    found = {word: 1.0}
    if word in irregular() or any(
        text in base_words() for text, weight in _without_endings(word, 1.0).items() if weight >= 0.72
    ):
        return found
    for length in range(1, min(5, len(word) - 1)):
        weight = PREFIXES.get(word[:length])
        if weight is None:
            continue
        rest = word[length:]
        known = rest in base_words() or rest in irregular()
        if len(rest) < 2 or (len(rest) == 2 and not known):
            continue
        found[rest] = max(weight, 0.92) if known else weight
    return found


def single(word: str) -> str:
    """The word with double vav and double yod written once."""
    return word.replace("וו", "ו").replace("יי", "י")


def _fewer_matres(word: str) -> dict[str, float]:
    """Defective spellings: the word without one inner vav or yod, and without any."""
    found: dict[str, float] = {}
    for place in range(1, len(word) - 1):
        if word[place] in "וי" and len(word) > 3:
            found[word[:place] + word[place + 1 :]] = 0.85
    bare = word[0] + "".join(letter for letter in word[1:-1] if letter not in "וי") + word[-1]
    if len(bare) >= 3 and bare not in found and bare != word:
        found[bare] = 0.72
    return found


def readings(token: str, bare: bool = False) -> dict[str, float]:
    """Every reading of a normalised Hebrew word with its trust (0 to 1); `bare`: it has no prefix."""
    found: dict[str, float] = {}
    for base, prefix_trust in ({token: 1.0} if bare else _without_prefixes(token)).items():
        if base in irregular():
            listed = {base: prefix_trust, irregular()[base]: prefix_trust * 0.97}
            found |= {text: max(trust, found.get(text, 0.0)) for text, trust in listed.items()}
            continue
        forms = _without_endings(base, prefix_trust)
        for text, trust in list(forms.items()):
            first = irregular().get(text)
            if first and trust > forms.get(first, 0.0):
                forms[first] = trust
        for text, trust in forms.items():
            once = single(text)
            trust_once = trust if once == text else trust * 0.97
            for key, weight in ((text, trust), (once, trust_once)):
                if weight > found.get(key, 0.0):
                    found[key] = weight
    for text, trust in list(found.items()):
        if len(text) < 3 or text in irregular():
            continue
        for key, factor in _fewer_matres(text).items():
            if trust * factor > found.get(key, 0.0):
                found[key] = trust * factor
    return found
