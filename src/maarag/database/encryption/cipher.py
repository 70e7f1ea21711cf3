"""Texts to bytes and back: AES-256-GCM under a key of the column; and keyed fingerprints for finding.

A value is: format (1 byte), version of the key (2), nonce (12), ciphertext with its tag (16). The text is
padded to whole blocks of 16 bytes, so that its length says little. The label of the column
(`app.model.field`) is authenticated with it: a value moved to another column does not decrypt. The empty text
is zero bytes long.
"""

from __future__ import annotations

import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from ..errors import N_
from .errors import Undecipherable
from .keyring import HOLDER, KEY_BYTES, Key

FORMAT = b"\x01"
HEADER = 3  # format and version, the same for encrypted values and for fingerprints
NONCE = 12
BLOCK = 16
FINGERPRINT = 16


def header(version: int) -> bytes:
    """What every value of that version begins with."""
    return FORMAT + version.to_bytes(2, "big")


def encrypt(text: str, label: str) -> bytes:
    """Encrypt under the current version. `label` names the column; the same is needed to decrypt."""
    if not text:
        return b""
    key = HOLDER.ring().current
    head = header(key.version)
    nonce = os.urandom(NONCE)
    clear = text.encode() + b"\x80"
    clear += bytes(-len(clear) % BLOCK)
    return head + nonce + column_cipher(key.secret, label).encrypt(nonce, clear, head + label.encode())


def decrypt(value: bytes, label: str) -> str:
    """The text of a value. Raises KeyMissing, or Undecipherable; never returns anything else."""
    if not value:
        return ""
    head, nonce, rest = value[:HEADER], value[HEADER : HEADER + NONCE], value[HEADER + NONCE :]
    try:
        if head[:1] != FORMAT or len(rest) < BLOCK:
            raise InvalidTag
        key = HOLDER.key(version_of(value))
        clear = column_cipher(key.secret, label).decrypt(nonce, rest, head + label.encode())
    except InvalidTag:
        raise Undecipherable(
            N_("An encrypted value of %(label)s cannot be read (version %(version)s of the field keys)."),
            N_("It was altered or moved, or the file of keys is another than it was written with."),
            label=label,
            version=version_of(value),
        ) from None
    return clear.rstrip(b"\x00")[:-1].decode()


def version_of(value: bytes) -> int:
    """The version of the key that a value or a fingerprint was made with."""
    return int.from_bytes(value[1:HEADER], "big")


def fingerprint(text: str, label: str, group: object, key: Key | None = None) -> bytes:
    """A keyed fingerprint (19 bytes) of a text within a column and a group, under the current version.

    `group` is the authority: the same person in two authorities has two fingerprints that nobody can match
    without the key.
    """
    key = key or HOLDER.ring().current
    mac = hmac.digest(index_key(key.secret, label, str(group)), text.encode(), "sha256")
    return header(key.version) + mac[:FINGERPRINT]


def fingerprints(text: str, label: str, group: object) -> list[bytes]:
    """The fingerprints under every version that rows may hold."""
    return [fingerprint(text, label, group, key) for key in HOLDER.ring().live]


@lru_cache(maxsize=512)
def column_cipher(secret: bytes, label: str) -> AESGCM:
    return AESGCM(derived(secret, f"maarag field\0{label}"))


@lru_cache(maxsize=8192)
def index_key(secret: bytes, label: str, group: str) -> bytes:
    return derived(secret, f"maarag index\0{label}\0{group}")


def derived(secret: bytes, purpose: str) -> bytes:
    """HKDF without its first half: the secret is uniformly random already."""
    return HKDFExpand(SHA256(), KEY_BYTES, purpose.encode()).derive(secret)
