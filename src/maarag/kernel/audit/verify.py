"""Reading all chains from their beginning: finds any entry or seal edited, removed, inserted, moved or cut
off.

The reading is one pass over the entries in their order beside one over the seals, in little memory however
long the chains are; the digests are computed here, not in the database. Works on anything that gives the same
rows: a database (`stored.py`) or an exported file (`export.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from .chain import START, Entry, SealRow

Progress = Callable[[int, int], None]
"""Called with how many entries are read, and about how many there are."""
EVERY = 20_000
MOST = 1000
"""Faults told; more are counted."""


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where: the chain, the number of the seal or of the entry, and its time."""

    code: str
    chain: int
    seal: int | None = None
    entry: int | None = None
    at: int | None = None
    record: str = ""

    def as_data(self) -> dict[str, object]:
        moment = datetime.fromtimestamp(self.at / 1e6, UTC).isoformat() if self.at is not None else None
        return {
            "code": self.code,
            "chain": self.chain,
            "seal": self.seal,
            "entry": self.entry,
            "at": moment,
            "record": self.record,
        }


@dataclass(frozen=True)
class Head:
    """The end of a chain as it is stored, or as it was signed."""

    chain: int
    number: int
    hash: bytes
    entries: int | None = None


class Record(Protocol):
    """The rows to verify, from one state of the record."""

    def seals_by_chain(self) -> Iterator[SealRow]:
        """All seals, by chain and number."""

    def seals_by_entry(self) -> Iterator[SealRow]:
        """All seals, by the number of their last entry and then by chain."""

    def entries(self) -> Iterator[Entry]:
        """All entries by number."""

    def heads(self) -> list[Head]:
        """The ends of the chains as they are stored."""

    def size(self) -> int:
        """About how many entries there are."""


@dataclass
class Verdict:
    """What was read and what is wrong with it."""

    entries: int = 0
    seals: int = 0
    erased: int = 0
    faults: list[Fault] = field(default_factory=list)
    more: int = 0
    heads: dict[int, Head] = field(default_factory=dict)

    @property
    def is_sound(self) -> bool:
        return not self.faults

    def find(self, fault: Fault) -> None:
        if len(self.faults) < MOST:
            self.faults.append(fault)
        else:
            self.more += 1


def verify(record: Record, *, signed: Iterable[Head] = (), progress: Progress | None = None) -> Verdict:
    """Read everything and tell what is wrong; `signed`: heads whose signatures were found good."""
    verdict = Verdict()
    _links(record, verdict, list(signed))
    _contents(record, verdict, progress or (lambda _done, _all: None))
    return verdict


def _links(record: Record, verdict: Verdict, signed: list[Head]) -> None:
    """Seals follow each other without a gap, each hash is that of its content, and the ends are the heads."""
    wanted: dict[tuple[int, int], set[bytes]] = {}
    for head in signed:
        wanted.setdefault((head.chain, head.number), set()).add(head.hash)
    chain, number, before, count = -1, 0, START, 0
    ends: dict[int, Head] = {}
    gaps: set[int] = set()
    for seal in record.seals_by_chain():
        verdict.seals += 1
        if seal.chain != chain:
            chain, number, before, count = seal.chain, 0, START, 0
        for gone in range(number + 1, min(seal.number, number + 1 + MOST)):
            verdict.find(Fault("seal-removed", chain, gone, at=seal.at))
            gaps.add(chain)
        if seal.computed() != seal.hash:
            verdict.find(Fault("seal-edited", chain, seal.number, at=seal.at))
        elif seal.previous != before and seal.number == number + 1:
            verdict.find(Fault("seal-does-not-follow", chain, seal.number, at=seal.at))
        expected = wanted.pop((chain, seal.number), None)
        if expected and expected != {seal.hash}:
            verdict.find(Fault("not-as-signed", chain, seal.number, at=seal.at))
        number, before = seal.number, seal.hash
        count += seal.count
        ends[chain] = Head(chain, number, before, count)
    for chain, number in wanted:
        verdict.find(Fault("cut-off", chain, number))
    stored = {head.chain: head for head in record.heads()}
    for chain in sorted({*stored, *ends}):
        kept, end = stored.get(chain), ends.get(chain)
        if kept is None or end is None:
            verdict.find(Fault("head-removed" if kept is None else "seals-removed", chain))
        elif kept.number > end.number:
            verdict.find(Fault("cut-off", chain, end.number + 1))
        elif (kept.number, kept.hash) != (end.number, end.hash) or (
            kept.entries != end.entries and chain not in gaps
        ):
            verdict.find(Fault("head-edited", chain, kept.number))
    verdict.heads = ends


@dataclass
class _Bucket:
    """The entries of one transaction in one chain that are read and not yet found in a seal."""

    count: int = 0
    digests: object = field(default_factory=hashlib.sha256)
    ids: list[tuple[int, int, str]] = field(default_factory=list)


def _contents(record: Record, verdict: Verdict, progress: Progress) -> None:
    """Each entry has its digest and lies in the seal of its transaction, and each seal has all its
    entries.
    """
    about = record.size()
    entries = record.entries()
    waiting: dict[tuple[int, int], _Bucket] = {}
    erased: dict[int, Fault] = {}
    listed: set[int] = set()
    ahead: Entry | None = next(entries, None)
    for seal in record.seals_by_entry():
        while ahead is not None and ahead.id <= seal.last:
            _take(ahead, verdict, waiting, erased, listed)
            if verdict.entries % EVERY == 0:
                progress(verdict.entries, about)
            ahead = next(entries, None)
        bucket = waiting.pop((seal.chain, seal.transaction), _Bucket())
        _compare(seal, bucket, verdict)
    while ahead is not None:
        _take(ahead, verdict, waiting, erased, listed)
        ahead = next(entries, None)
    for (chain, _transaction), bucket in waiting.items():
        for number, at, what in bucket.ids:
            verdict.find(Fault("entry-inserted", chain, entry=number, at=at, record=what))
    for number in erased.keys() - listed:
        verdict.find(erased[number])
    verdict.erased = len(erased)
    progress(verdict.entries, max(about, verdict.entries))


def _take(
    entry: Entry,
    verdict: Verdict,
    waiting: dict[tuple[int, int], _Bucket],
    erased: dict[int, Fault],
    listed: set[int],
) -> None:
    verdict.entries += 1
    key = (entry.chain, entry.transaction)
    if entry.computed() != entry.digest:
        verdict.find(Fault("entry-edited", entry.chain, entry=entry.id, at=entry.at, record=record_of(entry)))
    bucket = waiting.get(key)
    if bucket is None:
        bucket = waiting[key] = _Bucket()
    bucket.count += 1
    bucket.digests.update(entry.digest)  # type: ignore[attr-defined]
    if len(bucket.ids) < MOST:
        bucket.ids.append((entry.id, entry.at, record_of(entry)))
    if entry.stub:
        erased[entry.id] = Fault(
            "erased-without-event", entry.chain, entry=entry.id, at=entry.at, record=record_of(entry)
        )
    listed.update(entry.lists)


def _compare(seal: SealRow, bucket: _Bucket, verdict: Verdict) -> None:
    inside = [part for part in bucket.ids if part[0] >= seal.first]
    if bucket.count < seal.count:
        missing = seal.count - bucket.count
        place = f"{missing} of {seal.count}, {seal.first}–{seal.last}"
        only = seal.first if seal.first == seal.last or seal.first not in {p[0] for p in inside} else None
        if only is None and inside and seal.last not in {p[0] for p in inside}:
            only = seal.last
        verdict.find(Fault("entries-removed", seal.chain, seal.number, only, seal.at, place))
    elif bucket.count > seal.count or len(inside) < len(bucket.ids):
        verdict.find(
            Fault("entry-inserted", seal.chain, seal.number, at=seal.at, record=f"{seal.first}–{seal.last}")
        )
    elif bucket.digests.digest() != seal.digest:  # type: ignore[attr-defined]
        first = bucket.ids[0] if bucket.count == 1 else (None, seal.at, f"{seal.first}–{seal.last}")
        verdict.find(Fault("entry-edited", seal.chain, seal.number, first[0], first[1], first[2]))


def record_of(entry: Entry) -> str:
    """What the entry is about, in short: the kind of record and its number."""
    if entry.kind == "event":
        _personal, _actor, action, kind, subject, *_rest = entry.fields
        return f"{action} {kind} {subject}"
    _personal, _account, _login, table, operation, rows = entry.fields
    return f"{table} {operation} {str(rows)[:80]}"
