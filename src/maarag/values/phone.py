"""Phone numbers in one form (E.164), read as people in Israel write them."""

from __future__ import annotations

import re

ISRAEL = "+972"


def phone_e164(written: str) -> str:
    """`+972…` for an Israeli number, written with 0, 972, 00972 or +972; `+…` for a foreign one; "" if empty.

    Raises ValueError, without the number, where no number can be read.
    """
    kept = re.sub(r"[^\d+]", "", written)
    if not kept:
        if written.strip():
            raise ValueError("no digits in this phone number")
        return ""
    digits = kept.replace("+", "")
    foreign = kept.startswith("+")
    if not foreign and digits.startswith("00"):
        foreign, digits = True, digits[2:]
    if not foreign and digits.startswith("972") and len(digits) in (11, 12):
        foreign = True
    if not digits.isascii() or "+" in kept[1:] or not 3 <= len(digits) <= 15:
        raise ValueError("not a phone number")
    if not foreign:
        return ISRAEL + digits.removeprefix("0")
    if digits.startswith("972"):
        return ISRAEL + digits.removeprefix("972").removeprefix("0")
    return "+" + digits
