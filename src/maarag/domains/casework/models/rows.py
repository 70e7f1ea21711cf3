"""What every row of casework carries: the family, who wrote it and when."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maarag.kernel.access.rows import PersonalRow


def to_account(name: Any, **options: Any) -> Any:
    """A key to somebody who signs in."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=name, **options
    )


class OfFamily(PersonalRow):
    """A row of a family's file."""

    family = models.ForeignKey(
        "families.Family",
        models.CASCADE,
        related_name="%(class)ss",
        db_constraint=False,
        verbose_name=_("family"),
        editable=False,
    )
    written_by = to_account(_("written by"), editable=False)
    written_at = models.DateTimeField(_("written"), default=timezone.now, editable=False)

    class Meta:
        abstract = True


def within(name: str) -> models.UniqueConstraint:
    """For keys that include the authority."""
    return models.UniqueConstraint(fields=["authority", "id"], name=f"casework_{name}_within")


def of_file(name: str) -> models.Index:
    """The rows of one file."""
    return models.Index(fields=["authority", "family"], name=f"casework_{name}_file")
