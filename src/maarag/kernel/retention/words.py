"""Retention in words: how long, and how a preview stands."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import ngettext

from maarag.ui.tables import Status

from .models import Preview, PreviewState
from .rules import RULES, years

TONES = {
    PreviewState.WAITING: "attention",
    PreviewState.APPROVED: "info",
    PreviewState.WITHDRAWN: "neutral",
    PreviewState.DONE: "ok",
}


def duration(keep: timedelta) -> str:
    """Whole years as years, everything else as days."""
    for count in range(1, 101):
        if keep.days == years(count):
            return ngettext("%(count)s year", "%(count)s years", count) % {"count": count}
    return ngettext("%(count)s day", "%(count)s days", keep.days) % {"count": keep.days}


def status_of(preview: Preview) -> Status:
    return Status(preview.state.label, TONES[preview.state])


def title_of(preview: Preview) -> str:
    """What the rule of a preview is called; a rule that is gone by its code."""
    rule = RULES.get(preview.rule)
    return str(rule.title) if rule else preview.rule
