"""Words and expressions of the field that mean the same, in three languages: our own list, `synonyms.csv`."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from pathlib import Path

from maarag.language.normalise import tokens
from maarag.language.stems import likeness, stems
from maarag.language.stop_words import stop_words

Phrase = tuple[str, ...]

LEAST_LIKENESS = 0.74
"""How surely the asked words must be those of the list."""


class Synonyms:
    """Expressions that stand for one another; found in a query in any of their forms."""

    def __init__(self, lines: list[str]) -> None:
        self.groups: list[list[Phrase]] = []
        self._others: dict[Phrase, dict[Phrase, None]] = defaultdict(dict)
        for line in lines:
            if not line.strip() or line.startswith("#"):
                continue
            one_way = line.startswith(">")
            parts = [tuple(tokens(part)) for part in line.lstrip("> ").split("|")]
            phrases = list(dict.fromkeys(phrase for phrase in parts if phrase))
            self.groups.append(phrases)
            for phrase in phrases[:1] if one_way else phrases:
                self._others[phrase].update((other, None) for other in phrases if other != phrase)
        self._by_first: dict[str, list[tuple[Phrase, float]]] = defaultdict(list)
        for phrase in self._others:
            for stem in stems(phrase[0]):
                self._by_first[stem.text].append((phrase, stem.weight))
        self.longest = max((len(phrase) for phrase in self._others), default=0)

    def words(self) -> set[str]:
        """Every single word of the list that carries a subject."""
        return {word for phrase in self._others for word in phrase if word not in stop_words}

    def at(self, words: list[str], place: int) -> list[tuple[Phrase, float]]:
        """Expressions of the list that begin at a place of a list of normalised words, the longest first.

        The number is how surely they are the ones meant (0 to 1).
        """
        found: dict[Phrase, float] = {}
        for stem in stems(words[place]):
            for phrase, weight in self._by_first.get(stem.text, ()):
                sure = stem.weight * weight
                if sure < LEAST_LIKENESS or len(phrase) > len(words) - place or sure <= found.get(phrase, 0):
                    continue
                for offset, word in enumerate(phrase[1:], start=1):
                    sure = min(sure, likeness(words[place + offset], word))
                if sure >= LEAST_LIKENESS:
                    found[phrase] = max(sure, found.get(phrase, 0.0))
        return sorted(found.items(), key=lambda item: (-len(item[0]), -item[1], item[0]))

    def others(self, phrase: Phrase) -> list[Phrase]:
        """What else is said for an expression of the list."""
        return list(self._others.get(phrase, ()))


@cache
def field_synonyms() -> Synonyms:
    """The list of the field."""
    return Synonyms((Path(__file__).parent / "synonyms.csv").read_text("utf-8").splitlines())
