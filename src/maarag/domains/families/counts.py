"""How many families each authority works with: numbers for whoever works above it, small ones hidden.

`tallies` is the one place that looks at all authorities' files at once; it gives out numbers only. What is
published of them (rows, columns, levels) and what of it is hidden is decided once for everybody, by
`maarag.engines.indicators`.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maarag.database.rows import RowScope, visible
from maarag.domains.needs.published import levels_above
from maarag.engines.indicators import ALL, Protection, cross, protect
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import places_permitted
from maarag.kernel.places.models import Place, PlaceKind
from maarag.values import Shown

from .models import Family, FamilyStatus, Relation

MOST_CHILDREN = 4
"""Families with more children are counted with these."""
OPEN, CLOSED = FamilyStatus.OPEN.value, FamilyStatus.CLOSED.value
KEPT = 4


@dataclass(frozen=True)
class Atom:
    """The finest count: an authority's families of one state and so many children, in one neighbourhood.

    `neighbourhood`: 0 where it is not known.
    """

    authority: int
    neighbourhood: int
    status: str
    children: int


COLUMNS: tuple[Hashable, ...] = (*((OPEN, n) for n in range(MOST_CHILDREN + 1)), OPEN, CLOSED, ALL)
"""Of every table: open files by number of children, open, closed, all."""


def columns_of(atom: Atom) -> list[Hashable]:
    """The columns in which an atom is counted; closed files are not told apart by children."""
    return [(OPEN, atom.children), OPEN, ALL] if atom.status == OPEN else [CLOSED, ALL]


def tallies() -> dict[Atom, int]:
    """The numbers of families of all authorities; nothing else of them leaves this function."""
    authorities = Place.objects.filter(kind=PlaceKind.AUTHORITY).values_list("pk", flat=True)
    with visible(RowScope(authorities=frozenset(authorities))):
        children = Count("members", filter=Q(members__relation=Relation.CHILD))
        rows = Family.objects.exclude(status=FamilyStatus.MERGED).order_by().annotate(children=children)
        found: Counter[Atom] = Counter(
            Atom(authority, neighbourhood or 0, status, min(count, MOST_CHILDREN))
            for authority, neighbourhood, status, count in rows.values_list(
                "authority_id", "neighbourhood_id", "status", "children"
            ).iterator()
        )
    return dict(found)


@dataclass(frozen=True, eq=False)
class Decided:
    """The numbers by cell, the atoms of each cell, and which cells are hidden from whoever is above."""

    numbers: Mapping[Atom, int]
    cells: Mapping[tuple[Hashable, ...], frozenset[Atom]]
    protection: Protection[Atom]

    def exact(self, place: Hashable, column: Hashable) -> int:
        return sum(self.numbers[atom] for atom in self.cells.get((place, column), ()))

    def shown(self, place: Hashable, column: Hashable) -> Shown:
        """The count of a published cell, or the mark in its place."""
        atoms = self.cells.get((place, column), frozenset())
        return self.protection.mark(atoms) or self.exact(place, column)


_kept: OrderedDict[object, Decided] = OrderedDict()
_lock = threading.Lock()


def decided() -> Decided:
    """What is hidden of the numbers as they are now; kept until one of them changes."""
    numbers, above = tallies(), levels_above()
    key = (frozenset(numbers.items()), frozenset(above.items()))
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    found = decide(numbers, above)
    with _lock:
        _kept[key] = found
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return found


def decide(numbers: Mapping[Atom, int], above: Mapping[int, frozenset[int]]) -> Decided:
    """Work out what is hidden: by authority, district, cluster and nation × the columns, with all totals.

    Neighbourhoods are not published: only who may see exact counts there sees them. An authority knows its
    own numbers, and can still not work out another one's.
    """

    def places(atom: Atom) -> Iterable[Hashable]:
        return [atom.authority, *sorted(above.get(atom.authority, ()))]

    published = cross(numbers, [places, columns_of])
    owners = {atom: atom.authority for atom in numbers}
    protection = protect(numbers, [published.values()], owners=owners)
    if protection.unproved:
        raise AssertionError("a hidden count of families without a proof that nobody can work it out")
    within = cross(
        [atom for atom in numbers if atom.neighbourhood], [lambda atom: [atom.neighbourhood], columns_of]
    )
    return Decided(numbers, {**within, **published}, protection)


@dataclass(frozen=True)
class Line:
    """The counts of one place, in the order of COLUMNS."""

    place: Place
    counts: tuple[Shown, ...]


@dataclass(frozen=True)
class Counts:
    """What a viewer is shown: places above the authorities, authorities, and own neighbourhoods."""

    above: tuple[Line, ...]
    authorities: tuple[Line, ...]
    neighbourhoods: tuple[Line, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        return self.above + self.authorities + self.neighbourhoods


LEVELS = (PlaceKind.NATION, PlaceKind.DISTRICT, PlaceKind.CLUSTER)


def counts_for(viewer: Account) -> Counts:
    """The counts of the places for which the viewer sees staff figures: exact where they may, else hidden."""
    found = decided()
    exact = set(places_permitted(viewer, Permission.VIEW_FAMILIES).values_list("pk", flat=True)) | set(
        places_permitted(viewer, Permission.VIEW_EXACT_COUNTS).values_list("pk", flat=True)
    )
    known = {place for place, _column in found.cells}
    places = (
        places_permitted(viewer, Permission.VIEW_STAFF_FIGURES)
        .filter(pk__in=[pk for pk in known if isinstance(pk, int)])
        .defer("outline")
        .order_by("name_he", "pk")
    )
    lines: dict[str, list[Line]] = {}
    for place in places:
        is_exact = place.pk in exact
        if place.kind == PlaceKind.NEIGHBOURHOOD and not is_exact:
            continue
        read = found.exact if is_exact and place.kind not in LEVELS else found.shown
        line = Line(place, tuple(read(place.pk, column) for column in COLUMNS))
        lines.setdefault(place.kind, []).append(line)
    return Counts(
        tuple(line for kind in LEVELS for line in lines.get(kind, ())),
        tuple(lines.get(PlaceKind.AUTHORITY, ())),
        tuple(lines.get(PlaceKind.NEIGHBOURHOOD, ())),
    )


def column_labels() -> list[str]:
    """The headings of COLUMNS."""
    children = [
        ngettext("%(count)s child", "%(count)s children", count) % {"count": count}
        for count in range(1, MOST_CHILDREN)
    ]
    return [
        _("No children"),
        *children,
        _("%(count)s children or more") % {"count": MOST_CHILDREN},
        _("Open files"),
        _("Closed files"),
        _("All files"),
    ]
