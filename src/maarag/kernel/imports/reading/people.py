"""Columns of people's identity numbers: no kind of file that can be brought is of people."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from maarag.values.national_id import LENGTH, SEPARATORS, is_valid_national_id

from .headers import header_key
from .refusals import FileRefused

NAMES = frozenset(
    header_key(name)
    for name in (
        "ת״ז",
        "תעודת זהות",
        "מספר תעודת זהות",
        "מספר זהות",
        "מס׳ זהות",
        "מזהה אישי",
        "رقم الهوية",
        "هوية",
        "identity number",
        "id number",
        "national id",
        "teudat zehut",
    )
)
LOOKED_AT, ENOUGH, SHARE = 1000, 5, 0.8
"""So many rows are looked at. A column with such a name is one of people if one of its cells is a valid id,
any other if this many of its cells are, and this share of them: by chance one number in ten is.
"""
OF_BODIES = "5"
"""Companies and associations have numbers with the same check digit, which begin so."""


class HoldsPeople(FileRefused):
    """A column that nothing is read from holds identity numbers of people."""


def refuse_ids_of_people(unused: Collection[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Raises HoldsPeople where one of the unused columns holds people's ids; `rows`: column → cell."""
    filled = dict.fromkeys(unused, 0)
    valid = dict.fromkeys(unused, 0)
    for cells in islice(rows, LOOKED_AT):
        for name in filled.keys() & cells.keys():
            if written := _written(cells[name]):
                filled[name] += 1
                valid[name] += _is_of_a_person(written)
    found = [name for name in unused if _is_of_people(name, filled[name], valid[name])]
    if found:
        raise HoldsPeople(
            _(
                "A column seems to hold identity numbers of people: %(columns)s. Files of this kind are "
                "not of people, so this one was not kept. Take the column out and bring the file again."
            )
            % {"columns": ", ".join(found)}
        )


def _is_of_people(name: str, filled: int, valid: int) -> bool:
    return valid >= (1 if header_key(name) in NAMES else max(ENOUGH, SHARE * filled))


def _written(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def _is_of_a_person(written: str) -> bool:
    digits = SEPARATORS.sub("", written)
    # shorter numbers are of everything
    return len(digits) in (LENGTH - 1, LENGTH) and digits[0] != OF_BODIES and is_valid_national_id(digits)
