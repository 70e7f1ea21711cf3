"""Which rows hang on a file or on somebody of it, and what becomes of them when two files are made one.

Found from the models, as erasing finds them: every foreign key of a personal model to the family or to a
member. A room says here only what the models do not: `may_stay` for rows of which a file has one at most,
`refuse_when` and `refuse_undo_when` for what must be settled by people first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import ForeignKey, Model, Q, UniqueConstraint
from django.utils.translation import gettext as _

from maarag.database.rows.checks import personal_models

from .merging_models import Merge
from .models import Family, Member

Refusal = Callable[[Family, Family], Iterable[Any]]

_stay: set[str] = {"families.holder", "families.distinct"}
_refusals: list[Refusal] = []
_undo_refusals: list[Callable[[Merge], Iterable[Any]]] = []
_APART = {("families.merge", "away")}
"""Keys that name a file without being of it."""


def may_stay(*labels: str) -> None:
    """Rows of these models stay behind where the other file has their like: "casework.consent", …

    Without it two files whose rows would stand against a unique constraint are not merged.
    """
    _stay.update(label.lower() for label in labels)


def refuse_when(check: Refusal) -> None:
    """`check(kept, away)` gives reasons, in the reader's language, for which two files are not merged."""
    _refusals.append(check)


def refuse_undo_when(check: Callable[[Merge], Iterable[Any]]) -> None:
    """`check(merge)` gives reasons for which a merging is not undone any more."""
    _undo_refusals.append(check)


@dataclass(frozen=True)
class Link:
    """A column by which rows refer to a file or to a person."""

    model: type[Model]
    column: str
    name: str

    @property
    def label(self) -> str:
        return self.model._meta.label_lower


@dataclass
class Moving:
    """The rows of one link: those that go over, and those that stay because the other side has their like."""

    link: Link
    goes: list[Any] = field(default_factory=list)
    stays: list[Any] = field(default_factory=list)
    collides: list[Any] = field(default_factory=list)


def links_to(target: type[Model]) -> Iterator[Link]:
    """The foreign keys of personal models to a model, in an order that stays the same."""
    for model in sorted(personal_models(), key=lambda model: model._meta.label_lower):
        for column in model._meta.concrete_fields:
            if not isinstance(column, ForeignKey) or column.remote_field.model is not target:
                continue
            if (model._meta.label_lower, column.name) not in _APART:
                yield Link(model, column.attname, column.name)


def of_file(kept: Family, away: Family, without: Iterable[UUID] = ()) -> list[Moving]:
    """What hangs on `away`; `without`: people of it who are the same as somebody of `kept` and stay."""
    found = []
    for link in links_to(Family):
        rows = link.model._base_manager.filter(_movable(link, kept), **{link.column: away.pk})
        if link.model is Member:
            rows = rows.exclude(pk__in=list(without))
        found.append(_moving(link, rows, kept.pk))
    found.append(_holds(kept, away))
    return [each for each in found if each.goes or each.stays or each.collides]


def of_person(kept: Member, away: Member) -> list[Moving]:
    """What hangs on somebody who is the same as somebody of the other file."""
    found = [
        _moving(link, link.model._base_manager.filter(**{link.column: away.pk}), kept.pk)
        for link in links_to(Member)
    ]
    return [each for each in found if each.goes or each.stays or each.collides]


def refusals(kept: Family, away: Family) -> list[Any]:
    """What rooms say against merging."""
    return [reason for check in _refusals for reason in check(kept, away)]


def undo_refusals(merge: Merge) -> list[Any]:
    """What rooms say against undoing."""
    return [reason for check in _undo_refusals for reason in check(merge)]


def _movable(link: Link, kept: Family) -> Q:
    """Of the rows about files themselves: none that would then speak of one file twice, none long undone."""
    match link.label, link.name:
        case "families.distinct", "family":
            return ~Q(other=kept)
        case "families.distinct", "other":
            return ~Q(family=kept)
        case "families.merge", "family":
            return Q(undone_at=None)
        case "families.mergestep", "family":
            return Q(merge__undone_at=None)
        case _:
            return Q()


def _moving(link: Link, rows: Any, target: UUID) -> Moving:
    found = Moving(link)
    unique = list(_unique_sets(link))
    for row in rows.order_by("pk"):
        if not any(_taken(link, row, names, condition, target) for names, condition in unique):
            found.goes.append(row)
        elif link.label in _stay:
            found.stays.append(row)
        else:
            found.collides.append(row)
    return found


def _unique_sets(link: Link) -> Iterator[tuple[tuple[str, ...], Q | None]]:
    """The sets of fields, with their condition, of which the link is one and which must not come twice."""
    options: Any = link.model._meta
    if options.get_field(link.name).unique:
        yield (link.name,), None
    for names in options.unique_together:
        if link.name in names:
            yield tuple(names), None
    for constraint in options.constraints:
        if isinstance(constraint, UniqueConstraint) and {link.name, link.column} & set(constraint.fields):
            yield constraint.fields, constraint.condition


def _taken(link: Link, row: Any, names: tuple[str, ...], condition: Q | None, target: UUID) -> bool:
    rows = link.model._base_manager.exclude(pk=row.pk)
    if condition is not None:
        if not link.model._base_manager.filter(condition, pk=row.pk).exists():
            return False
        rows = rows.filter(condition)
    others = {}
    for name in names:
        column: Any = link.model._meta.get_field(name)
        value = target if name in (link.name, link.column) else getattr(row, column.attname)
        if value is None:
            return False  # NULLs are distinct
        others[column.attname] = value
    return bool(rows.filter(**others).exists())


def _holds(kept: Family, away: Family) -> Moving:
    """Holds name their row without a foreign key; two in force at once are for people to settle."""
    model: Any = apps.get_model("retention", "Hold")
    found = Moving(Link(model, "row", "row"))
    held = model.objects.filter(kind="families.family", ended_at=None)
    both = held.filter(row=kept.pk).exists() and held.filter(row=away.pk).exists()
    for row in model.objects.filter(kind="families.family", row=away.pk).order_by("pk"):
        (found.collides if both and row.ended_at is None else found.goes).append(row)
    return found


def collision(moving: Moving) -> str:
    """Why files are not merged, where a room says nothing else."""
    return _("Both files have %(what)s of which one file can have only one: settle that first.") % {
        "what": moving.link.model._meta.verbose_name_plural
    }
