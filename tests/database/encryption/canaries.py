"""Values that nobody else has, and the search for them in files: in the clear, or thinly dressed."""

from __future__ import annotations

import base64
import re
import secrets
from dataclasses import dataclass, field
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


@dataclass
class Canary:
    """One value with the pattern of all its dresses."""

    value: str
    pattern: re.Pattern[bytes] = field(init=False)

    def __post_init__(self) -> None:
        alternatives = {re.escape(dressed) for text in spellings(self.value) for dressed in dresses(text)}
        digits = "".join(filter(str.isdigit, self.value)).lstrip("0")
        if len(digits) >= 8:  # with any separator, also in UTF-16
            alternatives.add(rb"[\x00 ./()-]{0,3}".join(digit.encode() for digit in digits))
        self.pattern = re.compile(b"|".join(sorted(alternatives, key=len, reverse=True)), re.IGNORECASE)

    def count(self, data: bytes) -> int:
        return len(self.pattern.findall(data))


def spellings(value: str) -> set[str]:
    """The value, and a number without its separators and leading zero."""
    digits = "".join(filter(str.isdigit, value))
    return {value, digits, digits.lstrip("0")} if len(digits) >= 8 else {value, value.partition(" ")[0]}


def dresses(text: str) -> set[bytes]:
    """The text in every encoding that a file of ours may have."""
    found: set[bytes] = set()
    for encoded in (text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be")):
        found |= {encoded, encoded.hex().encode(), *inside_base64(encoded)}
    found.add(text.encode("unicode_escape"))  # JSON, repr
    found.add("".join(f"%{byte:02X}" for byte in text.encode()).encode())
    found.add("".join(f"\\{byte:03o}" for byte in text.encode()).encode())
    return found


def inside_base64(data: bytes) -> set[bytes]:
    """What base64 shows of the data wherever it begins within a longer text, in both alphabets."""
    found = set()
    for offset in range(3):
        text = base64.b64encode(bytes(offset) + data)
        whole = text[-(-offset * 8 // 6) : (offset + len(data)) * 8 // 6]
        found |= {whole, whole.translate(bytes.maketrans(b"+/", b"-_"))}
    return found


def count_in(paths: list[Path], canaries: list[Canary]) -> int:
    """How often any of the canaries is in the files."""
    found = 0
    for path in paths:
        try:
            data = path.read_bytes()
        except FileNotFoundError:  # a segment recycled meanwhile
            continue
        found += sum(canary.count(data) for canary in canaries)
    return found
