"""Writing places and what lies in what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from maarag.kernel.audit.actions import Change, changed_fields, record, record_many

from .models import Containment, Place, PlaceFigure, PlaceKind

if TYPE_CHECKING:
    from maarag.kernel.access.models import Account
    from maarag.kernel.sources.models import Source


@transaction.atomic
def save_place(*, by: Account, code: str, within: Sequence[Place], **fields: Any) -> Place:
    """Make or change the place with this code, lying directly in the places of `within`.

    Raises ValidationError where an authority would lie in two districts of one ministry, or a place in
    itself.
    """
    place = Place.objects.select_for_update().filter(code=code).first() or Place(code=code)
    before = {name: getattr(place, name) for name in fields} if place.pk else {}
    for name, value in fields.items():
        setattr(place, name, value)
    is_new = place.pk is None
    changes = changed_fields(before, fields)
    if is_new or changes:
        place.full_clean(validate_unique=False)
        place.save()
    if _set_parents(place, within):
        changes["within"] = [None, sorted(parent.code for parent in within)]
    if is_new or changes:
        record(by=by, action="places.save", subject=place, place=place, changes=changes)
    return place


@dataclass(frozen=True)
class PlaceDraft:
    """A place as it should be; `within`: codes of the places it lies in directly; `fields`: the model's."""

    code: str
    within: Sequence[str] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def save_places(*, by: Account, drafts: Sequence[PlaceDraft]) -> list[Place]:
    """Make or change many places, in the order given: what contains before what is within; all or none.

    New places take a few queries however many they are; one audit event for each place made or changed.
    Raises ValidationError as save_place does, and for a containing place that does not exist.
    """
    codes = {code for draft in drafts for code in (draft.code, *draft.within)}
    stored = {place.code: place for place in Place.objects.select_for_update().filter(code__in=codes)}
    new: dict[str, Place] = {}
    old: list[PlaceDraft] = []
    for draft in drafts:
        if draft.code in stored:
            old.append(draft)
            continue
        for code in draft.within:
            if code not in stored and code not in new:
                raise ValidationError(_("There is no place with the code %(code)s.") % {"code": code})
        place = Place(code=draft.code, **draft.fields)
        place.clean_fields(exclude=["source"])
        _one_district_of_each(place, [stored.get(code) or new[code] for code in draft.within])
        new[draft.code] = place
    Place.objects.bulk_create(new.values(), batch_size=1000)
    made = [draft for draft in drafts if draft.code in new]
    _contain(made, {**stored, **new})
    record_many(
        by=by,
        action="places.save",
        changes=[
            Change(
                new[draft.code],
                changed_fields({}, draft.fields) | {"within": [None, sorted(draft.within)]},
                new[draft.code].pk,
            )
            for draft in made
        ],
    )
    parents = _direct_parents(stored.values())
    for draft in old:
        place = stored[draft.code]
        differs = changed_fields({name: getattr(place, name) for name in draft.fields}, draft.fields)
        if differs or parents[place.pk] != set(draft.within):
            within = [stored.get(code) or new[code] for code in draft.within]
            stored[draft.code] = save_place(by=by, code=draft.code, within=within, **draft.fields)
    return [new.get(draft.code) or stored[draft.code] for draft in drafts]


def _contain(made: Sequence[PlaceDraft], places: Mapping[str, Place]) -> None:
    """Write what the new places lie in, at every depth; those that contain come first."""
    parents = {places[code].pk for draft in made for code in draft.within}
    above: dict[int, dict[int, int]] = defaultdict(dict)
    for ancestor, descendant, depth in Containment.objects.filter(descendant_id__in=parents).values_list(
        "ancestor_id", "descendant_id", "depth"
    ):
        above[descendant][ancestor] = depth
    links: list[Containment] = []
    for draft in made:
        pk = places[draft.code].pk
        above[pk][pk] = 0
        for code in draft.within:
            for ancestor, depth in above[places[code].pk].items():
                above[pk][ancestor] = min(depth + 1, above[pk].get(ancestor, depth + 1))
        links += [
            Containment(ancestor_id=ancestor, descendant_id=pk, depth=depth)
            for ancestor, depth in above[pk].items()
        ]
    Containment.objects.bulk_create(links, batch_size=2000)


def _direct_parents(places: Iterable[Place]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    links = Containment.objects.filter(descendant__in=[place.pk for place in places], depth=1)
    for descendant, code in links.values_list("descendant_id", "ancestor__code"):
        found[descendant].add(code)
    return found


def _one_district_of_each(place: Place, parents: Sequence[Place]) -> None:
    districts = [parent.district_of for parent in parents if parent.kind == PlaceKind.DISTRICT]
    if len(districts) != len(set(districts)):
        raise ValidationError(_("%(place)s cannot lie in two districts of one ministry.") % {"place": place})


def _set_parents(place: Place, parents: Sequence[Place]) -> bool:
    _one_district_of_each(place, parents)
    current = set(Containment.objects.filter(descendant=place, depth=1).values_list("ancestor_id", flat=True))
    wanted = {parent.pk for parent in parents}
    if current == wanted and Containment.objects.filter(descendant=place, depth=0).exists():
        return False
    inside = list(Containment.objects.filter(ancestor=place).values_list("descendant_id", "depth")) or [
        (place.pk, 0)
    ]
    if wanted & {pk for pk, _depth in inside}:
        raise ValidationError(_("%(place)s cannot lie within itself.") % {"place": place})
    inside_ids = [pk for pk, _depth in inside]
    Containment.objects.filter(descendant_id__in=inside_ids).exclude(ancestor_id__in=inside_ids).delete()
    Containment.objects.get_or_create(ancestor=place, descendant=place, defaults={"depth": 0})
    links: dict[tuple[int, int], int] = {}
    for ancestor_id, up in Containment.objects.filter(descendant_id__in=wanted).values_list(
        "ancestor_id", "depth"
    ):
        for descendant_id, down in inside:
            depth = up + down + 1
            key = (ancestor_id, descendant_id)
            links[key] = min(depth, links.get(key, depth))
    Containment.objects.bulk_create(
        Containment(ancestor_id=a, descendant_id=d, depth=depth) for (a, d), depth in links.items()
    )
    return True


@transaction.atomic
def save_figures(*, by: Account, source: Source, figures: Sequence[tuple[Place, str, int, Any]]) -> int:
    """Store many (place, code, year, value) figures of one source; returns how many were new or changed."""
    rows = [
        PlaceFigure(place=place, code=code, year=year, value=value, source=source)
        for place, code, year, value in figures
    ]
    known = {
        (f.place_id, f.code, f.year): f.value
        for f in PlaceFigure.objects.filter(source=source, place__in={place for place, *_rest in figures})
    }
    fresh = [row for row in rows if known.get((row.place_id, row.code, row.year)) != _rounded(row)]
    PlaceFigure.objects.bulk_create(
        fresh,
        update_conflicts=True,
        unique_fields=["place", "code", "year", "source"],
        update_fields=["value"],
    )
    if fresh:
        record(by=by, action="places.save_figures", subject=source, changes={"figures": [None, len(fresh)]})
    return len(fresh)


def _rounded(row: PlaceFigure) -> Any:
    return (
        PlaceFigure._meta.get_field("value")
        .to_python(row.value)
        .quantize(PlaceFigure._meta.get_field("value").to_python("0.0001"))
    )
