"""Reading places."""

from __future__ import annotations

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Abs, Ln

from .models import Place, PlaceKind


class UnknownPlace(LookupError):
    """No place, or more than one, answers to the text."""


def resolve(text: str) -> Place:
    """The place with this code; a bare cluster number ("211") is taken where no authority has it.

    Raises UnknownPlace.
    """
    code = text.strip()
    for candidate in (code, f"C{code}", code.upper()):
        if place := Place.objects.filter(code=candidate).first():
            return place
    raise UnknownPlace(code)


def within(place: Place, kind: PlaceKind | None = None) -> QuerySet[Place]:
    """All places inside `place`, itself included, of one kind if asked."""
    places = Place.objects.filter(contained_in__ancestor=place)
    return places.filter(kind=kind) if kind else places


def parts(place: Place) -> QuerySet[Place]:
    """The places that a picture of `place` has rows for.

    The authorities of a nation, district or cluster; the neighbourhoods of an authority, or the authority
    itself where it has none; a neighbourhood itself.
    """
    if place.is_above_authority:
        return within(place, PlaceKind.AUTHORITY)
    if place.kind == PlaceKind.AUTHORITY:
        neighbourhoods = within(place, PlaceKind.NEIGHBOURHOOD)
        if neighbourhoods.exists():
            return neighbourhoods
    return Place.objects.filter(pk=place.pk)


def above(place: Place) -> QuerySet[Place]:
    """The places that contain `place`, nearest first."""
    return Place.objects.filter(containments__descendant=place, containments__depth__gt=0).order_by(
        "containments__depth", "kind", "code"
    )


def authority_of(place: Place) -> Place | None:
    """The authority that `place` is or lies in; None above the authority."""
    if place.kind == PlaceKind.AUTHORITY:
        return place
    return above(place).filter(kind=PlaceKind.AUTHORITY).first()


def similar_authorities(authority: Place, limit: int = 8) -> QuerySet[Place]:
    """Authorities most like this one: same type, nearest in socio-economic cluster and in population.

    One step of cluster weighs as much as a difference of population by a factor e.
    """
    candidates = Place.objects.filter(
        kind=PlaceKind.AUTHORITY,
        authority_type=authority.authority_type,
        is_fictional=False,
        population__gt=0,
        socioeconomic_cluster__isnull=False,
    ).exclude(pk=authority.pk)
    if not authority.population or not authority.socioeconomic_cluster:
        return candidates.none()
    return candidates.annotate(
        difference=Abs(F("socioeconomic_cluster") - Value(authority.socioeconomic_cluster))
        + Abs(Ln(F("population") * 1.0 / Value(float(authority.population))))
    ).order_by("difference", "code")[:limit]
