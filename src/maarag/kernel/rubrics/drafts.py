"""A rubric as a file has it, checked: JSON that a person can write.

    {"code": "family-poverty", "name": {"he": "…"}, "about": {…}, "source": "…", "higher_is_better": true,
     "dimensions": [{"code": "income", "name": {…}, "about": {…},
                     "levels": [{"name": {…}, "about": {"he": "…"}}, …]}, …]}

Levels stand in their order, the first is 1. A text may be given as plain text: it is Hebrew then.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.utils.translation import gettext as _

from maarag.values import LocalText

FEWEST_LEVELS, MOST_LEVELS, MOST_DIMENSIONS = 2, 7, 30
LONGEST_NAME, LONGEST_TEXT = 120, 2000


@dataclass(frozen=True)
class LevelDraft:
    name: LocalText
    about: LocalText


@dataclass(frozen=True)
class DimensionDraft:
    code: str
    name: LocalText
    about: LocalText
    levels: tuple[LevelDraft, ...]


@dataclass(frozen=True)
class RubricDraft:
    code: str
    name: LocalText
    about: LocalText
    source: str
    higher_is_better: bool
    dimensions: tuple[DimensionDraft, ...]

    @property
    def digest(self) -> str:
        """The same for the same content, and for no other."""
        return sha256(json.dumps(asdict(self), ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def read_rubric(text: str | bytes) -> RubricDraft:
    """The rubric of a JSON text; raises ValidationError that says where something is wrong."""
    try:
        given = json.loads(text)
    except ValueError as error:
        raise ValidationError(_("This is no JSON: %(error)s") % {"error": error}) from None
    return draft_of(given)


def draft_of(given: Any) -> RubricDraft:
    """A rubric from plain values; raises ValidationError."""
    whole = _mapping(given, "")
    dimensions = _list(whole, "dimensions", "", 1, MOST_DIMENSIONS)
    draft = RubricDraft(
        code=_code(whole, ""),
        name=_words(whole, "name", "", LONGEST_NAME, required=True),
        about=_words(whole, "about", "", LONGEST_TEXT),
        source=str(whole.get("source") or "")[:300],
        higher_is_better=_yes_or_no(whole, "higher_is_better"),
        dimensions=tuple(_dimension(each, number) for number, each in enumerate(dimensions, start=1)),
    )
    codes = [dimension.code for dimension in draft.dimensions]
    if twice := sorted({code for code in codes if codes.count(code) > 1}):
        raise ValidationError(_("Two dimensions have the code %(code)s.") % {"code": twice[0]})
    return draft


def _dimension(given: Any, number: int) -> DimensionDraft:
    where = f"dimensions[{number}]"
    one = _mapping(given, where)
    levels = _list(one, "levels", where, FEWEST_LEVELS, MOST_LEVELS)
    return DimensionDraft(
        code=_code(one, where),
        name=_words(one, "name", where, LONGEST_NAME, required=True),
        about=_words(one, "about", where, LONGEST_TEXT),
        levels=tuple(_level(each, f"{where}.levels[{value}]") for value, each in enumerate(levels, start=1)),
    )


def _level(given: Any, where: str) -> LevelDraft:
    one = _mapping(given, where)
    return LevelDraft(
        name=_words(one, "name", where, LONGEST_NAME, required=True),
        about=_words(one, "about", where, LONGEST_TEXT, required=True),
    )


def _wrong(where: str, name: str, fault: str) -> ValidationError:
    return ValidationError(f"{'.'.join(filter(None, (where, name))) or '·'}: {fault}")


def _mapping(given: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise _wrong(where, "", _("Names with values are expected here."))
    return given


def _list(given: Mapping[str, Any], name: str, where: str, fewest: int, most: int) -> list[Any]:
    value = given.get(name)
    if not isinstance(value, list) or not fewest <= len(value) <= most:
        fault = _("A list of %(fewest)s to %(most)s is expected here.") % {"fewest": fewest, "most": most}
        raise _wrong(where, name, fault)
    return value


def _code(given: Mapping[str, Any], where: str) -> str:
    value = str(given.get("code") or "")
    try:
        validate_slug(value)
    except ValidationError:
        value = ""
    if not value or len(value) > 60:
        raise _wrong(where, "code", _("A code of at most 60 Latin letters, digits and hyphens is expected."))
    return value


def _yes_or_no(given: Mapping[str, Any], name: str) -> bool:
    value = given.get(name, True)
    if not isinstance(value, bool):
        raise _wrong("", name, _("true or false is expected here."))
    return value


def _words(
    given: Mapping[str, Any], name: str, where: str, longest: int, *, required: bool = False
) -> LocalText:
    value = given.get(name) or ""
    texts = value if isinstance(value, Mapping) else {"he": value}
    if not all(isinstance(text, str) for text in texts.values()) or set(texts) - {"he", "ar", "en"}:
        raise _wrong(where, name, _("A text, or texts named he, ar and en, are expected here."))
    found = LocalText(**{code: text.strip() for code, text in texts.items()})
    if required and not found.he:
        raise _wrong(where, name, _("The Hebrew text is missing."))
    if any(len(text) > longest for text in asdict(found).values()):
        raise _wrong(where, name, _("At most %(longest)s letters.") % {"longest": longest})
    return found
