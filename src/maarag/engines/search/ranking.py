"""Scores of all documents for a plan: BM25F by word, weakened by how surely each word was meant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maarag.engines.search.fields import FIELDS, GAP, Postings, Texts
from maarag.engines.search.queries import Concept, Plan
from maarag.engines.search.vocabulary import Found

SATURATION = 1.2
"""k1 of BM25."""
SURE_SHARE = 0.55
ENOUGH = 8
"""With this many documents that surely have the word, unsure readings of it are left out."""
NEARLY_ALL = 0.9
BESIDE_SUBJECT = 0.55
LEAST_COVER = 0.5
FEWER_COVER = 0.3
ALL_WORDS = 0.6
PHRASE = 0.4
NAME = 0.35
PART_OF_EXPRESSION = 0.6
PART_BESIDE_OTHERS = 0.3
BOTH = 0.25
RERANKED = 400

Floats = NDArray[np.float64]


@dataclass
class Scores:
    """Per document: the score, and the share of the query it answers (0 to 1)."""

    score: Floats
    cover: Floats


def rarity(n_documents: int, having: int) -> float:
    """Inverse document frequency of BM25, never negative."""
    return float(np.log1p((n_documents - having + 0.5) / (having + 0.5)))


def score_plan(plan: Plan, postings: Postings, n_documents: int) -> Scores:
    """Scores over all documents; a document that has nothing of the query has 0."""
    score = np.zeros(n_documents)
    cover = np.zeros(n_documents)
    whole = 0.0
    subjects = any(concept.listed for concept in plan.concepts)
    for concept in plan.concepts:
        part, covered, worth = _score_concept(concept, postings, n_documents)
        # Beside a subject of the field (אוכל, זקנים) any other word (חם) says how, not what.
        share = 1.0 if concept.listed or not subjects else BESIDE_SUBJECT
        score += share * part
        cover += share * covered
        whole += share * worth
    if whole > 0:
        cover /= whole
    score *= (1.0 - ALL_WORDS) + ALL_WORDS * cover
    return Scores(score, cover)


def _score_concept(concept: Concept, postings: Postings, n: int) -> tuple[Floats, Floats, float]:
    total, covered = np.zeros(n), np.zeros(n)
    worths: list[float] = []
    for found in concept.words:
        quality, sure = _word_quality(found, postings, n)
        having = int(np.count_nonzero(sure >= SURE_SHARE * sure.max(initial=0.0))) if found else 0
        worths.append(rarity(n, having if found else n // 20))
        total += worths[-1] * quality
        covered += worths[-1] * np.where(sure > 0, 0.4 + 0.6 * sure, 0.0)
    worth = sum(worths)
    best, best_sure = _best_other(concept.others, postings, n)
    if len(concept.words) > 1:
        # A part of an expression says less than its share: הורה יחיד is not any parent, nor any single.
        whole = covered >= 0.65 * worth
        part = PART_BESIDE_OTHERS if best.any() or whole.any() else PART_OF_EXPRESSION
        total *= np.where(whole, 1.0, part)
        covered *= np.where(whole, 1.0, part)
    if concept.others:
        answering = np.count_nonzero((best_sure > 0) | (covered >= worth * 0.7))
        if answering:
            # An expression that no document has is as rare as what stands for it.
            standing = len(concept.words) if (covered >= 0.65 * worth).any() else 1
            limit = standing * rarity(n, int(answering))
            if worth > limit:
                total *= limit / worth
                covered *= limit / worth
                worth = limit
        # What has both the asked words and another expression for them is the surer.
        both = worth * best
        total = np.maximum(total, both) + BOTH * np.minimum(total, both)
        np.maximum(covered, worth * np.where(best_sure > 0, 0.4 + 0.6 * best_sure, 0.0), out=covered)
    return total, covered, worth


def _word_quality(found: list[Found], postings: Postings, n: int) -> tuple[Floats, Floats]:
    """Per document: how well one word is answered (0 to 1), and the surest meaning that is there."""
    sure = np.zeros(n)
    if not found:
        return sure, sure
    ascending = sorted(found, key=lambda item: item.weight)
    slices = [postings.of(item.number) for item in ascending]
    documents = np.concatenate([postings.documents[part] for part in slices])
    amounts = np.concatenate(
        [postings.weights[part] * item.weight for part, item in zip(slices, ascending, strict=True)]
    )
    meanings = np.repeat([item.weight for item in ascending], [part.stop - part.start for part in slices])
    amount = np.bincount(documents, weights=amounts, minlength=n)
    sure[documents] = meanings  # ascending, so the surest is written last
    best = sure.max(initial=0.0)
    unsure = sure < SURE_SHARE * best
    if np.count_nonzero(~unsure & (sure > 0)) >= ENOUGH:
        sure[unsure] = 0.0
    return np.where(sure > 0, sure * amount / (amount + SATURATION), 0.0), sure


def _best_other(others: list[list[list[Found]]], postings: Postings, n: int) -> tuple[Floats, Floats]:
    """Per document: how well the best of other expressions stands there whole, and how surely it is meant."""
    best, best_sure = np.zeros(n, np.float32), np.zeros(n, np.float32)
    known: dict[tuple[Found, ...], _Word] = {}
    scratch = np.empty(n, np.uint64)
    for other in others:
        words = []
        for found in other:
            key = tuple(found)
            if key not in known:
                quality = _plain_quality(found, postings, n)
                known[key] = _Word(found, quality, np.flatnonzero(quality > 0))
            words.append(known[key])
        # Only where the rarest of its words stands can the whole expression stand.
        rarest, *rest = sorted(words, key=lambda word: len(word.where))
        where = rarest.where
        whole = rarest.quality[where]
        for word in rest:
            np.minimum(whole, word.quality[where], out=whole)
        if rest:
            here = whole > 0
            where, whole = where[here], whole[here]
            close = _around(rarest.blocks(postings, where, scratch))
            for word in rest:
                whole[(word.blocks(postings, where, scratch) & close) == 0] = 0.0
        best[where] = np.maximum(best[where], whole)
        weight = np.float32(min(found[0].weight for found in other))
        standing = where[whole > 0]
        best_sure[standing] = np.maximum(best_sure[standing], weight)
    return best.astype(np.float64), best_sure.astype(np.float64)


@dataclass
class _Word:
    """A word of another expression over all documents."""

    found: list[Found]
    quality: NDArray[np.float32]
    where: NDArray[np.int64]
    _blocks: NDArray[np.uint64] | None = None

    def blocks(
        self, postings: Postings, at: NDArray[np.int64], scratch: NDArray[np.uint64]
    ) -> NDArray[np.uint64]:
        """The blocks in which any form of the word stands, of documents that have it.

        `scratch` has a place for each document; one for all words spares the time to make many.
        """
        if self._blocks is None:
            scratch[self.where] = 0
            for item in self.found:
                part = postings.of(item.number)
                scratch[postings.documents[part]] |= postings.blocks[part]
            self._blocks = scratch[self.where]
        else:
            scratch[self.where] = self._blocks
        return scratch[at]


def _around(blocks: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The blocks and their neighbours; the first and the last are neighbours too, as `fields` counts."""
    one, last = np.uint64(1), np.uint64(63)
    near: NDArray[np.uint64] = (
        blocks | (blocks << one) | (blocks >> one) | (blocks >> last) | (blocks << last)
    )
    return near


def _plain_quality(found: list[Found], postings: Postings, n: int) -> NDArray[np.float32]:
    """As `_word_quality`, by the surest form alone: quick, for the many words of other expressions."""
    quality = np.zeros(n, np.float32)
    for item in reversed(found):  # the surest is first, and is written last
        part = postings.of(item.number)
        amount = postings.weights[part]
        quality[postings.documents[part]] = item.weight * amount / (amount + SATURATION)
    return quality


def answering(scores: Scores) -> NDArray[np.bool_]:
    """Documents that answer enough of the query: less is asked when few answer nearly all of it."""
    best = scores.cover.max(initial=0.0)
    if best <= 0:
        return np.zeros(len(scores.cover), bool)
    enough = np.count_nonzero(scores.cover >= NEARLY_ALL * best) >= ENOUGH
    least = best * (LEAST_COVER if enough else FEWER_COVER)
    return np.asarray(scores.cover >= least, dtype=bool)


def closeness(plan: Plan, texts: Texts, documents: NDArray[np.int64]) -> Floats:
    """Factor for each given document: query words side by side, and names that are mostly the query."""
    n_fields = len(FIELDS)
    asked = [(found, concept) for concept in plan.concepts for found in concept.words]
    place_of = np.full(len(texts.words) + 1, -9, np.int32)  # the last entry stands for GAP
    for place, (found, _) in enumerate(asked):
        for item in reversed(found):
            if item.weight >= 0.5:
                place_of[item.number] = place
    starts = texts.starts[documents * n_fields]
    lengths = texts.starts[(documents + 1) * n_fields] - starts
    rows = np.repeat(np.arange(len(documents)), lengths)
    before = np.cumsum(lengths) - lengths
    at = np.arange(len(rows)) - np.repeat(before, lengths)  # place in the document
    words = texts.sequence[at + np.repeat(starts, lengths)]
    places = place_of[words]  # GAP is -1: the last entry
    name_lengths = texts.starts[documents * n_fields + 1] - 1 - starts
    in_name = (at < name_lengths[rows]) & (places >= 0)
    named = _distinct(rows[in_name], places[in_name], len(documents), len(asked))
    share = np.bincount(rows[in_name], minlength=len(documents)) / np.maximum(name_lengths, 1)
    factor: Floats = 1.0 + NAME * share * named / max(len(asked), 1)
    if len(asked) > 1:
        beside = (places[1:] == places[:-1] + 1) & (places[:-1] >= 0)
        near = (places[2:] == places[:-2] + 1) & (places[:-2] >= 0) & (words[1:-1] != GAP)
        both = beside & in_name[1:]
        possible = len(asked) - 1
        pairs = _distinct(rows[:-1][beside], places[:-1][beside], len(documents), len(asked))
        pairs = pairs + 0.5 * _distinct(rows[:-2][near], places[:-2][near], len(documents), len(asked))
        pairs_in_name = _distinct(rows[:-1][both], places[:-1][both], len(documents), len(asked))
        factor += PHRASE * np.minimum(1.0, pairs / possible)
        factor += 0.5 * PHRASE * np.minimum(1.0, pairs_in_name / possible)
    return factor


def _distinct(rows: NDArray[np.int64], places: NDArray[np.int32], n_rows: int, n_places: int) -> Floats:
    """Number of different places in each row."""
    seen = np.zeros((n_rows, n_places), bool)
    seen[rows, places] = True
    count: Floats = seen.sum(axis=1).astype(np.float64)
    return count


assert GAP == -1, "closeness reads the gap as the last entry of its table"
