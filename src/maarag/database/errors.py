"""Errors of the database supervisor: each says what is wrong and what to do about it."""

from __future__ import annotations

from django.apps import apps
from django.conf import settings
from django.utils.translation import gettext

from maarag.language.catalogue import N_ as N_  # every part of the supervisor marks its msgids with it
from maarag.language.catalogue import told


def translate(message: str) -> str:
    """gettext where Django is ready, else in the language of the command line: settings may call the
    supervisor before it is, and many commands never load it."""
    return gettext(message) if apps.ready and settings.configured else told(message)


class DatabaseError(Exception):
    """A fault of the embedded server, with a remedy. `message` and `remedy` are msgids marked with N_."""

    def __init__(self, message: str, remedy: str, **parameters: object) -> None:
        super().__init__(message, remedy)
        self._message, self._remedy, self._parameters = message, remedy, parameters

    @property
    def message(self) -> str:
        return translate(self._message) % self._parameters

    @property
    def remedy(self) -> str:
        return translate(self._remedy) % self._parameters

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}"
