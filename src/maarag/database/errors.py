"""Errors of the database supervisor: each says what is wrong and what to do about it."""

from __future__ import annotations

from django.apps import apps
from django.conf import settings
from django.utils.translation import gettext


def translate(message: str) -> str:
    """gettext where translation is ready, else the English; settings may call the supervisor before it is."""
    return gettext(message) if settings.configured and apps.ready else message


def N_(message: str) -> str:
    """Mark a msgid for the catalogue, no more: Django's own gettext_noop loads the settings."""
    return message


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
