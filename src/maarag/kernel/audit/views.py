"""The pages of the audit: who did what, where and when.

The app stands below the one that holds roles, so its views ask the account itself what it may see.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from maarag.ui.choices import asked_text
from maarag.ui.figures import moment, name_in_language
from maarag.ui.tables import Column, Table

from .models import AuditEvent
from .queries import (
    accounts_called,
    between,
    places_with_exact_counts,
    state_of_record,
    subjects_of,
    visible_to,
)
from .rows import changes_of, changes_with, has_kept_outside, outside_any_action, seal_of, told
from .scope import for_auditors
from .withheld import authorities_in_full, is_kept_from
from .words import ACTIONS, Names, action_in_words, changes_in_words, kind_of_subject, names_of_related

PER_PAGE = 50
CHANGES_SHOWN = 6
CHANGES_OF_ROWS = 50


@require_safe
@for_auditors
def index(request: HttpRequest) -> HttpResponseBase:
    """Events, newest first, cut by their number so that old ones are found as quickly as new ones."""
    viewer: Any = request.user
    asked = request.GET
    faults: list[str] = []
    events = visible_to(viewer)
    if actor := asked_text(asked, "actor"):
        events = events.filter(actor__in=accounts_called(actor))
    action = asked.get("action", "")
    if action in ACTIONS:
        events = events.filter(action=action)
    since, until = (_day(asked.get(name, ""), faults) for name in ("since", "until"))
    events = between(events, since, until)
    before = asked.get("before", "")
    if before.isdecimal() and len(before) < 19:
        events = events.filter(pk__lt=int(before))
    cut = list(events.select_related("actor", "place").order_by("-pk")[: PER_PAGE + 1])
    shown = cut[:PER_PAGE]
    context = {
        "table": _table(viewer, shown),
        "older": shown[-1].pk if len(cut) > PER_PAGE else None,
        "is_newest": not before,
        "faults": faults,
        "asked": {name: asked.get(name, "") for name in ("actor", "action", "since", "until")},
        "actions": [
            ("", _("Every action")),
            *sorted(((k, str(v)) for k, v in ACTIONS.items()), key=_by_word),
        ],
        "state": state_of_record(),
        "has_outside": outside_any_action(viewer).exists() or has_kept_outside(viewer),
        "is_kept": is_kept_from(viewer),
    }
    return render(request, "audit/index.html", context)


@require_safe
@for_auditors
def event(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One event with the changes of rows in its transaction, and the seal that holds it."""
    viewer: Any = request.user
    found = get_object_or_404(visible_to(viewer).select_related("actor", "place"), pk=pk)
    exact = places_with_exact_counts(viewer, [found])
    rows = list(changes_with(found, viewer)[: CHANGES_OF_ROWS + 1])
    subject = subjects_of([found]).get((found.subject_type, found.subject_id))
    facts = [
        (_("When"), moment(found.at)),
        (_("Who"), found.actor.name),
        (_("Record"), _subject(found, subject)),
        (_("Place"), name_in_language(found.place) if found.place else "–"),
        (_("Number"), str(found.pk)),
        (_("Seal"), _seal(viewer, found)),
    ]
    context = {
        "event": found,
        "title": action_in_words(found.action),
        "facts": facts,
        "changes": changes_in_words(found, names_of_related([found]), exact=found.place_id in exact),
        "rows": told(rows[:CHANGES_OF_ROWS], viewer, found),
        "more": len(rows) > CHANGES_OF_ROWS,
        "is_kept": is_kept_from(viewer),
        "crumbs": [(_("Audit"), reverse("audit:index")), (action_in_words(found.action), "")],
    }
    return render(request, "audit/event.html", context)


@require_safe
@for_auditors
def outside(request: HttpRequest) -> HttpResponseBase:
    """Changes of rows in transactions without any event: by hand in the database, or by a fault of ours."""
    viewer: Any = request.user
    seals = outside_any_action(viewer)
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        seals = seals.filter(pk__lt=int(before))
    cut = list(seals[: PER_PAGE + 1])
    shown = cut[:PER_PAGE]
    context = {
        "rows": told(changes_of(shown, viewer), viewer),
        "older": shown[-1].pk if len(cut) > PER_PAGE else None,
        "has_kept": has_kept_outside(viewer),
        "crumbs": [(_("Audit"), reverse("audit:index")), (_("Outside any action"), "")],
    }
    return render(request, "audit/outside.html", context)


def _seal(viewer: Any, event: AuditEvent) -> str:
    """Chain and number of the seal; only that there is one, for whoever could count families by the numbers
    between two seals.
    """
    seal = seal_of(event)
    if seal is None:
        return _("not yet")
    in_full = (
        event.authority_id in authorities_in_full(viewer) if event.authority_id else not is_kept_from(viewer)
    )
    return f"{seal.chain} / {seal.number}" if in_full else _("sealed")


def _by_word(choice: tuple[str, str]) -> str:
    return choice[1]


def _day(text: str, faults: list[str]) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        faults.append(
            _("“%(text)s” is not a date; write it as 2026-11-21. It was left out.") % {"text": text[:40]}
        )
        return None


def _table(viewer: Any, events: list[AuditEvent]) -> Table:
    subjects = subjects_of(events)
    names = names_of_related(events)
    exact = places_with_exact_counts(viewer, events)
    rows = [
        {
            "at": event.at,
            "actor": event.actor.name,
            "action": action_in_words(event.action),
            "url": reverse("audit:event", args=[event.pk]),
            "subject": _subject(event, subjects.get((event.subject_type, event.subject_id))),
            "place": name_in_language(event.place) if event.place else "",
            "changes": _changes(event, names, exact=event.place_id in exact),
        }
        for event in events
    ]
    return Table(
        columns=[
            Column("at", _("When"), "moment"),
            Column("actor", _("Who")),
            Column("action", _("What"), heading=True, link="url"),
            Column("subject", _("Record")),
            Column("place", _("Place")),
            Column("changes", _("Changes")),
        ],
        rows=rows,
        caption=_("Audit"),
        caption_hidden=True,
        empty=_("No event matches. Every change is recorded here from the moment it is made."),
        region="results",
        dense=True,
    )


def _subject(event: AuditEvent, row: Any) -> str:
    kind = kind_of_subject(event)
    if row is None:
        return f"{kind} {event.subject_id[:8] if event.personal else event.subject_id}"
    return f"{kind}: {getattr(row, 'title', '') or name_in_language(row)}"


def _changes(event: AuditEvent, names: Names, *, exact: bool) -> SafeString | str:
    found = changes_in_words(event, names, exact=exact)
    if not found:
        return ""
    lines = format_html_join(
        "", "<li>{}: <bdi>{}</bdi></li>", ((name, text[:200]) for name, text in found[:CHANGES_SHOWN])
    )
    more = (
        _("and %(count)s more") % {"count": len(found) - CHANGES_SHOWN} if len(found) > CHANGES_SHOWN else ""
    )
    return format_html('<ul class="small">{}{}</ul>', lines, format_html("<li>{}</li>", more) if more else "")
