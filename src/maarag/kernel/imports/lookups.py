"""Finding the places, terms and sources that rows speak of, and saying what is near where none is found."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from maarag.kernel.places.models import Place, PlaceKind
from maarag.kernel.places.names import How, PlaceMatch, PlaceNames
from maarag.kernel.sources.actions import save_source
from maarag.kernel.sources.models import Source
from maarag.kernel.taxonomy.models import FormerCode, Term, Topic, Vocabulary
from maarag.language import normalise

from .parsing import NotUnderstood, did_you_mean

if TYPE_CHECKING:
    from maarag.kernel.access.models import Account


def stable_code(prefix: str, *parts: object) -> str:
    """A code made from what a record is about: the same parts give the same code in every file."""
    text = "\x1f".join(normalise(str(part)) for part in parts)
    return f"{prefix}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


class PlaceLookup:
    """Places of every kind, by code or by any spelling of a name.

    A name that an authority shares with a district or a neighbourhood means the authority, as people use it.
    """

    def __init__(self) -> None:
        above = [PlaceKind.NATION, PlaceKind.DISTRICT, PlaceKind.CLUSTER]
        kinds = ([PlaceKind.AUTHORITY], [PlaceKind.NEIGHBOURHOOD], above)
        self._tiers = [PlaceNames.load(kinds=tier) for tier in kinds]

    def _match(self, text: str) -> PlaceMatch:
        matches = [names.match(text) for names in self._tiers]
        sure = (match for match in matches if match.place and match.how != How.LIKENESS)
        told = (match for match in matches if match.place or match.how == How.AMBIGUOUS)
        return next(sure, None) or next(told, matches[0])

    def find(self, text: str) -> Place:
        """Raises NotUnderstood, naming what is near, where no one place is meant."""
        match = self._match(text)
        if match.place:
            return match.place
        if match.how == How.AMBIGUOUS:
            words = ", ".join(f"{place} ({place.code})" for place, _score in match.candidates)
            raise NotUnderstood(
                _("“%(text)s” may mean more than one place: %(places)s.") % {"text": text, "places": words},
                _("Write the code of the place."),
            )
        near = _(" or ").join(f"“{place}”" for place, _score in match.candidates[:3])
        hint = _("Did you mean %(words)s?") % {"words": near} if near else ""
        raise NotUnderstood(_("There is no place called “%(text)s”.") % {"text": text}, hint)


class TermLookup:
    """Terms of the taxonomy by code, by the code they had once, or by name in any language."""

    def __init__(self) -> None:
        self._by_code: dict[str, Term] = {}
        self._by_name: dict[tuple[str, str], set[str]] = {}
        self._shown: dict[str, dict[str, str]] = {}
        for term in Term.objects.filter(is_current=True):
            self._by_code[term.code] = term
            for name in filter(None, (term.name_he, term.name_ar, term.name_en)):
                key = normalise(name)
                self._by_name.setdefault((term.vocabulary, key), set()).add(term.code)
                self._shown.setdefault(term.vocabulary, {})[key] = name
        for former in FormerCode.objects.select_related("term").filter(term__is_current=True):
            self._by_code.setdefault(former.code, former.term)

    def by_code(self, code: str) -> Term | None:
        return self._by_code.get(code)

    def find(self, text: str, *vocabularies: Vocabulary) -> Term:
        """Raises NotUnderstood with the nearest names."""
        term = self._by_code.get(text.strip())
        if term and term.vocabulary in vocabularies:
            return term
        key = normalise(text)
        codes = {code for vocabulary in vocabularies for code in self._by_name.get((vocabulary, key), ())}
        if len(codes) == 1:
            return self._by_code[codes.pop()]
        if codes:
            raise NotUnderstood(
                _("“%(text)s” is the name of several terms: %(codes)s.")
                % {"text": text, "codes": ", ".join(sorted(codes))},
                _("Write the code of the term."),
            )
        shown = {
            key: name for vocabulary in vocabularies for key, name in self._shown.get(vocabulary, {}).items()
        }
        raise NotUnderstood(
            _("The taxonomy has no term “%(text)s”.") % {"text": text}, did_you_mean(key, shown)
        )


class TopicLookup:
    """Topics by code or by name."""

    def __init__(self) -> None:
        self._by_name: dict[str, Topic] = {}
        self._shown: dict[str, str] = {}
        for topic in Topic.objects.all():
            for name in filter(None, (topic.code, topic.name_he, topic.name_ar, topic.name_en)):
                self._by_name[normalise(name)] = topic
                self._shown[normalise(name)] = name

    def find(self, text: str) -> Topic:
        key = normalise(text)
        if key in self._by_name:
            return self._by_name[key]
        raise NotUnderstood(
            _("There is no topic “%(text)s”.") % {"text": text}, did_you_mean(key, self._shown)
        )


class SourceLookup:
    """Sources by code or name; one that is not known yet is made when the rows are loaded."""

    def __init__(self) -> None:
        self._known: dict[str, Source] = {}
        for source in Source.objects.all():
            for name in filter(None, (source.code, source.name_he, source.name_ar, source.name_en)):
                self._known.setdefault(normalise(name), source)

    def code(self, text: str) -> str:
        known = self._known.get(normalise(text))
        return known.code if known else stable_code("source", text)

    def take(self, text: str, *, by: Account) -> Source:
        """The source, made now if it is new."""
        key = normalise(text)
        if key not in self._known:
            self._known[key] = save_source(by=by, code=self.code(text), name_he=text[:300])
        return self._known[key]


def named_source(code: str, *, by: Account, names: Mapping[str, str]) -> Source:
    """A source that an importer itself stands for; left as it is where it exists."""
    return Source.objects.filter(code=code).first() or save_source(by=by, code=code, **names)
