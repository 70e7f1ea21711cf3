"""What speaks for two files being of one family, in words."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from maarag.ui.tables import Status

from .duplicates import Likeness, Reason

WORDS: dict[str, Callable[[], str]] = {
    "same_id": lambda: _("The same national id"),
    "same_phone": lambda: _("The same phone"),
    "same_name": lambda: _("The same name"),
    "near_name": lambda: _("A name that may be the same, written otherwise"),
    "same_birth": lambda: _("The same date of birth"),
    "near_birth": lambda: _("A date of birth that differs in one part"),
    "same_address": lambda: _("The same address"),
    "near_address": lambda: _("The same street"),
    "same_family_name": lambda: _("The same family name, as it may be written"),
}


def in_words(reason: Reason) -> str:
    """A reason with whom it is about; names stand in direction isolates, for they may be of any script."""
    word = WORDS[reason.code]()
    if not reason.who:
        return word
    names = [reason.who] if reason.who == reason.other else [reason.who, reason.other]
    return f"{word}: {' · '.join(map(_isolated, names))}"


def _isolated(name: str) -> str:
    return f"\u2068{name}\u2069"


def reasons_in_words(likeness: Likeness) -> list[str]:
    return [in_words(reason) for reason in likeness.reasons]


def strength(likeness: Likeness) -> Status:
    """How much speaks for it."""
    if likeness.is_strong:
        return Status(_("Very likely one family"), "attention")
    return Status(_("Perhaps one family"), "info")
