"""What kinds of work are called, and how far off a day is."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from maarag.ui import figures

ROOMS: dict[str, tuple[str, Any]] = {
    "review": ("review", gettext_lazy("Reviews")),
    "opening": ("opening", gettext_lazy("Emergency openings")),
    "task": ("task", gettext_lazy("Tasks")),
    "goal": ("plan", gettext_lazy("Plans and consents")),
    "consent": ("plan", gettext_lazy("Plans and consents")),
    "referrals": ("referral", gettext_lazy("Referrals")),
    "answers": ("referral", gettext_lazy("Referrals")),
}
"""For each kind of what waits its group; what no room told of here is of the baskets or of the rest."""
MONEY = ("basket", pgettext_lazy("what waits", "Requests and payments"))


def group_of(kind: str) -> tuple[str, Any]:
    """(code, words) of the group that a kind of work belongs to."""
    return ROOMS.get(kind, MONEY)


def how_far(due: date | None, today: date | None = None) -> str:
    """How far off a day is, in words: "3 days late", "today", "in 5 days"; "" without a day."""
    if due is None:
        return ""
    days = (due - (today or timezone.localdate())).days
    if days < 0:
        words = ngettext("%(days)s day late", "%(days)s days late", -days)
        return words % {"days": figures.number(-days)}
    if days == 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    return ngettext("in %(days)s day", "in %(days)s days", days) % {"days": figures.number(days)}
