"""`GET /api/picture`: the same numbers as the page and the command line."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from ninja.errors import HttpError

from maarag.kernel.places.queries import UnknownPlace, resolve

from .assemble import picture
from .data import as_data
from .scope import BadRequestForPicture, read_date, read_filters

router = Router(tags=["picture"])


class PlaceOut(Schema):
    code: str
    name: str
    kind: str
    population: int | None
    fictional: bool


class FiltersOut(Schema):
    topic: str | None
    population: str | None
    sector: str | None


class RowOut(Schema):
    """One place and topic; counts in `unit`, money in shekels a year. Hidden counts are null."""

    place_code: str
    place_name: str
    topic: str
    topic_name: str
    unit: str
    need: int | None
    need_lowest: int | None
    need_highest: int | None
    supply: float
    access: float | None
    coverage: float | None
    gap: float | None
    gap_cost: float | None
    services: int
    services_from_afar: int
    services_without_capacity: int
    nearest_km: float | None
    status: str
    certainty: str | None
    oldest_figure: str | None
    newest_figure: str | None
    suppressed: bool


class ServedOut(Schema):
    place_code: str
    number: float


class RemedyOut(Schema):
    """Capacity that would close gaps: at an existing service, or a new response in the place."""

    topic: str
    unit: str
    added: float
    at_service: str | None
    at_service_name: str | None
    at_place: str
    at_place_name: str
    serves: list[ServedOut]


class DuplicateOut(Schema):
    a: str
    a_name: str
    b: str
    b_name: str
    score: float
    verdict: str | None
    evidence: list[Any]


class PictureOut(Schema):
    place: PlaceOut
    as_of: str
    filters: FiltersOut
    exact_counts: bool
    rows: list[RowOut]
    by_topic: list[RowOut]
    remedies: list[RemedyOut]
    duplicates: list[DuplicateOut]
    seconds: float


class Problem(Schema):
    detail: str


@router.get("", response={200: PictureOut, 400: Problem, 404: Problem}, auth=None, url_name="picture")
def get_picture(
    request: HttpRequest,
    place: str = Query("IL", description="IL, the CBS code of an authority, a cluster or a district"),
    topic: str | None = Query(None, description="Only this topic, with every place listed"),
    population: str | None = Query(None, description="Only this population group (code of a situation)"),
    sector: str | None = Query(None, description="Only the services of this sector"),
    as_of: str | None = Query(None, description="The day, as YYYY-MM-DD; today where none is given"),
) -> Any:
    """Needs against responses of a place, as the caller may see them; signed out, as the public does."""
    try:
        where = resolve(place)
    except UnknownPlace:
        raise HttpError(404, _("There is no place with the code %(code)s.") % {"code": place}) from None
    try:
        filters = read_filters({"topic": topic, "population": population, "sector": sector})
        day = read_date(as_of)
    except BadRequestForPicture as error:
        raise HttpError(400, str(error)) from None
    return as_data(picture(where, viewer=request.user, as_of=day, filters=filters))
