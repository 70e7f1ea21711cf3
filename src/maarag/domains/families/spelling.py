"""Names of people as they are compared: one name is written in many ways, in three scripts.

`keys_of` gives the consonants that a name may stand for; names that share one may be the same name. Simple on
purpose, so that it can be explained: the register-wide linkage of records has a comparator of its own.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import islice, product

from maarag.language.normalise import detect_script, normalise, script_of

MOST_KEYS = 96
SHORTEST_WITH_SLIP = 4
"""Letters of a name at least in which one letter may be a slip."""

# What each letter may stand for; "" for a vowel or a silent letter. Final letters are ordinary ones here.
_HEBREW = {
    "א": ("",), "ב": ("b",), "ג": ("g",), "ד": ("d",), "ה": ("", "h"), "ו": ("", "b"), "ז": ("z",),
    "ח": ("h",), "ט": ("t",), "י": ("",), "כ": ("k", "h"), "ל": ("l",), "מ": ("m",), "נ": ("n",), "ס": ("s",),
    "ע": ("",), "פ": ("p",), "צ": ("c", "s"), "ק": ("k",), "ר": ("r",), "ש": ("s",), "ת": ("t",),
}  # fmt: skip
_ARABIC = {
    "ا": ("",), "ب": ("b",), "ت": ("t",), "ث": ("t", "s"), "ج": ("g",), "ح": ("h",), "خ": ("h",), "د": ("d",),
    "ذ": ("d", "z"), "ر": ("r",), "ز": ("z",), "س": ("s",), "ش": ("s",), "ص": ("s", "c"), "ض": ("d",),
    "ط": ("t",), "ظ": ("z", "d"), "ع": ("",), "غ": ("g",), "ف": ("p",), "ق": ("k",), "ك": ("k",), "ل": ("l",),
    "م": ("m",), "ن": ("n",), "ه": ("", "h"), "و": ("", "b"), "ي": ("",),
}  # fmt: skip
_LATIN_PAIRS = {
    "sh": ("s",), "ch": ("h", "c"), "kh": ("h",), "ts": ("c", "s"), "tz": ("c",), "ph": ("p",), "th": ("t",),
    "gh": ("g",), "dh": ("d", "z"), "zh": ("z",), "ck": ("k",), "ou": ("",), "oo": ("",), "ee": ("",),
}  # fmt: skip
_LATIN = {
    "b": ("b",), "c": ("k", "s"), "d": ("d",), "f": ("p",), "g": ("g",), "h": ("", "h"), "j": ("g", ""),
    "k": ("k",), "l": ("l",), "m": ("m",), "n": ("n",), "p": ("p",), "q": ("k",), "r": ("r",), "s": ("s",),
    "t": ("t",), "v": ("b", ""), "w": ("", "b"), "x": ("ks",), "y": ("",), "z": ("z", "c"),
}  # fmt: skip


@lru_cache(maxsize=50_000)
def keys_of(name: str) -> frozenset[str]:
    """The consonants that a name may stand for, words put together; empty for a name without any letter."""
    choices = [choice for word in normalise(name).split() for choice in _sounds(word)]
    found = islice(product(*choices), MOST_KEYS)
    return frozenset(_single("".join(parts)) for parts in found) - {""}


def _sounds(word: str) -> list[tuple[str, ...]]:
    sounds: list[tuple[str, ...]] = []
    at = 0
    while at < len(word):
        pair = word[at : at + 2]
        if pair in _LATIN_PAIRS:
            sounds.append(_LATIN_PAIRS[pair])
            at += 2
            continue
        letter = word[at]
        table = {"hebrew": _HEBREW, "arabic": _ARABIC}.get(script_of(letter), _LATIN)
        sound = table.get(letter, ("",))
        if sound != ("",):
            sounds.append(sound)
        at += 1
    return sounds


def _single(sounds: str) -> str:
    """Doubled consonants as one."""
    return "".join(one for at, one in enumerate(sounds) if not at or one != sounds[at - 1])


@lru_cache(maxsize=100_000)
def likeness(first: str, second: str) -> str:
    """How two names are alike: "same", "near" (another spelling or script, or one slip), or ""."""
    one, other = normalise(first), normalise(second)
    if not one or not other:
        return ""
    if one == other or sorted(one.split()) == sorted(other.split()):
        return "same"
    shared = keys_of(first) & keys_of(second)
    # a single consonant says little, unless the one is written for readers of another script
    if any(len(key) > 1 for key in shared) or (shared and detect_script(one) != detect_script(other)):
        return "near"
    shortest = min(len(one), len(other))
    return "near" if shortest >= SHORTEST_WITH_SLIP and one_slip(one, other) else ""


def one_slip(one: str, other: str) -> bool:
    """Whether one letter was left out, added, changed, or changed places with the next."""
    if abs(len(one) - len(other)) > 1:
        return False
    if len(one) > len(other):
        one, other = other, one
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return one[at:] == other[at + 1 :]
    swapped = one[:at] + one[at + 1 : at + 2] + one[at : at + 1] + one[at + 2 :]
    return one[at + 1 :] == other[at + 1 :] or swapped == other


_STREET = {
    "רחוב",
    "רח",
    "שדרות",
    "שד",
    "דרך",
    "סמטת",
    "דירה",
    "בית",
    "street",
    "st",
    "road",
    "rd",
    "apt",
    "شارع",
    "بيت",
}


@lru_cache(maxsize=20_000)
def _address(text: str) -> tuple[frozenset[str], frozenset[str]]:
    words = [word for word in normalise(text).split() if word not in _STREET]
    return (
        frozenset(word for word in words if any(c.isdigit() for c in word)),
        frozenset(word for word in words if not any(c.isdigit() for c in word)),
    )


def address_likeness(first: str, second: str) -> str:
    """How two addresses are alike: "same" (street and number), "near" (street, a number missing), ""."""
    (numbers, street), (others, way) = _address(first), _address(second)
    if not street or not way:
        return ""
    alike = sum(any(likeness(word, other) for other in way) for word in street)
    if alike < max(len(street), len(way)) * 0.6:
        return ""
    if numbers and others:
        return "same" if numbers & others else ""
    return "near"
