"""What of that which was bought helped, in the families' own word: inside an authority, by response.

Above the authorities it is not told at all: of most responses it rests on very few families, and beside the
sums by place and response, decided for the purses, a proof that no answer of one family can be worked out
would have to hold for all of these tables together.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from maarag.kernel.taxonomy.models import Term
from maarag.ui.documents.tables import DocumentColumn, DocumentTable
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Table

from .models import Helped, Stage
from .paying_models import Delivery

NOT_ASKED = "not_asked"
ANSWERS = (Helped.YES.value, Helped.PARTLY.value, Helped.NO.value, NOT_ASKED)
BOUGHT = (Stage.ORDERED, Stage.DELIVERED, Stage.PAID)
"""Stages in which something may have come to the family and was not taken back."""


@dataclass(frozen=True)
class HelpedRow:
    """Of one response, the requests of which something came, by what the family said; see ANSWERS."""

    response: Any
    code: str = ""
    answers: Mapping[str, int] = field(default_factory=dict)

    @property
    def bought(self) -> int:
        return sum(self.answers.values())

    def of(self, answer: str) -> int:
        return self.answers.get(answer, 0)


def helped_by_response(requests: Any) -> list[HelpedRow]:
    """By code of the response; called in a scope that sees the requests. Nothing of a person leaves here."""
    came = Delivery.objects.filter(request=OuterRef("pk"), quantity__gt=0)
    rows = requests.filter(Exists(came), stage__in=BOUGHT).order_by()
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for response, helped, count in rows.values_list("response", "helped").annotate(count=Count("pk")):
        found[response][helped or NOT_ASKED] += count
    terms = Term.objects.in_bulk(list(found))
    lines = [HelpedRow(terms[pk], terms[pk].code, dict(answers)) for pk, answers in found.items()]
    return sorted(lines, key=lambda row: row.code)


def total_of(rows: Sequence[HelpedRow]) -> HelpedRow:
    answers: Counter[str] = Counter()
    for row in rows:
        answers.update(row.answers)
    return HelpedRow("", "", dict(answers))


def title() -> str:
    return _("What helped, by response")


def _headings() -> dict[str, str]:
    return {
        "bought": pgettext("responses of a basket", "Came to families"),
        Helped.YES.value: str(Helped.YES.label),
        Helped.PARTLY.value: str(Helped.PARTLY.label),
        Helped.NO.value: str(Helped.NO.label),
        NOT_ASKED: _("Not asked yet"),
    }


def _counts(row: HelpedRow) -> dict[str, int]:
    return {"bought": row.bought, **{answer: row.of(answer) for answer in ANSWERS}}


def note() -> str:
    return _(
        "In the families’ own word, of every request of which something came; one that was taken back does"
        " not count. A family may be asked again: the last word counts."
    )


def why_not_above() -> str:
    """Why the report of whoever is above has no such table."""
    return _(
        "What helped is not told here: of most responses it rests on so few families that somebody could be"
        " recognised. Each department sees it in its own report."
    )


def page_table(rows: Sequence[HelpedRow]) -> Table:
    """For the page, with a line of all."""
    return Table(
        columns=[
            Column("name", _("Response"), heading=True),
            *(Column(key, label, "number") for key, label in _headings().items()),
        ],
        rows=[{"name": name_in_language(row.response), **_counts(row)} for row in rows],
        totals={"name": _("All"), **_counts(total_of(rows))} if len(rows) > 1 else {},
        caption=title(),
        caption_hidden=True,
        empty=_("Nothing that was bought has come yet."),
        foot=note(),
    )


def document_table(rows: Sequence[HelpedRow]) -> DocumentTable:
    """For a workbook and for print."""
    lines = [[name_in_language(row.response), *_counts(row).values()] for row in rows]
    if len(rows) > 1:
        lines.append([_("All"), *_counts(total_of(rows)).values()])
    columns = [
        DocumentColumn(_("Response")),
        *(DocumentColumn(label, "integer") for label in _headings().values()),
    ]
    return DocumentTable(title(), columns, lines, notes=[note()])


def as_rows(rows: Sequence[HelpedRow]) -> list[dict[str, Any]]:
    """As plain data."""
    return [{"code": row.code, "name": name_in_language(row.response), **_counts(row)} for row in rows]
