"""Values that nobody else has, and the search for them in files: in the clear, or thinly dressed."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path

from maarag.values.national_id import is_valid_national_id

WORDS = "אבגדהוזחטיכלמנסעפצקרשת"


def canary_id() -> str:
    """A valid national id."""
    while True:
        number = f"9{secrets.randbelow(10**8):08}"
        if is_valid_national_id(number) and len(set(number)) > 4:
            return number


def canary_phone() -> str:
    """A number as people write it."""
    return f"057-{secrets.randbelow(900) + 100}{secrets.randbelow(9000) + 1000}"


def canary_address() -> str:
    word = "".join(secrets.choice(WORDS) for _ in range(9))
    return f"{word} {secrets.randbelow(90) + 10}"


class Canary:
    """One value with all its dresses."""

    def __init__(self, value: str) -> None:
        self.value = value
        self.dresses = {dressed for text in spellings(value) for dressed in dresses(text)}
        digits = "".join(filter(str.isdigit, value)).lstrip("0").encode()
        self.digits = digits if len(digits) >= 8 else b""

    def count(self, data: bytes, joined: bytes) -> int:
        """How often it is in the data; `joined` is the same without what may separate digits."""
        found = sum(dressed in data for dressed in self.dresses)
        return found + (bool(self.digits) and self.digits in joined)


def without_separators(data: bytes) -> bytes:
    """Digits side by side, also of UTF-16."""
    return data.translate(None, b"\x00 ./()-")


def spellings(value: str) -> set[str]:
    """The value, and a number without its separators and leading zero."""
    digits = "".join(filter(str.isdigit, value))
    return {value, digits, digits.lstrip("0")} if len(digits) >= 8 else {value, value.partition(" ")[0]}


def dresses(text: str) -> set[bytes]:
    """The text in every encoding that a file of ours may have."""
    clear = text.encode()
    return {
        clear,
        text.encode("utf-16-le"),
        text.encode("utf-16-be"),
        clear.hex().encode(),
        clear.hex().upper().encode(),
        text.encode("unicode_escape"),  # JSON, repr
        "".join(f"%{byte:02X}" for byte in clear).encode(),
        "".join(f"\\{byte:03o}" for byte in clear).encode(),
        *inside_base64(clear),
    }


def inside_base64(data: bytes) -> set[bytes]:
    """What base64 shows of the data wherever it begins within a longer text, in both alphabets."""
    found = set()
    for offset in range(3):
        text = base64.b64encode(bytes(offset) + data)
        whole = text[-(-offset * 8 // 6) : (offset + len(data)) * 8 // 6]
        found |= {whole, whole.translate(bytes.maketrans(b"+/", b"-_"))}
    return found


def count_in(paths: list[Path], canaries: list[Canary]) -> int:
    """In how many dresses the canaries are in the files."""
    found = 0
    for path in paths:
        try:
            data = path.read_bytes()
        except FileNotFoundError:  # a segment recycled meanwhile
            continue
        joined = without_separators(data)
        found += sum(canary.count(data, joined) for canary in canaries)
    return found
