"""How far two spellings of one place name lie apart: Hebrew written full or short, Arabic and English
besides.

Works on text that `maarag.language.normalise` has made comparable.
"""

from __future__ import annotations

# What writers leave out or add: the letters that stand for vowels, and the space between parts of a name.
_LIGHT = {
    "א": 0.2,
    "ו": 0.2,
    "י": 0.2,
    "ה": 0.25,
    "ا": 0.2,
    "و": 0.25,
    "ي": 0.2,
    "ه": 0.25,
    "ل": 0.6,
    " ": 0.1,
    "a": 0.3,
    "e": 0.3,
    "i": 0.3,
    "o": 0.3,
    "u": 0.3,
    "h": 0.3,
}
_PAIRS = {
    "אה": 0.2,
    "אע": 0.4,
    "טת": 0.4,
    "כק": 0.4,
    "כח": 0.4,
    "סש": 0.5,
    "בו": 0.4,
    "יו": 0.5,
    "צס": 0.6,
    "עג": 0.5,
    "דט": 0.7,
    "iy": 0.2,
    "ei": 0.3,
    "eh": 0.3,
    "qk": 0.2,
    "ck": 0.2,
    "vw": 0.2,
    "bv": 0.4,
    "ou": 0.3,
    "sz": 0.4,
    "اه": 0.2,
    "دض": 0.5,
    "تط": 0.5,
    "كق": 0.4,
    "جغ": 0.5,
    "سص": 0.4,
}
_SUBSTITUTES = _PAIRS | {pair[::-1]: cost for pair, cost in _PAIRS.items()}


def spelling_key(text: str) -> str:
    """One key for spellings that differ only in spaces, doubled yod and vav, קרית/קריית, and final alef or
    he.
    """
    words = []
    for word in text.split():
        folded = "קריית" if word == "קרית" else word
        folded = folded.replace("יי", "י").replace("וו", "ו")
        if len(folded) > 2 and folded[-1] == "א":
            folded = folded[:-1] + "ה"
        words.append(folded)
    return "".join(words)


_LATIN_SOUNDS = (
    ("tz", "z"),
    ("ts", "z"),
    ("kh", "h"),
    ("ch", "h"),
    ("ph", "f"),
    ("q", "k"),
    ("c", "k"),
    ("w", "v"),
)


def is_latin(text: str) -> bool:
    return text[:1].isascii() and text[:1].isalpha()


def latin_consonants(text: str) -> str:
    """What is left of a Latin spelling of a Hebrew or Arabic name without vowels, doubling and ways of
    writing.
    """
    for sound, letter in _LATIN_SOUNDS:
        text = text.replace(sound, letter)
    kept: list[str] = []
    for place, letter in enumerate(text):
        if letter not in "aeiouy " and not (place and letter == text[place - 1]):
            kept.append(letter)
    return "".join(kept)


def distance(one: str, other: str, ceiling: float = 99.0) -> float:
    """The least cost of turning one normalised text into the other; anything above `ceiling` may stop early.

    A full letter costs 1; vowel letters and letters that sound alike cost less.
    """
    before = [0.0]
    for letter in other:
        before.append(before[-1] + _LIGHT.get(letter, 1.0))
    for i, letter in enumerate(one):
        dropped = _LIGHT.get(letter, 1.0)
        if i and letter == one[i - 1] and letter.isascii():
            dropped = min(dropped, 0.2)
        row = [before[0] + dropped]
        for j, wanted in enumerate(other):
            added = _LIGHT.get(wanted, 1.0)
            if j and wanted == other[j - 1] and wanted.isascii():
                added = min(added, 0.2)
            same = 0.0 if letter == wanted else _SUBSTITUTES.get(letter + wanted, 1.0)
            row.append(min(before[j + 1] + dropped, row[j] + added, before[j] + same))
        if min(row) > ceiling:
            return min(row)
        before = row
    return before[-1]


def likeness(one: str, other: str) -> float:
    """1 for equal texts, falling to 0 as they differ, in proportion to the longer one's length."""
    longest = max(len(one), len(other))
    if not longest:
        return 0.0
    return max(0.0, 1.0 - distance(one, other, ceiling=longest * 0.5) / longest)
