"""What baskets are spent on: by programme, place, response, month and funder.

Whoever works in an authority sees its figures as they are. Above it they are sums and counts, and what
rests on few families is hidden: by place and programme as `engines.indicators` decides it, by response and
month for the nation as a whole, where neither a row nor all hidden rows together tell of fewer than five
families, also to an authority that knows its own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Sum

from maarag.database.rows import RowScope, visible
from maarag.domains.funding.models import FunderShare
from maarag.domains.needs.published import levels_above
from maarag.engines.indicators import ALL, THRESHOLD, cross, protect
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, places_permitted
from maarag.kernel.ledger.models import Posting, PotKind
from maarag.kernel.places.models import Place, PlaceKind
from maarag.kernel.taxonomy.models import Term
from maarag.values import Money, Shown, Suppressed

from .models import Request
from .money import ZERO

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

    @property
    def all(self) -> Money:
        return self.planned + self.approved + self.committed + self.paid


STAGES = tuple(one.name for one in fields(Spent))


@dataclass(frozen=True)
class Line:
    """One request as a report counts it; no names."""

    authority: int
    family: UUID
    programme: int
    response: str
    month: date
    spent: Spent


@dataclass(frozen=True)
class Row:
    """A line of a report: how many families, and their money; Suppressed where few stand behind it."""

    name: Any
    families: Shown
    requests: Shown
    spent: Spent | Suppressed
    code: str = ""
    more: Any = ""

    def sum(self, stage: str) -> Any:
        return self.spent if isinstance(self.spent, Suppressed) else getattr(self.spent, stage)


@dataclass(frozen=True)
class Report:
    """All parts of a report; `exact`: of the viewer's own authorities, nothing hidden."""

    exact: bool
    places: Sequence[Place]
    total: Row
    parts: Mapping[str, Sequence[Row]] = field(default_factory=dict)


PARTS = ("place", "programme", "response", "month", "funder")


def report_for(viewer: Viewer, year: int | None = None) -> Report | None:
    """The report of the viewer's own authorities, or of all as from above; None for who sees neither."""
    own = (
        places_permitted(viewer, Permission.VIEW_FAMILIES)
        | places_permitted(viewer, Permission.VIEW_EXACT_COUNTS)
    ).filter(kind=PlaceKind.AUTHORITY)
    authorities = list(own.defer("outline").order_by("name_he").distinct())
    if authorities:
        return _exact(authorities, year)
    above = places_permitted(viewer, Permission.VIEW_STAFF_FIGURES).defer("outline")
    return _from_above(list(above), year) if above.exists() else None


def _lines(authorities: Iterable[int], year: int | None) -> list[Line]:
    """The requests of the authorities; called in a scope that sees them. Nothing of a person leaves here."""
    rows = Request.objects.filter(spending__isnull=False, authority__in=list(authorities))
    if year is not None:
        rows = rows.filter(asked_on__year=year)
    stages = [f"spending__{name}" for name in STAGES]
    found = rows.values_list(
        "authority_id", "family_id", "basket__quota__programme_id", "response__code", "asked_on", *stages
    )
    return [
        Line(authority, family, programme, response, day.replace(day=1), Spent(*amounts))
        for authority, family, programme, response, day, *amounts in found.iterator()
    ]


def _funders(authorities: Iterable[int], year: int | None) -> dict[int, Spent]:
    """What each funder's purses bear of the authorities' baskets, by the key of the organisation."""
    postings = Posting.objects.filter(
        entry__authority__in=list(authorities), account__pot__kind=PotKind.SHARE
    )
    if year is not None:
        postings = postings.filter(day__year=year)
    bearers = dict(FunderShare.objects.exclude(pot=None).values_list("pot_id", "organisation_id"))
    found: dict[int, Spent] = defaultdict(Spent)
    rows = postings.filter(account__stage__in=STAGES).order_by()
    for pot, stage, amount in rows.values_list("account__pot", "account__stage").annotate(s=Sum("amount")):
        if pot in bearers:
            found[bearers[pot]] += Spent(**{stage: amount})
    return dict(found)


def _scope_of_all() -> tuple[RowScope, list[int]]:
    pks = list(Place.objects.filter(kind=PlaceKind.AUTHORITY).values_list("pk", flat=True))
    return RowScope(authorities=frozenset(pks)), pks


def _exact(authorities: Sequence[Place], year: int | None) -> Report:
    pks = [place.pk for place in authorities]
    with visible(RowScope(authorities=frozenset(pks))):
        lines, funders = _lines(pks, year), _funders(pks, year)
    names = _Names(lines, funders)
    by = {
        "place": _group(lines, lambda line: line.authority),
        "programme": _group(lines, lambda line: line.programme),
        "response": _group(lines, lambda line: line.response),
        "month": _group(lines, lambda line: line.month),
    }
    parts: dict[str, list[Row]] = {
        part: [_row(names.of(part, key), found, names.code(part, key)) for key, found in groups.items()]
        for part, groups in by.items()
    }
    parts["funder"] = [
        Row(names.of("funder", key), _families(lines), len(lines), spent, names.code("funder", key))
        for key, spent in funders.items()
    ]
    return Report(True, authorities, _row("", lines), _sorted(parts))


def _group(lines: Iterable[Line], key: Any) -> dict[Any, list[Line]]:
    found: dict[Any, list[Line]] = defaultdict(list)
    for line in lines:
        found[key(line)].append(line)
    return found


def _families(lines: Iterable[Line]) -> int:
    return len({line.family for line in lines})


def _row(name: Any, lines: Sequence[Line], code: str = "") -> Row:
    return Row(name, _families(lines), len(lines), sum((line.spent for line in lines), Spent()), code)


def _from_above(places: Sequence[Place], year: int | None) -> Report:
    scope, pks = _scope_of_all()
    with visible(scope):
        lines, funders = _lines(pks, year), _funders(pks, year)
    names = _Names(lines, funders)
    by_place, national = _by_place(lines, places, names)
    parts: dict[str, list[Row]] = {
        "place": by_place,
        "response": _national(lines, lambda line: _branch(line.response), "response", names),
        "month": _national(lines, lambda line: line.month, "month", names),
    }
    hidden = national.spent if isinstance(national.spent, Suppressed) else None
    parts["funder"] = [
        Row(
            names.of("funder", key), hidden or national.families, hidden or national.requests, hidden or spent
        )
        for key, spent in funders.items()
    ]
    return Report(False, places, national, _sorted(parts))


Atom = tuple[int, int]


def _by_place(lines: Sequence[Line], places: Sequence[Place], names: _Names) -> tuple[list[Row], Row]:
    """Programme by place, authorities among them; a basket is of one programme, so the parts add up."""
    above = levels_above()
    families: dict[Atom, set[UUID]] = defaultdict(set)
    spent: dict[Atom, Spent] = defaultdict(Spent)
    counts: Counter[Atom] = Counter()
    for line in lines:
        atom = (line.authority, line.programme)
        families[atom].add(line.family)
        spent[atom] += line.spent
        counts[atom] += 1
    numbers = {atom: len(found) for atom, found in families.items()}

    def levels(atom: Atom) -> list[Hashable]:
        return [atom[0], *sorted(above.get(atom[0], ()))]

    cells = cross(numbers, [levels, lambda atom: [atom[1], ALL]])
    protection = protect(numbers, [cells.values()], owners={atom: atom[0] for atom in numbers})

    def row(place: Any, programme: Hashable, name: Any, more: Any, code: str) -> Row:
        atoms = cells.get((place, programme), frozenset())
        mark = protection.mark(atoms)
        if mark:
            return Row(name, mark, mark, mark, code, more)
        total = sum((spent[atom] for atom in atoms), Spent())
        return Row(
            name, sum(numbers[atom] for atom in atoms), sum(counts[atom] for atom in atoms), total, code, more
        )

    allowed = {place.pk: place for place in places}
    rows = []
    for place, programme in cells:
        if place in allowed and allowed[place].kind != PlaceKind.NEIGHBOURHOOD:
            label = "" if programme is ALL else names.of("programme", programme)
            rows.append(row(place, programme, allowed[place], label, allowed[place].code))
    nation = next((pk for pk, _programme in cells if pk in _nations()), None)
    national = row(nation, ALL, "", "", "") if nation else Row("", 0, 0, Spent())
    return rows, national


def _nations() -> set[int]:
    return set(Place.objects.filter(kind=PlaceKind.NATION).values_list("pk", flat=True))


def _national(lines: Sequence[Line], key: Any, part: str, names: _Names) -> list[Row]:
    """Rows of the nation; those that tell of few families are hidden, and as many more as that needs."""
    groups = _group(lines, key)
    hidden = hidden_rows({value: _by_authority(found) for value, found in groups.items()})
    rows = []
    for value, found in groups.items():
        if value in hidden:
            mark = Suppressed(THRESHOLD, primary=not _is_safe(_by_authority(found)))
            rows.append(Row(names.of(part, value), mark, mark, mark, names.code(part, value)))
        else:
            rows.append(_row(names.of(part, value), found, names.code(part, value)))
    return rows


Families = Mapping[int, frozenset[UUID]]
"""The families behind a row, by authority."""


def _by_authority(lines: Iterable[Line]) -> Families:
    found: dict[int, set[UUID]] = defaultdict(set)
    for line in lines:
        found[line.authority].add(line.family)
    return {authority: frozenset(families) for authority, families in found.items()}


def _is_safe(behind: Families, threshold: int = THRESHOLD) -> bool:
    """Whether the families behind a row are many enough, also for an authority that knows its own."""
    total = sum(len(families) for families in behind.values())
    if total < threshold:
        return False
    rests = [total - len(families) for families in behind.values()]
    return all(rest == 0 or rest >= threshold for rest in rests)


def hidden_rows(rows: Mapping[Hashable, Families], threshold: int = THRESHOLD) -> set[Hashable]:
    """Which rows of a table with a total are hidden: unsafe ones, and the smallest others until the hidden
    ones are of two rows at least and safe as a whole, for it follows from the total.
    """
    hidden = {value for value, behind in rows.items() if not _is_safe(behind, threshold)}
    others = sorted(
        (value for value in rows if value not in hidden),
        key=lambda value: (sum(map(len, rows[value].values())), str(value)),
    )
    while hidden and others:
        together: dict[int, set[UUID]] = defaultdict(set)
        for value in hidden:
            for authority, families in rows[value].items():
                together[authority] |= families
        whole = {authority: frozenset(families) for authority, families in together.items()}
        if len(hidden) > 1 and _is_safe(whole, threshold):
            break
        hidden.add(others.pop(0))
    return hidden


def _branch(code: str) -> str:
    return ":".join(code.split(":")[:BRANCH])


class _Names:
    """What the keys of a report are called."""

    def __init__(self, lines: Sequence[Line], funders: Mapping[int, Spent]) -> None:
        from maarag.domains.programmes.models import Programme
        from maarag.kernel.people.models import Organisation

        codes = {line.response for line in lines} | {_branch(line.response) for line in lines}
        self._known: dict[str, dict[Any, Any]] = {
            "place": {
                row.pk: row
                for row in Place.objects.filter(pk__in={line.authority for line in lines}).defer("outline")
            },
            "programme": Programme.objects.in_bulk({line.programme for line in lines}),
            "response": {row.code: row for row in Term.objects.filter(code__in=codes)},
            "month": {},
            "funder": Organisation.objects.in_bulk(list(funders)),
        }

    def of(self, part: str, key: Any) -> Any:
        return self._known[part].get(key, key)

    def code(self, part: str, key: Any) -> str:
        if part == "month":
            return f"{key:%Y-%m}"
        return str(getattr(self._known[part].get(key), "code", key))


def _sorted(parts: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    def order(row: Row) -> Any:
        return (row.code, str(row.more))

    return {part: sorted(rows, key=order) for part, rows in parts.items()}
