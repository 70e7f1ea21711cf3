"""Signing the heads and verifying the whole record, as the command, the jobs and the page of the audit do."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connection, transaction

from .guards import taken_off
from .models import ChainHead, SignedHeads, Verification
from .signing import (
    Signed,
    add_to_file,
    checked,
    heads_file,
    key_file,
    name_of,
    number_of,
    read_file,
    sign,
    signing_key,
)
from .stored import whole_record
from .verify import Fault, Head, Progress, Record, Verdict, verify

LOCK = 7_205_159_404


def sign_heads(home: Path) -> Signed:
    """Sign the heads as they are now, keep the document in the database and in the file beside the key.

    The file is written first: a document that is in the table is in the file too.
    """
    key = signing_key(home)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        last = SignedHeads.objects.order_by("-pk").first()
        path = heads_file(home)
        before = _of_row(last) if last else None
        if path.exists() and (written := read_file(path)):
            # the file is ahead where the database was lost, or went away before its commit
            newest = written[-1]
            if before is None or newest.number > before.number:
                before = newest
        heads = [
            Head(chain, number, bytes(digest))
            for chain, number, digest in ChainHead.objects.order_by("chain").values_list(
                "chain", "number", "hash"
            )
        ]
        signed = sign(heads, key, before)
        add_to_file(path, signed)
        SignedHeads.objects.create(document=signed.document, signature=signed.signature, key=signed.key)
    return signed


def check(
    home: Path,
    *,
    files: Iterable[Path] = (),
    keys: Iterable[Ed25519PublicKey] = (),
    chain: int | None = None,
    progress: Progress | None = None,
) -> tuple[Verdict, Verification]:
    """Verify the stored record against its chains and everything that was signed, and that every change is
    still recorded; the result is kept.

    `files`: further files of signed heads, such as copies from elsewhere; `chain`: only this one.
    """
    began = time.perf_counter()
    known = {name_of(key): key for key in [*keys, *_own_key(home)]}
    own = heads_file(home)
    sources = [[_of_row(row) for row in SignedHeads.objects.order_by("pk")]]
    sources += [read_file(path) for path in (*([own] if own.exists() else []), *files)]
    with whole_record(chain=chain) as record:
        verdict = verify_against(record, sources, known, chain=chain, progress=progress)
        if chain is None:
            with record.connection.cursor() as cursor:
                for fault in taken_off(cursor):
                    verdict.find(fault)
    kept = Verification(
        seconds=round(time.perf_counter() - began, 3),
        entries=verdict.entries,
        seals=verdict.seals,
        faults=[fault.as_data() for fault in verdict.faults],
    )
    if chain is None:
        kept.save()
    return verdict, kept


def verify_against(
    record: Record,
    sources: Iterable[list[Signed]],
    keys: dict[str, Ed25519PublicKey],
    *,
    chain: int | None = None,
    progress: Progress | None = None,
) -> Verdict:
    """Verify a record against the documents of all sources whose signatures hold.

    Taken together they must be without a gap: one that only the file or only the table has is enough.
    """
    bad: list[Fault] = []
    heads: dict[tuple[int, int, bytes], Head] = {}
    together = {signed.digest(): signed for documents in sources for signed in documents}
    for found in checked(sorted(together.values(), key=number_of), keys):
        if isinstance(found, Signed):
            for head in found.heads():
                if chain in (None, head.chain):
                    heads[head.chain, head.number, head.hash] = head
        else:
            bad.append(Fault(found.code, 0, found.number))
    verdict = verify(record, signed=heads.values(), progress=progress)
    for fault in dict.fromkeys(bad):
        verdict.find(fault)
    return verdict


def _of_row(row: SignedHeads) -> Signed:
    return Signed(row.document, bytes(row.signature), row.key)


def _own_key(home: Path) -> Iterator[Ed25519PublicKey]:
    if key_file(home).exists():
        yield signing_key(home).public_key()
