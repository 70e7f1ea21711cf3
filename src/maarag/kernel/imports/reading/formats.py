"""What kind of file it is, told from its content: names and endings are often wrong."""

from __future__ import annotations

import io
import re
import zipfile
from enum import StrEnum
from typing import IO

from django.utils.translation import gettext as _

from .refusals import FileRefused

LARGEST_UNPACKED = 256 * 1024 * 1024
LARGEST_RATIO = 200
"""A workbook of figures shrinks to a tenth, a very repetitive one to a hundredth; bombs to a thousandth."""
_LARGEST_DIRECTORY = 4 * 1024 * 1024
_SMALL_UNPACKED = 20 * 1024 * 1024


def broken_workbook() -> str:
    """What is said of a workbook whose packing is damaged."""
    return _(
        "The Excel file is broken: it was cut off or damaged on its way. Send it again, or save it anew."
    )


class Format(StrEnum):
    CSV = "csv"
    JSON = "json"
    WORKBOOK = "workbook"
    OUTLINE = "outline"


def format_of(file: IO[bytes]) -> Format:
    """The format of the file; leaves it at its start. Raises FileRefused for what is no table."""
    file.seek(0)
    head = file.read(4096)
    file.seek(0)
    if not head.strip():
        raise FileRefused(_("The file is empty."))
    if head.startswith(b"PK"):
        _check_archive(file)
        file.seek(0)
        return Format.WORKBOOK
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        if _holds_word(file):
            raise FileRefused(_("This is a Word document. Save its table as Excel or CSV, and load that."))
        return Format.WORKBOOK
    for start, what in (
        (b"%PDF", _("a PDF")),
        (b"\x89PNG", _("an image")),
        (b"\xff\xd8\xff", _("an image")),
        (b"GIF8", _("an image")),
        (b"RIFF", _("a recording or an image")),
        (b"{\\rtf", _("a Word document")),
        (b"\x1f\x8b", _("a compressed file")),
        (b"7z\xbc\xaf", _("a compressed file")),
        (b"Rar!", _("a compressed file")),
        (b"SQLite format 3", _("a database")),
    ):
        if head.startswith(start):
            raise FileRefused(
                _("This is %(what)s. Load a table: Excel (.xlsx, .xls, .ods), CSV or JSON.") % {"what": what}
            )
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html", b"<?xml", b"<table")):
        raise FileRefused(
            _(
                "This is a web page or XML, though it may be called .xls. Open it in Excel, save it "
                "as .xlsx, and load that."
            )
        )
    if text.replace(b"\x00", b"").lstrip(b"\xff\xfe \t\r\n").startswith((b"{", b"[")):
        return Format.JSON
    if re.match(rb"(?:---\s+|#[^\n]*\n|\s)*- \w+:", text):
        return Format.OUTLINE
    return Format.CSV


def _holds_word(file: IO[bytes]) -> bool:
    """Old Office files share one container; Word's own stream is named in it."""
    file.seek(0)
    head = file.read(1024 * 1024)
    file.seek(0)
    return "WordDocument".encode("utf-16-le") in head and "Workbook".encode("utf-16-le") not in head


def _directory_bytes(file: IO[bytes]) -> int:
    """How long the archive says its list of parts is; a workbook has some dozens of them."""
    file.seek(0, io.SEEK_END)
    file.seek(max(0, file.tell() - 66_000))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    file.seek(0)
    return int.from_bytes(tail[at + 12 : at + 16], "little") if at >= 0 else 0


def _check_archive(file: IO[bytes]) -> None:
    """Refuse a broken archive, one that is no workbook, and one that unpacks to something enormous."""
    if _directory_bytes(file) > _LARGEST_DIRECTORY:
        raise FileRefused(broken_workbook())
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise FileRefused(broken_workbook()) from error
    names = {member.filename for member in members}
    if len(names) < len(members):  # two parts of one name: each reader would take another
        raise FileRefused(broken_workbook())
    if any(name.startswith("word/") for name in names):
        raise FileRefused(_("This is a Word document. Save its table as Excel or CSV, and load that."))
    if any(name.startswith("ppt/") for name in names):
        raise FileRefused(_("This is a presentation. Save its table as Excel or CSV, and load that."))
    if not any(name.startswith("xl/") or name == "content.xml" for name in names):
        raise FileRefused(_("This is a compressed file. Take the table out of it, and load that."))
    if any(member.flag_bits & 1 for member in members):
        raise FileRefused(_("The Excel file is locked with a password. Save it without one."))
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members) or 1
    if unpacked > LARGEST_UNPACKED or (unpacked > _SMALL_UNPACKED and unpacked > packed * LARGEST_RATIO):
        raise FileRefused(
            _(
                "The Excel file unpacks to %(size)s MB, which no honest table does. Save the rows as "
                "CSV, and load that."
            )
            % {"size": unpacked // (1024 * 1024)}
        )
