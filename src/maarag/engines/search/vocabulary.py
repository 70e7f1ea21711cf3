"""The distinct words of the indexed services, found by their readings, their beginnings and their slips."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from maarag.language import Slip, SlipIndex, stems, stop_words

LEAST_LIKENESS = 0.42
"""Readings that agree less than this are different words."""
MOST_BEGINNINGS = 60
SHORTEST_BEGINNING = 2


class Found(NamedTuple):
    """A word of the vocabulary that a word of the query may mean, and how surely (0 to 1)."""

    number: int
    weight: float
    kind: str


class Vocabulary:
    """`words` in the order of their numbers; `extra` words are known for slips though no service has them."""

    def __init__(self, words: Sequence[str], extra: Iterable[str] = ()) -> None:
        self.words = words
        self.number = {word: place for place, word in enumerate(words)}
        self._readings: dict[str, list[tuple[int, float]]] = {}
        for place, word in enumerate(words):
            for stem in stems(word):
                self._readings.setdefault(stem.text, []).append((place, stem.weight))
        self._sorted = sorted(self._readings)
        known = [word for word in words if word not in stop_words]
        self._slips = SlipIndex(known + [word for word in extra if word not in self.number])

    def forms(self, word: str, bare: bool = False) -> list[Found]:
        """The word itself and its other forms, the surest first; `bare`: it begins with no prefix."""
        weights: dict[int, float] = {}
        for stem in stems(word, bare):
            for number, weight in self._readings.get(stem.text, ()):
                sure = stem.weight * weight
                if sure >= LEAST_LIKENESS and sure > weights.get(number, 0.0):
                    weights[number] = sure
        exact = self.number.get(word, -1)
        found = [
            Found(n, 1.0 if n == exact else w, "exact" if n == exact else "form") for n, w in weights.items()
        ]
        return sorted(found, key=lambda item: (-item.weight, item.number))

    def beginning(self, word: str) -> list[Found]:
        """Words of which the typed one may be the beginning, prefixes of the language allowed before it."""
        if len(word) < SHORTEST_BEGINNING:
            return []
        found: dict[int, float] = {}
        place = bisect_left(self._sorted, word)
        while (
            place < len(self._sorted)
            and self._sorted[place].startswith(word)
            and len(found) < MOST_BEGINNINGS
        ):
            reading = self._sorted[place]
            for number, weight in self._readings[reading]:
                if weight >= 0.8 and self.words[number] != word:
                    share = 0.45 + 0.25 * len(word) / len(reading)
                    found[number] = max(found.get(number, 0.0), share * weight)
            place += 1
        return sorted((Found(n, w, "begins") for n, w in found.items()), key=lambda f: (-f.weight, f.number))

    def slips(self, word: str) -> list[Slip]:
        """Known words that a typed one may stand for, itself or what is left of it without its prefixes."""
        weights: dict[str, float] = {}
        for stem in stems(word):
            if stem.weight < 0.85 or (stem.text != word and not word.endswith(stem.text)):
                continue
            for slip in self._slips.near(stem.text):
                weights[slip.word] = max(weights.get(slip.word, 0.0), slip.weight * stem.weight)
        return sorted((Slip(w, s) for w, s in weights.items()), key=lambda slip: (-slip.weight, slip.word))
