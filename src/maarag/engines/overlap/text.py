"""Texts of services as sparse vectors: roots weighted by how much they tell, slips forgiven."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from maarag.engines.overlap import concepts
from maarag.engines.overlap.meanings import Meanings
from maarag.engines.overlap.spelling import slips
from maarag.language import stems, stop_words, tokens

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# Words of every service's name: what they say is little, in a corpus of two as in one of a thousand.
GENERIC = (
    "שירות שירותים תוכנית תכנית תכניות מרכז מרכזי מסגרת מסגרות סיוע מענה מענים פעילות עמותה עמותת יחידה "
    "מחלקה "
    "service services programme program centre center project support unit department "
    "خدمة خدمات برنامج مركز مشروع دعم قسم وحدة"
)
GENERIC_WEIGHT = 0.45
STOP_WEIGHT = 0.05


@dataclass(frozen=True)
class Field:
    """One text per service, flat: `roots[start[i]:start[i+1]]` are the root numbers of text i, in order."""

    roots: Ints
    start: Ints

    @property
    def owners(self) -> Ints:
        return np.repeat(np.arange(len(self.start) - 1), np.diff(self.start))

    def first(self, counts: Ints) -> Field:
        """Each text cut to its first `counts[i]` words."""
        lengths = np.diff(self.start)
        keep = np.arange(len(self.roots)) - np.repeat(self.start[:-1], lengths) < np.repeat(counts, lengths)
        start = np.concatenate([[0], np.cumsum(np.minimum(lengths, counts))])
        return Field(self.roots[keep], start.astype(np.int64))


@dataclass(frozen=True)
class Texts:
    """Names and descriptions of n services over one vocabulary of roots."""

    names: Field
    descriptions: Field
    importance: Floats
    counts: Ints
    likeness: sparse.csr_matrix
    synonyms: sparse.csr_matrix
    meanings: sparse.csr_matrix
    concepts_in_name: sparse.csr_matrix
    concepts_in_text: sparse.csr_matrix
    script: Ints
    root_of: dict[str, int]

    def quoted(self, parts: Sequence[str]) -> Field:
        """Pieces of the texts (one per service) over the same roots; unknown words are left out."""
        known = {part: [self.root_of[w] for w in tokens(part) if w in self.root_of] for part in set(parts)}
        rows = [known[part] for part in parts]
        start = np.cumsum([0, *map(len, rows)]).astype(np.int64)
        return Field(np.array([number for row in rows for number in row], dtype=np.int64), start)

    def whole(self) -> Field:
        """Name and description of each service as one text."""
        owners = np.concatenate([self.names.owners, self.descriptions.owners])
        order = np.argsort(owners, kind="stable")
        roots = np.concatenate([self.names.roots, self.descriptions.roots])[order]
        return Field(roots, self.names.start + self.descriptions.start)

    @property
    def n(self) -> int:
        return len(self.names.start) - 1


_SCRIPTS = ((("א", "ת"),), (("ء", "ي"),), (("a", "z"), ("A", "Z")))


def _scripts(texts: Sequence[str]) -> Ints:
    """0 Hebrew, 1 Arabic, 2 Latin, by most letters of each text (the first, if equal); 3 where none is."""
    codes = np.frombuffer("".join(texts).encode("utf-32-le"), dtype=np.uint32)
    ends = np.cumsum(np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)))
    counts = []
    for spans in _SCRIPTS:
        inside = np.zeros(len(codes), dtype=bool)
        for low, high in spans:
            inside |= (codes >= ord(low)) & (codes <= ord(high))
        counts.append(np.diff(np.concatenate([[0], np.cumsum(inside)])[ends], prepend=0))
    found = np.array(counts)
    return np.where(found.max(axis=0) > 0, found.argmax(axis=0), 3).astype(np.int64)


class _Vocabulary:
    """Numbers for distinct words; then one root for each, chosen by what the corpus itself shows."""

    def __init__(self) -> None:
        self.words: dict[str, int] = {}

    def flatten(self, texts: Iterable[str]) -> tuple[Ints, Ints]:
        """Word numbers of normalised texts, one after the other, and where each text starts."""
        flat: list[int] = []
        start = [0]
        known: dict[str, list[int]] = {}
        words = defaultdict(None, self.words)
        words.default_factory = words.__len__  # a word met for the first time takes the next number
        number = words.__getitem__
        for text in texts:
            numbers = known.get(text)
            if numbers is None:
                numbers = known[text] = [*map(number, text.split())]
            flat.extend(numbers)
            start.append(len(flat))
        self.words = dict(words)
        return np.array(flat, dtype=np.int64), np.array(start, dtype=np.int64)

    def roots(self) -> Ints:
        """The root number of each word: of its trusted readings the one that most words of the corpus share.

        A reading alone is ambiguous (a letter may be a prefix or belong to the word); its company decides.
        """
        support: dict[str, float] = {}
        for word in self.words:
            for reading in stems(word):
                if reading.weight >= concepts.TRUST:
                    support[reading.text] = support.get(reading.text, 0.0) + reading.weight
        numbers: dict[str, int] = {}
        chosen = [
            min(
                (reading for reading in stems(word) if reading.weight >= concepts.TRUST),
                key=lambda reading: (-round(support[reading.text], 6), len(reading.text), reading.text),
            ).text
            for word in self.words
        ]
        return np.array([numbers.setdefault(key, len(numbers)) for key in chosen], dtype=np.int64)


def analyse(names: Sequence[str], descriptions: Sequence[str], written: Sequence[str]) -> Texts:
    """Vectors' raw material of n names and n descriptions, normalised (either may be empty).

    `written`: the names as their authors wrote them; they tell the script.
    """
    vocabulary = _Vocabulary()
    name_words, name_start = vocabulary.flatten(names)
    text_words, text_start = vocabulary.flatten(descriptions)
    of_word = vocabulary.roots()
    n, n_words, n_roots = len(names), len(of_word), int(of_word.max(initial=-1)) + 1
    name_field = Field(of_word[name_words] if n_words else name_words, name_start)
    text_field = Field(of_word[text_words] if n_words else text_words, text_start)
    word_counts = _documents(Field(name_words, name_start), Field(text_words, text_start), n_words)
    root_counts = _documents(name_field, text_field, n_roots)
    # Smooth inverse document frequency; in a tiny corpus every word counts about the same.
    importance = np.log((10.0 + n) / (5.0 + root_counts)) + 0.3
    importance = np.maximum(importance, 0.2)
    for words, factor in ((tokens(GENERIC), GENERIC_WEIGHT), (sorted(stop_words), STOP_WEIGHT)):
        plain = {int(of_word[vocabulary.words[word]]) for word in words if word in vocabulary.words}
        importance[sorted(plain)] *= factor
    likeness, meant = slips(list(vocabulary.words), word_counts, of_word, n_roots)
    known = Meanings(vocabulary.words)
    meanings = known.found(name_words, name_start).maximum(known.found(text_words, text_start)).tocsr()
    carriers = np.bincount(meanings.indices, minlength=meanings.shape[1])
    meanings.data = (np.log((10.0 + n) / (5.0 + carriers)) + 0.3).clip(min=0.2)[meanings.indices]
    lexicon = _Lexicon(vocabulary.words, meant)
    in_name = lexicon.concepts(name_words, name_field)
    in_text = in_name.maximum(lexicon.concepts(text_words, text_field)).tocsr()
    script = _scripts(
        [name if name.strip() else text for name, text in zip(written, descriptions, strict=True)]
    )
    root_of = dict(zip(vocabulary.words, of_word.tolist(), strict=True))
    return Texts(
        name_field,
        text_field,
        importance,
        root_counts,
        likeness,
        known.likeness(of_word, n_roots),
        meanings,
        in_name,
        in_text,
        script,
        root_of,
    )


def _documents(names: Field, descriptions: Field, size: int) -> Ints:
    """In how many services each word or root occurs."""
    held = bag(names, np.ones(size)) + bag(descriptions, np.ones(size))
    return np.bincount(held.indices, minlength=size).astype(np.int64)


class _Lexicon:
    """The concepts that a corpus' words may name, by word number."""

    def __init__(self, words: dict[str, int], meant: Sequence[tuple[int, int]]) -> None:
        self.size = len(words)
        readings = [concepts.lexicon_words(word) for word in words]
        exact = [set(concepts.exact_concepts(word)) for word in words]
        # A slip of the pen names what the word meant names, if it names nothing itself.
        for slip, word in meant:
            if not readings[slip] and not exact[slip]:
                readings[slip], exact[slip] = readings[word], exact[word]
        entries: dict[str, list[int]] = {}
        for number, found in enumerate(readings):
            for entry in found:
                entries.setdefault(entry, []).append(number)
        self.single: list[tuple[list[int], int]] = []
        self.double: list[tuple[list[int], list[int], int]] = []
        for phrase, numbers in concepts.phrases().items():
            if all(entry in entries for entry in phrase):
                for concept in numbers:
                    if len(phrase) == 1:
                        self.single.append((entries[phrase[0]], concept))
                    else:
                        self.double.append((entries[phrase[0]], entries[phrase[1]], concept))
        for number, named in enumerate(exact):
            self.single.extend(([number], concept) for concept in sorted(named))

    def concepts(self, words: Ints, field: Field) -> sparse.csr_matrix:
        """Which concepts each text names: n × concepts, 0/1."""
        n, owners = len(field.start) - 1, field.owners
        shape = (n, len(concepts.CODES))
        pairs = [(word, concept) for members, concept in self.single for word in members]
        table = sparse.csr_matrix(
            (np.ones(len(pairs)), tuple(np.array(pairs, dtype=np.int64).reshape(-1, 2).T)),
            shape=(self.size, shape[1]),
        )
        occurs = sparse.csr_matrix((np.ones(len(words)), words, field.start), shape=(n, self.size))
        found = (occurs @ table).tocsr()
        inside = owners[:-1] == owners[1:] if len(words) else np.zeros(0, dtype=bool)
        rows: list[Ints] = [np.zeros(0, dtype=np.int64)]
        columns: list[Ints] = [np.zeros(0, dtype=np.int64)]
        first, second = np.zeros(self.size, dtype=bool), np.zeros(self.size, dtype=bool)
        for ones, twos, concept in self.double:
            first[ones] = True
            second[twos] = True
            hits = owners[:-1][inside & first[words[:-1]] & second[words[1:]]]
            rows.append(hits)
            columns.append(np.full(len(hits), concept))
            first[ones] = False
            second[twos] = False
        row, column = np.concatenate(rows), np.concatenate(columns)
        found = (found + sparse.csr_matrix((np.ones(len(row)), (row, column)), shape=shape)).tocsr()
        found.sum_duplicates()
        found.data[:] = 1.0
        # Boys and girls together are everybody, and so are boys alone: the masculine form is the common one.
        girls, boys = concepts.CODES.index("p:girls"), concepts.CODES.index("p:boys")
        told = np.diff(found[:, [boys]].indptr) > 0
        found.data[
            (found.indices == boys) | ((found.indices == girls) & np.repeat(told, np.diff(found.indptr)))
        ] = 0.0
        found.eliminate_zeros()
        return found


def bag(field: Field, weights: Floats, *, damped: bool = True) -> sparse.csr_matrix:
    """Texts as rows over roots; value = weight × (1 + log count), or × 1 when not `damped`."""
    n = len(field.start) - 1
    counts = sparse.csr_matrix((np.ones(len(field.roots)), field.roots, field.start), shape=(n, len(weights)))
    counts.sum_duplicates()
    if damped:
        counts.data = 1.0 + np.log(counts.data)
    else:
        counts.data[:] = 1.0
    counts.data *= weights[counts.indices]
    return counts


def neighbours(field: Field, weights: Floats) -> sparse.csr_matrix:
    """Texts as rows over pairs of adjacent roots (in either order), weighing the mean of the two."""
    n = len(field.start) - 1
    size = max(len(weights), 1)
    owners = field.owners
    inside = owners[:-1] == owners[1:] if len(owners) else np.zeros(0, dtype=bool)
    one, two = field.roots[:-1][inside], field.roots[1:][inside]
    low, high = np.minimum(one, two), np.maximum(one, two)
    keys, column = np.unique(low * size + high, return_inverse=True)
    value = (weights[low] + weights[high]) / 2
    matrix = sparse.csr_matrix((value, (owners[:-1][inside], column)), shape=(n, max(len(keys), 1)))
    matrix.sum_duplicates()
    return matrix


def unit_rows(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    """Rows scaled to length 1; empty rows stay empty."""
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    scale = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    return (sparse.diags(scale) @ matrix).tocsr()
