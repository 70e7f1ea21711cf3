"""Placements in the rest of the work with families."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from maarag.domains.families.moving import may_stay
from maarag.kernel.access.permissions import Permission
from maarag.kernel.matches.registry import Matchmaker, register

from .matching import compute
from .models import Proposal

KIND = "placements"


def register_all() -> None:
    """Called once, when the app is ready."""
    register(
        Matchmaker(
            kind=KIND,
            label=_("Families to places of programmes"),
            compute=compute,
            proposals=lambda: Proposal,
            subject="family",
            target="quota",
            asked_with=Permission.RUN_PLACEMENTS,
            seen_with=Permission.RUN_PLACEMENTS,
        )
    )
    # of one run, or one list, a file has one row; that of the other file says nothing more of it
    may_stay("placements.proposal", "placements.waiting")
