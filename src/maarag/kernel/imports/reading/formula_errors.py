"""Cells of an Excel sheet whose formula failed (#N/A, #REF! …): the reader of workbooks shows them as
empty.

Runs in the process of `workbook_process`, which bounds its memory and time; it knows nothing else of ours.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from typing import IO
from xml.etree import ElementTree

_CELL = re.compile(rb'<(?:\w+:)?c\b([^>]*\bt="e"[^>]*)>(.*?)</(?:\w+:)?c>', re.DOTALL)
_AT = re.compile(rb'\br="([A-Z]+)(\d+)"')
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)</")
_CHUNK = 1024 * 1024
_LONGEST_CELL = 64 * 1024
_LARGEST_PART = 4 * 1024 * 1024
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def errors_of(file: IO[bytes], sheet: str) -> dict[tuple[int, int], str]:
    """(row from 1, column from 0) → the error as Excel shows it; nothing for other formats than .xlsx.

    Raises ValueError where the packing is damaged.
    """
    file.seek(0)
    if file.read(2) != b"PK":
        return {}
    try:
        with zipfile.ZipFile(file) as archive:
            member = _member(archive, sheet)
            return _scan(archive, member) if member else {}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise ValueError("broken") from error


def _member(archive: zipfile.ZipFile, sheet: str) -> str:
    try:
        # Both parts are small and hold no document type, so no entities can be declared in them.
        book = ElementTree.fromstring(_part(archive, "xl/workbook.xml"))
        links = ElementTree.fromstring(_part(archive, "xl/_rels/workbook.xml.rels"))
    except (KeyError, ElementTree.ParseError, ValueError):
        return ""
    wanted = next(
        (node.get(_ID) for node in book.iter() if node.get("name") == sheet and node.get(_ID)), None
    )
    target = next((node.get("Target", "") for node in links.iter() if node.get("Id") == wanted), "")
    name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return name if wanted and name in archive.namelist() else ""


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > _LARGEST_PART:
        raise ValueError(name)
    content = archive.read(name)
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise ValueError(name)
    return content


def _scan(archive: zipfile.ZipFile, member: str) -> dict[tuple[int, int], str]:
    found: dict[tuple[int, int], str] = {}
    left = b""
    with archive.open(member) as part:
        while chunk := part.read(_CHUNK):
            left += chunk
            end = 0
            for match in _CELL.finditer(left):
                end = match.end()
                at, value = _AT.search(match[1]), _VALUE.search(match[2])
                if at:
                    found[int(at[2]), _column(at[1])] = value[1].decode() if value else "#ERROR"
            left = left[max(end, len(left) - _LONGEST_CELL) :]
    return found


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
