"""The ledger in words: tables for its pages and workbooks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from maarag.ui import figures
from maarag.ui.documents.tables import DocumentColumn, DocumentTable
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Table

from .above import Told
from .errors import PeriodClosed
from .models import ClosedPeriod, Entry, EntryKind, Pot
from .queries import BALANCES, Line, Statement


def headings(names: Collection[str] = BALANCES) -> dict[str, str]:
    found = {
        "granted": _("Granted"),
        "planned": pgettext("money", "Planned"),
        "approved": pgettext("money", "Approved"),
        "committed": pgettext("money", "Committed"),
        "paid": pgettext("money", "Paid"),
        "free": pgettext("money", "Free"),
    }
    return {name: label for name, label in found.items() if name in names}


def place_of(pot: Pot | ClosedPeriod) -> str:
    return name_in_language(pot.authority) if pot.authority else _("The nation")


def pots_table(pots: list[Pot], standing: Mapping[int, Told], foot: str = "") -> Table:
    """Every pot with where its money stands."""
    rows: list[dict[str, Any]] = [
        {
            "label": pot.label,
            "url": reverse("ledger:statement", args=[pot.code]),
            "kind": pot.get_kind_display(),
            "place": place_of(pot),
            **standing[pot.pk],
        }
        for pot in pots
    ]
    return Table(
        columns=[
            Column("label", _("Pot"), heading=True, link="url"),
            Column("kind", _("Kind")),
            Column("place", _("Place")),
            *(Column(name, label, "money") for name, label in headings().items()),
        ],
        rows=rows,
        caption=_("Pots"),
        caption_hidden=True,
        empty=_("No pot matches."),
        foot=foot,
        dense=True,
    )


def kind_in_words(line: Line) -> str:
    word = str(EntryKind(line.kind).label)
    return word if line.count == 1 else f"{word} ({line.count})"


def decision_of(entry: Entry | None) -> str:
    return entry.decision.what if entry and entry.decision else ""


def statement_table(statement: Statement) -> Table:
    """The lines with the balances after each."""
    return Table(
        columns=[
            Column("day", _("Day"), "date", heading=True),
            Column("kind", _("What was done"), link="url"),
            Column("amount", _("Amount"), "money"),
            *(Column(name, label, "money") for name, label in headings(statement.tells).items()),
            Column("by", _("By")),
            Column("decision", _("Decision")),
        ],
        rows=[
            {
                "day": line.day,
                "kind": kind_in_words(line),
                "url": reverse("ledger:entry", args=[line.entry.pk]) if line.entry else "",
                "amount": line.amount,
                **line.after.amounts(statement.tells),
                "by": line.entry.by.name if line.entry else "",
                "decision": decision_of(line.entry),
            }
            for line in statement.lines
        ],
        caption=_("Statement"),
        caption_hidden=True,
        empty=_("Nothing was moved on these days."),
        dense=True,
    )


def statement_document(statement: Statement) -> DocumentTable:
    """The same as a sheet."""
    return DocumentTable(
        title=statement.pot.label,
        columns=[
            DocumentColumn(_("Day"), "date"),
            DocumentColumn(_("What was done")),
            DocumentColumn(_("Amount"), "money"),
            *(DocumentColumn(label, "money") for label in headings(statement.tells).values()),
            DocumentColumn(_("By")),
            DocumentColumn(_("Decision")),
            DocumentColumn(_("Document")),
        ],
        rows=[
            [
                line.day,
                kind_in_words(line),
                line.amount,
                *line.after.amounts(statement.tells).values(),
                line.entry.by.name if line.entry else "",
                decision_of(line.entry),
                line.entry.decision.document if line.entry and line.entry.decision else "",
            ]
            for line in statement.lines
        ],
        notes=[_("Balances are those after each line, in shekels.")],
    )


def standing_document(told: Told) -> DocumentTable:
    """Where the money of a pot stands, as a sheet for whoever is told sums alone."""
    return DocumentTable(
        title=_("Where its money stands"),
        columns=[DocumentColumn(_("Stage")), DocumentColumn(_("Amount"), "money")],
        rows=[[label, told[name]] for name, label in headings().items()],
        notes=[one_by_one(), why_hidden()],
    )


def one_by_one() -> str:
    """What of a pot the nation is told entry by entry, and what as sums."""
    return _(
        "What was granted and transferred is told here entry by entry. What families’ baskets drew is told as"
        " one sum for each stage, without days and without how many payments there were."
    )


def why_hidden() -> str:
    return _(
        "A sum reads “hidden” where fewer than five families stand behind it, or where it would give such a"
        " sum away. Budgets and the report of baskets hide the same sums; each department sees its own money"
        " in full."
    )


def closed_table(periods: list[ClosedPeriod]) -> Table:
    return Table(
        columns=[
            Column("starts", _("From"), "date", heading=True),
            Column("ends", _("Until"), "date"),
            Column("place", _("Of whom")),
            Column("by", _("Closed by")),
            Column("decision", _("Decision")),
        ],
        rows=[
            {
                "starts": period.starts,
                "ends": period.ends,
                "place": _("The whole ledger") if period.authority is None else place_of(period),
                "by": period.by.name,
                "decision": period.decision.what if period.decision else "",
            }
            for period in periods
        ],
        caption=_("Closed periods"),
        caption_hidden=True,
        empty=_("No period was closed."),
        dense=True,
    )


def closed_in_words(error: PeriodClosed) -> str:
    """Until when the books are closed, and on which day it can be done: a typed day may be chosen anew."""
    words = (
        _("Nothing was changed: the books are closed until %(last)s. It can be done from %(first)s on.")
        if error.opens > timezone.localdate()
        else _("Nothing was changed: the books are closed until %(last)s. Choose %(first)s or a later day.")
    )
    return words % {"last": figures.day(error.opens - timedelta(days=1)), "first": figures.day(error.opens)}
