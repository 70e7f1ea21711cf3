"""Which place a written name means: spellings, former names, abbreviations, offices, lists of localities.

The matcher never guesses between two places that are about as near: it names both and chooses none.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import chain
from pathlib import Path

from maarag.language import normalise

from .models import AuthorityType, Containment, Place, PlaceKind
from .spelling import is_latin, latin_consonants, likeness, spelling_key

OTHER_NAMES = Path(__file__).with_name("other_names.csv")
# Set on the names of 1,451 localities: no locality that is not an authority may be taken for one.
LEAST_LIKENESS = 0.94
LEAST_LIKENESS_LATIN = 0.93
LEAST_LIKENESS_LATIN_CONSONANTS = 0.9
LEAST_MARGIN = 0.1
SHORTEST_FOR_LIKENESS = 6
SHORTEST_FOR_SUGGESTION = 3
LEAST_SUGGESTED = 0.6


class How(StrEnum):
    """By what a name was understood, surest first."""

    CODE = "code"
    NAME = "name"
    OTHER_NAME = "other name"
    SPELLING = "spelling"
    OFFICE = "office of"
    SHORT = "short name"
    LOCALITIES = "localities"
    LIKENESS = "likeness"
    AMBIGUOUS = "ambiguous"
    NONE = "none"


_CONFIDENCE = {
    How.CODE: 1.0,
    How.NAME: 1.0,
    How.OTHER_NAME: 0.98,
    How.SPELLING: 0.97,
    How.OFFICE: 0.95,
    How.SHORT: 0.9,
}


@dataclass(frozen=True)
class PlaceMatch:
    """What a name was found to mean; `candidates` are (place, confidence 0–1), best first, also when none
    is chosen.
    """

    place: Place | None
    confidence: float
    how: How
    candidates: tuple[tuple[Place, float], ...] = ()

    def __bool__(self) -> bool:
        return self.place is not None


# Words before or after a name that say what it is, not which; with the type they speak of.
_TITLES: tuple[tuple[str, str], ...] = (
    (r"ה?מועצה ה?אי?זורית", AuthorityType.REGIONAL_COUNCIL),
    (r"מוא[\"״]?ז|מא(?= )", AuthorityType.REGIONAL_COUNCIL),
    (r"regional council(?: of)?", AuthorityType.REGIONAL_COUNCIL),
    (r"(?:ال)?مجلس (?:ال)?اقليمي", AuthorityType.REGIONAL_COUNCIL),
    (r"ה?מועצה ה?מקומית", AuthorityType.LOCAL_COUNCIL),
    (r"local council(?: of)?", AuthorityType.LOCAL_COUNCIL),
    (r"(?:ال)?مجلس (?:ال)?محلي", AuthorityType.LOCAL_COUNCIL),
    (r"עירי?ית|ה?עירי?יה|ע(?= )", AuthorityType.CITY),
    (r"(?:the )?(?:municipality|city)(?: of)?", AuthorityType.CITY),
    (r"بلديه|مدينه", AuthorityType.CITY),
    (r"ה?רשות ה?מקומית|ה?יישוב|ישוב", ""),
    (r"(?:אגפ|מחלקת|ה?מחלקה|לשכת|מינהל|מנהל) ה?(?:רווחה|שירותימ חברתיימ|שירותימ החברתיימ)", ""),
    (r"ה?(?:אגפ|מחלקה) ל(?:שירותימ חברתיימ|רווחה|שירותי רווחה)", ""),
)
_TITLE_PATTERNS = tuple(
    (re.compile(rf"^(?:{pattern}) +|(?<=\S) +(?:{pattern})$"), kind) for pattern, kind in _TITLES
)
_OFFICE_WORDS = frozenset(
    [
        "צוות",
        "לשכת",
        "לשכה",
        "מחלקה",
        "המחלקה",
        "אגפ",
        "הנהלה",
        "הנהלת",
        "אזור",
        "איזור",
        "רובע",
        "שכונת",
        "שכונה",
        "מרכז",
        "מזרח",
        "מערב",
        "צפונ",
        "דרומ",
    ]
)
_CITY_DOT = re.compile(r"^\s*ע\.\s*")
_DASH = re.compile(r"\s*[-–—־]\s+|\s+[-–—־]\s*")
_LOCALITIES = re.compile(r"\s*[,;،]\s*|\n")


@cache
def _other_names() -> tuple[tuple[str, str], ...]:
    with OTHER_NAMES.open(encoding="utf-8", newline="") as file:
        return tuple((row["code"], row["name"]) for row in csv.DictReader(file))


def split_localities(text: str) -> tuple[str, ...]:
    """The localities of a list as people write it; empty where the text is a single name."""
    parts = tuple(part.strip() for part in _LOCALITIES.split(text) if part.strip())
    return parts if len(parts) > 1 else ()


def without_title(name: str) -> tuple[str, str]:
    """(normalised name without words such as “municipality of”, the authority type those words speak of or
    "").
    """
    text, kind = normalise(_CITY_DOT.sub("עיריית ", name)), ""
    found = True
    while found:
        found = False
        for pattern, spoken in _TITLE_PATTERNS:
            shorter = pattern.sub("", text, count=1)
            if shorter and shorter != text:
                text, kind, found = shorter, kind or spoken, True
    return text, kind


def _first_part(place: Place, text: str) -> bool:
    """Whether `text` is the first of the parts that hyphens join in the place's name."""
    return any(
        normalise(name.partition("-")[0]) == text
        for name in (place.name_he, place.name_ar, place.name_en)
        if "-" in name
    )


def _may_be_alike(text: str, name: str, score: float) -> bool:
    """Whether two spellings are near enough to be one name: short names never, nor with another first
    letter.
    """
    if min(len(text), len(name)) < SHORTEST_FOR_LIKENESS or text[0] != name[0]:
        return False
    if not is_latin(text):
        return score >= LEAST_LIKENESS
    same_consonants = text.count(" ") == name.count(" ") and latin_consonants(text) == latin_consonants(name)
    return score >= (LEAST_LIKENESS_LATIN_CONSONANTS if same_consonants else LEAST_LIKENESS_LATIN)


class PlaceNames:
    """The names of a set of places, ready to be matched; remembers what it has matched before."""

    def __init__(
        self,
        places: Iterable[Place],
        *,
        districts: Mapping[str, Iterable[str]] | None = None,
        localities: Mapping[str, str] | None = None,
    ) -> None:
        """`districts`: place code → names and codes of its districts; `localities`: name → code of its
        authority.
        """
        self._places = {place.code: place for place in places}
        self._districts = {
            code: {normalise(name) for name in names} for code, names in (districts or {}).items()
        }
        self._by_name: dict[str, set[str]] = defaultdict(set)
        self._by_other: dict[str, set[str]] = defaultdict(set)
        self._by_spelling: dict[str, set[str]] = defaultdict(set)
        for place in self._places.values():
            for name in filter(None, (place.name_he, place.name_ar, place.name_en)):
                self._by_name[normalise(name)].add(place.code)
                self._by_spelling[spelling_key(normalise(name))].add(place.code)
                for part in re.findall(r"^[^()]+|(?<=\()[^()]+", name) if "(" in name else ():
                    self._by_other[normalise(part)].add(place.code)
        for code, name in _other_names():
            if code in self._places:
                self._by_other[normalise(name)].add(code)
                self._by_spelling[spelling_key(normalise(name))].add(code)
        self._locality: dict[str, set[str]] = defaultdict(set)
        for name, code in (localities or {}).items():
            self._locality[spelling_key(normalise(name))].add(code)
        self._remembered: dict[tuple[object, ...], PlaceMatch] = {}

    @classmethod
    def load(cls, *, kinds: Sequence[PlaceKind] = (PlaceKind.AUTHORITY,)) -> PlaceNames:
        """The names of all places of these kinds in the database, with districts and neighbourhoods as
        evidence.
        """
        places = {place.pk: place for place in Place.objects.filter(kind__in=kinds)}
        districts: dict[str, list[str]] = defaultdict(list)
        for pk, name, code in Containment.objects.filter(
            descendant__in=places, ancestor__kind=PlaceKind.DISTRICT
        ).values_list("descendant_id", "ancestor__name_he", "ancestor__code"):
            districts[places[pk].code] += [name, code]
        localities = dict(
            Containment.objects.filter(
                depth=1, ancestor__in=places, descendant__kind=PlaceKind.NEIGHBOURHOOD
            ).values_list("descendant__name_he", "ancestor__code")
        )
        return cls(places.values(), districts=districts, localities=localities)

    def match(
        self,
        name: str,
        *,
        hint_type: str | None = None,
        hint_district: str | None = None,
        localities: Sequence[str] = (),
    ) -> PlaceMatch:
        """The place that `name` means: a code, a name in any of three languages, an office's name, a known
        other name.

        `hint_type` (an AuthorityType) and `hint_district` (its name or code) only choose between candidates
        that
        are otherwise equal: published tables often have them wrong. `localities` are the places that a
        regional
        council's row lists.
        """
        key = (name, hint_type, hint_district, tuple(localities))
        if key not in self._remembered:
            self._remembered[key] = self._match(name, hint_type, hint_district, localities)
        return self._remembered[key]

    def _match(
        self, name: str, hint_type: str | None, hint_district: str | None, localities: Sequence[str]
    ) -> PlaceMatch:
        if place := self._places.get(name.strip()):
            return PlaceMatch(place, 1.0, How.CODE, ((place, 1.0),))
        text, spoken_type = without_title(name)
        hint = spoken_type or hint_type or (AuthorityType.REGIONAL_COUNCIL if len(localities) > 1 else None)
        steps = (
            (How.NAME, lambda: self._by_name.get(normalise(name)) or self._by_name.get(text)),
            (How.OTHER_NAME, lambda: self._by_other.get(normalise(name)) or self._by_other.get(text)),
            (How.SPELLING, lambda: self._by_spelling.get(spelling_key(text))),
            (How.OFFICE, lambda: self._office(name, text)),
        )
        for how, step in steps:
            if codes := step():
                return self._choose(codes, how, hint, hint_district)
        like = self._alike(text)
        if like.place:
            return like
        if codes := self._longer_names(text):
            return self._choose(codes, How.SHORT, hint, hint_district)
        if localities and (voted := self._vote(localities)):
            return voted
        return like

    def _choose(self, codes: set[str], how: How, hint: str | None, district: str | None) -> PlaceMatch:
        """One of places that fit equally well, if the hints leave exactly one; otherwise all are named."""
        left = set(codes)
        for fits in (
            lambda code: hint and self._places[code].authority_type == hint,
            lambda code: district and normalise(district) in self._districts.get(code, ()),
        ):
            if len(left) > 1:
                left = {code for code in left if fits(code)} or left
        sure = _CONFIDENCE[how]
        candidates = tuple((self._places[code], sure) for code in sorted(left))
        if len(candidates) > 1:
            return PlaceMatch(None, 0.0, How.AMBIGUOUS, candidates)
        return PlaceMatch(candidates[0][0], sure, how, candidates)

    def _known(self, text: str) -> set[str] | None:
        return (
            self._by_name.get(text) or self._by_other.get(text) or self._by_spelling.get(spelling_key(text))
        )

    def _office(self, name: str, text: str) -> set[str] | None:
        """“Haifa - West office”: what stands before a dash, or before a word that offices are called by."""
        before_dash = _DASH.split(name.strip(), maxsplit=1)[0]
        if before_dash != name.strip() and (codes := self._known(without_title(before_dash)[0])):
            return codes
        words = text.split()
        for end in range(len(words) - 1, 0, -1):
            hyphenated = re.search(rf"\b{re.escape(words[end - 1])}[-–—־]{re.escape(words[end])}\b", text)
            if (words[end] in _OFFICE_WORDS or hyphenated) and (codes := self._known(" ".join(words[:end]))):
                return codes
        return None

    def _longer_names(self, text: str) -> set[str]:
        """Places whose name begins with these words and goes on: two words at least, or a part before a
        hyphen.
        """
        several = " " in text
        return {
            code
            for name, codes in self._by_name.items()
            if name.startswith(text + " ")
            for code in codes
            if several or _first_part(self._places[code], text)
        }

    def _alike(self, text: str) -> PlaceMatch:
        """The nearest spelling, if it is near enough and no other place is about as near."""
        if len(text) < SHORTEST_FOR_SUGGESTION:
            return PlaceMatch(None, 0.0, How.NONE)
        letters = frozenset(text)
        best: dict[str, tuple[float, bool]] = {}
        for name, codes in chain(self._by_name.items(), self._by_other.items()):
            if abs(len(name) - len(text)) > 0.5 * len(text) + 1 or len(letters & frozenset(name)) * 2 < len(
                letters
            ):
                continue
            score = likeness(text, name)
            found = (score, _may_be_alike(text, name, score))
            for code in codes:
                best[code] = max(found, best.get(code, (0.0, False)))
        ranked = sorted(best.items(), key=lambda item: (-item[1][0], item[0]))[:4]
        candidates = tuple(
            (self._places[code], round(score, 3))
            for code, (score, _sure) in ranked
            if score >= LEAST_SUGGESTED
        )
        sure = [code for code, (_score, is_sure) in ranked if is_sure]
        if not sure:
            return PlaceMatch(None, 0.0, How.NONE, candidates)
        top = ranked[0][1][0]
        rivals = [code for code, (score, _sure) in ranked if score > top - LEAST_MARGIN]
        if len(rivals) > 1:
            return PlaceMatch(None, 0.0, How.AMBIGUOUS, candidates)
        return PlaceMatch(self._places[sure[0]], candidates[0][1], How.LIKENESS, candidates)

    def _vote(self, localities: Sequence[str]) -> PlaceMatch | None:
        """The authority in which most of the listed localities lie, if it is more than half of those
        known.
        """
        votes = Counter(
            code for name in localities for code in self._locality.get(spelling_key(normalise(name)), ())
        )
        if not votes:
            return None
        (code, count), total = votes.most_common(1)[0], sum(votes.values())
        candidates = tuple((self._places[code], round(n / total, 3)) for code, n in votes.most_common(4))
        if count * 2 <= total:
            return PlaceMatch(None, 0.0, How.AMBIGUOUS, candidates)
        return PlaceMatch(self._places[code], round(count / total, 3), How.LOCALITIES, candidates)
