"""Why a whole file cannot be read, in words for the person who sent it."""

from __future__ import annotations


class FileRefused(ValueError):
    """The file cannot be read at all; the text says what is wrong and what to do."""
