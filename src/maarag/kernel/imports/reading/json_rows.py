"""Rows of a JSON file: a list of objects, an object that holds one, or one object a line."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import IO, Any

import ijson
from django.utils.translation import gettext as _

from .refusals import FileRefused
from .text import Utf8Stream, encoding_of, text_stream

SMALL = 32 * 1024 * 1024
"""Bytes; in a file up to this size a fault is told by line and column, in a larger one by the last whole
object.
"""


def rows_of(file: IO[bytes]) -> Iterator[tuple[int, dict[str, Any]]]:
    """(number of the object from 1, its values flattened: inner names after a dot, lists joined by bars)."""
    encoding = encoding_of(file)
    text = text_stream(file, encoding)
    try:
        items = _lines(text) if _is_one_a_line(text) else _array(file, text, encoding)
        for number, item in items:
            if not isinstance(item, dict):
                raise FileRefused(
                    _("Item %(number)s of the JSON is not an object with names and values.")
                    % {"number": number}
                )
            yield number, dict(_flat(item))
    except RecursionError as error:
        raise FileRefused(_too_deep()) from error
    finally:
        text.detach()


def _is_one_a_line(text: io.TextIOBase) -> bool:
    text.seek(0)
    first = text.readline(LONGEST_LINE).lstrip("\ufeff").strip()
    while not first:
        line = text.readline(LONGEST_LINE)
        if not line:
            break
        first = line.strip()
    second = text.readline(LONGEST_LINE).strip()
    text.seek(0)
    return (
        first.startswith("{") and first.endswith("}") and (second.startswith("{") or _is_whole(first, second))
    )


LONGEST_LINE = 1024 * 1024
DEEPEST = 64
LONGEST_OBJECT = 8 * 1024 * 1024


def _is_whole(first: str, second: str) -> bool:
    """A file of one line: an object that holds no list of objects is itself the one row."""
    if second:
        return False
    try:
        found = json.loads(first)
    except ValueError:
        return False
    return not any(
        isinstance(value, list) and value and isinstance(value[0], dict) for value in found.values()
    )


def _lines(text: io.TextIOBase) -> Iterator[tuple[int, Any]]:
    number = 0
    while line := text.readline(LONGEST_OBJECT + 1):
        number += 1
        if len(line) > LONGEST_OBJECT:
            raise _broken(number, LONGEST_OBJECT)
        if line.strip("\ufeff \t\r\n"):
            try:
                yield number, json.loads(line.lstrip("\ufeff"))
            except (ValueError, RecursionError) as error:
                raise _broken(number, getattr(error, "colno", 1)) from error


def _array(file: IO[bytes], text: io.TextIOBase, encoding: str) -> Iterator[tuple[int, Any]]:
    prefix = _prefix(file, text, encoding)
    text.seek(0)
    number = 0
    try:
        for number, item in enumerate(ijson.items(_events(text), prefix), start=1):
            yield number, item
    except FileRefused:
        raise
    except (ijson.JSONError, ValueError) as error:  # ValueError: a number of thousands of digits
        raise _where(file, text, encoding, number) from error
    if not number:
        raise FileRefused(_("The JSON holds no objects."))


def _events(text: io.TextIOBase) -> Iterator[tuple[str, str, Any]]:
    """The parts of the JSON as they come; FileRefused where they lie too deep inside one another."""
    depth = 0
    for part in ijson.parse(Utf8Stream(text), use_float=True):
        if part[1] in ("start_map", "start_array"):
            depth += 1
            if depth > DEEPEST:
                raise FileRefused(_too_deep())
        elif part[1] in ("end_map", "end_array"):
            depth -= 1
        yield part


def _too_deep() -> str:
    return _("The JSON has values too deep inside one another to be a table.")


def _prefix(file: IO[bytes], text: io.TextIOBase, encoding: str) -> str:
    """Where the list of objects is: at the top, or under the first name that holds one."""
    text.seek(0)
    try:
        for prefix, event, _value in _events(text):
            if event == "start_map" and prefix.endswith("item"):
                return str(prefix)
    except FileRefused:
        raise
    except (ijson.JSONError, ValueError) as error:
        raise _where(file, text, encoding, 0) from error
    raise FileRefused(_("The JSON holds no list of objects. It should look like [{…}, {…}]."))


def _where(file: IO[bytes], text: io.TextIOBase, encoding: str, done: int) -> FileRefused:
    """The fault's line and column where the file is small enough to look again."""
    file.seek(0, io.SEEK_END)
    if file.tell() <= SMALL:
        file.seek(0)
        try:
            json.loads(file.read().decode(encoding).lstrip("\ufeff"))
        except json.JSONDecodeError as error:
            return _broken(error.lineno, error.colno)
        except (ValueError, RecursionError):
            pass
    return FileRefused(_("The JSON is broken after its item %(number)s.") % {"number": done})


def _broken(line: int, column: int) -> FileRefused:
    return FileRefused(
        _("The JSON is broken at line %(line)s, column %(column)s. Was the file cut off, or edited by hand?")
        % {"line": line, "column": column}
    )


def _flat(item: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in item.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        elif isinstance(value, list):
            plain = all(not isinstance(part, dict | list) for part in value)
            joined = "|".join(str(part) for part in value) if plain else json.dumps(value, ensure_ascii=False)
            yield before + name, joined
        else:
            yield before + name, value
