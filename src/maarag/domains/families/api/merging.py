"""Files that resemble each other through the API: which, telling two apart, merging, undoing."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Schema
from ninja.errors import HttpError

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, holds_somewhere

from ..actions import (
    ChangedMeanwhile,
    MergedAway,
    NotMerged,
    merge_families,
    read_family,
    tell_apart,
    undo_merge,
)
from ..duplicates import Likeness, probable_pairs
from ..likeness_words import reasons_in_words
from ..merging import Plan, plan_of
from ..merging_models import Merge
from ..models import Family
from ..scope import authorities_with, may
from .alike import ApartIn
from .files import router


class LikenessOut(Schema):
    """What speaks for two files being of one family."""

    points: int = Field(description="Shown from 60 on; very likely from 90.")
    reasons: list[str] = Field(description="Codes such as same_id, near_name, same_birth.")
    words: list[str] = Field(description="The same in the language of the request, with whom it is about.")

    @classmethod
    def of(cls, likeness: Likeness) -> LikenessOut:
        codes = [reason.code for reason in likeness.reasons]
        return cls(points=likeness.points, reasons=codes, words=reasons_in_words(likeness))


class FamilyFileOut(Schema):
    """A file by its key, number and name."""

    id: UUID
    number: int
    name: str

    @classmethod
    def of(cls, family: Family) -> FamilyFileOut:
        return cls(id=family.pk, number=family.number, name=family.name)


class PairOut(Schema):
    """Two files that may be of one family."""

    first: FamilyFileOut
    second: FamilyFileOut
    likeness: LikenessOut


class SameIn(Schema):
    """Who of the file that is merged away is who of the file that goes on."""

    away: UUID
    kept: UUID


class MergeIn(Schema):
    """Which file is merged into this one; `seen` is the version of the plan that was looked at."""

    away: UUID
    seen: str = Field("", max_length=64)
    same: list[SameIn] | None = Field(None, max_length=40, description="Without it, as the plan proposes.")


class MergeRowsOut(Schema):
    """How many rows of a kind go over, and how many stay because the other file has their like."""

    what: str
    goes: int
    stays: int


class MergePlanOut(Schema):
    """What merging would do. With refusals it is not done."""

    kept: FamilyFileOut
    away: FamilyFileOut
    same: list[SameIn] = []
    added: int = Field(description="People added to those of the file that goes on.")
    rows: list[MergeRowsOut]
    refusals: list[str]
    version: str = Field(description="Send it as `seen`, so that nothing else happens than was shown.")

    @classmethod
    def of_plan(cls, plan: Plan) -> MergePlanOut:
        pairs = [
            SameIn(away=step.person.pk, kept=step.same.pk) for step in plan.people if step.same is not None
        ]
        return cls(
            kept=FamilyFileOut.of(plan.kept),
            away=FamilyFileOut.of(plan.away),
            same=pairs,
            added=len(plan.people) - len(pairs),
            rows=[
                MergeRowsOut(what=str(name), goes=goes, stays=stays) for name, goes, stays in plan.counts()
            ],
            refusals=[str(reason) for reason in plan.refusals],
            version=plan.digest,
        )


class MergeOut(Schema):
    """A merging that was done."""

    id: UUID
    family: UUID = Field(description="The file that goes on.")
    away: UUID
    away_number: int
    merged_at: datetime
    undone_at: datetime | None

    @classmethod
    def of(cls, merge: Merge) -> MergeOut:
        return cls(
            id=merge.pk,
            family=merge.family_id,
            away=merge.away_id,
            away_number=merge.away_number,
            merged_at=merge.merged_at,
            undone_at=merge.undone_at,
        )


def _account(request: HttpRequest, permission: Permission) -> Account:
    if not holds_somewhere(request.user, permission):
        raise HttpError(403, _("Your account does not merge families' files."))
    return account_of(request)


def _file(by: Account, pk: UUID, permission: Permission) -> Family:
    try:
        family = read_family(by=by, pk=pk)
    except MergedAway:
        raise HttpError(409, _("One of the files was merged into another meanwhile.")) from None
    if family is None or not may(by, permission, family):
        raise HttpError(404, _("There is no such family in your authorities."))
    return family


@router.get("/duplicates", response=list[PairOut], summary="Files alike", url_name="families_duplicates")
def list_pairs(
    request: HttpRequest, authority: str = Query(..., max_length=60, description="Code of the authority.")
) -> list[PairOut]:
    """Pairs of files of an authority that may be of one family, likeliest first."""
    by = _account(request, Permission.EDIT_FAMILIES)
    place = authorities_with(by, Permission.EDIT_FAMILIES).filter(code=authority).first()
    if place is None:
        raise HttpError(404, _("No authority of yours has the code %(code)s.") % {"code": authority})
    return [
        PairOut(
            first=FamilyFileOut.of(pair.first),
            second=FamilyFileOut.of(pair.second),
            likeness=LikenessOut.of(pair.likeness),
        )
        for pair in probable_pairs(by, place)
    ]


@router.post(
    "/{uuid:pk}/apart/{uuid:other}", response={204: None}, summary="Two families", url_name="families_apart"
)
def apart(request: HttpRequest, pk: UUID, other: UUID, body: ApartIn) -> tuple[int, None]:
    """Say why two files that resemble each other are of two families; they are not shown as alike again."""
    by = _account(request, Permission.EDIT_FAMILIES)
    family, second = (_file(by, key, Permission.EDIT_FAMILIES) for key in (pk, other))
    try:
        tell_apart(by=by, family=family, others=[second], reason=body.reason.value, note=body.note)
    except ValidationError as error:
        raise HttpError(422, " ".join(error.messages)) from None
    except Http404:
        raise HttpError(404, _("There is no such family in your authorities.")) from None
    return 204, None


@router.get(
    "/{uuid:pk}/merge/{uuid:away}",
    response=MergePlanOut,
    summary="What merging would do",
    url_name="families_plan",
)
def plan(request: HttpRequest, pk: UUID, away: UUID) -> MergePlanOut:
    """What merging `away` into this file would do, row by row; nothing is done."""
    by = _account(request, Permission.MERGE_FAMILIES)
    kept, gone = (_file(by, key, Permission.MERGE_FAMILIES) for key in (pk, away))
    return MergePlanOut.of_plan(plan_of(kept, gone))


@router.post("/{uuid:pk}/merge", response=MergeOut, summary="Make one file of two", url_name="families_merge")
def merge(request: HttpRequest, pk: UUID, body: MergeIn) -> MergeOut:
    """Merge a file into this one; it can be undone while nothing else was merged since."""
    by = _account(request, Permission.MERGE_FAMILIES)
    kept, gone = (_file(by, key, Permission.MERGE_FAMILIES) for key in (pk, body.away))
    same = None if body.same is None else {one.away: one.kept for one in body.same}
    return MergeOut.of(_done(lambda: merge_families(by=by, kept=kept, away=gone, same=same, seen=body.seen)))


@router.post(
    "/merges/{uuid:merge}/undo", response=MergeOut, summary="Take two files apart", url_name="families_undo"
)
def undo(request: HttpRequest, merge: UUID) -> MergeOut:
    """Undo a merging: what went over goes back, what was added since stays."""
    by = _account(request, Permission.MERGE_FAMILIES)
    row = Merge.objects.filter(pk=merge).first()
    if row is None:
        raise HttpError(404, _("There is no such merging in your authorities."))
    _done(lambda: undo_merge(by=by, merge=row))
    row.refresh_from_db()
    return MergeOut.of(row)


def _done(write: Any) -> Any:
    try:
        return write()
    except NotMerged as refused:
        raise HttpError(409, " ".join(refused.reasons)) from None
    except ChangedMeanwhile:
        raise HttpError(409, _("Something changed meanwhile; look at the plan again.")) from None
    except Http404:
        raise HttpError(404, _("There is no such family in your authorities.")) from None
