"""Situations and strengths of a family through the API."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Schema, Status

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of

from .. import actions
from ..models import Circumstance, CircumstanceKind, SaidBy
from ..queries.planning import circumstances_of
from .answering import file_for, router, row_for, term, written

EDIT = Permission.EDIT_FAMILIES


class CircumstanceOut(Schema):
    """A situation or a strength: who said so, when, and since when it is over."""

    id: UUID
    kind: str
    term: str | None
    words: str
    said_by: str
    said_by_whom: str
    said_on: date
    ended_on: date | None
    ended_why: str
    version: str

    @classmethod
    def of(cls, row: Circumstance) -> CircumstanceOut:
        names = [name for name in cls.model_fields if name not in ("id", "term", "version")]
        return cls(
            id=row.pk,
            term=row.term.code if row.term else None,
            version=actions.mark_of(row),
            **{name: getattr(row, name) for name in names},
        )


class CircumstanceIn(Schema):
    """A situation (with a term) or a strength (in words)."""

    kind: CircumstanceKind
    term: str | None = Field(None, max_length=200)
    words: str = Field("", max_length=2000)
    said_by: SaidBy
    said_by_whom: str = Field("", max_length=200)
    said_on: date | None = None


class Ending(Schema):
    """That something no longer holds."""

    version: str = ""
    ended_on: date | None = None
    why: str = Field(min_length=1, max_length=1000)


@router.get(
    "/{uuid:pk}/situation",
    response=list[CircumstanceOut],
    summary="Situations and strengths of a family",
    url_name="casework_situation",
)
def situation(request: HttpRequest, pk: UUID) -> list[CircumstanceOut]:
    """Those that hold first, then those that ended."""
    return [CircumstanceOut.of(row) for row in circumstances_of(file_for(request, pk))]


@router.post(
    "/{uuid:pk}/situation",
    response={201: CircumstanceOut},
    summary="Add a situation or a strength",
    url_name="casework_add_circumstance",
)
def add_circumstance(request: HttpRequest, pk: UUID, body: CircumstanceIn) -> Status[Any]:
    """Who said so, and when."""
    family = file_for(request, pk, EDIT)
    given = {**body.dict(), "kind": body.kind.value, "term": term(body.term) if body.term else None}
    row = written(lambda: actions.add_circumstance(by=account_of(request), family=family, **given))
    return Status(201, CircumstanceOut.of(row))


@router.post(
    "/{uuid:pk}/situation/{uuid:row}/end",
    response=CircumstanceOut,
    summary="Say that it no longer holds",
    url_name="casework_end_circumstance",
)
def end_circumstance(request: HttpRequest, pk: UUID, row: UUID, body: Ending) -> CircumstanceOut:
    """It stays to be read."""
    found = row_for(Circumstance, file_for(request, pk, EDIT), row)
    return CircumstanceOut.of(
        written(
            lambda: actions.end_circumstance(
                by=account_of(request),
                circumstance=found,
                why=body.why,
                ended_on=body.ended_on,
                seen=body.version,
            )
        )
    )
