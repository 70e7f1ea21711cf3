"""How what is shown of a file to others stands on a page: facts, and a table of the people."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from maarag.ui import figures
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Table

from ..models import SharedField
from ..shown import OF_PEOPLE, ShownFile

F = SharedField


def facts_of(file: ShownFile) -> list[tuple[Any, Any]]:
    """(label, value) of what is shown of the household; None stands for what is not known."""
    values = {
        F.FAMILY_NAME: file.name,
        F.ADDRESS: file.address,
        F.NEIGHBOURHOOD: name_in_language(file.neighbourhood) if file.neighbourhood else None,
        F.WORKER: file.worker,
        F.NEXT_REVIEW: figures.day(file.review_on) if file.review_on else None,
    }
    return [
        (_("File number"), str(file.number)),
        (_("Local authority"), name_in_language(file.authority)),
        *((field.label, value) for field, value in values.items() if field in file.fields),
    ]


def people_of(file: ShownFile) -> Table | None:
    """The people, with the columns that are shown; None where nothing of them is."""
    if not file.fields & OF_PEOPLE:
        return None
    columns = [
        (F.MEMBER_NAMES, Column("name", _("Name"))),
        (F.MEMBER_RELATIONS, Column("relation", _("In the family"))),
        (F.MEMBER_AGES, Column("age", pgettext("of a person", "Age"), "number")),
        (F.MEMBER_NATIONAL_IDS, Column("national_id", _("National id"))),
        (F.MEMBER_PHONES, Column("phone", _("Phone"))),
    ]
    return Table(
        columns=[column for field, column in columns if field in file.fields],
        rows=file.people,
        caption=_("People of the family"),
        caption_hidden=True,
    )
