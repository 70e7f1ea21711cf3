"""What baskets of programmes may buy, through the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Schema, Status
from ninja.errors import HttpError

from maarag.domains.programmes.models import Programme
from maarag.kernel.access.permissions import Permission
from maarag.kernel.taxonomy.queries import term_by_code
from maarag.values import Money

from ..actions import allow_response, end_allowed
from ..models import AllowedResponse
from ..price_models import MOST_AGOROT
from .baskets import router
from .schemas import done, keeper


class AllowedOut(Schema):
    """A response, with all below it, that baskets of a programme may buy; amounts in agorot."""

    id: int
    programme: str
    response: str
    most_of_request_agorot: int | None
    most_of_family_agorot: int | None
    note_he: str
    note_ar: str
    note_en: str
    since: datetime
    until: datetime | None = Field(description="When it was ended; empty where it is in force.")

    @classmethod
    def of(cls, row: AllowedResponse) -> AllowedOut:
        return cls(
            id=row.pk,
            programme=row.programme.code,
            response=row.response.code,
            most_of_request_agorot=row.request_agorot,
            most_of_family_agorot=row.family_agorot,
            since=row.set_at,
            until=row.ended_at,
            **{name: getattr(row, name) for name in ("note_he", "note_ar", "note_en")},
        )


class AllowedIn(Schema):
    """A response that baskets of a programme may buy, up to so many agorot."""

    programme: str = Field(max_length=80, description="Code of the programme.")
    response: str = Field(max_length=200, description="Code of the response; a branch counts with all below.")
    most_of_request_agorot: int | None = Field(None, ge=1, le=MOST_AGOROT)
    most_of_family_agorot: int | None = Field(None, ge=1, le=MOST_AGOROT)
    note_he: str = Field("", max_length=300)
    note_ar: str = Field("", max_length=300)
    note_en: str = Field("", max_length=300)


@router.get(
    "/allowed",
    response=list[AllowedOut],
    summary="What baskets of programmes may buy",
    url_name="basket_allowed",
    auth=None,
)
def allowed(
    request: HttpRequest,
    programme: str = Query("", max_length=80),
    ended: bool = Query(False, description="Also what held before."),
) -> list[AllowedOut]:
    """Of a programme without any line in force, baskets may buy every response."""
    rows = AllowedResponse.objects.select_related("programme", "response")
    if programme:
        rows = rows.filter(programme__code=programme)
    if not ended:
        rows = rows.filter(ended_at=None)
    return [AllowedOut.of(row) for row in rows.order_by("programme__code", "response__code", "pk")[:1000]]


@router.put(
    "/allowed",
    response=AllowedOut,
    summary="Say what baskets of a programme may buy",
    url_name="basket_allow",
)
def allow(request: HttpRequest, body: AllowedIn) -> AllowedOut:
    """For whoever manages the nation's budgets; takes the place of what was said of the response before."""
    by = keeper(request, Permission.MANAGE_BUDGETS)
    programme = Programme.objects.filter(code=body.programme).first()
    response = term_by_code(body.response)
    if programme is None or response is None:
        raise HttpError(422, _("There is no such programme or response."))
    given = {"of_request": body.most_of_request_agorot, "of_family": body.most_of_family_agorot}
    row = done(
        lambda: allow_response(
            by=by,
            programme=programme,
            response=response,
            **{f"most_{name}": None if agorot is None else Money(agorot) for name, agorot in given.items()},
            **body.dict(include={"note_he", "note_ar", "note_en"}),
        )
    )
    return AllowedOut.of(row)


@router.post(
    "/allowed/{int:pk}/end",
    response={204: None},
    summary="Baskets of a programme may no longer buy it",
    url_name="basket_allowed_end",
)
def end(request: HttpRequest, pk: int) -> Status[Any]:
    """What was approved stays; ended already, it stays ended."""
    by = keeper(request, Permission.MANAGE_BUDGETS)
    row = AllowedResponse.objects.select_related("programme").filter(pk=pk).first()
    if row is None:
        raise HttpError(404, _("There is no such line."))
    done(lambda: end_allowed(by=by, row=row))
    return Status(204, None)
