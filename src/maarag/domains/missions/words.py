"""Missions in words: their state, and the title that a finding suggests."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maarag.kernel.places.models import Place
from maarag.kernel.taxonomy.models import Topic
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Status

from .models import Mission, MissionOrigin, MissionStatus

SOON = 7
"""Days before its end from which a mission asks for attention."""


def status_of(mission: Mission, today: date | None = None) -> Status:
    """The word, shape and colour of a mission's state."""
    if mission.status == MissionStatus.DONE:
        return Status(_("Done"), "ok")
    if mission.status == MissionStatus.CANCELLED:
        return Status(_("Cancelled"), "neutral")
    days = (mission.due - (today or timezone.localdate())).days
    if days < 0:
        return Status(
            ngettext("%(days)s day overdue", "%(days)s days overdue", -days) % {"days": -days}, "critical"
        )
    if days == 0:
        return Status(_("Due today"), "attention")
    if days <= SOON:
        return Status(ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days}, "attention")
    return Status(_("Open"), "info")


def suggested_title(origin: str, place: Place | None, topic: Topic | None) -> str:
    """What a mission from this finding is likely to be called; empty where nothing can be said."""
    if place is None:
        return ""
    names = {"place": name_in_language(place), "topic": name_in_language(topic)}
    with_topic = {
        MissionOrigin.GAP: _("Close the gap in %(topic)s: %(place)s"),
        MissionOrigin.DUPLICATE: _("Look into the duplicate in %(topic)s: %(place)s"),
        MissionOrigin.STALE_FIGURE: _("Bring the figures up to date: %(topic)s, %(place)s"),
    }
    alone = {
        MissionOrigin.GAP: _("Close the gap: %(place)s"),
        MissionOrigin.DUPLICATE: _("Look into the duplicate: %(place)s"),
        MissionOrigin.STALE_FIGURE: _("Bring the figures up to date: %(place)s"),
    }
    return ((with_topic if topic else alone).get(MissionOrigin(origin), "") % names)[:200]
