"""The forms under which a word may be found: prefixes, plurals, constructs, possessives, spellings.

A word of Hebrew or Arabic is often ambiguous (`במידה` is "to the extent", or "in a virtue"); nothing is
decided here. Each reading is a key with a weight, and two words match as far as their best common key
allows (product of the two weights). The rules and word lists are our own.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from maarag.language import arabic, english, hebrew
from maarag.language.normalise import normalise, script_of

LEAST = 0.3
"""Readings below this weight are not kept."""


class Stem(NamedTuple):
    """One reading of a word: the key and how far it may be trusted (0 to 1)."""

    text: str
    weight: float


@lru_cache(maxsize=200_000)
def stems(token: str, bare: bool = False) -> tuple[Stem, ...]:
    """Readings of a normalised word, best first; the word itself is always the first, with weight 1.

    `bare`: the word is known to begin with itself, so that nothing is taken for a Hebrew prefix (`מצרכים`).
    """
    if not token:
        return ()
    script = script_of(token[0])
    if len(token) < 2 or token.isdigit() or not script:
        return (Stem(token, 1.0),)
    if script == "hebrew":
        readings = hebrew.readings(token, bare)
    elif script == "arabic":
        readings = arabic.readings(token)
    else:
        readings = english.readings(token)
    readings[token] = 1.0
    kept = [Stem(text, round(weight, 4)) for text, weight in readings.items() if weight >= LEAST]
    return tuple(sorted(kept, key=lambda stem: (-stem.weight, stem.text)))


def variants(token: str) -> frozenset[str]:
    """The keys of `stems` without their weights; the word may be as typed."""
    return frozenset(stem.text for stem in stems(normalise(token)))


def likeness(left: str, right: str) -> float:
    """How far two normalised words may be the same word (0 to 1), by their best common key."""
    if left == right:
        return 1.0
    weights = dict(stems(left))
    return max((weights.get(text, 0.0) * weight for text, weight in stems(right)), default=0.0)


def root(token: str) -> str:
    """One rough key for a normalised word, the shortest of its trusted readings; not for showing."""
    trusted = [stem for stem in stems(token) if stem.weight >= 0.6 and len(stem.text) >= 3]
    return min(trusted, key=lambda stem: (len(stem.text), -stem.weight, stem.text)).text if trusted else token
