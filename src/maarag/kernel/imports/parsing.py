"""Cells as people write them, to values; what cannot be understood says why and what to write instead."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from maarag.language import normalise

Parser = Callable[[Any], Any]


class NotUnderstood(ValueError):
    """A cell that has no meaning here; `reason` says why, `hint` what to write instead."""

    def __init__(self, reason: str, hint: str = "") -> None:
        self.reason, self.hint = reason, hint
        super().__init__(reason)


@dataclass(frozen=True)
class Count:
    """A number of people or families; `unit` is "people", "families" or "" where the cell has none."""

    number: int
    is_approximate: bool = False
    unit: str = ""


# Marks of direction, joiners and spaces without width, and controls: two texts that look alike are one.
_INVISIBLE = dict.fromkeys(
    [
        *(code for code in (*range(0x20), *range(0x7F, 0xA0)) if not chr(code).isspace()),
        *map(ord, "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u3164\ufeff\uffa0"),
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        *range(0xFE00, 0xFE10),
        *range(0xFFF0, 0xFFFC),
        *range(0xE0000, 0xE0080),
    ]
)
_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#ERROR")
_NOTHING = {
    "",
    "-",
    "–",
    "—",
    "--",
    "אין נתון",
    "אין נתונים",
    "לא ידוע",
    "n/a",
    "na",
    "null",
    "none",
    "غير معروف",
}
_APPROXIMATE = re.compile(
    r"^(?:כ\s*[-־–]?\s*(?=\d)|~|≈|בערך|בקירוב|כמעט|about|approx\.?|around|حوالي|نحو)\s*", re.IGNORECASE
)
_UNITS = (
    (
        re.compile(r"\s*(?:משפחות|משפחה|משקי? בית|בתי אב|families|family|households?|عائلات|عائله|عائلة)$"),
        "families",
    ),
    (
        re.compile(r"\s*(?:אנשים|איש|נפשות|נפש|תושבים|מטופלים|ילדים|people|persons?|شخص|اشخاص|أشخاص)$"),
        "people",
    ),
)
_GROUPED = re.compile(r"^\d{1,3}(?:([,'’\u00a0\u202f ])\d{3})(?:\1\d{3})*(?:\.\d+)?$")
_YES = {"יש", "כן", "נכון", "v", "✓", "✔", "☑", "x", "1", "yes", "y", "true", "نعم", "يوجد"}
_NO = {"אין", "לא", "0", "no", "n", "false", "✗", "✘", "☐", "لا", "لا يوجد", "-"}
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("ינואר", "january", "jan", "يناير", "كانون الثاني"),
            ("פברואר", "february", "feb", "فبراير", "شباط"),
            ("מרץ", "מרס", "march", "mar", "مارس", "اذار"),
            ("אפריל", "april", "apr", "ابريل", "نيسان"),
            ("מאי", "may", "مايو", "ايار"),
            ("יוני", "june", "jun", "يونيو", "حزيران"),
            ("יולי", "july", "jul", "يوليو", "تموز"),
            ("אוגוסט", "august", "aug", "اغسطس", "اب"),
            ("ספטמבר", "september", "sep", "sept", "سبتمبر", "ايلول"),
            ("אוקטובר", "october", "oct", "اكتوبر", "تشرين الاول"),
            ("נובמבר", "november", "nov", "نوفمبر", "تشرين الثاني"),
            ("דצמבר", "december", "dec", "ديسمبر", "كانون الاول"),
        ),
        start=1,
    )
    for name in map(normalise, names)
}
EARLIEST, LATEST = date(1948, 5, 14), date(2100, 1, 1)


def text(cell: Any) -> str:
    """A cell as clean text: no marks that cannot be seen, one space between words, whole floats without
    ".0".
    """
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    found = " ".join(str(cell).translate(_INVISIBLE).replace("\u00a0", " ").split())
    if found.upper() in _ERRORS:
        raise NotUnderstood(
            _("The formula in this cell failed: %(error)s.") % {"error": found}, _("Write the value itself.")
        )
    return found


def lines(cell: Any) -> str:
    """Long text with its line breaks."""
    if cell is None:
        return ""
    text(cell)
    rows = str(cell).translate(_INVISIBLE).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(" ".join(row.split()) for row in rows).strip()


def is_nothing(cell: Any) -> bool:
    """Whether the cell says that there is no value."""
    return cell is None or (isinstance(cell, str) and text(cell).casefold() in _NOTHING)


def _ascii_digits(value: str) -> str:
    return "".join(str(unicodedata.digit(c)) if unicodedata.category(c) == "Nd" else c for c in value)


def number(cell: Any, *, may_be_thousands: bool = False) -> float:
    """A number that may have a fraction. Percent signs are not taken.

    `may_be_thousands`: whole numbers are expected, so that "1.200" is more likely 1,200 than 1.2: then it is
    refused.
    """
    if isinstance(cell, bool):
        raise NotUnderstood(_("This is yes or no, not a number."))
    if isinstance(cell, int | float):
        try:
            return float(cell)
        except OverflowError:
            raise NotUnderstood(_("This number is larger than any count can be.")) from None
    if isinstance(cell, datetime | date):
        raise NotUnderstood(
            _("This is a date, not a number."),
            _("Excel may have turned a number into a date: format the cell as a number."),
        )
    value = _ascii_digits(text(cell)).replace("−", "-").replace("٬", ",").replace("٫", ".")
    negative = bool(re.match(r"^\(.*\)$", value)) or value.startswith("-") or value.endswith("-")
    value = value.strip("()-+ ₪")
    if "%" in value:
        raise NotUnderstood(
            _("“%(cell)s” is a share, not a number.") % {"cell": cell}, _("Write the number itself.")
        )
    if re.fullmatch(r"[<>≤≥]\s*\d+", value):
        raise NotUnderstood(
            _("“%(cell)s” hides its number.") % {"cell": cell}, _("Write the number, or leave the row out.")
        )
    if re.fullmatch(r"\d+\s*[-–]\s*\d+", value):
        raise NotUnderstood(
            _("“%(cell)s” is a range, not a number.") % {"cell": cell},
            _("Write one number here, and the ends of the range in the columns for them."),
        )
    if (may_be_thousands and re.fullmatch(r"\d{1,3}\.\d{3}", value)) or re.fullmatch(
        r"\d{1,3}(?:\.\d{3}){2,}", value
    ):
        raise NotUnderstood(
            _("“%(cell)s” can be read in two ways, with thousands or with a fraction.") % {"cell": cell},
            _("Write %(whole)s, or %(fraction)s with another digit.")
            % {"whole": value.replace(".", ""), "fraction": f"{value}0"},
        )
    if _GROUPED.match(value):
        value = re.sub(r"[,'’\u00a0\u202f ]", "", value)
    if not re.fullmatch(r"\d+(?:\.\d+)?|\.\d+", value):
        hint = (
            _("Write thousands as 1,200 and fractions as 1.5.")
            if re.search(r"\d", value)
            else _("Write it in digits.")
        )
        raise NotUnderstood(_("“%(cell)s” is not a number.") % {"cell": cell}, hint)
    return -float(value) if negative else float(value)


def decimal(minimum: float | None = None, maximum: float | None = None) -> Parser:
    """A number within limits; a fraction is welcome."""

    def parse(cell: Any) -> float:
        found = number(cell)
        _within(cell, found, minimum, maximum)
        return found

    return parse


def whole(minimum: int | None = 0, maximum: int | None = 2_000_000_000) -> Parser:
    """A whole number within limits."""

    def parse(cell: Any) -> int:
        found = number(cell, may_be_thousands=True)
        _within(cell, found, minimum, maximum)
        if not found.is_integer():
            raise NotUnderstood(_("“%(cell)s” is not a whole number.") % {"cell": cell})
        return int(found)

    return parse


def _within(cell: Any, found: float, minimum: float | None, maximum: float | None) -> None:
    if found != found or found in (float("inf"), float("-inf")):
        raise NotUnderstood(_("“%(cell)s” is not a number.") % {"cell": cell})
    if minimum is not None and found < minimum:
        if minimum == 0:
            raise NotUnderstood(
                _("“%(cell)s” is below zero.") % {"cell": cell},
                _("A number of this kind cannot be negative."),
            )
        raise NotUnderstood(_("“%(cell)s” is below %(least)s.") % {"cell": cell, "least": minimum})
    if maximum is not None and found > maximum:
        raise NotUnderstood(_("“%(cell)s” is above %(most)s.") % {"cell": cell, "most": maximum})


def count(cell: Any) -> Count:
    """How many people or families: “30”, “כ-30”, “30 משפחות”, “1,200”."""
    if not isinstance(cell, str):
        return Count(whole()(cell))
    value = text(cell)
    unit = ""
    for pattern, meant in _UNITS:
        if pattern.search(value):
            value, unit = pattern.sub("", value), meant
            break
    plain = _APPROXIMATE.sub("", value)
    try:
        return Count(whole()(plain), plain != value, unit)
    except NotUnderstood as error:
        raise NotUnderstood(error.reason.replace(f"“{plain}”", f"“{cell}”"), error.hint) from None


def day(cell: Any) -> date:
    """A date: d.m.yyyy, dd/mm/yy, yyyy-mm-dd, “3 במרץ 2024”, an Excel date or its serial number. Days come
    first.
    """
    if isinstance(cell, datetime):
        found = cell.date()
    elif isinstance(cell, date):
        found = cell
    elif isinstance(cell, int | float) and not isinstance(cell, bool):
        found = _from_serial(float(cell), cell)
    else:
        found = _from_text(_ascii_digits(text(cell)))
    if not EARLIEST <= found <= LATEST:
        raise NotUnderstood(_("The date %(day)s cannot be right.") % {"day": f"{found:%d.%m.%Y}"})
    return found


_WRITE_DAY = "31.12.2025"


def _from_serial(serial: float, cell: Any) -> date:
    if 1900 <= serial <= 2100:
        raise NotUnderstood(
            _("“%(cell)s” is a year without a day.") % {"cell": int(serial)},
            _("Write a whole date, such as %(day)s.") % {"day": _WRITE_DAY},
        )
    if not 17_000 <= serial <= 73_000:
        raise NotUnderstood(
            _("“%(cell)s” is not a date.") % {"cell": cell}, _("Write it as %(day)s.") % {"day": _WRITE_DAY}
        )
    return date(1899, 12, 30) + timedelta(days=int(serial))


def _from_text(value: str) -> date:
    hint = _("Write it as %(day)s.") % {"day": _WRITE_DAY}
    parts: tuple[int, int, int] | None = None
    if match := re.match(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?$", value):
        parts = (int(match[1]), int(match[2]), int(match[3]))
    elif match := re.match(r"^(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4}|\d{2})(?: .*)?$", value):
        parts = (_century(match[3]), int(match[2]), int(match[1]))
    elif match := re.match(r"^(\d{1,2})\.?\s+(\D+?),?\s+(\d{4})$", value):
        parts = (int(match[3]), _month(match[2]), int(match[1]))
    elif match := re.match(r"^(\D+?)\s+(\d{1,2}),?\s+(\d{4})$", value):
        parts = (int(match[3]), _month(match[1]), int(match[2]))
    elif re.fullmatch(r"\d{5}", value):
        return _from_serial(float(value), value)
    elif re.fullmatch(r"\d{4}", value) or re.fullmatch(r"(?:\D+|\d{1,2}[/.-])\s*\d{4}", value):
        raise NotUnderstood(_("“%(cell)s” has no day.") % {"cell": value}, hint)
    if parts is None:
        raise NotUnderstood(_("“%(cell)s” is not a date.") % {"cell": value}, hint)
    year, month, day_ = parts
    if month > 12 >= day_ > 0:
        raise NotUnderstood(
            _("“%(cell)s” has no month %(month)s.") % {"cell": value, "month": month},
            _("The day comes first, then the month."),
        )
    try:
        return date(year, month, day_)
    except ValueError:
        raise NotUnderstood(_("There is no such day: “%(cell)s”.") % {"cell": value}, hint) from None


def _century(year: str) -> int:
    return int(year) if len(year) == 4 else int(year) + (2000 if int(year) < 70 else 1900)


def _month(name: str) -> int:
    key = normalise(name)
    found = MONTHS.get(key) or MONTHS.get(key.removeprefix("ב"))
    if found is None:
        raise NotUnderstood(_("“%(name)s” is not the name of a month.") % {"name": name})
    return found


def yes_no(cell: Any) -> bool:
    """Yes or no: יש/אין, כן/לא, v, x, ✓, نعم/لا, true/false, 1/0."""
    if isinstance(cell, bool):
        return cell
    value = text(cell).casefold().strip(".!")
    if value in _YES or normalise(value) in _YES:
        return True
    if value in _NO or normalise(value) in _NO:
        return False
    raise NotUnderstood(_("“%(cell)s” is neither yes nor no.") % {"cell": cell}, _("Write יש or אין."))


def choice(values: Mapping[Any, Iterable[str]]) -> Parser:
    """One of a few values, each with the words for it; an unknown word is answered with the nearest."""
    by_word = {normalise(word): value for value, words in values.items() for word in (str(value), *words)}
    shown = {normalise(word): word for value, words in values.items() for word in (str(value), *words)}

    def parse(cell: Any) -> Any:
        key = normalise(text(cell))
        if key in by_word:
            return by_word[key]
        raise NotUnderstood(
            _("“%(cell)s” is not known here.") % {"cell": cell},
            did_you_mean(key, shown)
            or _("One of: %(words)s.")
            % {"words": ", ".join(next(iter(words), str(value)) for value, words in values.items())},
        )

    return parse


def did_you_mean(key: str, shown: Mapping[str, str], limit: int = 3) -> str:
    """“Did you mean …?” with the nearest of the keys, as they are shown; nothing where none is near."""
    near = dict.fromkeys(
        shown[found] for found in difflib.get_close_matches(key, list(shown), n=limit, cutoff=0.6)
    )
    return (
        _("Did you mean %(words)s?") % {"words": _(" or ").join(f"“{word}”" for word in near)} if near else ""
    )


def several(cell: Any) -> tuple[str, ...]:
    """A list in one cell, split by bars, semicolons or line breaks."""
    return tuple(part for piece in re.split(r"[|;\n]", lines(cell)) if (part := text(piece)))
