"""What a report of baskets is made of: requests as lines without names, and rows with sums or hidden ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any
from uuid import UUID

from maarag.kernel.places.models import Place
from maarag.kernel.taxonomy.models import Term
from maarag.values import Money, Shown, Suppressed

from .models import Request
from .money import ZERO
from .report_helped import HelpedRow

BRANCH = 2
"""How deep in the taxonomy responses are told apart above an authority: its branches."""


@dataclass(frozen=True)
class Spent:
    """Money by where it stands."""

    planned: Money = ZERO
    approved: Money = ZERO
    committed: Money = ZERO
    paid: Money = ZERO

    def __add__(self, other: Spent) -> Spent:
        return Spent(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


STAGES = tuple(one.name for one in fields(Spent))
PARTS = ("place", "programme", "response", "month", "payment", "funder")
"""`month`: in which it was asked for; `payment`: in which it was paid, of what was paid alone."""
MONTHS = ("month", "payment")


def stages_of(part: str) -> tuple[str, ...]:
    """The stages that the rows of a part tell of."""
    return ("paid",) if part == "payment" else STAGES


@dataclass(frozen=True)
class Line:
    """One request as a report counts it; no names. `pot`: the purse of its quota."""

    authority: int
    family: UUID
    programme: int
    response: str
    month: date
    pot: int
    spending: UUID
    spent: Spent


@dataclass(frozen=True)
class Row:
    """A line of a report: families, requests and money by stage; Suppressed where few stand behind it."""

    name: Any
    families: Shown = 0
    requests: Shown = 0
    sums: Mapping[str, Money | Suppressed] = field(default_factory=lambda: dict.fromkeys(STAGES, ZERO))
    code: str = ""
    more: Any = ""

    @property
    def has_hidden(self) -> bool:
        return any(isinstance(one, Suppressed) for one in (self.families, self.requests, *self.sums.values()))


@dataclass(frozen=True)
class Report:
    """All parts of a report; `exact`: of the viewer's own authorities, nothing hidden.

    `year`: of which it is; from above always of one: all of them without the others would tell a hidden one.
    `helped`: what of it helped, by response; None from above, where it is not told.
    """

    exact: bool
    places: Sequence[Place]
    total: Row
    parts: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    year: int | None = None
    helped: Sequence[HelpedRow] | None = None


def lines_of(requests: Any) -> list[Line]:
    """The requests that were asked for; called in a scope that sees them. Nothing of a person leaves here."""
    found = requests.filter(spending__isnull=False).values_list(
        "authority_id",
        "family_id",
        "basket__quota__programme_id",
        "response__code",
        "asked_on",
        "basket__quota__pot_id",
        "spending_id",
        *(f"spending__{name}" for name in STAGES),
    )
    return [
        Line(authority, family, programme, response, day.replace(day=1), pot, spending, Spent(*amounts))
        for authority, family, programme, response, day, pot, spending, *amounts in found.iterator()
    ]


def requests_of_authorities(authorities: Iterable[int]) -> Any:
    return Request.objects.filter(authority__in=list(authorities))


def group(lines: Iterable[Line], key: Any) -> dict[Any, list[Line]]:
    found: dict[Any, list[Line]] = defaultdict(list)
    for line in lines:
        found[key(line)].append(line)
    return found


def spent_on(lines: Iterable[Line]) -> Spent:
    return sum((line.spent for line in lines), Spent())


def sums_of(spent: Spent, stages: Sequence[str] = STAGES) -> dict[str, Money | Suppressed]:
    return {stage: getattr(spent, stage) for stage in stages}


def row_of(
    name: Any, lines: Sequence[Line], code: str = "", more: Any = "", *, stages: Sequence[str] = STAGES
) -> Row:
    families = len({line.family for line in lines})
    return Row(name, families, len(lines), sums_of(spent_on(lines), stages), code, more)


def branch(code: str) -> str:
    return ":".join(code.split(":")[:BRANCH])


class Names:
    """What the keys of a report are called."""

    def __init__(self, lines: Sequence[Line], funders: Mapping[int, Any]) -> None:
        from maarag.domains.programmes.models import Programme
        from maarag.kernel.people.models import Organisation

        codes = {line.response for line in lines} | {branch(line.response) for line in lines}
        self._known: dict[str, dict[Any, Any]] = {
            "place": {
                row.pk: row
                for row in Place.objects.filter(pk__in={line.authority for line in lines}).defer("outline")
            },
            "programme": Programme.objects.in_bulk({line.programme for line in lines}),
            "response": {row.code: row for row in Term.objects.filter(code__in=codes)},
            "funder": Organisation.objects.in_bulk(list(funders)),
        }

    def of(self, part: str, key: Any) -> Any:
        return self._known[part].get(key, key) if part in self._known else key

    def code(self, part: str, key: Any) -> str:
        if part in MONTHS:
            return f"{key:%Y-%m}"
        return str(getattr(self._known[part].get(key), "code", key))


def in_order(parts: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    def order(row: Row) -> Any:
        return (row.code, str(row.more))

    return {part: sorted(rows, key=order) for part, rows in parts.items()}
