"""Sessions, targets and departments without shared guidance as tables."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from maarag.ui.documents.tables import DocumentColumn, DocumentTable
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Table

from .models import Session, Target
from .queries import Missing
from .words import of_what, programmes_in_words, status_of, value_in_words


def sessions_table(sessions: Iterable[Session], empty: str) -> Table:
    return Table(
        columns=[
            Column("topic", _("Session"), heading=True, link="url"),
            Column("place", _("Local authority"), "name"),
            Column("programmes", _("Programmes")),
            Column("day", _("Day"), "date"),
            Column("guide", _("Guide")),
            Column("present", _("Present"), "number"),
            Column("status", _("State"), "status"),
        ],
        rows=[
            {
                "topic": one.topic,
                "url": reverse("guidance:detail", args=[one.pk]),
                "place": one.authority,
                "programmes": programmes_in_words(one),
                "day": one.day,
                "guide": one.guide,
                "present": one.present,
                "status": status_of(one),
            }
            for one in sessions
        ],
        caption=_("Sessions of guidance"),
        caption_hidden=True,
        empty=empty,
        region="results",
    )


def missing_table(missing: Sequence[Missing], may_guide: bool) -> Table:
    plan = reverse("guidance:plan")
    return Table(
        columns=[
            Column("place", _("Local authority"), "name", heading=True, link="url"),
            Column("programmes", _("Programmes"), "number"),
            Column("last", _("Last shared session"), "date"),
        ],
        rows=[
            {
                "place": one.authority,
                "url": f"{plan}?place={one.authority.code}" if may_guide else "",
                "programmes": one.programmes,
                "last": one.last,
            }
            for one in missing
        ],
        caption=_("Departments whose shared guidance is due"),
        caption_hidden=True,
        dense=True,
    )


def targets_table(targets: Iterable[Target], may_end: Collection[int]) -> Table:
    """`may_end`: ids of the places whose targets the viewer sets."""
    return Table(
        columns=[
            Column("measure", _("Measure"), heading=True),
            Column("place", _("Place"), "name"),
            Column("programme", _("Programme")),
            Column("value", _("Target")),
            Column("starts", _("From"), "date"),
            Column("why", _("Why")),
            Column("actions", _("Actions"), "actions"),
        ],
        rows=[
            {
                "measure": one.get_measure_display(),
                "place": one.place,
                "programme": of_what(one),
                "value": value_in_words(one),
                "starts": one.starts,
                "why": one.why,
                "actions": format_html(
                    '<a class="button button--small" href="{}">{}</a>',
                    reverse("guidance:end_target", args=[one.pk]),
                    _("End it"),
                )
                if one.place_id in may_end
                else "",
            }
            for one in targets
        ],
        caption=_("Targets in force"),
        caption_hidden=True,
        empty=_("No target has been set yet."),
    )


def sessions_document(sessions: Iterable[Session]) -> DocumentTable:
    columns = [
        DocumentColumn(_("Session")),
        DocumentColumn(_("Local authority")),
        DocumentColumn(_("Programmes")),
        DocumentColumn(_("Kind")),
        DocumentColumn(_("Day"), "date"),
        DocumentColumn(_("Minutes"), "integer"),
        DocumentColumn(_("Guide")),
        DocumentColumn(_("Present"), "integer"),
        DocumentColumn(_("State")),
    ]
    rows = [
        [
            one.topic,
            name_in_language(one.authority),
            programmes_in_words(one),
            one.get_kind_display(),
            one.day,
            one.minutes,
            one.guide,
            one.present,
            str(status_of(one).word),
        ]
        for one in sessions
    ]
    return DocumentTable(_("Sessions of guidance"), columns, rows)
