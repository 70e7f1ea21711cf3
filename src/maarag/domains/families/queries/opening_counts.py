"""How many emergency openings each authority's files had within a year, small numbers hidden from above.

`tallies` is the one place that looks at all authorities' openings at once; it gives out numbers only. What of
them is hidden is decided once for everybody, by `maarag.engines.indicators`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from itertools import combinations

from django.db.models import Case, Q, Value, When
from django.utils import timezone

from maarag.database.rows import RowScope, visible
from maarag.engines.indicators import Protection, cross, protect
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, places_permitted
from maarag.kernel.places.models import Place, PlaceKind
from maarag.values import Shown, is_suppressed

from ..models import Opening
from .openings import open_now, overdue

COUNTED = timedelta(days=365)
COLUMNS = ("all", "open", "overdue", "not_accepted")
NOT_ACCEPTED = Q(verdict="not_accepted")


@dataclass(frozen=True)
class Atom:
    """The finest count: an authority's openings that are counted in the same columns."""

    authority: int
    columns: frozenset[str]


@dataclass(frozen=True)
class OpeningCounts:
    """How many emergency openings an authority's files had, or a mark in place of a number."""

    authority: Place
    all: Shown
    open: Shown
    overdue: Shown
    not_accepted: Shown


def counts(viewer: Viewer) -> list[OpeningCounts]:
    """For each authority whose audit the viewer sees and that had any: exact where they may, else hidden."""
    places = places_permitted(viewer, Permission.VIEW_AUDIT).filter(kind=PlaceKind.AUTHORITY)
    exact = set(places_permitted(viewer, Permission.VIEW_EXACT_COUNTS).values_list("pk", flat=True))
    numbers = tallies()
    cells, protection = decided(frozenset(numbers.items()))
    found = []
    for place in places.filter(pk__in={atom.authority for atom in numbers}).defer("outline"):
        told: list[Shown] = []
        for column in COLUMNS:
            atoms = cells.get((place.pk, column), frozenset())
            mark = None if place.pk in exact else protection.mark(atoms)
            told.append(mark or sum(numbers[atom] for atom in atoms))
        found.append(OpeningCounts(place, *told))
    return sorted(found, key=_most_first)


def tallies() -> dict[Atom, int]:
    """The numbers of openings of all authorities; nothing else of them leaves this function."""
    authorities = Place.objects.filter(kind=PlaceKind.AUTHORITY).values_list("pk", flat=True)
    conditions = {"open": open_now(), "overdue": overdue(), "not_accepted": NOT_ACCEPTED}
    with visible(RowScope(frozenset(authorities))):
        rows = Opening.objects.filter(opened_at__gte=timezone.now() - COUNTED).order_by()
        told = [
            Case(When(condition, then=Value(True)), default=Value(False)) for condition in conditions.values()
        ]
        found: Counter[Atom] = Counter()
        for authority, *holds in rows.values_list("authority", *told).iterator():
            columns = [name for name, holds_it in zip(conditions, holds, strict=True) if holds_it]
            found[Atom(authority, frozenset(["all", *columns]))] += 1
    return dict(found)


def columns_of(atom: Atom) -> list[Hashable]:
    """The columns in which an atom is counted, those that a reader works out by subtracting, and itself."""
    others = [name for name in COLUMNS if name not in atom.columns]
    without = (
        ("without", *some) for size in range(1, len(others) + 1) for some in combinations(others, size)
    )
    return [*sorted(atom.columns), *without, atom.columns]


@lru_cache(maxsize=4)
def decided(
    numbers: frozenset[tuple[Atom, int]],
) -> tuple[Mapping[tuple[Hashable, ...], frozenset[Atom]], Protection[Atom]]:
    """The cells of authority × column, and which of them are hidden from whoever is above.

    What is left of all when some columns are taken off is protected like what is shown: a reader subtracts.
    No sum of authorities is published.
    """
    known = dict(numbers)
    cells = cross(known, [lambda atom: [atom.authority], columns_of])
    protection = protect(known, [cells.values()], owners={atom: atom.authority for atom in known})
    if protection.unproved:
        raise AssertionError("a hidden count of openings without a proof that nobody can work it out")
    return cells, protection


def _most_first(one: OpeningCounts) -> tuple[bool, float, str]:
    """Those without a number to sort by come last, by name."""
    if is_suppressed(one.all):
        return True, 0, one.authority.name_he
    return False, -float(one.all or 0), one.authority.name_he
