"""The text of the services as sparse postings: which word stands where, how often and in what weight."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from maarag.engines.search.documents import Document
from maarag.language import tokens

FIELDS = ("name", "terms", "organisation", "place", "description", "extra", "parents")
WEIGHT = (4.0, 2.2, 1.4, 1.6, 1.0, 1.0, 0.6)
"""How much a word counts by the field it stands in."""
LENGTH = (0.35, 0.3, 0.3, 0.2, 0.65, 0.5, 0.1)
"""How much a longer text weakens each of its words (b of BM25), by field."""
BLOCK = 2
"""Words are near each other in the same or in neighbouring blocks of so many: at most 3 words on."""
MOST_BLOCKS = 64
GAP = -1
"""Stands between fields and documents in the sequence of words."""


@dataclass(frozen=True)
class Postings:
    """Compressed columns: documents of word w are `documents[starts[w]:starts[w + 1]]`."""

    starts: NDArray[np.int64]
    documents: NDArray[np.int32]
    weights: NDArray[np.float32]
    """Frequency over length, weighted and added over fields (BM25F before saturation)."""
    blocks: NDArray[np.uint64]
    """Where in the document the word stands: a bit for each block, from the first again after 64."""

    def of(self, word: int) -> slice:
        return slice(int(self.starts[word]), int(self.starts[word + 1]))


@dataclass(frozen=True)
class Texts:
    """All words of all documents in their order, with a `GAP` after each field."""

    words: list[str]
    """Vocabulary by number."""
    sequence: NDArray[np.int32]
    starts: NDArray[np.int64]
    """Where each field of each document starts: document * number of fields + field, and the end."""
    postings: Postings


def read_texts(documents: Sequence[Document], names_of: Mapping[str, Sequence[str]]) -> Texts:
    """Words of the documents; `names_of` gives the names of a code, of a parent too, in any languages."""
    numbers: defaultdict[str, int] = defaultdict(count().__next__)
    sequence: list[int] = []
    starts = array("q")
    term_text = {code: " | ".join(names) for code, names in names_of.items()}
    known: dict[str, list[int]] = {}  # words of each distinct run of characters between blanks

    def add(text: str) -> None:
        starts.append(len(sequence))
        for chunk in text.split():
            found = known.get(chunk)
            if found is None:
                found = known[chunk] = [numbers[word] for word in tokens(chunk)]
            sequence.extend(found)
        sequence.append(GAP)

    for document in documents:
        own = " | ".join(
            (*document.term_names, *(term_text[code] for code in document.terms if code in term_text))
        )
        parents = " | ".join(term_text[code] for code in parents_of(document.terms) if code in term_text)
        add(document.name)
        add(own)
        add(document.organisation)
        add(document.place)
        add(document.description)
        add(document.extra)
        add(parents)
    starts.append(len(sequence))
    words = list(numbers)
    flat = np.array(sequence, np.int32)
    return Texts(
        words, flat, bounds := np.array(starts, np.int64), _postings(flat, bounds, len(words), len(documents))
    )


def parents_of(codes: Iterable[str]) -> list[str]:
    """Codes above the given ones, without the given ones and without the root of the taxonomy."""
    own = set(codes)
    above: dict[str, None] = {}
    for code in codes:
        parts = code.split(":")
        for length in range(len(parts) - 1, 1, -1):
            parent = ":".join(parts[:length])
            if parent not in own:
                above[parent] = None
    return list(above)


def _postings(flat: NDArray[np.int32], starts: NDArray[np.int64], n_words: int, n_documents: int) -> Postings:
    n_fields = len(FIELDS)
    slots = np.repeat(np.arange(n_documents * n_fields, dtype=np.int64), np.diff(starts))
    real = flat != GAP
    at = np.arange(len(flat), dtype=np.int64) - np.repeat(starts[:-1:n_fields], np.diff(starts[::n_fields]))
    # Two blocks between fields keep the end of one from the beginning of the next.
    block = (at // BLOCK + 2 * (slots % n_fields)) % MOST_BLOCKS
    bits = np.left_shift(np.uint64(1), block[real].astype(np.uint64))
    slots, flat = slots[real], flat[real]
    lengths = (
        np.bincount(slots, minlength=n_documents * n_fields).reshape(n_documents, n_fields).astype(np.float64)
    )
    filled = np.maximum((lengths > 0).sum(axis=0), 1)
    mean = np.maximum(lengths.sum(axis=0) / filled, 1.0)
    b = np.array(LENGTH)
    norm = np.array(WEIGHT) / (1.0 - b + b * lengths / mean)
    each = norm.ravel()[slots]
    key = flat.astype(np.int64) * n_documents + slots // n_fields
    order = np.argsort(key, kind="stable")
    key, each = key[order], each[order]
    first = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if key.size else np.empty(0, np.int64)
    weights = np.add.reduceat(each, first) if key.size else np.empty(0)
    blocks = np.bitwise_or.reduceat(bits[order], first) if key.size else np.empty(0, np.uint64)
    key = key[first]
    edges = np.searchsorted(key, np.arange(n_words + 1, dtype=np.int64) * max(n_documents, 1))
    documents = (key % max(n_documents, 1)).astype(np.int32)
    return Postings(edges.astype(np.int64), documents, weights.astype(np.float32), blocks)
