"""What is due, counted without names, and the previews of an authority.

Whoever looks after retention keeps no files. The functions here look into the rows of their authorities for
as long as a count takes, and give out numbers, dates, keys and file numbers.
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
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import places_permitted
from maarag.kernel.places.models import Place, PlaceKind

from .models import Hold, Preview
from .rules import RULES, TIDY, Due, Rule, Tidy

SHOWN = 200


@dataclass(frozen=True)
class DueIn:
    """How many rows of a rule are due in an authority, and the first and the last day they count from."""

    authority: Place
    count: int
    first: date
    last: date


@dataclass(frozen=True)
class Standing:
    """A rule and where rows of it are due."""

    rule: Rule
    due: tuple[DueIn, ...]

    @property
    def count(self) -> int:
        return sum(one.count for one in self.due)


def whole(authorities: Collection[int], account: Account | None = None) -> RowScope:
    """The scope of all personal rows of these authorities."""
    return RowScope(authorities=frozenset(authorities), account=account.pk if account else None)


def authorities_of(viewer: Account, permission: Permission = Permission.VIEW_AUDIT) -> list[Place]:
    """The authorities whose retention the viewer sees (VIEW_AUDIT) or decides (MANAGE_ACCESS)."""
    found = places_permitted(viewer, permission).filter(kind=PlaceKind.AUTHORITY)
    return list(found.defer("outline").order_by("name_he", "pk"))


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
    """Every rule with what is due now in the viewer's authorities: numbers and dates only."""
    return standings_in(authorities_of(viewer), today, viewer)


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


def technical(today: date | None = None) -> list[tuple[Tidy, int]]:
    """The rules that run by themselves, with how many rows the coming night removes."""
    today = today or timezone.localdate()
    return [(rule, rule.count(today - rule.keep)) for rule in TIDY.values()]


def previews(viewer: Account) -> list[Preview]:
    """The newest previews of the viewer's authorities."""
    with visible(whole([place.pk for place in authorities_of(viewer)], viewer)):
        rows = Preview.objects.select_related("authority", "made_by", "approved_by", "withdrawn_by")
        return list(rows[:SHOWN])


def preview_of(viewer: Account, pk: UUID) -> Preview | None:
    """One preview, if it is of the viewer's authorities."""
    with visible(whole([place.pk for place in authorities_of(viewer)], viewer)):
        rows = Preview.objects.select_related("authority", "made_by", "approved_by", "withdrawn_by")
        return rows.filter(pk=pk).first()


def holds(viewer: Account) -> list[tuple[Place, date, str]]:
    """What is held in the viewer's authorities: authority, until when, by whom; neither whose nor why."""
    with visible(whole([place.pk for place in authorities_of(viewer)], viewer)):
        rows = Hold.objects.filter(ended_at=None, until__gte=timezone.localdate())
        return [
            (hold.authority, hold.until, hold.placed_by.name)
            for hold in rows.select_related("authority", "placed_by")[:SHOWN]
        ]
