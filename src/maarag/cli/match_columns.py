"""Tables of families, places and fit by columns: names in English or Hebrew, every doubt with its line."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from maarag.cli.table_files import FileError, TableFile, in_line, listing, plain_number, shortened
from maarag.database.errors import translate as _

# Accepted names of a column, best first; letters and digits only, lower case.
NAMES = {
    "id": "id code מזהה קוד",
    "name": "name title שם",
    "load": "load cases עומס משקל",
    "arrives": "arrives arrival מגיעה הגעה תאריךהגעה מועדהגעה",
    "capacity": "capacity קיבולת places slots מקומות מספרמקומות מכסה",
    "funder": "funder מממן גורםמממן",
    "cost": "cost עלות price מחיר",
    "worker": "worker עובדת עובד עובדתסוציאלית עובדסוציאלי",
    "caseload": "caseload עומסמרבי עומסמירבי",
    "family": "family משפחה familyid מזההמשפחה",
    "place": "place מקום placeid מזההמקום programme תכנית תוכנית",
    "fit": "fit התאמה score ציון",
    "eligible": "eligible זכאות זכאי זכאית",
    "for": "for בעד reasonsfor reason reasons נימוקים",
    "against": "against נגד reasonsagainst",
    "budget": "budget תקציב amount סכום",
    "column": "column עמודה attribute מאפיין",
    "value": "value ערך group קבוצה",
    "least": "least לפחות atleast floor minimum share מינימום רצפה",
    "rank": "rank דירוג wish order מקוםבדירוג סדר",
}
FALSE = frozenset(["no", "n", "false", "0", "לא"])
TRUE = frozenset(["yes", "y", "true", "1", "כן"])
#: Up to here whole numbers are exact.
MOST = 2.0**53
_PLAIN = frozenset("0123456789+-.eE")

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Doubts:
    """What cannot be used, and what can but is probably not meant; in the order of files and lines."""

    def __init__(self) -> None:
        self._bad: dict[str, list[tuple[int, str]]] = {}
        self.warnings: list[str] = []

    def bad(self, file: str, line: int, problem: str) -> None:
        self._bad.setdefault(file, []).append((line, problem))

    def warn(self, file: str, line: int, words: str) -> None:
        self.warnings.append(in_line(file, line, words))

    def refuse(self) -> None:
        """Raises FileError where anything cannot be used."""
        if self._bad:
            told = [(file, *one) for file, those in self._bad.items() for one in sorted(those)]
            raise FileError(listing([in_line(*one) if one[1] else f"{one[0]}: {one[2]}" for one in told]))


class Table(TableFile):
    """A file whose columns have the names above; the other columns are attributes."""

    def __init__(self, path: Path, required: Sequence[str], optional: Sequence[str], doubts: Doubts) -> None:
        super().__init__(path)
        self.doubts = doubts
        self.columns = {what: self.column(what, NAMES[what]) for what in required}
        self.columns |= {what: self.column(what, NAMES[what], required=False) for what in optional}

    def __len__(self) -> int:
        return len(self.cells)

    def has(self, what: str) -> bool:
        return self.columns.get(what) is not None

    def require(self, what: str, *others: Table) -> None:
        """Here or in one of the others there must be such a column."""
        if not any(table.has(what) for table in (self, *others)):
            self.doubts.bad(self.name, 0, self.lacking(what, NAMES[what]))

    def title(self, what: str) -> str:
        """What the file itself calls the column."""
        index = self.columns.get(what)
        return what if index is None else self.header[index]

    def column_of(self, what: str) -> list[str]:
        return self.texts(self.columns.get(what))

    def attributes(self) -> dict[str, list[str]]:
        """Columns beside those with a meaning of their own: sex, sector, language, area …"""
        return {
            name: self.texts(index)
            for index, name in enumerate(self.header)
            if name and index not in self.taken
        }

    def bad(self, row: int, problem: str) -> None:
        self.doubts.bad(self.name, self.lines[row], problem)

    def warn(self, row: int, words: str) -> None:
        self.doubts.warn(self.name, self.lines[row], words)

    def keys(self) -> dict[str, int]:
        """The row of each id. Empty and repeated ones are doubts."""
        found: dict[str, int] = {}
        for row, key in enumerate(self.column_of("id")):
            if not key:
                self.bad(row, _("the id is empty"))
            elif key in found:
                given = {"id": shortened(key), "line": self.lines[found[key]]}
                self.bad(row, _("the id %(id)s already stands in line %(line)s") % given)
            else:
                found[key] = row
        return found

    def known(self, what: str, index: Mapping[str, int], source: str, *, absent: int = -1) -> Ints:
        """[rows] the number of what each row names, `absent` where that is not in `source`: a doubt."""
        texts = self.column_of(what)
        found = np.array([index.get(text, absent) for text in texts], dtype=np.int64)
        for row in np.flatnonzero(found == absent):
            given = {
                "what": self.title(what),
                "value": shortened(texts[row]) or _("(empty)"),
                "source": source,
            }
            self.bad(int(row), _("%(what)s %(value)s is not in %(source)s") % given)
        return found

    def numbers(
        self,
        what: str,
        default: float | None,
        *,
        whole: bool = False,
        least: float = 0.0,
        only: npt.NDArray[np.bool_] | None = None,
    ) -> Floats:
        """[rows] a number each; `default` for an empty cell (None: a doubt). `only`: rows that count."""
        texts = self.column_of(what)
        empty = np.fromiter((not text for text in texts), dtype=bool, count=len(texts))
        found = _plain_numbers(texts)
        wrong = ~((np.abs(found) <= MOST) & (found >= least))
        if whole:
            wrong |= found != np.floor(found)
        if default is not None:
            wrong &= ~empty
        if only is not None:
            wrong &= only
        for row in np.flatnonzero(wrong):
            self.bad(int(row), self._why(texts[row], self.title(what), least))
        if default is not None:
            found[empty] = default
        found[wrong] = 0.0
        return found

    def _why(self, text: str, title: str, least: float) -> str:
        """What is wrong with the text of a number."""
        if not text:
            return _("%(what)s is empty") % {"what": title}
        try:
            plain_number(text, title, least=least, most=MOST)
        except ValueError as error:
            return str(error)
        given = {"what": title, "value": shortened(text)}
        return _("%(what)s %(value)s is not a whole number") % given

    def truths(self, what: str) -> npt.NDArray[np.bool_]:
        """[rows] yes or no; yes where nothing is said."""
        texts = [text.lower() for text in self.column_of(what)]
        for row, text in enumerate(texts) if set(texts) - FALSE - TRUE - {""} else ():
            if text and text not in FALSE | TRUE:
                given = {"what": self.title(what), "value": shortened(text)}
                self.bad(row, _("%(what)s is '%(value)s'; write yes or no") % given)
        return np.fromiter((text not in FALSE for text in texts), dtype=bool, count=len(texts))


def _plain_numbers(texts: Sequence[str]) -> Floats:
    """A number each, NaN where it is none."""
    if set("".join(texts)) <= _PLAIN:
        try:
            return np.array([float(text) if text else math.nan for text in texts], dtype=np.float64)
        except ValueError:
            pass
    return np.array([_plain_or_nan(text) for text in texts], dtype=np.float64)


def _plain_or_nan(text: str) -> float:
    try:
        return plain_number(text, "", least=-math.inf)
    except ValueError:
        return math.nan
