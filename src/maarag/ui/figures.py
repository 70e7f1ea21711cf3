"""Figures as text that reads right in right-to-left and left-to-right lines alike.

Every function returns plain text (no HTML), so it may stand in an attribute, in SVG or in an export. Signs
and symbols are held in place by invisible direction marks, not by markup.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from maarag.values import LocalText, Money, is_suppressed

LTR_MARK = "\u200e"
ISOLATE_RTL, ISOLATE_LTR, END_ISOLATE = "\u2067", "\u2066", "\u2069"
NO_BREAK = "\u00a0"
UNKNOWN = "–"


def language() -> str:
    """The active language's two-letter code: he, ar or en."""
    return (get_language() or "he")[:2]


def is_rtl() -> bool:
    return language() in ("he", "ar")


def rounded(value: Any, places: int) -> Decimal:
    """Half away from zero, as people round."""
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def _special(value: Any) -> str | None:
    """Text for what is no number: unknown, or hidden because the count is small."""
    if value is None or value == "" or value != value:  # the last: not-a-number
        return UNKNOWN
    if is_suppressed(value):
        return f"{LTR_MARK}<{value.threshold}" if value.primary else _("hidden")
    return None


def number(value: Any, places: int = 0) -> str:
    """1234.4 → "1,234"; None → "–"; Suppressed(5) → "<5"."""
    if (special := _special(value)) is not None:
        return special
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return f"{LTR_MARK}{'-' if value < 0 else ''}∞"
    shown = rounded(value, places)
    text = f"{abs(shown):,}"
    return f"{LTR_MARK}-{text}" if shown < 0 else text


def signed(value: Any, places: int = 0) -> str:
    """42 → "+42", -3 → "-3": for a change."""
    if (special := _special(value)) is not None:
        return special
    text = number(value, places)
    return f"{LTR_MARK}+{text}" if rounded(value, places) > 0 else text


def percent(value: Any, places: int = 0) -> str:
    """A share of one as percent: 0.614 → "61%". Values above one are shown as they are: 1.2 → "120%"."""
    if (special := _special(value)) is not None:
        return special
    shown = rounded(Decimal(str(value)) * 100, places)
    return f"{LTR_MARK}{'-' if shown < 0 else ''}{abs(shown):,}%"


def spread(value: str, low: str, high: str) -> str:
    """A figure and its interval, "37% (30% to 45%)": held together, for signs and percents alone would turn
    it round."""
    text = _("%(value)s (%(low)s to %(high)s)") % {"value": value, "low": low, "high": high}
    return f"{ISOLATE_RTL}{text}{END_ISOLATE}" if is_rtl() else text


def _shekels(value: Any) -> Decimal:
    return value.shekels if isinstance(value, Money) else Decimal(str(value))


def _with_shekel_sign(text: str) -> str:
    if is_rtl():
        return f"{ISOLATE_RTL}{text}{NO_BREAK}₪{END_ISOLATE}"
    sign, digits = ("-", text[2:]) if text.startswith(f"{LTR_MARK}-") else ("", text)
    return f"{ISOLATE_LTR}{sign}₪{digits}{END_ISOLATE}"


def money(value: Any) -> str:
    """Shekels in full; `value` is Money, or a number of shekels. Agorot are shown only if there are any."""
    if (special := _special(value)) is not None:
        return special
    shekels = _shekels(value)
    return _with_shekel_sign(number(shekels, 2 if shekels % 1 else 0))


def money_short(value: Any) -> str:
    """Shekels in short: 1,234,000 → "1.2 מ׳ ₪", 45,300 → "45 א׳ ₪", 900 → "900 ₪"."""
    if (special := _special(value)) is not None:
        return special
    shekels = _shekels(value)
    # Translators: short for a thousand, a million, a thousand million shekels, as in 1.2M.
    for size, unit in (
        (10**9, _("%(figure)sB")),
        (10**6, _("%(figure)sM")),
        (10**3, _("%(figure)sK")),
    ):
        if abs(shekels) >= size:
            scaled = shekels / size
            places = 1 if abs(scaled) < 10 and rounded(scaled, 1) % 1 else 0
            return _with_shekel_sign(unit % {"figure": number(scaled, places)})
    return _with_shekel_sign(number(shekels))


def day(value: date | datetime | None) -> str:
    """21.11.2026, in the time of Israel."""
    if not value:
        return UNKNOWN
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return f"{value.day:02}.{value.month:02}.{value.year}"


def moment(value: datetime | None) -> str:
    """21.11.2026 14:05, in the time of Israel."""
    if not value:
        return UNKNOWN
    if timezone.is_aware(value):
        value = timezone.localtime(value)
    return f"{ISOLATE_LTR}{date_format(value, 'd.m.Y H:i')}{END_ISOLATE}"


def joined(parts: Iterable[Any]) -> str:
    """A list in the active language's comma: “a, b”, in Arabic “a، b”. Empty parts are left out."""
    return pgettext("between parts of a list", ", ").join(str(part) for part in parts if part)


def name_in_language(thing: Any, field: str = "name") -> str:
    """The name of anything that has `name_he`, `name_ar`, `name_en`, or is a LocalText; falls back to Hebrew,
    then English, then Arabic, then plain `name`, then str()."""
    if thing is None:
        return ""
    if isinstance(thing, str):
        return thing
    if not isinstance(thing, LocalText):
        read = thing.get if isinstance(thing, dict) else lambda key: getattr(thing, key, None)
        texts = {code: read(f"{field}_{code}") for code in ("he", "ar", "en")}
        if not any(texts.values()):
            plain = read(field)
            return plain.in_language(language()) if isinstance(plain, LocalText) else str(plain or thing)
        thing = LocalText(**{code: str(text or "") for code, text in texts.items()})
    return thing.in_language(language())
