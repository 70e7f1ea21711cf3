"""Sessions of guidance and targets in words."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from maarag.ui.figures import name_in_language, number, percent
from maarag.ui.tables import Status

from .models import Session, SessionState, Target

SOON = 14
"""Days before it from which a planned session is pointed at."""


def status_of(session: Session, today: date | None = None) -> Status:
    """The word, shape and colour of a session's state."""
    if session.state == SessionState.HELD:
        return Status(pgettext("session of guidance", "Held"), "ok")
    if session.state == SessionState.CANCELLED:
        return Status(pgettext("session of guidance", "Cancelled"), "neutral")
    days = (session.day - (today or timezone.localdate())).days
    if days < 0:
        return Status(_("To be written down"), "critical")
    if days == 0:
        return Status(pgettext("session of guidance", "Today"), "attention")
    if days <= SOON:
        return Status(ngettext("In %(days)s day", "In %(days)s days", days) % {"days": days}, "attention")
    return Status(pgettext("session of guidance", "Planned"), "info")


def programmes_in_words(session: Session) -> str:
    """The names of its programmes."""
    return ", ".join(sorted(name_in_language(one) for one in session.programmes.all()))


def value_in_words(target: Target) -> str:
    """At least 80 %; at most 30 days."""
    if target.is_days:
        return ngettext("at most %(days)s day", "at most %(days)s days", target.value) % {
            "days": number(target.value)
        }
    return _("at least %(share)s") % {"share": percent(target.value / 100)}


def of_what(target: Target) -> Any:
    """The programme, or all together."""
    return name_in_language(target.programme) if target.programme else _("All programmes together")
