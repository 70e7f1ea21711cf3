"""How many referrals came to which end: numbers by place, service, response and month, small ones hidden.

Two figures, which are never one. Loop closure: of the referrals that were sent and not withdrawn, the share
that came to an end known to the sender (declined, or closed). Help received: of those, the share of which the
family says that it got help, wholly or partly.

`tallies` is the one place that looks at all authorities' referrals at once; it gives out numbers only. What
of them is hidden from whoever works above an authority `maarag.engines.indicators` decides.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.utils import timezone

from maarag.database.rows import RowScope, visible
from maarag.domains.needs.published import levels_above
from maarag.engines.indicators import ALL, Protection, cross, protect
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import places_permitted
from maarag.kernel.places.models import Place, PlaceKind
from maarag.values import Shown, is_suppressed
from maarag.values.suppressed import Suppressed

from .models import OPEN, Help, Referral, ReferralStatus
from .queries import with_help

KEPT = 4
HIDDEN = Suppressed(5, primary=False)


class Outcome(StrEnum):
    """Where a referral stands, as far as it is counted."""

    OPEN = "open"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    DECLINED = "declined"
    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    NOT_ASKED = "not_asked"


SENT, RUN, KNOWN, HELPED = "sent", "run", "known", "helped"
ENDED = frozenset({Outcome.DECLINED, Outcome.YES, Outcome.PARTLY, Outcome.NO, Outcome.NOT_ASKED})
COLUMNS: tuple[str, ...] = (SENT, *(outcome.value for outcome in Outcome), RUN, KNOWN, HELPED)
"""Inside an authority. run: sent and not withdrawn; known: came to an end known to the sender; helped: of
these, the family says yes or partly."""
ABOVE: tuple[str, ...] = (RUN, KNOWN, HELPED)
"""Above the authorities: what the two figures are made of, and by quarters, so that less has to be hidden."""


@dataclass(frozen=True)
class Atom:
    """The finest count: of an authority, to a service, for a branch of responses, of a time, at an end.

    `time`: a month ("2026-11"); `end`: an Outcome. Above the authorities a quarter ("2026-Q4"), and of ABOVE
    the last column that counts it.
    """

    authority: int
    service: int
    response: str
    time: str
    end: str


def columns_of(atom: Atom) -> list[Hashable]:
    """The columns in which an atom is counted, inside an authority."""
    outcome = Outcome(atom.end)
    found: list[Hashable] = [SENT, outcome.value]
    return found if outcome == Outcome.WITHDRAWN else [*found, *ABOVE[: ABOVE.index(_last_of(outcome)) + 1]]


def columns_above(atom: Atom) -> list[Hashable]:
    """The columns in which an atom is counted above the authorities: each holds those after it."""
    return list(ABOVE[: ABOVE.index(atom.end) + 1])


def _last_of(outcome: Outcome) -> str:
    if outcome in (Outcome.YES, Outcome.PARTLY):
        return HELPED
    return KNOWN if outcome in ENDED else RUN


def coarsened(numbers: Mapping[Atom, int]) -> dict[Atom, int]:
    """The same numbers as they are published above the authorities; what was withdrawn is not."""
    found: Counter[Atom] = Counter()
    for atom, count in numbers.items():
        if atom.end != Outcome.WITHDRAWN:
            year, month = atom.time.split("-")
            end, quarter = _last_of(Outcome(atom.end)), f"{year}-Q{(int(month) + 2) // 3}"
            found[Atom(atom.authority, atom.service, atom.response, quarter, end)] += count
    return dict(found)


def breakdowns_of(atom: Atom) -> list[Hashable]:
    """The rows in which an atom is counted, within each of its places."""
    return [ALL, ("service", atom.service), ("response", atom.response), ("time", atom.time)]


def branch_of(code: str | None) -> str:
    """The branch of responses that a term belongs to: its first two levels; "" where none was asked for."""
    return ":".join((code or "").split(":")[:2])


def outcome_of(status: str, help: str) -> Outcome:
    """What a referral in this state counts as, with the family's newest word."""
    if status in OPEN:
        return Outcome.OPEN
    if status == ReferralStatus.CLOSED:
        return Outcome(help) if help in Help.values else Outcome.NOT_ASKED
    return Outcome(status)


def tallies() -> dict[Atom, int]:
    """The numbers of referrals of all authorities; nothing else of them leaves this function."""
    authorities = Place.objects.filter(kind=PlaceKind.AUTHORITY).values_list("pk", flat=True)
    found: Counter[Atom] = Counter()
    with visible(RowScope(authorities=frozenset(authorities))):
        rows = with_help(Referral.objects.order_by())
        names = ("authority_id", "service_id", "response__code", "sent_at", "status", "help")
        for authority, service, response, sent_at, status, help in rows.values_list(*names).iterator():
            month = f"{timezone.localdate(sent_at):%Y-%m}"
            found[Atom(authority, service, branch_of(response), month, outcome_of(status, help).value)] += 1
    return dict(found)


Cells = Mapping[tuple[Hashable, ...], frozenset[Atom]]


@dataclass(frozen=True, eq=False)
class Decided:
    """The numbers by cell, and what of them whoever is above may see."""

    numbers: Mapping[Atom, int]
    above: Mapping[int, frozenset[int]]

    @cached_property
    def cells(self) -> Cells:
        """Of authority × row × column, as seen inside."""
        return cross(self.numbers, [lambda atom: [atom.authority], breakdowns_of, columns_of])

    @cached_property
    def coarse(self) -> Mapping[Atom, int]:
        return coarsened(self.numbers)

    @cached_property
    def published(self) -> Cells:
        """Of place × row × column, as seen from above."""

        def places(atom: Atom) -> Iterable[Hashable]:
            return [atom.authority, *sorted(self.above.get(atom.authority, ()))]

        return cross(self.coarse, [places, breakdowns_of, columns_above])

    @cached_property
    def protection(self) -> Protection[Atom] | None:
        """What is hidden; None where it is not proved of every hidden cell that nobody can work it out."""
        owners = {atom: atom.authority for atom in self.coarse}
        found = protect(self.coarse, [self.published.values()], owners=owners)
        return None if found.unproved else found

    def exact(self, authority: Hashable, row: Hashable, column: Hashable) -> int:
        return sum(self.numbers[atom] for atom in self.cells.get((authority, row, column), ()))

    def shown(self, place: Hashable, row: Hashable, column: Hashable) -> Shown:
        """The count of a cell as whoever is above sees it; all are hidden where nothing is proved."""
        atoms = self.published.get((place, row, column), frozenset())
        if self.protection is None:
            return HIDDEN if atoms else 0
        return self.protection.mark(atoms) or sum(self.coarse[atom] for atom in atoms)

    def line(self, place: Place, row: Hashable, *, exact: bool) -> Line:
        """One row of a place."""
        read, columns = (self.exact, COLUMNS) if exact else (self.shown, ABOVE)
        return Line(row, {column: read(place.pk, row, column) for column in columns})


_kept: OrderedDict[object, Decided] = OrderedDict()
_lock = threading.Lock()


def decided() -> Decided:
    """What is hidden of the numbers as they are now; kept until one of them changes."""
    numbers, above = tallies(), levels_above()
    key = (frozenset(numbers.items()), frozenset(above.items()))
    with _lock:
        found = _kept.setdefault(key, Decided(numbers, above))
        _kept.move_to_end(key)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return found


@dataclass(frozen=True)
class Line:
    """The counts of one row by column: COLUMNS, or ABOVE."""

    key: Any
    counts: Mapping[str, Shown]

    @property
    def loop_closure(self) -> Shown:
        """The share of one that came to a known end."""
        return share_of(self.counts[KNOWN], self.counts[RUN])

    @property
    def help_received(self) -> Shown:
        """Of those that came to a known end, the share of one of which the family says that it got help."""
        return share_of(self.counts[HELPED], self.counts[KNOWN])


def share_of(part: Shown, whole: Shown) -> Shown:
    """A share of one; hidden where either is, None where there is nothing to share."""
    if is_suppressed(part) or is_suppressed(whole):
        return HIDDEN
    return part / whole if part is not None and whole else None


@dataclass(frozen=True)
class Figures:
    """What a viewer is shown of one place: its whole, and by service, response and time.

    `exact`: with all COLUMNS and by months; else with those of ABOVE, by quarters, small counts hidden.
    """

    place: Place
    exact: bool
    whole: Line
    services: tuple[Line, ...]
    responses: tuple[Line, ...]
    times: tuple[Line, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return COLUMNS if self.exact else ABOVE


ORDER = (PlaceKind.NATION, PlaceKind.DISTRICT, PlaceKind.CLUSTER, PlaceKind.AUTHORITY)


def places_for(viewer: Account) -> list[Place]:
    """The places of whose referrals the viewer sees figures, the widest first."""
    found = decided()
    known = {authority for authority, _row, _column in found.cells}
    known |= {place for authority in known for place in found.above.get(authority, ())}  # type: ignore[call-overload]
    permitted = places_permitted(viewer, Permission.VIEW_STAFF_FIGURES).filter(pk__in=known, kind__in=ORDER)
    return sorted(
        permitted.defer("outline"),
        key=lambda place: (ORDER.index(PlaceKind(place.kind)), place.name_he, place.pk),
    )


def within(viewer: Account) -> frozenset[int]:
    """The authorities in which the viewer sees exact counts."""
    permissions = (Permission.VIEW_FAMILIES, Permission.VIEW_EXACT_COUNTS)
    return frozenset(
        pk
        for permission in permissions
        for pk in places_permitted(viewer, permission)
        .filter(kind=PlaceKind.AUTHORITY)
        .values_list("pk", flat=True)
    )


def figures_of(place: Place, *, exact: bool) -> Figures:
    """All figures of one place."""
    found = decided()
    cells = found.cells if exact else found.published
    rows = {row for where, row, _column in cells if where == place.pk and isinstance(row, tuple)}

    def lines(kind: str) -> tuple[Line, ...]:
        wanted = sorted((row for row in rows if row[0] == kind), key=lambda row: str(row[1]))
        return tuple(replace(found.line(place, row, exact=exact), key=row[1]) for row in wanted)

    whole = found.line(place, ALL, exact=exact)
    return Figures(place, exact, whole, lines("service"), lines("response"), lines("time")[::-1])
