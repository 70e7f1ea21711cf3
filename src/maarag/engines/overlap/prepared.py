"""Services made ready to be measured in pairs: everything that is linear in their number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from maarag.engines.overlap import boilerplate, concepts
from maarag.engines.overlap.geography import Geography, geography_of
from maarag.engines.overlap.model import Options, Service
from maarag.engines.overlap.pairwise import row_sums
from maarag.engines.overlap.text import Texts, analyse, bag, neighbours, unit_rows
from maarag.language import normalise

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
LEAD_WORDS = (6, 16)
"""The lead: the first sentences, so many words. How a text begins says most, and is what others copy."""
KNOWN_WORD = 3
"""A word in so many services is no slip of the pen."""

_LEVELS = re.compile(r"[:/>]")
# What stands in quotation marks, not the marks inside an abbreviation.
_QUOTED = re.compile(r"""(?<!\w)(?:["״“„']|'')(\w[^"״“”„']*)(?:["״”“']|'')(?!\w)""")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class Prepared:
    """Everything about n services that pairs are measured with."""

    texts: Texts
    geo: Geography
    meanings: sparse.csr_matrix
    name: sparse.csr_matrix
    known_name: sparse.csr_matrix
    known_top: float
    name_alike: sparse.csr_matrix
    name_length: Floats
    name_weight: Floats
    text: sparse.csr_matrix
    text_alike: sparse.csr_matrix
    text_length: Floats
    text_weight: Floats
    subject: sparse.csr_matrix
    everything: sparse.csr_matrix
    everything_alike: sparse.csr_matrix
    everything_length: Floats
    spoken: sparse.csr_matrix
    lead: sparse.csr_matrix
    lead_weight: Floats
    shingles: sparse.csr_matrix
    shingle_weight: Floats
    letters: sparse.csr_matrix
    terms: sparse.csr_matrix
    term_weight: Floats
    term_top: float
    populations: sparse.csr_matrix
    population_of_name: sparse.csr_matrix
    stated: sparse.csr_matrix
    responses: sparse.csr_matrix
    responses_told: sparse.csr_matrix
    provider: Ints
    provider_weight: Floats
    numbers: tuple[frozenset[str], ...]
    brands: sparse.csr_matrix
    brands_alike: sparse.csr_matrix


def prepare(services: Sequence[Service], options: Options) -> Prepared:
    """Vectors of the services; the one costly step that is linear in their number."""
    once = cache(normalise)
    descriptions = boilerplate.without_boilerplate(services)
    names = [once(s.name) for s in services]
    texts = analyse(names, descriptions, [s.name for s in services])
    geo = geography_of(services, options)
    size = len(texts.importance)
    alike = (sparse.identity(size, format="csr") + texts.likeness.maximum(texts.synonyms)).tocsr()
    name = bag(texts.names, texts.importance, damped=False)
    text = bag(texts.descriptions, texts.importance)
    everything = bag(texts.whole(), texts.importance)
    name_alike, text_alike, everything_alike = (_sorted(m @ alike) for m in (name, text, everything))
    lead = bag(texts.descriptions.first(_lead_lengths(descriptions)), texts.importance)
    shingles = neighbours(texts.descriptions, texts.importance)
    brands = bag(texts.quoted([_brand(s.name) for s in services]), np.ones(size), damped=False)
    is_population = np.array(concepts.IS_POPULATION)
    restricting = sparse.diags(np.array(concepts.POPULATION_WEIGHTS))
    named_people = (texts.concepts_in_name[:, is_population] @ restricting).tocsr()
    stated = _indicator([{f"={once(p)}" for p in s.population if p.strip()} for s in services])
    terms = _term_paths(services)
    provider = _numbered([once(s.organisation) for s in services])
    providers = _indicator([{str(number)} if number >= 0 else set() for number in provider])
    return Prepared(
        texts=texts,
        geo=geo,
        meanings=sparse.hstack([texts.concepts_in_text, 0.7 * terms, 0.7 * providers]).tocsr(),
        name=name,
        known_name=(name @ sparse.diags((texts.counts >= KNOWN_WORD).astype(float))).tocsr(),
        known_top=float(np.log((10.0 + len(services)) / (5.0 + KNOWN_WORD)) + 0.3),
        name_alike=name_alike,
        name_length=_soft_length(name, name_alike),
        name_weight=row_sums(name),
        text=text,
        text_alike=text_alike,
        text_length=_soft_length(text, text_alike),
        text_weight=row_sums(text),
        subject=_subject(name, text),
        everything=everything,
        everything_alike=everything_alike,
        everything_length=_soft_length(everything, everything_alike),
        spoken=unit_rows(texts.meanings),
        lead=lead,
        lead_weight=row_sums(lead),
        shingles=shingles,
        shingle_weight=row_sums(shingles),
        letters=_letters(names),
        terms=terms,
        term_weight=row_sums(terms),
        term_top=float(np.log((10.0 + len(services)) / 6.0) + 0.3),
        populations=texts.concepts_in_text[:, is_population].tocsr(),
        population_of_name=named_people,
        stated=stated,
        responses=texts.concepts_in_name[:, ~is_population].tocsr(),
        responses_told=texts.concepts_in_text[:, ~is_population].tocsr(),
        provider=provider,
        provider_weight=_provider_weight(provider),
        brands=brands,
        brands_alike=(brands @ alike).tocsr(),
        numbers=tuple(frozenset(_DIGITS.findall(s.name)) for s in services),
    )


def _brand(name: str) -> str:
    """The name proper of a service, where its name marks one by quotation marks."""
    return " ".join(_QUOTED.findall(name))


def _lead_lengths(descriptions: Sequence[str]) -> Ints:
    """Words of the first sentence, with the next ones while it is very short, and never too many."""
    least, most = LEAD_WORDS
    lengths = np.full(len(descriptions), most, dtype=np.int64)
    for i, description in enumerate(descriptions):
        total = 0
        for sentence in description.split("\n"):
            total += sentence.count(" ") + 1
            if total >= least:
                break
        lengths[i] = min(total, most)
    return lengths


def _sorted(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    matrix = matrix.tocsr()
    matrix.sort_indices()
    return matrix


def _soft_length(matrix: sparse.csr_matrix, alike: sparse.csr_matrix) -> Floats:
    return np.sqrt(np.maximum(row_sums(alike.multiply(matrix).tocsr()), 0))


def _subject(name: sparse.csr_matrix, text: sparse.csr_matrix) -> sparse.csr_matrix:
    """Words that stand in a service's name and again in its description: what it is about, and no slips."""
    told = text.copy()
    told.data[:] = 1.0
    return name.multiply(told).tocsr()


def _provider_weight(provider: Ints) -> Floats:
    """1 for a provider of two services, less with more: a ministry's services are not alike for being its."""
    held = np.bincount(provider[provider >= 0], minlength=int(provider.max(initial=0)) + 1)
    return np.where(provider >= 0, 1 / (1 + np.log(np.maximum(held[provider], 2) / 2)), 0.0)


def _indicator(sets: Sequence[set[str]]) -> sparse.csr_matrix:
    columns: dict[str, int] = {}
    rows: list[int] = []
    cols: list[int] = []
    for i, items in enumerate(sets):
        for item in sorted(items):
            rows.append(i)
            cols.append(columns.setdefault(item, len(columns)))
    shape = (len(sets), max(len(columns), 1))
    return sparse.csr_matrix((np.ones(len(rows)), (rows, cols)), shape=shape)


def _term_paths(services: Sequence[Service]) -> sparse.csr_matrix:
    """Terms with all their parents; the weight falls with how many services carry the term."""

    @cache
    def paths(term: str) -> list[str]:
        levels = [normalise(level) for level in _LEVELS.split(term) if level.strip()]
        return ["/".join(levels[: k + 1]) for k in range(len(levels))]

    matrix = _indicator([{path for term in service.terms for path in paths(term)} for service in services])
    carriers = np.bincount(matrix.indices, minlength=matrix.shape[1])
    weight = np.log((10.0 + len(services)) / (5.0 + carriers)) + 0.3
    matrix.data = np.maximum(weight, 0.1)[matrix.indices]
    return matrix


def _numbered(values: Sequence[str]) -> Ints:
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(v, len(numbers)) if v else -1 for v in values], dtype=np.int64)


def _letters(names: Sequence[str]) -> sparse.csr_matrix:
    """Unit vectors over runs of three letters of the name without spaces: words joined, parted, inflected.

    `names`: normalised. A name of one or two letters is one run.
    """
    n = len(names)
    plain = [name.replace(" ", "") for name in names]
    # Two marks of the end after each name, so that a run never reaches into the next one.
    codes = np.frombuffer("".join(name + "\0\0" for name in plain).encode("utf-32-le"), dtype=np.uint32)
    codes = np.append(codes, [0, 0]).astype(np.int64)
    lengths = np.fromiter(map(len, plain), dtype=np.int64, count=n)
    runs = np.maximum(lengths - 2, np.minimum(lengths, 1))
    first = np.cumsum(lengths + 2) - (lengths + 2)
    place = np.arange(int(runs.sum())) + np.repeat(first - (np.cumsum(runs) - runs), runs)
    # A character takes 21 bits.
    keys = (codes[place] << 42) | (codes[place + 1] << 21) | codes[place + 2]
    distinct, columns = np.unique(keys, return_inverse=True)
    start = np.concatenate([[0], np.cumsum(runs)])
    matrix = sparse.csr_matrix((np.ones(len(keys)), columns, start), shape=(n, max(len(distinct), 1)))
    matrix.sum_duplicates()
    carriers = np.bincount(matrix.indices, minlength=matrix.shape[1])
    matrix.data = matrix.data * (np.log((2.0 + n) / (1.0 + carriers)) + 0.5)[matrix.indices]
    return unit_rows(matrix)
