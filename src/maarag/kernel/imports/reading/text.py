"""In which encoding a text file came, told by reading all of it once, and a stream of its text."""

from __future__ import annotations

import codecs
import io
from typing import IO

from django.utils.translation import gettext as _

from .refusals import FileRefused
from .surrogates import LoneHalves

CHUNK = 1024 * 1024
SAMPLE = 256 * 1024
NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1255": "Windows-1255",
    "iso8859_8": "ISO-8859-8",
    "cp862": "DOS Hebrew (862)",
    "cp1256": "Windows-1256",
    "cp1252": "Windows-1252",
}


def encoding_of(file: IO[bytes]) -> str:
    """Python's name of the encoding. Raises FileRefused where the content is no text in any that we know."""
    file.seek(0)
    sample = file.read(SAMPLE)
    if sample.startswith(codecs.BOM_UTF8):
        candidates = ["utf-8-sig"]
    elif sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    elif sample.count(0) > len(sample) // 20:
        candidates = ["utf-16-le" if sample[1::2].count(0) >= sample[0::2].count(0) else "utf-16-be"]
    else:
        candidates = ["utf-8", *_legacy(sample)]
    for candidate in candidates:
        if _decodes(file, candidate):
            return candidate
    raise FileRefused(
        _(
            "The file is not text in an encoding that is known here. Save it as Excel, or as CSV in "
            "UTF-8, and load that."
        )
    )


def _legacy(sample: bytes) -> list[str]:
    """The one-byte encoding whose letters most of the sample's high bytes are."""
    high = [byte for byte in sample if byte >= 0x80]
    if not high:
        return []
    hebrew = sum(0xE0 <= byte <= 0xFA for byte in high) / len(high)
    dos = sum(0x80 <= byte <= 0x9A for byte in high) / len(high)
    letters = [byte for byte in high if byte >= 0xC0]
    arabic = sum(byte in _ARABIC_ONLY for byte in letters) / max(1, len(letters))
    if hebrew > 0.7 and arabic < 0.1:
        # Both have the letters in one place; Windows has quotation marks and vowel points besides.
        return (
            ["cp1255", "iso8859_8"]
            if any(0x80 <= b <= 0x9F or 0xC0 <= b <= 0xD8 for b in high)
            else [
                "iso8859_8",
                "cp1255",
            ]
        )
    if dos > 0.8:
        return ["cp862"]
    if arabic >= 0.1:
        return ["cp1256"]
    return ["cp1255", "cp1256", "cp1252"]


# The commonest Arabic letters that lie outside the Hebrew ones: hamza, alefs, ba, ta marbuta … ghain.
_ARABIC_ONLY = frozenset(range(0xC1, 0xDC)) - {0xD7}


def _decodes(file: IO[bytes], encoding: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        while chunk := file.read(CHUNK):
            if "\x00" in decoder.decode(chunk):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
    return True


def text_stream(file: IO[bytes], encoding: str) -> io.TextIOWrapper:
    """The file's text from its start, line ends untouched. Detach it when done: the file stays open."""
    file.seek(0)
    return io.TextIOWrapper(file, encoding=encoding, newline="")


class Utf8Stream:
    """The text of a JSON as UTF-8 bytes, for a reader that takes nothing else."""

    def __init__(self, text: io.TextIOBase) -> None:
        self._text = text
        self._left = b""
        self._halves = LoneHalves()

    def read(self, size: int = -1) -> bytes:
        if size == 0:
            return b""
        while size < 0 or len(self._left) < size:
            chunk = self._text.read(CHUNK if size < 0 else size)
            self._left += self._halves.replaced(chunk).lstrip("\ufeff").encode()
            if not chunk:
                break
        if size < 0:
            size = len(self._left)
        out, self._left = self._left[:size], self._left[size:]
        return out
