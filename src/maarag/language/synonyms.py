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


RELATED = 0.7
"""Trust in what is near in subject, beside what means the same."""


class Synonyms:
    """Expressions that stand for one another; found in a query in any of their forms."""

    def __init__(self, lines: list[str]) -> None:
        """`lines`: groups divided by bars, as `synonyms.csv` explains."""
        parsed = [_parse(line) for line in lines if line.strip() and not line.startswith("#")]
        self.groups: list[list[Phrase]] = [phrases for mark, phrases in parsed if not mark]
        self._others: dict[Phrase, dict[Phrase, float]] = defaultdict(dict)
        for group in self.groups:
            for phrase in group:
                self._relate(phrase, group, 1.0)
        for mark, (first, *others) in parsed:
            if mark == ">":
                self._relate(first, others, 1.0)
        meaning = {phrase: group for group in reversed(self.groups) for phrase in group}
        for mark, (first, *others) in parsed:
            if mark == ">>":
                near = [phrase for other in others for phrase in meaning.get(other, [other])]
                for phrase in meaning.get(first, [first]):
                    self._relate(phrase, near, RELATED)
        self._by_first: dict[str, list[tuple[Phrase, float]]] = defaultdict(list)
        for phrase in self._others:
            for stem in stems(phrase[0]):
                self._by_first[stem.text].append((phrase, stem.weight))
        self.longest = max((len(phrase) for phrase in self._others), default=0)

    def _relate(self, phrase: Phrase, others: list[Phrase], trust: float) -> None:
        known = self._others[phrase]
        for other in others:
            if other != phrase:
                known.setdefault(other, trust)

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

    def others(self, phrase: Phrase) -> list[tuple[Phrase, float]]:
        """What else is said for an expression of the list, with the trust in each (0 to 1)."""
        return list(self._others.get(phrase, {}).items())


def _parse(line: str) -> tuple[str, list[Phrase]]:
    """(`>`, `>>` or nothing, expressions as normalised words)."""
    mark = line[: len(line) - len(line.lstrip(">"))]
    phrases = [tuple(tokens(part)) for part in line[len(mark) :].split("|")]
    return mark, list(dict.fromkeys(phrase for phrase in phrases if phrase))


@cache
def field_synonyms() -> Synonyms:
    """The list of the field."""
    return Synonyms((Path(__file__).parent / "synonyms.csv").read_text("utf-8").splitlines())
