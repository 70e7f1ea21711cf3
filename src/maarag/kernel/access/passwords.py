"""What a password must not be, beyond Django's own rules."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

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
