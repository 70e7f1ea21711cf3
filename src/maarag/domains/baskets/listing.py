"""The requests of an account's families as a workbook: what each serves, who gives it, where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from maarag.ui.documents.tables import DocumentColumn, DocumentTable
from maarag.ui.figures import name_in_language

from .models import Request
from .words import status_of


def list_of(requests: Iterable[Request]) -> DocumentTable:
    """One line each, by family and number; with the goal that it serves, without the other texts."""
    columns: list[tuple[Any, str]] = [
        (_("Family"), "text"),
        (_("File number"), "text"),
        (_("Programme"), "text"),
        (_("Response"), "text"),
        (_("Goal of the family"), "text"),
        (_("Who gives it"), "text"),
        (_("How many"), "integer"),
        (_("Price of one"), "money"),
        (_("Amount"), "money"),
        (_("State"), "text"),
        (_("Asked by"), "text"),
        (_("Asked for on"), "date"),
        (_("What the family says it gave"), "text"),
    ]
    return DocumentTable(
        _("Requests"),
        [DocumentColumn(label, kind) for label, kind in columns],
        [
            [
                one.family.name,
                str(one.family.number),
                name_in_language(one.basket.quota.programme),
                name_in_language(one.response),
                one.goal_words,
                name_in_language(one.service) if one.service else "",
                one.quantity,
                one.unit_price,
                one.amount,
                str(status_of(one).word),
                one.asked_by.name,
                one.asked_on,
                str(one.get_helped_display()),
            ]
            for one in requests
        ],
        notes=[_("Personal: keep it closed, and delete it when you are done.")],
    )
