"""Halves of characters in the escapes of JSON, which the quick reader takes for something else.

It reads a lone `\\ud800` as a question mark, joins it to whatever escape follows, and refuses a lone
`\\udc00`. So they are replaced before it sees them by the mark of a character that cannot be told.
"""

from __future__ import annotations

import re

_HIGH = r"\\u[dD][89abAB][0-9a-fA-F]{2}"
_LOW = r"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_ESCAPED_BACKSLASHES = r"(?<!\\)((?:\\\\)*)"
_HALVES = re.compile(f"{_ESCAPED_BACKSLASHES}(?:({_HIGH}{_LOW})|{_HIGH}|{_LOW})")
_A_HIGH = re.compile(_HIGH)
_LENGTH = 6
"""Characters of one escape: a backslash, "u" and four digits."""


class LoneHalves:
    """Replaces them in a text that comes in pieces; what a piece ends in the middle of waits for the next."""

    def __init__(self) -> None:
        self._waiting = ""

    def replaced(self, piece: str) -> str:
        """The text so far that is certain. An empty piece: the text is at its end."""
        text = self._waiting + piece
        end = _certain(text) if piece else len(text)
        self._waiting = text[end:]
        text = text[:end]
        if "\\ud" in text or "\\uD" in text:
            text = _HALVES.sub(lambda found: found[1] + (found[2] or r"\ufffd"), text)
        return text


def _certain(text: str) -> int:
    """Where the last escape begins if it, or the half that should follow it, may go on in the next piece."""
    last = text.rfind("\\")
    if last < 0 or len(text) - last > _LENGTH or not _begins_an_escape(text, last):
        return len(text)
    before = last - _LENGTH
    if before >= 0 and _A_HIGH.match(text, before) and _begins_an_escape(text, before):
        return before
    return last


def _begins_an_escape(text: str, at: int) -> bool:
    """Whether the backslash at this place is not itself escaped: the number of those up to it is odd."""
    up_to = text[: at + 1]
    return (len(up_to) - len(up_to.rstrip("\\"))) % 2 == 1
