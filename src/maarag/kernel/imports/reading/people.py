"""Identity numbers of people: no kind of file that can be brought is of people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from maarag.values.national_id import LENGTH, SEPARATORS, is_valid_national_id

from .headers import MOST_COLUMNS
from .refusals import FileRefused
from .table import OVERFLOW

ENOUGH, SHARE, LOOKED_AT = 5, 0.8, 300
"""A column is of people if this many different numbers of nine digits in it are valid, and this share of all
of them, of the first so many. By chance one number in ten is.
"""
OF_BODIES = "5"
"""Companies and associations have numbers with the same check digit, which begin so."""
_SHORT = r"(?<![א-ת])[ובשל]{0,2}(?:תז|ת\s?(?:[\"״“”./\-]|['׳’]{1,2})\s?ז)(?![א-ת])\.?"
_WORDS = "|".join(
    (
        _SHORT,
        r"תעוד(?:ת|ות)[\s\-]זהות",
        r"(?:מספר|מס['׳’.]?)\sה?זהות",
        r"מזהה\sאישי",
        r"(?<!\w)(?:ال)?هوي[ةه]",
        r"(?<![a-z])(?:identity|id)[\s_\-]?(?:numbers?|no|card)(?![a-z])",
        r"(?<![a-z])(?:national[\s_\-]id|te?udat[\s_\-]zehut)",
    )
)
_NUMBER = r"(?<!\d)(?<!\d[\-.])\d(?:[\s\-‐-―.]?\d){7,8}(?![\-.]?\d)"
_BESIDE = [
    re.compile(said, re.IGNORECASE)
    for said in (
        rf"(?:{_WORDS})(?P<between>(?:[^\d.;\n]|מס\.){{0,15}}?)(?P<number>{_NUMBER})",
        rf"(?P<number>{_NUMBER})(?P<between>[^\w\n]{{0,3}})(?:{_WORDS})",
    )
]
_NAME = re.compile(_WORDS, re.IGNORECASE)
_PHONE = re.compile(r"0\d{1,2}[\s\-‐-―]\d{3}[\s\-‐-―]?\d{4}")
_OF_A_PHONE = re.compile(r"טלפון|טל['׳’.:]|נייד|פקס|هاتف|جوال|phone|mobile|fax|\btel\b", re.IGNORECASE)
_MAY_BE = re.compile(r"\d(?:\D?\d){7}")
_UNDIVIDED = re.compile(rf"(?<!\d)\d{{{LENGTH}}}(?!\d)")


class HoldsPeople(FileRefused):
    """The file holds identity numbers of people."""


@dataclass
class _Column:
    """What stands in a column: the different numbers as long as an id, and whether one is said to be one."""

    is_named: bool
    numbers: set[str] = field(default_factory=set)
    is_said: bool = False

    def add(self, written: str) -> None:
        if len(self.numbers) < LOOKED_AT:
            self.numbers.update(_numbers(written))
        self.is_said = self.is_said or _is_said(written)

    @property
    def is_of_people(self) -> bool:
        valid = sum(map(_is_of_a_person, self.numbers))
        enough = 1 if self.is_named else max(ENOUGH, SHARE * len(self.numbers))
        return self.is_said or valid >= enough


def refuse_ids_of_people(rows: Iterable[Mapping[str, Any]]) -> None:
    """Raises HoldsPeople where people's ids stand in a cell; `rows`: column → cell."""
    columns: dict[str, _Column] = {}
    for cells in rows:
        for name, cell in cells.items():
            written = _written(cell)
            if _MAY_BE.search(written) is None:
                continue
            if name not in columns:
                if len(columns) >= MOST_COLUMNS:
                    name = OVERFLOW
                columns.setdefault(name, _Column(is_named=_NAME.search(name) is not None))
            columns[name].add(written)
    found = [name for name, column in columns.items() if column.is_of_people]
    if found:
        raise HoldsPeople(
            _(
                "Identity numbers of people seem to stand in: %(columns)s. Files of this kind are not of "
                "people, so this one was not kept. Take them out and bring the file again."
            )
            % {"columns": ", ".join(_MAY_BE.sub("…", name) for name in found)}
        )


def _written(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def _numbers(written: str) -> Iterator[str]:
    """The cell where it is one number as long as an id, or has lost its first zero; else those within it."""
    digits = SEPARATORS.sub("", written)
    if digits.isdecimal():
        if len(digits) in (LENGTH - 1, LENGTH):
            yield _plain(digits)
        return
    yield from map(_plain, _UNDIVIDED.findall(written))


def _is_said(written: str) -> bool:
    """Whether the words for an identity number stand beside one."""
    for said in _BESIDE:
        for found in said.finditer(written):
            number = found["number"]
            of_a_phone = _PHONE.fullmatch(number) or _OF_A_PHONE.search(found["between"])
            if not of_a_phone and _is_of_a_person(_plain(SEPARATORS.sub("", number))):
                return True
    return False


def _plain(digits: str) -> str:
    """In the digits of ASCII, with the zeros that a number loses."""
    return f"{int(digits):0{LENGTH}}"


def _is_of_a_person(digits: str) -> bool:
    return digits[0] != OF_BODIES and is_valid_national_id(digits)
