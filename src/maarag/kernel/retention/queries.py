"""What is due, counted without names, and the previews of an authority.

Whoever looks after retention keeps no files. The functions here look into the rows of their authorities for
as long as a count takes, and give out numbers, dates, keys and file numbers; of authorities that the viewer
only looks at from above, whether anything is due.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Model
from django.utils import timezone

from maarag.database.rows import RowScope, visible
from maarag.engines.indicators import THRESHOLD
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import held_places, places_permitted
from maarag.kernel.places.models import Place, PlaceKind
from maarag.values import Suppressed

from .models import Hold, Preview
from .rules import RULES, TIDY, Due, Rule, Tidy

SHOWN = 200
SOME = Suppressed(THRESHOLD, primary=False)
"""In place of a number that is not zero."""


@dataclass(frozen=True)
class DueIn:
    """How many rows of a rule are due in an authority, and the first and the last day they count from.

    For whoever is told only that something is due, a mark and no days.
    """

    authority: Place
    count: int | Suppressed
    first: date | None
    last: date | None


@dataclass(frozen=True)
class Standing:
    """A rule and where rows of it are due."""

    rule: Rule
    due: tuple[DueIn, ...]

    @property
    def count(self) -> int | Suppressed:
        """In all of these authorities together; a mark where one of them is hidden."""
        total = 0
        for one in self.due:
            if isinstance(one.count, Suppressed):
                return SOME
            total += one.count
        return total


def whole(authorities: Collection[int], account: Account | None = None) -> RowScope:
    """The scope of all personal rows of these authorities."""
    return RowScope(authorities=frozenset(authorities), account=account.pk if account else None)


def authorities_of(viewer: Account) -> list[Place]:
    """The authorities of which the viewer sees what is due."""
    found = places_permitted(viewer, Permission.VIEW_AUDIT).filter(kind=PlaceKind.AUTHORITY)
    return list(found.defer("outline").order_by("name_he", "pk"))


def decides_in(viewer: Account, authority: Place) -> bool:
    """Whether the viewer decides what is erased there: by a role for the authority itself, for from above
    nobody is to see how few files it is about.
    """
    if viewer.is_system:
        return viewer.is_active
    return authority.pk in held_places(viewer, Permission.MANAGE_ACCESS, PlaceKind.AUTHORITY)


def authorities_in_full(viewer: Account) -> list[Place]:
    """Those of the viewer's authorities whose numbers, previews and holds they see: they decide there, or
    may see exact counts.
    """
    exact = set(places_permitted(viewer, Permission.VIEW_EXACT_COUNTS).values_list("pk", flat=True))
    return [place for place in authorities_of(viewer) if place.pk in exact or decides_in(viewer, place)]


def due_of(rule: Rule, today: date) -> list[Due]:
    """The rows of a rule whose time is over and that nothing holds, in the scope in force."""
    held = held_rows(rule.kind(), today)
    return [one for one in rule.due(today - rule.keep) if one.row not in held]


def held_rows(kind: type[Model], today: date) -> set[UUID]:
    """The rows of a kind that must not be erased today, in the scope in force."""
    holds = Hold.objects.filter(kind=kind._meta.label_lower, ended_at=None, until__gte=today)
    return set(holds.values_list("row", flat=True))


def hold_on(subject: Model, today: date | None = None) -> Hold | None:
    """The hold in force on a row."""
    return (
        Hold.objects.filter(
            kind=subject._meta.label_lower,
            row=subject.pk,
            ended_at=None,
            until__gte=today or timezone.localdate(),
        )
        .select_related("placed_by")
        .first()
    )


def standings(viewer: Account, today: date | None = None) -> list[Standing]:
    """Every rule with what is due now in the viewer's authorities: numbers and dates only, and of those not
    seen in full that something is due.
    """
    full = {place.pk for place in authorities_in_full(viewer)}
    return [
        Standing(
            found.rule,
            tuple(
                one if one.authority.pk in full else DueIn(one.authority, SOME, None, None)
                for one in found.due
            ),
        )
        for found in standings_in(authorities_of(viewer), today, viewer)
    ]


def standings_in(
    authorities: Collection[Place], today: date | None = None, viewer: Account | None = None
) -> list[Standing]:
    """Every rule with what is due now in these authorities: numbers and dates only."""
    today = today or timezone.localdate()
    places = {place.pk: place for place in authorities}
    found = []
    with visible(whole(places, viewer)):
        for rule in RULES.values():
            days: dict[int, list[date]] = defaultdict(list)
            for one in due_of(rule, today):
                days[one.authority].append(one.since)
            due = (
                DueIn(place, len(days[pk]), min(days[pk]), max(days[pk]))
                for pk, place in places.items()
                if pk in days
            )
            found.append(Standing(rule, tuple(due)))
    return found


def technical(today: date | None = None) -> list[tuple[Tidy, int | Suppressed]]:
    """The rules that run by themselves, with how many rows the coming night removes; of rows that families
    left, that there are some.
    """
    today = today or timezone.localdate()
    found = ((rule, rule.count(today - rule.keep)) for rule in TIDY.values())
    return [(rule, SOME if rule.of_families and count else count) for rule, count in found]


def previews(viewer: Account) -> list[Preview]:
    """The newest previews of the authorities that the viewer sees in full."""
    with visible(whole([place.pk for place in authorities_in_full(viewer)], viewer)):
        rows = Preview.objects.select_related("authority", "made_by", "approved_by", "withdrawn_by")
        return list(rows[:SHOWN])


def preview_of(viewer: Account, pk: UUID) -> Preview | None:
    """One preview, if it is of an authority that the viewer sees in full."""
    with visible(whole([place.pk for place in authorities_in_full(viewer)], viewer)):
        rows = Preview.objects.select_related("authority", "made_by", "approved_by", "withdrawn_by")
        return rows.filter(pk=pk).first()


def holds(viewer: Account) -> list[tuple[Place, date, str]]:
    """What is held in the authorities that the viewer sees in full: authority, until when, by whom; neither
    whose nor why.
    """
    with visible(whole([place.pk for place in authorities_in_full(viewer)], viewer)):
        rows = Hold.objects.filter(ended_at=None, until__gte=timezone.localdate())
        return [
            (hold.authority, hold.until, hold.placed_by.name)
            for hold in rows.select_related("authority", "placed_by")[:SHOWN]
        ]
