"""Israeli national ids: nine digits, the last of which checks the others."""

from __future__ import annotations

import re

LENGTH = 9
SEPARATORS = re.compile(r"[\s\-‐-―.\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def national_id_digits(written: str) -> str:
    """The nine digits of an id as people write it (separators, without leading zeros); "" if it has none.

    Raises ValueError, without the id, for more than nine digits or anything that is no digit.
    """
    digits = SEPARATORS.sub("", written)
    if not digits:
        return ""
    if not (digits.isascii() and digits.isdigit()) or len(digits) > LENGTH:
        raise ValueError("a national id has at most nine digits and nothing else")
    return digits.zfill(LENGTH)


def is_valid_national_id(written: str) -> bool:
    """Whether the check digit fits (Luhn over nine digits: every second one doubled)."""
    try:
        digits = national_id_digits(written)
    except ValueError:
        return False
    if not digits.strip("0"):
        return False
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(digits))
    return sum(product // 10 + product % 10 for product in doubled) % 10 == 0
