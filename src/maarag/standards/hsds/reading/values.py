"""Single values of records as our fields have them; what cannot be understood is a fault of the record."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time

from django.utils.dateparse import parse_date, parse_time
from django.utils.translation import gettext as _

from ..tables import Record

Told = Callable[[Record, str], None]
HEBREW, ARABIC, LATIN = re.compile("[א-ת]"), re.compile("[\u0620-\u06ff]"), re.compile("[A-Za-z]")


def whole_number(record: Record, name: str, told: Told) -> int | None:
    text = record.text(name)
    if not text:
        return None
    if re.fullmatch(r"-?[0-9]{1,15}(\.0+)?", text):
        return int(text.partition(".")[0])
    told(record, _("“%(name)s” is not a whole number: “%(value)s”.") % {"name": name, "value": text[:40]})
    return None


def degrees(record: Record, name: str, most: float, told: Told) -> float | None:
    text = record.text(name)
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if -most <= number <= most:
        return number
    told(
        record,
        _("“%(name)s” is not a number of degrees from −%(most)s to %(most)s: “%(value)s”.")
        % {"name": name, "most": int(most), "value": text[:40]},
    )
    return None


def day(record: Record, name: str, told: Told) -> date | None:
    """A date, also that of a date and time."""
    text = record.text(name)
    if not text:
        return None
    try:
        if found := parse_date(text[:10]):
            return found
    except ValueError:
        pass
    told(
        record,
        _("“%(name)s” is not a date such as 2026-06-01: “%(value)s”.") % {"name": name, "value": text[:40]},
    )
    return None


def clock(record: Record, name: str, told: Told) -> time | None:
    """The time on the clock of the place; an offset from UTC is left out."""
    text = record.text(name)
    if not text:
        return None
    try:
        if found := parse_time(re.sub(r"(Z|[+-][0-9]{2}:?[0-9]{2})$", "", text)):
            return found
    except ValueError:
        pass
    told(
        record, _("“%(name)s” is not a time such as 09:00: “%(value)s”.") % {"name": name, "value": text[:40]}
    )
    return None


def website(text: str) -> str:
    return f"https://{text}" if text and not re.match(r"[a-z]+://", text, re.IGNORECASE) else text


def names(name: str, alternate: str) -> dict[str, str]:
    """The main name stands for the Hebrew one in whatever language; names in other scripts go to theirs."""
    found = {"name_he": name}
    for text in (name, *(part.strip() for part in alternate.split(" / "))):
        for field, script in (("name_ar", ARABIC), ("name_en", LATIN)):
            if script.search(text) and not HEBREW.search(text):
                found.setdefault(field, text)
                break
    return found
