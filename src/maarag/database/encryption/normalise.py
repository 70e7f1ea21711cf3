"""What is one and the same before it is fingerprinted: give one of these to `BlindIndexField(normalise=…)`.

Each returns "" for what can never be found. None raises: what is written wrongly is kept as it is, encrypted.
"""

from __future__ import annotations

from maarag.values.national_id import national_id_digits
from maarag.values.phone import phone_e164


def national_id(text: str) -> str:
    """Nine digits; what is no id (a passport) in capitals, without blanks."""
    try:
        return national_id_digits(text)
    except ValueError:
        return "".join(text.upper().split())


def phone(text: str) -> str:
    """E.164; "" for what is no phone number."""
    try:
        return phone_e164(text)
    except ValueError:
        return ""


def plain(text: str) -> str:
    """As written, without blanks round it."""
    return text.strip()
