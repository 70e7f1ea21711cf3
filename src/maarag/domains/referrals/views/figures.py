"""Figures of referrals: a page and a workbook from the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_safe

from maarag.domains.services.models import Service
from maarag.engines.indicators import ALL, THRESHOLD
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.kernel.places.models import Place
from maarag.kernel.taxonomy.models import Term
from maarag.ui import figures
from maarag.ui.choices import asked_text
from maarag.ui.documents.attached import attached
from maarag.ui.documents.excel import workbook
from maarag.ui.documents.tables import DocumentColumn, DocumentTable
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Table
from maarag.values import Shown

from ..counts import (
    HELPED,
    KNOWN,
    RUN,
    SENT,
    Figures,
    Line,
    Outcome,
    decided,
    figures_of,
    places_for,
    within,
)


def column_words() -> dict[str, str]:
    """What the columns are called."""
    return {
        SENT: pgettext("referrals", "Sent"),
        Outcome.OPEN: pgettext("referrals", "Open"),
        Outcome.WITHDRAWN: pgettext("referrals", "Withdrawn"),
        Outcome.LAPSED: pgettext("referrals", "Lapsed"),
        Outcome.DECLINED: pgettext("referrals", "Declined"),
        Outcome.YES: _("Family: yes"),
        Outcome.PARTLY: _("Family: partly"),
        Outcome.NO: _("Family: no"),
        Outcome.NOT_ASKED: _("Family not asked"),
        RUN: _("Sent and not withdrawn"),
        KNOWN: _("With a known end"),
        HELPED: _("Helped, wholly or partly"),
    }


def notes() -> list[str]:
    """What the two figures mean, and what is hidden."""
    return [
        _(
            "Loop closure: of the referrals that were sent and not withdrawn, the share that was declined or"
            " closed. Help received: of those, the share of which the family says that it got help, wholly or"
            " partly. A referral can be closed and have helped nobody."
        ),
        _(
            "Above the authority there are quarters instead of months; counts below five, and others from"
            " which they could be worked out, are hidden."
        ),
    ]


@require_safe
@needs_permission(Permission.VIEW_STAFF_FIGURES)
def index(request: HttpRequest) -> HttpResponse:
    """Loop closure and help received of one place: by service, response and time, and of all my places."""
    account = account_of(request)
    places = places_for(account)
    place = _chosen(request, places)
    keeps_files = account.may_somewhere(Permission.VIEW_FAMILIES)
    above = (_("Referrals"), "referrals:index") if keeps_files else (_("First page"), "home:index")
    context: dict[str, Any] = {
        "place": place,
        "places": [(one.code, name_in_language(one)) for one in places],
        "fictional": any(one.is_fictional for one in places),
        "crumbs": [(above[0], reverse(above[1])), (_("Figures"), "")],
        "notes": notes(),
        "parts": [],
    }
    if place is not None:
        found = figures_of(place, exact=place.pk in within(account))
        context |= {
            "whole": found.whole,
            "loop_note": _known_in_words(found.whole.counts[KNOWN]),
            "run": found.whole.counts[RUN],
            "help_note": _helped_in_words(found.whole.counts[HELPED]),
            "parts": [
                {
                    "title": title,
                    "table": _table(title, first, lines, found.columns, summed=lines[-1][1] is found.whole),
                }
                for title, first, lines in _parts(account, places, found)
            ],
        }
    return render(request, "referrals/figures.html", context)


@require_safe
@needs_permission(Permission.VIEW_STAFF_FIGURES)
def export(request: HttpRequest) -> HttpResponse:
    """The same numbers as a workbook."""
    account = account_of(request)
    places = places_for(account)
    place = _chosen(request, places)
    tables = [DocumentTable(_("Referrals in figures"), [DocumentColumn(_("Place"))], [])]
    if place is not None:
        found = figures_of(place, exact=place.pk in within(account))
        tables = [
            _document(title, first, lines, found.columns)
            for title, first, lines in _parts(account, places, found)
        ]
    return attached(workbook(tables), "referral-figures.xlsx")


def _known_in_words(count: Shown) -> str:
    words = ngettext("%(number)s came to a known end", "%(number)s came to a known end", _plural(count))
    return words % {"number": figures.number(count)}


def _helped_in_words(count: Shown) -> str:
    words = ngettext(
        "%(number)s family says: yes or partly", "%(number)s families say: yes or partly", _plural(count)
    )
    return words % {"number": figures.number(count)}


def _plural(count: Shown) -> int:
    """What a hidden count is spoken of as: several."""
    return count if isinstance(count, int) else THRESHOLD


def _chosen(request: HttpRequest, places: Sequence[Place]) -> Place | None:
    code = asked_text(request.GET, "place")
    return next((place for place in places if place.code == code), places[0] if places else None)


Part = tuple[str, str, list[tuple[str, Line]]]


def _parts(account: Account, places: Sequence[Place], found: Figures) -> list[Part]:
    """(title, what the rows are, the rows with their names); the whole is the last row of each."""
    services = Service.objects.in_bulk([line.key for line in found.services])
    terms = {term.code: term for term in Term.objects.filter(code__in=[line.key for line in found.responses])}
    whole = (name_in_language(found.place), found.whole)
    own = within(account)
    named: list[Part] = [
        (
            _("By service"),
            _("Service"),
            sorted(
                ((name_in_language(services.get(line.key)), line) for line in found.services),
                key=lambda row: row[0],
            ),
        ),
        (
            _("By response"),
            _("Response"),
            [
                (name_in_language(terms[line.key]) if line.key in terms else _("None was named"), line)
                for line in found.responses
            ],
        ),
        (
            _("By month") if found.exact else _("By quarter"),
            _("Month") if found.exact else _("Quarter"),
            [(_time_in_words(line.key), line) for line in found.times],
        ),
    ]
    parts = [(title, first, [*rows, whole]) for title, first, rows in named]
    if len(places) > 1:
        numbers = decided()
        lines = [
            (name_in_language(one), numbers.line(one, ALL, exact=found.exact and one.pk in own))
            for one in places
            if not found.exact or one.pk in own
        ]
        parts.insert(0, (_("By place"), _("Place"), lines))
    return parts


def _time_in_words(time: str) -> str:
    """ "2026-11" → "11.2026"; "2026-Q4" → "Q4 2026"."""
    year, part = time.split("-")
    return f"{part} {year}" if part.startswith("Q") else f"{part}.{year}"


def _table(
    title: str, first: str, rows: list[tuple[str, Line]], columns: Sequence[str], *, summed: bool
) -> Table:
    """`summed`: the last row is the whole of the others."""
    words = column_words()
    shown = [column for column in columns if column not in (RUN, KNOWN, HELPED) or len(columns) == 3]
    values = [
        {
            "name": name,
            **{str(column): line.counts[column] for column in shown},
            "loop_closure": line.loop_closure,
            "help_received": line.help_received,
        }
        for name, line in rows
    ]
    return Table(
        columns=[
            Column("name", first, heading=True),
            *(Column(column, words[column], "number") for column in shown),
            Column("loop_closure", _("Loop closure"), "percent"),
            Column("help_received", _("Help received"), "percent", hint=_("of those with a known end")),
        ],
        rows=values[:-1] if summed else values,
        totals=values[-1] if summed else {},
        caption=title,
        caption_hidden=True,
        dense=True,
    )


def _document(title: str, first: str, rows: list[tuple[str, Line]], columns: Sequence[str]) -> DocumentTable:
    words = column_words()
    return DocumentTable(
        title,
        [
            DocumentColumn(first),
            *(DocumentColumn(words[column], "integer") for column in columns),
            DocumentColumn(_("Loop closure"), "percent"),
            DocumentColumn(_("Help received"), "percent"),
        ],
        [
            [name, *(line.counts[column] for column in columns), line.loop_closure, line.help_received]
            for name, line in rows
        ],
        notes=notes(),
    )
