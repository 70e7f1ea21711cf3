"""What merging two files would do, row by row, before anything is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from .actions.files import MEMBER_FIELDS
from .merging_models import Merge
from .models import Family, FamilyStatus, Gender, Member
from .moving import Moving, collision, links_to, of_file, of_person, refusals, undo_refusals
from .spelling import likeness

FILLED = ("address", "neighbourhood_id", "review_on")
"""Fields of the household that the file which goes on takes over where it has none."""


@dataclass(frozen=True)
class PersonStep:
    """Somebody of the file that is merged away: moves, or is the same as `same`, who takes over `fills`.

    `differs`: (field, value that stays, value that is left behind).
    """

    person: Member
    same: Member | None
    fills: Mapping[str, Any] = field(default_factory=dict)
    differs: tuple[tuple[str, Any, Any], ...] = ()


@dataclass(frozen=True)
class Plan:
    """Everything that merging would do; with `refusals` it is not done."""

    kept: Family
    away: Family
    people: tuple[PersonStep, ...]
    fills: Mapping[str, Any]
    moving: tuple[Moving, ...]
    refusals: tuple[Any, ...]

    @property
    def digest(self) -> str:
        """Another for any other outcome: what was shown is what is done."""
        parts = [self.kept.pk, self.away.pk, sorted(self.fills.items())]
        parts += [
            (step.person.pk, step.same and step.same.pk, sorted(step.fills.items())) for step in self.people
        ]
        parts += [
            (each.link.label, each.link.column, [row.pk for row in each.goes], [row.pk for row in each.stays])
            for each in self.moving
        ]
        return sha256(repr(parts).encode()).hexdigest()[:32]

    def counts(self) -> list[tuple[Any, int, int]]:
        """(kind of row in words, how many go over, how many stay), the people left out."""
        goes: Counter[Any] = Counter()
        stays: Counter[Any] = Counter()
        for each in self.moving:
            if each.link.model is Member:
                continue
            name = str(each.link.model._meta.verbose_name_plural)
            goes[name] += len(each.goes)
            stays[name] += len(each.stays)
        return [(name, goes[name], stays[name]) for name in sorted({*goes, *stays})]


def matched(kept: Sequence[Member], away: Sequence[Member]) -> dict[UUID, UUID]:
    """Who of `away` seems to be who of `kept`: by id, else by name and birth; nobody twice."""
    found: list[tuple[int, UUID, UUID]] = []
    for person in away:
        for other in kept:
            if points := _sameness(person, other):
                found.append((points, person.pk, other.pk))
    same: dict[UUID, UUID] = {}
    for _points, person_pk, other_pk in sorted(found, key=lambda each: -each[0]):
        if person_pk not in same and other_pk not in same.values():
            same[person_pk] = other_pk
    return same


def _sameness(person: Member, other: Member) -> int:
    if person.national_id_index and other.national_id_index:
        return 3 if person.national_id_index == other.national_id_index else 0
    first, last = likeness(person.first_name, other.first_name), likeness(person.last_name, other.last_name)
    if not first or not last:
        return 0
    if person.birth_date and other.birth_date:
        return 2 if person.birth_date == other.birth_date else 0
    return int((first, last) == ("same", "same") and person.relation == other.relation)


def plan_of(kept: Family, away: Family, same: Mapping[UUID, UUID] | None = None) -> Plan:
    """What merging `away` into `kept` would do; `same`: who is who, without it as `matched` says.

    Keys of `same` that are nobody of the two files are passed over.
    """
    staying = {one.pk: one for one in kept.members.all()}
    coming = list(away.members.all())
    said = matched(list(staying.values()), coming) if same is None else same
    pairs: dict[UUID, Member] = {}
    for person in coming:
        other = staying.get(said.get(person.pk))  # type: ignore[arg-type]
        if other is not None and other not in pairs.values():
            pairs[person.pk] = other
    people = tuple(_step(person, pairs.get(person.pk)) for person in coming)
    moving = of_file(kept, away, without=pairs)
    for person in coming:
        if person.pk in pairs:
            moving += of_person(pairs[person.pk], person)
    fills = {name: getattr(away, name) for name in FILLED if not getattr(kept, name) and getattr(away, name)}
    return Plan(kept, away, people, fills, tuple(moving), tuple(_against(kept, away, moving)))


def _step(person: Member, same: Member | None) -> PersonStep:
    if same is None:
        return PersonStep(person, None)
    fills, differs = {}, []
    for name in MEMBER_FIELDS:
        stays, other = getattr(same, name), getattr(person, name)
        if other in ("", None, Gender.UNKNOWN) or other == stays:
            continue
        if stays in ("", None, Gender.UNKNOWN):
            fills[name] = other
        else:
            differs.append((name, stays, other))
    return PersonStep(person, same, fills, tuple(differs))


def _against(kept: Family, away: Family, moving: Sequence[Moving]) -> list[Any]:
    reasons: list[Any] = []
    if kept.pk == away.pk:
        reasons.append(_("These are one file."))
    if kept.authority_id != away.authority_id:
        reasons.append(_("The two files are of two authorities; files are merged within one."))
    if FamilyStatus.MERGED in (kept.status, away.status):
        reasons.append(_("One of the files was merged into another meanwhile."))
    elif kept.status == FamilyStatus.CLOSED and away.status == FamilyStatus.OPEN:
        reasons.append(_("The file that would go on is closed: let the open one go on, or open it again."))
    reasons += sorted({collision(each) for each in moving if each.collides})
    return reasons + refusals(kept, away)


@dataclass(frozen=True)
class UndoPlan:
    """What undoing would do: rows that go back, those added since that hang on them, what is gone."""

    merge: Merge
    back: tuple[tuple[Any, int], ...]
    along: tuple[tuple[Any, list[Any]], ...]
    gone: int
    refusals: tuple[Any, ...]


def undo_plan_of(merge: Merge) -> UndoPlan:
    """What undoing would do, and what speaks against it."""
    rows = moved_rows(merge)
    back: Counter[str] = Counter()
    gone = 0
    for model, keys in rows.items():
        there = set(model._base_manager.filter(pk__in=keys).values_list("pk", flat=True))
        gone += len(keys) - len(there)
        back[str(model._meta.verbose_name_plural)] += len(there)
    return UndoPlan(
        merge, tuple(sorted(back.items())), hanging_on(merge, rows), gone, tuple(_against_undo(merge))
    )


def moved_rows(merge: Merge) -> dict[Any, list[Any]]:
    """The keys of the rows that merging moved from file to file, by model."""
    links = {link.label: link for link in links_to(Family)}
    found: dict[Any, list[Any]] = {}
    for step in merge.steps.all():
        link = links.get(step.model)
        if link is not None and link.model is not Family and f'"{merge.away_id}"' in step.before:
            keys = found.setdefault(link.model, [])
            if (key := link.model._meta.pk.to_python(step.row)) not in keys:
                keys.append(key)
    return found


def hanging_on(merge: Merge, moved: Mapping[Any, list[Any]]) -> tuple[tuple[Any, list[Any]], ...]:
    """Rows added to the file since that belong to a row which goes back, and so go with it.

    What only mentions a person does not: it stays with the file in which it was written.
    """
    own = {model: set(keys) for model, keys in moved.items()}
    found: dict[Any, list[Any]] = {}
    fresh = {model: set(keys) for model, keys in moved.items() if model is not Member}
    family_links = {link.model: link for link in links_to(Family) if link.name == "family"}
    while fresh:
        further: dict[Any, set[Any]] = {}
        for target, keys in fresh.items():
            for link in links_to(target):
                if link.model not in family_links or link.model is target:
                    continue
                rows = link.model._base_manager.filter(
                    **{f"{link.column}__in": keys, family_links[link.model].column: merge.family_id}
                )
                for row in rows.exclude(pk__in=own.get(link.model, ())):
                    own.setdefault(link.model, set()).add(row.pk)
                    further.setdefault(link.model, set()).add(row.pk)
                    found.setdefault(link.model, []).append(row)
        fresh = further
    return tuple(found.items())


def _against_undo(merge: Merge) -> list[Any]:
    if merge.undone_at is not None:
        return [_("This merging was undone already.")]
    later = Merge.objects.filter(undone_at=None, merged_at__gt=merge.merged_at)
    if later.filter(family=merge.family_id).exclude(pk=merge.pk).exists():
        return [_("Another file was merged into this one since; undo that merging first.")]
    reasons = []
    if merge.family.status == FamilyStatus.MERGED:
        reasons.append(_("This file was itself merged into another one since; undo that merging first."))
    if merge.away.status != FamilyStatus.MERGED or merge.away.merged_into_id != merge.family_id:
        reasons.append(_("The file that was merged does not lead to this one any more."))
    return reasons + undo_refusals(merge)
