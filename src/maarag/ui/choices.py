"""Fields that choose among rows, shown by their names in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from .figures import name_in_language


class NamedChoice(forms.ModelChoiceField):
    """A choice among rows that have a name in several languages."""

    def label_from_instance(self, row: Any) -> str:
        return name_in_language(row) or str(row)


def day_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    """A day, typed or picked."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, help_text=help_text, widget=widget)


def asked_text(given: Mapping[str, Any], name: str, longest: int = 120) -> str:
    """A text of an address, trimmed and cut; without the character zero, which no database takes."""
    return str(given.get(name) or "").replace("\x00", "").strip()[:longest]


def asked_number(given: Mapping[str, Any], name: str, longest: int = 4) -> int | None:
    """A whole number of an address; None where there is none."""
    text = asked_text(given, name, longest)
    return int(text) if text.isascii() and text.isdigit() else None
