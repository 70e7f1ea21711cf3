"""What a password must not be, beyond Django's own rules."""

from __future__ import annotations

from hashlib import sha1
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

HOUSE = ("maarag", "מארג", "מערג", "revacha", "רווחה", "welfare", "password", "סיסמה", "israel", "ישראל")
REST = 8


def _worth(text: str) -> int:
    """How many characters are neither the former one again nor its neighbour (aaaa, 1234, dcba)."""
    return min(len(text), 1) + sum(abs(ord(one) - ord(other)) > 1 for one, other in pairwise(text))


class NotOnlyWordsOfTheHouse:
    """Without the words that everybody here would try first, at least eight other characters remain."""

    def validate(self, password: str, user: Any = None) -> None:
        rest = password.casefold()
        for word in HOUSE:
            rest = rest.replace(word, "")
        if _worth(rest) < REST:
            raise ValidationError(
                _("This password is made of words that are easily guessed here; choose other ones."),
                code="password_of_the_house",
            )

    def get_help_text(self) -> str:
        return _("Not only the name of the system, “password” and the like.")


class NotBreached:
    """Not among the breached passwords of the installation's file (BREACHED_PASSWORDS_FILE), if it has one.

    The file is Have I Been Pwned's, ordered by hash, or one like it: SHA-1 in hexadecimal, a line each; what
    follows a colon is not read. It is searched where it lies.
    """

    def validate(self, password: str, user: Any = None) -> None:
        if settings.BREACHED_PASSWORDS_FILE and _is_in(Path(settings.BREACHED_PASSWORDS_FILE), password):
            raise ValidationError(
                _("This password is known from a breach elsewhere: whoever guesses tries it first."),
                code="password_breached",
            )

    def get_help_text(self) -> str:
        return _("Not one that is known from a breach.") if settings.BREACHED_PASSWORDS_FILE else ""


def _is_in(path: Path, password: str) -> bool:
    # SHA-1 because the lists are kept so; nothing is stored or protected by it here
    wanted = sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with path.open("rb") as file:
        low, high = 0, file.seek(0, 2)
        while low < high:  # between the first byte of a line and the end of another
            middle = (low + high) // 2
            if _line_from(file, middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return _line_from(file, low) == wanted


def _line_from(file: BinaryIO, position: int) -> bytes:
    """The hash of the first line that begins at this byte or later; beyond the last, what sorts after all."""
    file.seek(max(0, position - 1))
    if position:
        file.readline()
    line = file.readline().strip()
    return line.partition(b":")[0].upper() if line else b"~"


def check_breached_file(**_kwargs: Any) -> list[CheckMessage]:
    """The file that the settings name can be read and holds hashes, in order as far as it was looked at."""
    if not settings.BREACHED_PASSWORDS_FILE:
        return []
    path = Path(settings.BREACHED_PASSWORDS_FILE)
    try:
        with path.open("rb") as file:
            first = [_line_from(file, 0), _line_from(file, 1)]
    except OSError as error:
        return [Error(f"MAARAG_BREACHED_PASSWORDS cannot be read: {error.strerror}.", id="access.E010")]
    if len(first[0]) != 40 or first != sorted(first):
        hint = "SHA-1 in hexadecimal, a line each, sorted (Have I Been Pwned's file ordered by hash)."
        return [Error("MAARAG_BREACHED_PASSWORDS is not a file of hashes.", hint=hint, id="access.E011")]
    return []
