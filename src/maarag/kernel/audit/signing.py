"""Signing the heads of all chains with a key that the database does not have, and keeping what was signed
outside.

A signed document names every chain's newest seal. Whoever rewrites the record afterwards, from whichever
entry, cannot make the seals end in those hashes again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from .verify import Head


@dataclass(frozen=True)
class Signed:
    """A document (JSON), its signature, and the short name of the key."""

    document: str
    signature: bytes
    key: str

    def line(self) -> str:
        """As a line of a file of signed heads."""
        return json.dumps({"document": self.document, "signature": self.signature.hex(), "key": self.key})

    @classmethod
    def from_line(cls, line: str) -> Signed:
        """Raises ValueError for what is no such line."""
        try:
            told = json.loads(line)
            return cls(told["document"], bytes.fromhex(told["signature"]), told["key"])
        except (KeyError, TypeError) as error:
            raise ValueError(line[:80]) from error

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(json.loads(self.document)["at"])

    @property
    def number(self) -> int:
        return int(json.loads(self.document)["number"])

    @property
    def previous(self) -> str:
        return str(json.loads(self.document)["previous"])

    def digest(self) -> str:
        return hashlib.sha256(self.document.encode()).hexdigest()

    def heads(self) -> list[Head]:
        return [
            Head(chain, number, bytes.fromhex(digest))
            for chain, number, digest in json.loads(self.document)["heads"]
        ]


def key_file(home: Path) -> Path:
    return home / "secrets" / "audit-signing.pem"


def heads_file(home: Path) -> Path:
    """Every signed document of this installation, a line each; to be copied elsewhere."""
    return home / "audit-heads" / "heads.jsonl"


def signing_key(home: Path) -> Ed25519PrivateKey:
    """The key of the home, made on first need."""
    path = key_file(home)
    try:
        found = serialization.load_pem_private_key(path.read_bytes(), None)
    except FileNotFoundError:
        return _make(path)
    if not isinstance(found, Ed25519PrivateKey):
        raise ValueError(path)
    return found


def _make(path: Path) -> Ed25519PrivateKey:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = Ed25519PrivateKey.generate()
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    unfinished = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text)
        os.fsync(file.fileno())
    try:
        os.link(unfinished, path)  # refused where another process was first: its key is the key
    except FileExistsError:
        return signing_key(path.parent.parent)
    finally:
        unfinished.unlink()
    return key


def public_pem(key: Ed25519PublicKey) -> str:
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()


def load_public(text: str) -> Ed25519PublicKey:
    """Raises ValueError where the text is no Ed25519 public key."""
    found = serialization.load_pem_public_key(text.encode())
    if not isinstance(found, Ed25519PublicKey):
        raise ValueError("not an Ed25519 key")
    return found


def name_of(key: Ed25519PublicKey) -> str:
    """A short name of the key, from its digest."""
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


def sign(heads: Iterable[Head], key: Ed25519PrivateKey, before: Signed | None) -> Signed:
    """A document over the heads that follows the one before it."""
    document = json.dumps(
        {
            "what": "heads of the audit of Maarag",
            "number": before.number + 1 if before else 1,
            "at": datetime.now(UTC).isoformat(),
            "previous": before.digest() if before else "",
            "heads": [[head.chain, head.number, head.hash.hex()] for head in heads],
        }
    )
    return Signed(document, key.sign(document.encode()), name_of(key.public_key()))


def is_good(signed: Signed, key: Ed25519PublicKey) -> bool:
    try:
        key.verify(signed.signature, signed.document.encode())
    except InvalidSignature:
        return False
    return True


@dataclass(frozen=True)
class BadSignature:
    """A document of the file or the table that is forged, or does not follow the one before it."""

    number: int
    code: str


def checked(
    documents: Iterable[Signed], keys: Mapping[str, Ed25519PublicKey]
) -> Iterator[Signed | BadSignature]:
    """Each document that is good, or what is wrong with it; each must follow the one before it.

    The first may have any number: a copy need not begin with the first, and a later document covers the
    earlier.
    """
    before: Signed | None = None
    for signed in documents:
        key = keys.get(signed.key)
        if key is None or not is_good(signed, key):
            yield BadSignature(number_of(signed), "signature-forged" if key else "signed-with-unknown-key")
            continue
        if before is not None and (signed.number, signed.previous) != (before.number + 1, before.digest()):
            yield BadSignature(signed.number, "signed-heads-removed")
        before = signed
        yield signed


def number_of(signed: Signed) -> int:
    """Its number; 0 for a document that is none."""
    try:
        return signed.number
    except (ValueError, KeyError, TypeError):
        return 0


def read_file(path: Path) -> list[Signed]:
    """The documents of a file, in its order; raises ValueError, OSError."""
    return [Signed.from_line(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def add_to_file(path: Path, signed: Signed) -> None:
    """Append a line, and make it last."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(signed.line() + "\n")
        file.flush()
        os.fsync(file.fileno())
