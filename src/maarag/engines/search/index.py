"""Search over services in memory: build once, ask often. No Django, no database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from maarag.engines.search import ranking
from maarag.engines.search.documents import Document, Hit, Match, Results
from maarag.engines.search.fields import BLOCK, FIELDS, GAP, read_texts
from maarag.engines.search.queries import Plan, Reader
from maarag.engines.search.vocabulary import Found, Vocabulary
from maarag.language import Synonyms, field_synonyms, normalise

EARTH_KM = 6371.0088
NEAR_KM = 10.0
"""A hit's score doubles at the asked point and gains a third of that at this distance."""
MOST_MATCHES = 12


class SearchIndex:
    """An index of documents; make it with `build`. Reading it from several threads is safe."""

    def __init__(
        self, documents: Sequence[Document], names_of: Mapping[str, Sequence[str]], synonyms: Synonyms
    ) -> None:
        self.ids = [document.id for document in documents]
        self._labels = {document.id: (document.name, document.organisation) for document in documents}
        self._texts = read_texts(documents, names_of)
        self._vocabulary = Vocabulary(self._texts.words, sorted(synonyms.words()))
        starts = self._texts.postings.starts
        self._reader = Reader(self._vocabulary, synonyms, lambda word: int(starts[word + 1] - starts[word]))
        names = [normalise(document.name) for document in documents]
        order = sorted(range(len(names)), key=lambda place: (names[place], self.ids[place]))
        self._alphabetical = np.empty(len(names), np.int64)
        self._alphabetical[order] = np.arange(len(names))
        self._names = names
        self._lat = _radians(document.lat for document in documents)
        self._lon = _radians(document.lon for document in documents)
        self._codes, self._code_starts, self._code_documents, self._code_numbers = _terms(documents)
        self._attributes = [document.attributes for document in documents]

    @classmethod
    def build(
        cls,
        documents: Iterable[Document],
        *,
        names_of: Mapping[str, Sequence[str]] | None = None,
        synonyms: Synonyms | None = None,
    ) -> SearchIndex:
        """An index of the documents.

        `names_of`: names of every code in any languages; those of a service's parents are then found too.
        `synonyms`: another list than the field's own.
        """
        return cls(list(documents), names_of or {}, field_synonyms() if synonyms is None else synonyms)

    def __len__(self) -> int:
        return len(self.ids)

    def label(self, id: str) -> tuple[str, str]:
        """(name, organisation) of an indexed service; KeyError for another id."""
        return self._labels[id]

    def search(
        self,
        query: str = "",
        *,
        limit: int = 20,
        offset: int = 0,
        term: str | Collection[str] | None = None,
        near: tuple[float, float] | None = None,
        within_km: float | None = None,
        filters: Mapping[str, Collection[str]] | None = None,
    ) -> Results:
        """Services that answer a query, the best first; with an empty query all, the nearest or by name.

        `term`: a code or several, all of which must hold; a parent stands for its descendants too. `near`:
        (lat, lon) in degrees, raises the near ones; `within_km` leaves out what is further or has no point.
        `filters`: {attribute: accepted values}. Same input, same answer. Raises ValueError for numbers out
        of range.
        """
        if limit < 0 or offset < 0:
            raise ValueError("limit and offset cannot be negative")
        if within_km is not None and near is None:
            raise ValueError("within_km needs near")
        kept = self._kept(term, filters)
        distance = None if near is None else self._distance_km(near)
        if distance is not None and within_km is not None:
            kept &= distance <= within_km
        plan = self._reader.read(query)
        if plan.concepts:
            scores = ranking.score_plan(plan, self._texts.postings, len(self.ids))
            if not kept.all():
                scores.cover[~kept] = 0.0
            kept &= ranking.answering(scores)
            score = scores.score
        else:
            score = np.zeros(len(self.ids))
            if query.strip() and not normalise(query):
                kept[:] = False
        found = np.flatnonzero(kept)
        ranked, score = self._ranked(found, score, plan, distance, offset + limit)
        page = ranked[offset : offset + limit]
        hits = tuple(
            Hit(
                self.ids[place],
                round(float(score[place]), 4),
                _km(distance, place),
                self._matches(plan, int(place)) if plan.concepts else (),
            )
            for place in page
        )
        return Results(len(found), hits, self._facets(kept), tuple(plan.corrections))

    def _ranked(
        self,
        found: NDArray[np.int64],
        score: ranking.Floats,
        plan: Plan,
        distance: ranking.Floats | None,
        wanted: int,
    ) -> tuple[NDArray[np.int64], ranking.Floats]:
        """At least the `wanted` best of the found documents in order; equal ones by name and id."""
        if not plan.concepts:
            far = np.zeros(len(found)) if distance is None else distance[found]
            return found[np.lexsort((self._alphabetical[found], far))], score
        if distance is not None:
            score = score * (1.0 + np.exp(-np.minimum(distance, 1e6) / NEAR_KM))
        looked_at = ranking.RERANKED
        if wanted <= looked_at < len(found):
            least = np.partition(score[found], len(found) - looked_at)[len(found) - looked_at]
            found = found[score[found] >= least]
        order = found[np.lexsort((self._alphabetical[found], -score[found]))]
        head, tail = order[:looked_at], order[looked_at:]
        score = score.copy()
        score[head] *= ranking.closeness(plan, self._texts, head)
        head = head[np.lexsort((self._alphabetical[head], -score[head].round(9)))]
        # What was not looked at closely stays behind, and its scores go on falling.
        if len(tail):
            score[tail] = np.minimum(score[tail], score[head[-1]])
        return np.concatenate([head, tail]), score

    def _kept(
        self, term: str | Collection[str] | None, filters: Mapping[str, Collection[str]] | None
    ) -> NDArray[np.bool_]:
        kept = np.ones(len(self.ids), bool)
        for code in [term] if isinstance(term, str) else term or ():
            if not code:
                continue
            number = self._codes.get(code)
            has = np.zeros(len(self.ids), bool)
            if number is not None:
                has[self._code_documents[self._code_starts[number] : self._code_starts[number + 1]]] = True
            kept &= has
        for name, accepted in (filters or {}).items():
            wanted = set(accepted)
            if wanted:
                kept &= np.fromiter(
                    (not wanted.isdisjoint(values.get(name, ())) for values in self._attributes),
                    bool,
                    len(self.ids),
                )
        return kept

    def _distance_km(self, near: tuple[float, float]) -> ranking.Floats:
        """Great-circle distance of each document; infinite where it has no point."""
        lat, lon = np.radians(near[0]), np.radians(near[1])
        if not (abs(near[0]) <= 90 and abs(near[1]) <= 180):
            raise ValueError("near must be (latitude, longitude) in degrees")
        half = (
            np.sin((self._lat - lat) / 2) ** 2
            + np.cos(lat) * np.cos(self._lat) * np.sin((self._lon - lon) / 2) ** 2
        )
        km: ranking.Floats = np.nan_to_num(
            2 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(half, 1.0))), nan=np.inf
        )
        return km

    def _facets(self, kept: NDArray[np.bool_]) -> dict[str, int]:
        counts = np.bincount(self._code_numbers[kept[self._code_documents]], minlength=len(self._codes))
        return {code: int(counts[number]) for code, number in self._codes.items() if counts[number]}

    def _matches(self, plan: Plan, document: int) -> tuple[Match, ...]:
        """Why a document was found: each word of it that answers the query, in the most telling field."""
        told: dict[tuple[str, int], Match] = {}
        first = document * len(FIELDS)
        fields = [
            self._texts.sequence[self._texts.starts[number] : self._texts.starts[number + 1]].tolist()
            for number in range(first, first + len(FIELDS))
        ]
        meanings = _meanings(plan, fields)
        for name, words in zip(FIELDS, fields, strict=True):
            for word in words:
                if word != GAP and word in meanings:
                    _, asked, kind = meanings[word]
                    told.setdefault((asked, word), Match(asked, self._texts.words[word], name, kind))
        ranked = sorted(told.items(), key=lambda item: -meanings[item[0][1]][0])
        return tuple(match for _, match in ranked[:MOST_MATCHES])


def _meanings(plan: Plan, fields: Sequence[Sequence[int]]) -> dict[int, tuple[float, str, str]]:
    """What each word of a document's fields answers: (how surely, word or expression of the query, kind)."""
    places: dict[int, list[int]] = {}
    for number, words in enumerate(fields):
        for place, word in enumerate(words):
            places.setdefault(word, []).append(place + number * 1_000_000)
    meanings: dict[int, tuple[float, str, str]] = {}
    for concept in plan.concepts:
        answers = list(zip(concept.asked, concept.words, strict=True))
        for other in concept.others:
            answers += [(" ".join(concept.asked), found) for found in _side_by_side(other, places)]
        for asked, found in answers:
            for item in found:
                if item.number in places and item.weight > meanings.get(item.number, (0.0,))[0]:
                    meanings[item.number] = (item.weight, asked, item.kind)
    return meanings


def _side_by_side(other: list[list[Found]], places: Mapping[int, list[int]]) -> list[list[Found]]:
    """For each word of an expression, those of its forms that stand with the other words, if all do."""
    standing = [[place for item in found for place in places.get(item.number, ())] for found in other]
    if not all(standing):
        return []

    def whole(place: int) -> bool:
        return all(any(abs(place - at) < 2 * BLOCK for at in word) for word in standing)

    return [[item for item in found if any(map(whole, places.get(item.number, ())))] for found in other]


def _radians(degrees: Iterable[float | None]) -> ranking.Floats:
    values = np.array([np.nan if value is None else value for value in degrees], float)
    radians: ranking.Floats = np.radians(values)
    return radians


def _km(distance: ranking.Floats | None, place: int) -> float | None:
    if distance is None or not np.isfinite(distance[place]):
        return None
    return round(float(distance[place]), 3)


def _terms(
    documents: Sequence[Document],
) -> tuple[dict[str, int], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Every code and every code above one: its number; and the documents of each, codes in order."""
    above: dict[str, tuple[str, ...]] = {}
    pairs: dict[str, list[int]] = {}
    for place, document in enumerate(documents):
        codes: dict[str, None] = {}
        for code in document.terms:
            if code not in above:
                parts = code.split(":")
                above[code] = tuple(":".join(parts[:length]) for length in range(1, len(parts) + 1))
            codes.update((path, None) for path in above[code])
        for code in codes:
            pairs.setdefault(code, []).append(place)
    numbers = {code: number for number, code in enumerate(sorted(pairs))}
    lengths = [len(pairs[code]) for code in numbers]
    flat = np.array([place for code in numbers for place in pairs[code]], np.int64)
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return numbers, starts, flat, np.repeat(np.arange(len(numbers)), lengths)
