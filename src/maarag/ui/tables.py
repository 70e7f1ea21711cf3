"""A table as data: columns, rows, how it is sorted. `{% data_table table %}` draws it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from . import figures

NUMERIC = frozenset({"number", "decimal", "percent", "money", "money_short", "signed"})
KINDS = NUMERIC | {"text", "name", "date", "moment", "coverage", "status", "actions"}


@dataclass(frozen=True)
class Status:
    """A state in a word, drawn with a shape and a colour.

    Tones: ok, attention, critical, neutral, info, unknown.
    """

    word: Any
    tone: str = "neutral"


@dataclass(frozen=True)
class Column:
    """One column.

    key      where the value is in a row (a mapping's key or an attribute; dots go deeper)
    label    the heading, translated
    kind     text | name (LocalText or thing with name_he…) | number | decimal | signed |
             percent (share of one) | money | money_short (Money or shekels) | date | moment |
             coverage (share of one, with a bar) | status (a Status) | actions (safe HTML)
    sortable whether its heading sorts, through `?sort=key` and `?sort=-key`
    heading  whether it names the row (at most one; the first if none says so)
    link     where in a row the address is that the value links to
    hint     a few words under the heading
    """

    key: str
    label: Any
    kind: str = "text"
    sortable: bool = False
    heading: bool = False
    link: str = ""
    hint: Any = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"column {self.key!r}: no kind of cell {self.kind!r}")

    @property
    def css(self) -> str:
        if self.kind == "money":
            return "cell--number cell--money"
        return "cell--number" if self.kind in NUMERIC else f"cell--{self.kind}"


@dataclass
class Table:
    """Columns and rows of a table.

    region is the id of the element, with the table in it, that htmx replaces when a heading is pressed;
    without it headings are plain links. `sort` is the sort in force ("-need" for descending).
    """

    columns: Sequence[Column]
    rows: Iterable[Any]
    caption: Any = ""
    empty: Any = ""
    sort: str = ""
    region: str = ""
    foot: Any = ""
    tall: bool = False
    dense: bool = False
    caption_hidden: bool = False
    sort_parameter: str = "sort"
    totals: Mapping[str, Any] = field(default_factory=dict)


def value_in(row: Any, key: str) -> Any:
    """What `key` names in a row; dots go deeper; a missing value is None."""
    for part in key.split("."):
        row = row.get(part) if isinstance(row, Mapping) else getattr(row, part, None)
        if row is None:
            return None
    return row() if callable(row) else row


def shown(value: Any, kind: str) -> str:
    """A cell's value as text, by the kind of its column (coverage and status are drawn by the template)."""
    match kind:
        case "number":
            return figures.number(value)
        case "decimal":
            return figures.number(value, 1)
        case "signed":
            return figures.signed(value)
        case "percent":
            return figures.percent(value)
        case "money":
            return figures.money(value)
        case "money_short":
            return figures.money_short(value)
        case "date":
            return figures.day(value)
        case "moment":
            return figures.moment(value)
        case "name":
            return figures.name_in_language(value)
        case _:
            return figures.UNKNOWN if value is None or value == "" else value


def heading_key(table: Table) -> str:
    """The column that names each row."""
    return next((column.key for column in table.columns if column.heading), table.columns[0].key)


def next_sort(column: Column, sort: str) -> str:
    """The sort that pressing a heading asks for: numbers start with the largest."""
    first, other = (
        (f"-{column.key}", column.key)
        if column.kind in NUMERIC | {"coverage"}
        else (column.key, f"-{column.key}")
    )
    return other if sort == first else first


def direction(column: Column, sort: str) -> str:
    """The value of aria-sort, or nothing."""
    if sort.lstrip("-") != column.key:
        return ""
    return "descending" if sort.startswith("-") else "ascending"


def empty_text(table: Table) -> str:
    return str(table.empty or _("Nothing to show here yet."))
