"""Placements in the rest of the work with families."""

from __future__ import annotations

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from maarag.domains.families import parts
from maarag.domains.families.models import Family
from maarag.domains.families.moving import may_stay
from maarag.domains.programmes.words import quota_words
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer
from maarag.kernel.matches.registry import Matchmaker, register
from maarag.ui import figures
from maarag.ui.figures import name_in_language

from .matching import compute
from .models import Alternative, Choice, Proposal, Waiting

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
        )
    )
    parts.register(parts.Part("suits", _("The response that suits most"), 45, "placements:family", summary))
    # of one run, or one list, a file has one row; that of the other file says nothing more of it
    may_stay("placements.proposal", "placements.waiting")


def summary(_viewer: Viewer, family: Family) -> parts.Summary:
    """Where the family waits, what the last run proposes, and whether leaving home is considered."""
    lines: list[tuple[str, str]] = []
    waits = Waiting.objects.filter(family=family, ended_on=None).select_related("programme").order_by("since")
    for row in waits:
        words = _now("since %(day)s") % {"day": figures.day(row.since)}
        lines.append(
            (_now("Waits for %(programme)s") % {"programme": name_in_language(row.programme)}, words)
        )
    rows = Proposal.objects.filter(family=family, carried_at=None, run__state="done").order_by(
        "-run__asked_at"
    )
    row = rows.select_related("quota__programme").first()
    if row is not None:
        place = quota_words(row.quota) if row.quota else _now("waits")
        lines.append((_now("Proposed in the last run"), place))
    considered = Alternative.objects.filter(family=family, choice=Choice.OPEN).count()
    if considered:
        words = ngettext("%(n)s response", "%(n)s responses", considered) % {"n": figures.number(considered)}
        lines.append((_now("Out of the home, considered"), words))
    return parts.Summary(lines or [(_now("Waiting and proposals"), _now("none"))])
