"""What a PDF that was made says: its words as another program reads them, and whether a letter is lacking."""

from __future__ import annotations

import re
import shutil
import subprocess
import zlib
from collections.abc import Iterator

import pytest

READER = shutil.which("pdftotext")
FONTS = {b"Rubik-Regular", b"Rubik-Bold"}
MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
PIECE = re.compile(rb"\(((?:[^\\()]|\\.)*)\)", re.DOTALL)
SHOWN = re.compile(rb"(\((?:[^\\()]|\\.)*\)\s*Tj|\[(?:[^\\\]()]|\((?:[^\\()]|\\.)*\))*\]\s*TJ)", re.DOTALL)
ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def text_of_pdf(content: bytes) -> str:
    """The words in the order in which they are read, one blank between them, without marks of direction.

    Nothing where the machine has no reader: what else is told of the same rows is looked at all the same.
    """
    assert content.startswith(b"%PDF")
    if READER is None:
        return ""
    told = subprocess.run([READER, "-", "-"], input=content, capture_output=True, check=True)
    return " ".join(MARKS.sub("", told.stdout.decode()).split())


def assert_pdf_says(content: bytes, *wanted: str) -> None:
    """It is set in the house's fonts, no letter of it is an empty box, and it says all that is wanted."""
    assert content.startswith(b"%PDF")
    assert set(re.findall(rb"/BaseFont\s*/(?:[A-Z]{6}\+)?([\w-]+)", content)) <= FONTS
    assert boxes_of_pdf(content) == 0, "letters without a glyph"
    if READER is None:
        pytest.skip("without pdftotext the words of the PDF are not read")
    text = _loose(text_of_pdf(content))
    missing = [phrase for phrase in wanted if _loose(phrase) not in text]
    assert not missing, f"{missing} not in: {text}"


def _loose(text: str) -> str:
    """The reader puts the blank beside a comma or colon on its other side where lines run to the left."""
    return re.sub(r"\s*([,:;·])\s*", r"\1", MARKS.sub("", " ".join(text.split())))


def boxes_of_pdf(content: bytes) -> int:
    """How many letters are drawn as glyph 0, the empty box of a font that lacks them."""
    glyphs = [glyph for stream in _streams(content) for glyph in _glyphs(stream)]
    assert glyphs, "nothing is written in it"
    return glyphs.count(b"\0\0")


def _streams(content: bytes) -> Iterator[bytes]:
    """What the pages draw; compiled fonts and pictures among the streams draw no text."""
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        # One stream in 256 ends in a byte that reads as the end of the line: only its check sum is then cut.
        try:
            stream = zlib.decompressobj().decompress(packed)
        except zlib.error:
            continue
        if b" Tf" in stream and b"BT" in stream:
            yield stream


def _glyphs(stream: bytes) -> Iterator[bytes]:
    for shown in SHOWN.findall(stream):
        codes = b"".join(ESCAPED.sub(_unescaped, piece) for piece in PIECE.findall(shown))
        yield from (codes[at : at + 2] for at in range(0, len(codes), 2))


def _unescaped(found: re.Match[bytes]) -> bytes:
    told = found.group(1)
    return bytes([int(told, 8)]) if told[:1].isdigit() else LETTERS.get(told, told)
