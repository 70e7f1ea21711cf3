"""Known words that a mistyped or misspelt word may stand for, the likelier slips first."""

from __future__ import annotations

import zlib
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

# Letters that sound alike, so that even careful writers confuse them.
_ALIKE = (
    "אעה",
    "טת",
    "כקח",
    "סש",
    "סצ",
    "בו",
    "בפ",
    "גכ",
    "דת",
    "صس",
    "طت",
    "ضظ",
    "ذد",
    "ثت",
    "قك",
    "حه",
    "عا",
    "غق",
)
_KEYS = (
    "קראטוןםפ",
    "שדגכעיחלךף",
    "זסבהנמצתץ",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "ضصثقفغعهخحجد",
    "شسيبلاتنمكط",
)
_FINALS = str.maketrans("ךםןףץ", "כמנפצ")
_WEAK_LETTERS = "אהויعاوية"
_SOUND = str.maketrans({"ע": "א", "ה": "א", "ט": "ת", "ק": "כ", "ח": "כ", "צ": "ס", "ש": "ס", "ב": "ו"})


def _pairs() -> dict[frozenset[str], float]:
    likely: dict[frozenset[str], float] = {}
    for row in _KEYS:
        keys = row.translate(_FINALS)
        for left, right in pairwise(keys):
            likely[frozenset((left, right))] = 0.68
    for group in _ALIKE:
        for left in group:
            for right in group:
                likely[frozenset((left, right))] = 0.82
    return likely


_LIKELY = _pairs()


class Slip(NamedTuple):
    """A known word and how likely it was meant (0 to 1)."""

    word: str
    weight: float


def slip_weight(typed: str, known: str) -> float:
    """How likely `typed` is `known` with one slip (0 to 1); 0 when they differ by more."""
    if typed == known:
        return 1.0
    short, long = sorted((typed, known), key=len)
    gap = len(long) - len(short)
    if gap > 1:
        return 0.0
    start = 0
    while start < len(short) and short[start] == long[start]:
        start += 1
    caution = {1: 0.0, 2: 0.0, 3: 0.8, 4: 0.93}.get(len(known), 1.0) * (0.93 if start == 0 else 1.0)
    if gap == 1:
        if short[start:] != long[start + 1 :]:
            return 0.0
        letter = long[start]
        doubled = (start > 0 and long[start - 1] == letter) or long[start + 1 : start + 2] == letter
        return caution * (0.8 if letter in _WEAK_LETTERS or doubled else 0.68)
    if short[start + 1 :] == long[start + 1 :]:
        return caution * _LIKELY.get(frozenset((typed[start], known[start])), 0.55)
    swapped = typed[start + 1 : start + 2] + typed[start : start + 1]
    if known[start : start + 2] == swapped and typed[start + 2 :] == known[start + 2 :]:
        return caution * 0.78
    return 0.0


def sound(word: str) -> str:
    """A Hebrew word by its sound: letters that sound alike as one, inner vav and yod left out."""
    heard = word.translate(_SOUND)
    return heard[:1] + "".join(letter for letter in heard[1:] if letter not in "וי")


class SlipIndex:
    """Finds the known words one slip away, or of the same sound.

    Each word is kept under itself and under itself less one letter (a deletion neighbourhood), as checksums
    in sorted arrays: twelve bytes an entry, and a look-up costs as many searches as the word has letters.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._words = sorted({word for word in words if len(word) >= 3})
        pairs: list[tuple[int, int]] = []
        for number, word in enumerate(self._words):
            pairs.extend((_checksum(part), number) for part in _neighbourhood(word))
        pairs.sort()
        self._keys = array("Q", (key for key, _ in pairs))
        self._numbers = array("I", (number for _, number in pairs))
        self._by_sound: dict[str, list[str]] = defaultdict(list)
        for word in self._words:
            if len(word) >= 4 and "א" <= word[0] <= "ת":
                self._by_sound[sound(word)].append(word)

    def near(self, typed: str) -> list[Slip]:
        """Known words that the typed one may stand for, the likeliest first; never the word itself."""
        if len(typed) < 3:
            return []
        candidates: set[str] = set()
        for part in _neighbourhood(typed):
            key = _checksum(part)
            place = bisect_left(self._keys, key)
            while place < len(self._keys) and self._keys[place] == key:
                candidates.add(self._words[self._numbers[place]])
                place += 1
        weights = {word: slip_weight(typed, word) for word in candidates if word != typed}
        heard = sound(typed)
        if len(heard) >= 3 and "א" <= typed[0] <= "ת":
            for word in self._by_sound.get(heard, ()):
                if word != typed:
                    weights[word] = max(weights.get(word, 0.0), 0.62)
        found = [Slip(word, weight) for word, weight in weights.items() if weight > 0]
        return sorted(found, key=lambda slip: (-slip.weight, slip.word))


def _neighbourhood(word: str) -> set[str]:
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def _checksum(text: str) -> int:
    return zlib.crc32(text.encode())
