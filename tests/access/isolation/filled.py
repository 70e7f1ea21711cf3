"""A secret in every text of every personal row, whoever made it, and the family that each is of."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field

from django.db import models

from maarag.database.rows import visible
from maarag.database.rows.checks import personal_models
from maarag.domains.families.models import Family
from tests.factories.families import everything

from .canaries import Canaries, texts_of

KEPT = ("casework.Plan",)
"""Kinds of which a version that nobody agreed to has no words yet, by a constraint."""
BYTES = ("casework.DocumentContent.content",)
"""Columns that hold bytes as text."""


@dataclass
class Filled:
    """The secrets with the families whose words they are, and the rows with the families they are of."""

    canaries: Canaries
    secrets: dict[str, str] = field(default_factory=dict)
    rows: dict[str, str] = field(default_factory=dict)

    def shown_in(self, text: str) -> list[str]:
        """The secrets of families that a text shows."""
        if not self.canaries.seen_in(text):
            return []
        shown = text.lower()
        return [secret for secret in self.secrets if secret in shown]


def fill(canaries: Canaries) -> Filled:
    """Write a secret of its own into every text of the authority's personal rows."""
    found = Filled(canaries)
    world = canaries.estate.nation.world
    with visible(everything(world.city, by=world.system)):
        for model in personal_models():
            for row in model._default_manager.filter(authority=world.city):
                _fill(found, row)
    return found


def _fill(found: Filled, row: models.Model) -> None:
    family = family_of(row)
    if family:
        found.rows[str(row.pk)] = family
    label = row._meta.label
    for name in texts_of(type(row)):
        value = getattr(row, name)
        if value not in found.canaries.secrets:
            if label in KEPT and not value:
                continue
            where = f"{row._meta.object_name}.{name}"
            value = found.canaries.new_phone(where) if name == "phone" else found.canaries.new(where)
        if family:
            found.secrets[value] = family
        setattr(row, name, b64encode(value.encode()).decode() if f"{label}.{name}" in BYTES else value)
    row.save()


def family_of(row: models.Model) -> str:
    """The key of the family that a personal row is of; empty where it is of none, or of several."""
    if isinstance(row, Family):
        return str(row.pk)
    return str(getattr(row, "family_id", None) or "")
