"""The arithmetic of the chains, in Python: digests of entries and of seals. Pure; the database computes
the same.

A digest is SHA-256 over a JSON array in one spelling (`spelling`). Moments are microseconds since 1970.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

START = hashlib.sha256(b"").digest()
"""What the first seal of a chain follows."""
ERASED = "erased:"


def spelling(parts: Sequence[object]) -> bytes:
    """The parts as PostgreSQL's json_build_array spells them."""
    return json.dumps(parts, ensure_ascii=False).encode()


def hex_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Entry:
    """An event or a change of rows, as it is read or exported.

    `fields`: what its digest covers besides the numbers and the payload; `payload`: the texts that the
    payload's digest is made of; `given`: that digest in hex, where the texts were erased or are kept back;
    `stub`: whether anything was erased; `lists`: the entries that this one says were erased.
    """

    kind: str
    id: int
    at: int
    transaction: int
    chain: int
    fields: tuple[object, ...]
    payload: tuple[str, ...]
    digest: bytes
    given: str = ""
    stub: bool = False
    lists: tuple[int, ...] = ()

    def computed(self) -> bytes:
        """The digest that the entry's content has."""
        numbers = (self.kind, self.id, self.at, self.transaction, self.chain or None)
        return hashlib.sha256(spelling((*numbers, *self.fields, self.payload_digest()))).digest()

    def payload_digest(self) -> str:
        """In hex; empty for an entry without payload."""
        if self.given:
            return self.given
        if self.kind == "event":
            return hex_of("".join(self.payload))
        return hex_of("".join(_part(text) for text in self.payload)) if self.payload else ""


def _part(text: str) -> str:
    return text.removeprefix(ERASED) if text.startswith(ERASED) else hex_of(text)


@dataclass(frozen=True, slots=True)
class SealRow:
    """A seal as it is read or exported."""

    chain: int
    number: int
    at: int
    transaction: int
    first: int
    last: int
    count: int
    digest: bytes
    previous: bytes
    hash: bytes

    def computed(self) -> bytes:
        """The hash that the seal's content and the seal before it have."""
        return hashlib.sha256(
            spelling(
                (
                    "seal",
                    self.chain,
                    self.number,
                    self.at,
                    self.transaction,
                    self.first,
                    self.last,
                    self.count,
                    self.digest.hex(),
                    self.previous.hex(),
                )
            )
        ).digest()
