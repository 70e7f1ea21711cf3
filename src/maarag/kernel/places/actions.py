"""Writing places and what lies in what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction

from django.utils.translation import gettext as _

from maarag.kernel.audit.actions import changed_fields, record

from .models import Containment, Place, PlaceFigure, PlaceKind

if TYPE_CHECKING:
    from maarag.kernel.access.models import Account
    from maarag.kernel.sources.models import Source


@transaction.atomic
def save_place(*, by: Account, code: str, within: Sequence[Place], **fields: Any) -> Place:
    """Make or change the place with this code, lying directly in the places of `within`.

    Raises ValidationError where an authority would lie in two districts of one ministry, or a place in itself.
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


def _set_parents(place: Place, parents: Sequence[Place]) -> bool:
    districts = [parent.district_of for parent in parents if parent.kind == PlaceKind.DISTRICT]
    if len(districts) != len(set(districts)):
        raise ValidationError(_("%(place)s cannot lie in two districts of one ministry.") % {"place": place})
    current = set(
        Containment.objects.filter(descendant=place, depth=1).values_list("ancestor_id", flat=True)
    )
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
    for ancestor_id, up in Containment.objects.filter(descendant_id__in=wanted).values_list("ancestor_id", "depth"):
        for descendant_id, down in inside:
            depth = up + down + 1
            key = (ancestor_id, descendant_id)
            links[key] = min(depth, links.get(key, depth))
    Containment.objects.bulk_create(
        Containment(ancestor_id=a, descendant_id=d, depth=depth) for (a, d), depth in links.items()
    )
    return True


@transaction.atomic
def save_figures(
    *, by: Account, source: Source, figures: Sequence[tuple[Place, str, int, Any]]
) -> int:
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
    return PlaceFigure._meta.get_field("value").to_python(row.value).quantize(
        PlaceFigure._meta.get_field("value").to_python("0.0001")
    )
