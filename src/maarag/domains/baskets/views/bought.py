"""What baskets of a programme may buy, and might buy before, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.domains.programmes.models import Programme
from maarag.kernel.access.models import Account
from maarag.ui import figures
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Table

from ..models import AllowedResponse


def ended_of(programme: Programme) -> Sequence[AllowedResponse]:
    """What held before, the latest ended first."""
    rows = AllowedResponse.objects.filter(programme=programme, ended_at__isnull=False)
    return rows.select_related("response", "set_by", "ended_by").order_by("-ended_at", "-pk")[:100]


def allowed_table(rows: Sequence[AllowedResponse], *, code: str = "") -> Table:
    """What is in force; with the programme's `code`, each leads to where it is changed."""
    columns = [
        Column("response", _("Response"), "name", heading=True, link="url", hint=_("with all below it")),
        Column("request", _("Most of one request"), "money"),
        Column("family", _("Most of one family in all"), "money"),
        Column("note", _("Note")),
        Column("since", _("From"), "date"),
    ]
    back = f"{reverse('baskets:rules', args=[code])}?allowed=" if code else ""
    return Table(
        columns=columns,
        rows=[{**_row(row), "url": f"{back}{row.pk}#allow" if back else ""} for row in rows],
        caption=_("What its baskets may buy"),
        caption_hidden=True,
        empty=_("Nothing is written: its baskets may buy every response."),
    )


def ended_table(rows: Sequence[AllowedResponse], *, named: bool = False) -> Table | None:
    """What held before; None where nothing did. `named`: also who said so and who ended it."""
    if not rows:
        return None
    return Table(
        columns=[
            Column("response", _("Response"), "name", heading=True),
            Column("request", _("Most of one request"), "money"),
            Column("family", _("Most of one family in all"), "money"),
            Column("note", _("Note")),
            Column("from", _("From")),
            Column("until", _("Until")),
        ],
        rows=[
            {
                **_row(row),
                "from": _said(row.set_at, row.set_by if named else None),
                "until": _said(row.ended_at, row.ended_by if named else None),
            }
            for row in rows
        ],
        caption=_("What held before"),
        caption_hidden=True,
    )


def _said(at: datetime | None, by: Account | None) -> str:
    """The day, and who did it where they are named."""
    day = figures.day(timezone.localdate(at)) if at else ""
    return f"{day} · {by.name}" if by else day


def _row(row: AllowedResponse) -> dict[str, Any]:
    return {
        "response": row.response,
        "request": row.most_of_request,
        "family": row.most_of_family,
        "note": name_in_language(row, "note") if row.note_he or row.note_ar or row.note_en else "",
        "since": timezone.localdate(row.set_at),
    }
