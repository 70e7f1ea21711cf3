"""The record as a file of JSON lines, which can be verified elsewhere, without a database.

First a line that says what it is, then seals, heads, signed documents and entries. What is personal is kept
back unless asked for: its digest stands for it, and the chain can be verified all the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

from .chain import Entry, SealRow
from .signing import Signed
from .stored import Stored
from .verify import Head

FORMAT = "maarag audit 1"
_PERSONAL = 0  # place of `personal` among an entry's fields


def write(record: Stored, signed: Iterable[Signed], file: TextIO, *, with_personal: bool = False) -> int:
    """Write everything; returns how many entries."""
    _line(file, {"format": FORMAT, "chain": record.chain})
    for seal in record.seals_by_chain():
        row = [
            seal.chain,
            seal.number,
            seal.at,
            seal.transaction,
            seal.first,
            seal.last,
            seal.count,
            seal.digest.hex(),
            seal.previous.hex(),
            seal.hash.hex(),
        ]
        _line(file, {"seal": row})
    for head in record.heads():
        _line(file, {"head": [head.chain, head.number, head.hash.hex(), head.entries]})
    for document in signed:
        _line(file, {"signed": json.loads(document.line())})
    count = 0
    for entry in record.entries():
        count += 1
        _line(file, _told(entry, with_personal))
    return count


def _told(entry: Entry, with_personal: bool) -> dict[str, Any]:
    kept_back = bool(entry.fields[_PERSONAL]) and not with_personal
    given = entry.payload_digest() if kept_back and not entry.given else entry.given
    return {
        "entry": entry.kind,
        "numbers": [entry.id, entry.at, entry.transaction, entry.chain],
        "fields": list(entry.fields),
        "payload": [] if kept_back else list(entry.payload),
        "given": given,
        "stub": entry.stub,
        "lists": list(entry.lists),
        "digest": entry.digest.hex(),
    }


def _line(file: TextIO, told: dict[str, Any]) -> None:
    file.write(json.dumps(told, ensure_ascii=False) + "\n")


class Exported:
    """A `Record` over an exported file; seals are held in memory, entries are read as they come.

    Raises ValueError for what is no such file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.signed: list[Signed] = []
        self._seals: list[SealRow] = []
        self._heads: list[Head] = []
        self.chain: int | None = None
        with path.open(encoding="utf-8") as file:
            first = json.loads(next(file, "{}"))
            if first.get("format") != FORMAT:
                raise ValueError(path)
            self.chain = first["chain"]
            for line in file:
                if line.startswith('{"entry"'):
                    break
                self._take(json.loads(line))

    def _take(self, told: dict[str, Any]) -> None:
        if "seal" in told:
            *numbers, digest, previous, own = told["seal"]
            self._seals.append(SealRow(*numbers, *(bytes.fromhex(text) for text in (digest, previous, own))))
        elif "head" in told:
            chain, number, digest, entries = told["head"]
            self._heads.append(Head(chain, number, bytes.fromhex(digest), entries))
        elif "signed" in told:
            self.signed.append(Signed.from_line(json.dumps(told["signed"])))

    def seals_by_chain(self) -> Iterator[SealRow]:
        return iter(sorted(self._seals, key=lambda seal: (seal.chain, seal.number)))

    def seals_by_entry(self) -> Iterator[SealRow]:
        return iter(sorted(self._seals, key=lambda seal: (seal.last, seal.chain)))

    def heads(self) -> list[Head]:
        return self._heads

    def size(self) -> int:
        return sum(head.entries or 0 for head in self._heads)

    def entries(self) -> Iterator[Entry]:
        with self.path.open(encoding="utf-8") as file:
            for line in file:
                if line.startswith('{"entry"'):
                    yield _entry(json.loads(line))


def _entry(told: dict[str, Any]) -> Entry:
    number, at, tx, chain = told["numbers"]
    return Entry(
        told["entry"],
        number,
        at,
        tx,
        chain,
        tuple(told["fields"]),
        tuple(told["payload"]),
        bytes.fromhex(told["digest"]),
        given=told["given"],
        stub=told["stub"],
        lists=tuple(told["lists"]),
    )
