"""The report of baskets from above the authorities: sums and counts, those of few families hidden.

By place and programme the decision is the one that budgets and quotas go by (funding.hidden), over the same
purses, so that no page tells what another hides. A family is counted there once for each purse, so that rows
add up: counted once in all, a total would tell how many stand in two of its rows. By response and month, for
the nation alone and stage by stage: neither a row nor all hidden rows together tell of fewer than five
families, also to an authority that knows its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any
from uuid import UUID

from django.utils import timezone

from maarag.database.rows import RowScope, visible
from maarag.domains.funding.hidden import ASKED, PLANNED, USED_STAGES, Hidden, Pots, decided
from maarag.domains.funding.models import FunderShare
from maarag.domains.needs.published import levels_above
from maarag.domains.programmes.models import Quota
from maarag.engines.indicators import ALL, THRESHOLD
from maarag.kernel.places.models import Place, PlaceKind
from maarag.values import Suppressed

from .report_postings import borne_by_funder
from .report_rows import (
    Line,
    Names,
    Report,
    Row,
    branch,
    group,
    in_order,
    lines_of,
    requests_of_authorities,
    row_of,
    spent_on,
    sums_of,
)

Cell = tuple[int, Hashable, int]
"""Place, programme or ALL, and the year in which the quotas began."""
Families = Mapping[int, frozenset[UUID]]
"""The families behind a sum, by authority."""
TOGETHER = ((PLANNED,), USED_STAGES)
"""Stages that are shown or hidden together."""
KEPT = Suppressed(THRESHOLD, primary=False)


def years_above() -> list[int]:
    """The years in which quotas began, newest first."""
    return sorted({day.year for day in Quota.objects.dates("starts", "year")}, reverse=True)


def cells_of(quotas: Iterable[tuple[int, int, int, int]]) -> dict[Cell, Pots]:
    """The purses behind each row, given (purse, programme, authority, year)."""
    above = levels_above()
    found: dict[Cell, set[int]] = defaultdict(set)
    for pot, programme, authority, year in quotas:
        for place, which in product([authority, *above.get(authority, ())], [programme, ALL]):
            found[place, which, year].add(pot)
    return {cell: frozenset(pots) for cell, pots in found.items()}


def parts_of_funders() -> dict[int, dict[int, set[Pots]]]:
    """By year in which the quotas began and by funder: the purses of each part of a budget that it bears."""
    purses: dict[tuple[int, str, int], set[int]] = defaultdict(set)
    rows = Quota.objects.values_list("pot_id", "line__budget_id", "line__part", "starts")
    for pot, budget, part, starts in rows:
        purses[budget, part, starts.year].add(pot)
    found: dict[int, dict[int, set[Pots]]] = defaultdict(lambda: defaultdict(set))
    bearers: dict[tuple[int, str], set[int]] = defaultdict(set)
    shares = FunderShare.objects.exclude(pot=None)
    for budget, part, organisation in shares.values_list("budget_id", "part", "organisation_id"):
        bearers[budget, part].add(organisation)
    for (budget, part, year), pots in purses.items():
        for organisation in bearers[budget, part]:
            found[year][organisation].add(frozenset(pots))
    return found


def _quotas() -> Iterator[tuple[int, int, int, int]]:
    rows = Quota.objects.values_list("pot_id", "programme_id", "authority_id", "starts")
    return ((pot, programme, authority, starts.year) for pot, programme, authority, starts in rows)


def sums_published(_pots: Sequence[int]) -> Iterable[Pots]:
    """Which sums over purses the report shows, for the one decision about all of them."""
    found = set(cells_of(_quotas()).values())
    for funders in parts_of_funders().values():
        for parts in funders.values():
            found |= {*parts, frozenset().union(*parts)}
    return found


def from_above(places: Sequence[Place], year: int | None) -> Report:
    """The report of one year: the newest in which quotas began, unless told."""
    year = year or next(iter(years_above()), timezone.localdate().year)
    quotas = [row for row in _quotas() if row[3] == year]
    authorities = frozenset(authority for _pot, _programme, authority, _year in quotas)
    pots = frozenset(row[0] for row in quotas)
    with visible(RowScope(authorities=authorities)):
        requests = requests_of_authorities(authorities).filter(basket__quota__pot__in=pots)
        lines, borne = lines_of(requests), borne_by_funder(requests)
    hidden, cells = decided(), cells_of(quotas)
    funders = parts_of_funders().get(year, {})
    names = Names(lines, funders)
    nations = set(Place.objects.filter(kind=PlaceKind.NATION).values_list("pk", flat=True))
    whole: Pots = next(
        (found for (place, which, _y), found in cells.items() if place in nations and which is ALL), pots
    )
    parts = {
        "place": list(_by_place(lines, places, cells, hidden, names)),
        "response": _national(lines, lambda line: branch(line.response), "response", names, hidden, whole),
        "month": _national(lines, lambda line: line.month, "month", names, hidden, whole),
        "funder": list(_by_funder(funders, borne, hidden, whole, names)),
    }
    return Report(False, places, _row("", whole, lines, hidden), in_order(parts), year)


def _row(name: Any, pots: Pots, lines: Iterable[Line], hidden: Hidden, code: str = "", more: Any = "") -> Row:
    """The sums of these purses as they may be shown."""
    behind = [line for line in lines if line.pot in pots]
    row = row_of(name, behind, code, more)
    told = hidden.tells_of(pots)
    sums = {stage: KEPT if hidden.of(pots, stage) else amount for stage, amount in row.sums.items()}
    families, requests = (_once_in_each(behind), row.requests) if told else (KEPT, KEPT)
    return replace(row, families=families, requests=requests, sums=sums)


def _once_in_each(lines: Iterable[Line]) -> int:
    """Families, each as often as there are purses that it has something asked from."""
    return len({(line.family, line.pot) for line in lines})


def _by_place(
    lines: Sequence[Line], places: Sequence[Place], cells: Mapping[Cell, Pots], hidden: Hidden, names: Names
) -> Iterator[Row]:
    """Programme by place, authorities among them."""
    allowed = {place.pk: place for place in places if place.kind != PlaceKind.NEIGHBOURHOOD}
    for (pk, programme, _year), pots in cells.items():
        if place := allowed.get(pk):
            label = "" if programme is ALL else names.of("programme", programme)
            yield _row(place, pots, lines, hidden, place.code, label)


def _by_funder(
    funders: Mapping[int, set[Pots]],
    borne: Mapping[int, Sequence[Line]],
    hidden: Hidden,
    whole: Pots,
    names: Names,
) -> Iterator[Row]:
    """What each funder bears: money hidden where any part of a budget that it tells of is."""
    for key, parts in funders.items():
        behind = borne.get(key, ())
        row = row_of(names.of("funder", key), behind, names.code("funder", key))
        told = hidden.tells_of(frozenset().union(*parts))
        sums = {
            stage: KEPT if any(hidden.of(cell, stage) for cell in (whole, *parts)) else amount
            for stage, amount in row.sums.items()
        }
        families, requests = (_once_in_each(behind), row.requests) if told else (KEPT, KEPT)
        yield replace(row, families=families, requests=requests, sums=sums)


def _national(
    lines: Sequence[Line], key: Any, part: str, names: Names, hidden: Hidden, whole: Pots
) -> list[Row]:
    """Rows of the nation; all of them where their total is hidden, for they would tell it."""
    groups = group(lines, key)
    asked = {value: {ASKED: _by_authority(found)} for value, found in groups.items()}
    kept = hidden_rows(asked) if hidden.tells_of(whole) else set(groups)
    at: dict[str, set[Hashable]] = {}
    for stages in TOGETHER:
        behind = {
            value: {
                stage: _by_authority(line for line in found if getattr(line.spent, stage)) for stage in stages
            }
            for value, found in groups.items()
        }
        closed = any(hidden.of(whole, stage) for stage in stages)
        at |= dict.fromkeys(stages, set(groups) if closed else hidden_rows(behind, kept))
    rows = []
    for value, found in groups.items():
        told = value not in kept
        sums = {
            stage: KEPT if value in at[stage] else sum_ for stage, sum_ in sums_of(spent_on(found)).items()
        }
        families = len({line.family for line in found})
        rows.append(
            Row(
                names.of(part, value),
                families if told else KEPT,
                len(found) if told else KEPT,
                sums,
                names.code(part, value),
            )
        )
    return rows


def _by_authority(lines: Iterable[Line]) -> Families:
    found: dict[int, set[UUID]] = defaultdict(set)
    for line in lines:
        found[line.authority].add(line.family)
    return {authority: frozenset(families) for authority, families in found.items()}


def is_safe(behind: Families, threshold: int = THRESHOLD) -> bool:
    """Whether nobody stands behind a sum, or enough families, also for an authority that knows its own."""
    total = sum(len(families) for families in behind.values())
    rests = [total, *(total - len(families) for families in behind.values())]
    return all(rest == 0 or rest >= threshold for rest in rests)


def hidden_rows(
    rows: Mapping[Hashable, Mapping[str, Families]],
    kept: Iterable[Hashable] = (),
    threshold: int = THRESHOLD,
) -> set[Hashable]:
    """Which rows of a table with totals are hidden, given the families behind each of their columns.

    Unsafe ones, those `kept` already, and the smallest others until in every column the hidden ones are safe
    as a whole, for that follows from the total.
    """
    hidden = set(kept) | {
        value
        for value, columns in rows.items()
        if not all(is_safe(one, threshold) for one in columns.values())
    }
    while weak := _unsafe_column(rows, hidden, threshold):
        others = [value for value in rows if value not in hidden and rows[value][weak]]
        if not others:
            break
        hidden.add(min(others, key=lambda value: (sum(map(len, rows[value][weak].values())), str(value))))
    return hidden


def _unsafe_column(
    rows: Mapping[Hashable, Mapping[str, Families]], hidden: set[Hashable], threshold: int
) -> str | None:
    """A column of which some row is shown and all hidden ones together are unsafe."""
    for column in sorted({column for columns in rows.values() for column in columns}):
        together: dict[int, set[UUID]] = defaultdict(set)
        for value in hidden:
            for authority, families in rows[value][column].items():
                together[authority] |= families
        whole = {authority: frozenset(families) for authority, families in together.items()}
        shown = any(rows[value][column] for value in rows if value not in hidden)
        if shown and not is_safe(whole, threshold):
            return column
    return None
