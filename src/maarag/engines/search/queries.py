"""What a typed query may mean: its words with their forms, synonyms, slips and beginnings."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field

from maarag.engines.search.documents import Correction
from maarag.engines.search.vocabulary import Found, Vocabulary
from maarag.language import (
    Synonyms,
    asking_words,
    normalise,
    other_layout,
    stop_words,
    tokens,
    with_final_letter,
)

SURE = 0.6
"""A word with a form at least this sure is known."""
SYNONYM = 0.62
FORM = 0.94
SURE_FORM = 0.75
OTHER_LAYOUT = 0.95
LEAST_SYNONYM_FORM = 0.7
LEFT_OVER = 0.4
MOST_SLIPS = 3
MOST_WORDS = 24
LONGEST_QUERY = 1_000
"""Characters of a query that are read; nobody asks in more, and each word costs time."""
MOST_OTHERS = 60
BEGINNING = 0.8
MOST_BEGINNINGS = 4
RARE_BESIDE = 20
"""A rare word is also taken as a slip of one that this many times more services have."""


@dataclass
class Concept:
    """One word of the query, or an expression of several that the list of synonyms knows."""

    asked: tuple[str, ...]
    words: list[list[Found]]
    """For each word asked, what stands for it in the vocabulary."""
    others: list[list[list[Found]]] = field(default_factory=list)
    """Other expressions of several words that mean the same; all words of one must be there, side by side."""
    listed: bool = False
    """Whether the list of synonyms knows it: a subject of the field."""


@dataclass
class Plan:
    """A query as concepts in their order."""

    concepts: list[Concept]
    corrections: list[Correction]


class Reader:
    """Reads queries over one vocabulary; `frequency` gives how many documents have a word, by number."""

    def __init__(self, vocabulary: Vocabulary, synonyms: Synonyms, frequency: Callable[[int], int]) -> None:
        self._vocabulary = vocabulary
        self._synonyms = synonyms
        self._frequency = frequency
        self._listed = synonyms.words()
        self._listed_in_order = sorted(self._listed)

    def read(self, query: str) -> Plan:
        """The plan of a query; one without any word has no concepts."""
        corrections: list[Correction] = []
        words: list[str] = []
        for chunk in query[:LONGEST_QUERY].split():
            words.extend(self._as_meant(chunk, corrections))
        last = words[-1] if words and not query[-1:].isspace() else ""
        subject = [place for place, word in enumerate(words) if word not in stop_words | asking_words]
        subject = subject or [place for place, word in enumerate(words) if word not in stop_words]
        subject = (subject or list(range(len(words))))[:MOST_WORDS]
        concepts: list[Concept] = []
        place = 0
        while place <= (subject[-1] if subject else -1):
            after = [at for at in subject if at >= place]
            # Expressions with stop words in them (`אין מה לאכול`), and those between whose words some stand.
            run, phrase = self._longest(words, list(range(place, min(len(words), place + MOST_WORDS))))
            if place == after[0]:
                run, phrase = max((run, phrase), self._longest(words, after), key=lambda found: len(found[1]))
            if len(phrase) > 1:
                asked = [words[at] for at in run if at in after] or [words[at] for at in run]
                concepts.append(self._expression(asked, phrase))
                place = run[-1] + 1
            else:
                if place == after[0]:
                    word = words[place]
                    concepts.append(self._word(word, word == last and place == subject[-1], corrections))
                place += 1
        return Plan(concepts, corrections)

    def _longest(self, words: list[str], places: list[int]) -> tuple[list[int], tuple[str, ...]]:
        """The longest expression of the list that the words at these places begin with; where it stands."""
        phrase = next(iter(self._synonyms.at([words[place] for place in places], 0)), ((), 0.0))[0]
        return places[: len(phrase)], phrase

    def _known(self, word: str) -> bool:
        if word in self._listed or word in stop_words or word in asking_words:
            return True
        forms = self._vocabulary.forms(word)
        return bool(forms and forms[0].weight >= SURE) or bool(self._synonyms.at([word], 0))

    def _as_meant(self, chunk: str, corrections: list[Correction]) -> list[str]:
        """Words of a typed chunk, or of the same keys in the other layout when only that is known."""
        words = tokens(chunk)
        if any(self._known(word) for word in words):
            return words
        other = other_layout(chunk)
        if len(other) > 1 and self._known(other):
            corrections.append(Correction(normalise(chunk) or chunk, with_final_letter(other)))
            return [other]
        return words

    def _forms(self, word: str) -> list[Found]:
        found = self._vocabulary.forms(word)
        return [
            item if item.kind == "exact" else item._replace(weight=_of_form(item.weight)) for item in found
        ]

    def _word(self, word: str, being_typed: bool, corrections: list[Correction]) -> Concept:
        concept = Concept((word,), [self._forms(word)])
        self._add_synonyms(concept, word, 1.0)
        sure = [item for item in concept.words[0] if item.weight >= SURE]
        begun = being_typed and self._add_beginnings(concept, word, bool(sure))
        reach = sum(self._frequency(item.number) for item in sure)
        known = bool(sure) or bool(concept.others) or word in self._listed
        if not word.isdigit() and not begun and (not known or reach <= 1):
            self._add_slips(concept, word, reach, known, corrections)
        return _without_repetition(concept)

    def _add_beginnings(self, concept: Concept, word: str, known: bool) -> bool:
        """Words that a word still being typed may become; whether that is likelier than a slip."""
        found = self._vocabulary.beginning(word)
        concept.words[0] += found
        if not known and len(word) > 2:
            for listed in self._listed_from(word):
                self._add_synonyms(concept, listed, BEGINNING)
        return len(word) <= 4 and bool(found or concept.others or concept.words[0])

    def _listed_from(self, word: str) -> list[str]:
        place = bisect_left(self._listed_in_order, word)
        near = self._listed_in_order[place : place + MOST_BEGINNINGS]
        return [listed for listed in near if listed.startswith(word)]

    def _expression(self, asked: list[str], phrase: tuple[str, ...]) -> Concept:
        concept = Concept(tuple(asked), [self._forms(word) for word in asked], listed=True)
        if len(asked) < min(2, len(phrase)):  # what is left without stop words says less than the whole
            concept.words = [[i._replace(weight=i.weight * LEFT_OVER) for i in concept.words[0]]]
        for other, trust in self._synonyms.others(phrase):
            self._add_other(concept, other, trust)
        return _without_repetition(concept)

    def _add_synonyms(self, concept: Concept, word: str, weight: float) -> None:
        for phrase, sure in self._synonyms.at([word], 0):
            concept.listed = True
            for other, trust in self._synonyms.others(phrase):
                self._add_other(concept, other, trust * weight * min(1.0, sure + 0.05))

    def _add_other(self, concept: Concept, other: tuple[str, ...], weight: float) -> None:
        options: list[list[Found]] = []
        carrying = [word for word in other if word not in stop_words]
        if len(carrying) < min(2, len(other)):
            return  # one word that is left of an expression (`מה מגיע לי`) says too little
        for place, word in enumerate(carrying):
            # Expressions of the list begin with a bare word (`מצרכים` is no form of `צרכים`).
            bare = place == 0 and not word.startswith("ל")
            forms = [
                Found(item.number, item.weight * weight * SYNONYM, "synonym")
                for item in self._vocabulary.forms(word, bare)
                if item.weight >= LEAST_SYNONYM_FORM
            ]
            if not forms:
                return
            options.append(forms)
        if len(options) == 1 and len(concept.asked) == 1:
            concept.words[0] += options[0]
        elif options:
            concept.others.append(options)

    def _add_slips(
        self, concept: Concept, word: str, reach: int, known: bool, corrections: list[Correction]
    ) -> None:
        slips = self._vocabulary.slips(word)
        if not slips:
            return
        reaches = {slip.word: self._reach(slip.word) for slip in slips}
        # Among equal slips the commoner word is likelier meant.
        ranked = sorted(
            slips, key=lambda s: (-s.weight * (1 + 0.03 * min(reaches[s.word], 100) ** 0.5), s.word)
        )
        best = ranked[0]
        if known and (best.weight < 0.7 or reaches[best.word] < RARE_BESIDE * max(reach, 1)):
            return
        for slip in ranked[:MOST_SLIPS]:
            if slip.weight < best.weight * 0.85:
                break
            concept.words[0] += [
                Found(item.number, item.weight * slip.weight, "slip")
                for item in self._vocabulary.forms(slip.word)
                if item.weight >= SURE
            ]
            self._add_synonyms(concept, slip.word, slip.weight)
        corrections.append(Correction(with_final_letter(word), with_final_letter(best.word)))

    def _reach(self, word: str) -> int:
        number = self._vocabulary.number.get(word)
        return self._frequency(number) if number is not None else 0


def _of_form(likeness: float) -> float:
    """Weight of another form of the asked word; unlikely ones fall faster."""
    return FORM * likeness * min(1.0, likeness / SURE_FORM)


def _without_repetition(concept: Concept) -> Concept:
    """Each word of the vocabulary once, in its surest meaning; each other expression once, the surest."""
    for place, found in enumerate(concept.words):
        best: dict[int, Found] = {}
        for item in found:
            if item.number not in best or item.weight > best[item.number].weight:
                best[item.number] = item
        concept.words[place] = sorted(best.values(), key=lambda item: (-item.weight, item.number))
    distinct = {tuple(map(tuple, other)): other for other in concept.others}.values()
    surest = sorted(distinct, key=lambda other: -min(found[0].weight for found in other))
    concept.others = surest[:MOST_OTHERS]
    return concept
