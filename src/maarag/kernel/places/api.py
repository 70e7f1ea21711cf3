"""Places through the API: open to everyone."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError

from .models import Place, PlaceKind
from .queries import UnknownPlace, above, resolve, within

router = Router(tags=["places"])


class LocalName(Schema):
    """A name in Hebrew, Arabic and English; empty where there is none."""

    he: str = ""
    ar: str = ""
    en: str = ""

    @classmethod
    def of(cls, row: object) -> LocalName:
        """The name of any row that has one in three languages."""
        return cls(**{code: getattr(row, f"name_{code}", "") or "" for code in ("he", "ar", "en")})


class PlaceShort(Schema):
    """A place as a list shows it."""

    code: str = Field(description="IL; an authority's number; C, D- or W- for clusters and districts.")
    kind: str
    name: LocalName
    is_fictional: bool

    @classmethod
    def of(cls, place: Place) -> PlaceShort:
        return cls(
            code=place.code, kind=place.kind, name=LocalName.of(place), is_fictional=place.is_fictional
        )


class PlaceFull(PlaceShort):
    """Everything that is known of a place itself."""

    authority_type: str
    district_of: str
    population: int | None
    population_year: int | None
    socioeconomic_cluster: int | None = Field(description="From 1 (lowest) to 10.")
    latitude: float | None
    longitude: float | None
    lies_in: list[PlaceShort]
    parts: int = Field(description="How many places lie inside it, at any depth.")


class PlacePage(Schema):
    """A page of places."""

    total: int
    items: list[PlaceShort]


@router.get("/", response=PlacePage, auth=None, summary="List or search places", url_name="places_list")
def list_places(
    request: HttpRequest,
    q: str = Query("", max_length=120, description="A part of a name in Hebrew, Arabic or English."),
    kind: str = Query("", description="nation, district, cluster, authority or neighbourhood."),
    inside: str = Query("", description="Code of a place: only what lies inside it."),
    limit: int = Query(100, ge=1, le=500),
    offset: int = Query(0, ge=0, le=1_000_000),
) -> PlacePage:
    """Places in the order of their Hebrew names."""
    if kind and kind not in PlaceKind.values:
        raise HttpError(
            422,
            _("No kind of place is called %(kind)s. Kinds: %(known)s.")
            % {"kind": kind, "known": ", ".join(PlaceKind.values)},
        )
    places = Place.objects.all()
    if inside:
        places = within(found(inside, status=422)).exclude(code=inside)
    if kind:
        places = places.filter(kind=kind)
    if q := q.strip():
        named = Q(name_he__icontains=q) | Q(name_ar__icontains=q) | Q(name_en__icontains=q)
        places = places.filter(named)
    shown = places.defer("outline").order_by("name_he", "code")[offset : offset + limit]
    return PlacePage(total=places.count(), items=[PlaceShort.of(place) for place in shown])


@router.get("/{code}", response=PlaceFull, auth=None, summary="One place", url_name="place")
def one_place(request: HttpRequest, code: str) -> PlaceFull:
    """A place with what it lies in, nearest first."""
    place = found(code)
    return PlaceFull(
        **PlaceShort.of(place).dict(),
        authority_type=place.authority_type,
        district_of=place.district_of,
        population=place.population,
        population_year=place.population_year,
        socioeconomic_cluster=place.socioeconomic_cluster,
        latitude=place.latitude,
        longitude=place.longitude,
        lies_in=[PlaceShort.of(one) for one in above(place)],
        parts=within(place).count() - 1,
    )


def found(code: str, status: int = 404) -> Place:
    """The place with this code; an HttpError in words where there is none."""
    try:
        return resolve(code[:40])
    except UnknownPlace:
        raise HttpError(status, _("No place has the code %(code)s.") % {"code": code[:40]}) from None
