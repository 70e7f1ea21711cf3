"""Which words and expressions of the field mean the same: the synonyms of `language`, over a corpus' words.

Paraphrases meet through them: a word counts as matched, in part, by another word of its group.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from maarag.language import field_synonyms, stems, stop_words, tokens

Ints = NDArray[np.int64]

SYNONYM = 0.65
"""How far a word is matched by another that means the same."""
SURE = 0.75
"""How surely a word of the corpus must be a form of one of the list (product of both readings' weights)."""

# Groups round words that every service uses: they join what has nothing in common.
_EMPTY_WORDS = frozenset(
    tokens("תכנית שירות סיוע מרכז טיפול קהילה רווחה מידע משאבים מתכלל סל משפחה הורים נשים גברים")
)


@cache
def groups() -> tuple[tuple[tuple[str, ...], ...], ...]:
    """Groups of expressions of one or two words that mean the same, without those that say little."""
    kept = []
    for group in field_synonyms().groups:
        if group[0][0] in _EMPTY_WORDS and len(group[0]) == 1:
            continue
        short = tuple(
            phrase for phrase in group if len(phrase) <= 2 and not all(word in stop_words for word in phrase)
        )
        if len(short) > 1:
            kept.append(short)
    return tuple(kept)


@cache
def _forms() -> dict[str, tuple[tuple[str, float], ...]]:
    """Reading → words of the list that may be read so, with their trust."""
    found: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for word in sorted({word for group in groups() for phrase in group for word in phrase}):
        for reading in stems(word):
            if reading.weight >= SURE:
                found[reading.text].append((word, reading.weight))
    return {reading: tuple(words) for reading, words in found.items()}


class Meanings:
    """The groups that the words of a corpus belong to."""

    def __init__(self, words: dict[str, int]) -> None:
        forms = _forms()
        holders: dict[str, list[int]] = defaultdict(list)
        for word, number in words.items():
            found = {
                entry
                for reading in stems(word)
                if reading.weight >= SURE
                for entry, trust in forms.get(reading.text, ())
                if reading.weight * trust >= SURE
            }
            for entry in found:
                holders[entry].append(number)
        self.size = len(words)
        self.members: list[list[int]] = []
        """For each group, the words of the corpus that name it by themselves."""
        first, second, named = [], [], []
        for number, group in enumerate(groups()):
            single = sorted({w for phrase in group if len(phrase) == 1 for w in holders.get(phrase[0], ())})
            self.members.append(single)
            for phrase in group:
                if len(phrase) == 2:
                    for one in holders.get(phrase[0], ()):
                        for two in holders.get(phrase[1], ()):
                            first.append(one)
                            second.append(two)
                            named.append(number)
        keys = np.array(first, dtype=np.int64) * max(self.size, 1) + np.array(second, dtype=np.int64)
        order = np.argsort(keys, kind="stable")
        self.keys, self.named = keys[order], np.array(named, dtype=np.int64)[order]

    def likeness(self, roots: Ints, n_roots: int) -> sparse.csr_matrix:
        """Likeness of roots whose words mean the same: symmetric, n_roots × n_roots, zero diagonal."""
        pairs = {
            (one, two)
            for members in self.members
            for numbers in [sorted({int(roots[word]) for word in members})]
            for one in numbers
            for two in numbers
            if one != two
        }
        places = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
        return sparse.csr_matrix(
            (np.full(len(places), SYNONYM), (places[:, 0], places[:, 1])), shape=(n_roots, n_roots)
        )

    def found(self, words: Ints, start: Ints) -> sparse.csr_matrix:
        """Which groups each text names (texts flat, by word number): n × groups, 0/1."""
        n = len(start) - 1
        owners = np.repeat(np.arange(n), np.diff(start))
        pairs = [(word, group) for group, members in enumerate(self.members) for word in members]
        table = sparse.csr_matrix(
            (np.ones(len(pairs)), tuple(np.array(pairs, dtype=np.int64).reshape(-1, 2).T)),
            shape=(self.size, len(self.members)),
        )
        occurs = sparse.csr_matrix((np.ones(len(words)), words, start), shape=(n, self.size))
        rows, columns = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        if len(words) > 1 and len(self.keys):
            asked = words[:-1] * self.size + words[1:]
            low = np.searchsorted(self.keys, asked, side="left")
            high = np.searchsorted(self.keys, asked, side="right")
            hits = np.flatnonzero((high > low) & (owners[:-1] == owners[1:]))
            times = (high - low)[hits]
            rows = np.repeat(owners[:-1][hits], times)
            offset = np.arange(len(rows)) - np.repeat(np.cumsum(times) - times, times)
            columns = self.named[np.repeat(low[hits], times) + offset]
        shape = (n, len(self.members))
        found = (
            occurs @ table + sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)
        ).tocsr()
        found.sum_duplicates()
        found.data[:] = 1.0
        return found
