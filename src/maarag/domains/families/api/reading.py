"""Who read files, unusual reading, and how many families there are."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema
from ninja.errors import HttpError

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, holds_somewhere
from maarag.values import Shown, is_suppressed

from ..actions.files import read_family
from ..actions.reading import OwnReading, judge_reading
from ..counts import COLUMNS, MOST_CHILDREN, OPEN, Line, counts_for
from ..queries.reading import ReadBy, my_files, readers_of, reads_on, unusual
from ..reading_models import ReadingVerdict
from ..scope import authorities_with

router = Router(tags=["families"])


class ReadOut(Schema):
    """One reading of a file; readings of one person within ten minutes are one."""

    when: datetime
    who: str
    role: str
    what: str

    @classmethod
    def of(cls, read: ReadBy) -> ReadOut:
        return cls(when=read.when, who=read.who, role=read.role, what=read.what)


class MyFileOut(Schema):
    """Who read a file that is about the account, and nothing else of it."""

    authority: str
    reads: list[ReadOut]


class UnusualOut(Schema):
    """A day of somebody's reading to ask about."""

    authority: str
    reader: int
    name: str
    day: date
    files: int
    points: int
    reasons: list[str]
    verdict: str | None = Field(description="in_order or to_clarify; null where nobody looked at it yet.")
    note: str


class ReadingVerdictIn(Schema):
    """What a supervisor says of a day of reading."""

    authority: str = Field(description="Code of the local authority.", max_length=60)
    reader: int = Field(ge=1, le=2**62)
    day: date
    verdict: ReadingVerdict.Verdict
    note: str = Field("", max_length=500)


class VerdictOut(Schema):
    """A recorded verdict."""

    authority: str
    reader: int
    day: date
    verdict: str
    note: str
    judged_at: datetime


class CountOut(Schema):
    """A count, or why it is hidden: "<5", or "hidden" where it would give another one away."""

    number: int | None
    hidden: str = ""

    @classmethod
    def of(cls, count: Shown) -> CountOut:
        if is_suppressed(count):
            return cls(number=None, hidden=f"<{count.threshold}" if count.primary else "hidden")
        return cls(number=int(count or 0))


class CountsOut(Schema):
    """The counts of families of one place."""

    place: str
    kind: str
    children: list[CountOut] = Field(
        description=f"Open files by number of children, from 0 to {MOST_CHILDREN} and more."
    )
    open: CountOut
    closed: CountOut
    all: CountOut

    @classmethod
    def of(cls, line: Line) -> CountsOut:
        counts = [CountOut.of(count) for count in line.counts]
        first = COLUMNS.index(OPEN)
        return cls(
            place=line.place.code,
            kind=line.place.kind,
            children=counts[:first],
            open=counts[first],
            closed=counts[first + 1],
            all=counts[first + 2],
        )


def _with(request: HttpRequest, permission: Permission) -> Account:
    if not holds_somewhere(request.user, permission):
        raise HttpError(403, _("Your account has no role that opens this."))
    return account_of(request)


@router.get("/mine", response=list[MyFileOut], summary="Who read the file about me", url_name="families_mine")
def list_mine(request: HttpRequest) -> list[MyFileOut]:
    """For somebody of a family whose account a social worker connected to its file."""
    return [
        MyFileOut(authority=one.authority.code, reads=[ReadOut.of(read) for read in one.reads])
        for one in my_files(account_of(request))
    ]


@router.get(
    "/counts", response=list[CountsOut], summary="How many families there are", url_name="families_counts"
)
def list_counts(request: HttpRequest) -> list[CountsOut]:
    """By place; small counts are hidden from whoever does not work in the authority."""
    viewer = _with(request, Permission.VIEW_STAFF_FIGURES)
    return [CountsOut.of(line) for line in counts_for(viewer).lines]


@router.get("/reading", response=list[UnusualOut], summary="Unusual reading", url_name="families_reading")
def list_unusual(request: HttpRequest) -> list[UnusualOut]:
    """The days of the last thirty on which somebody should be asked about what they read."""
    return [
        UnusualOut(
            authority=one.authority.code,
            reader=one.reader.pk,
            name=one.reader.name,
            day=one.day,
            files=one.files,
            points=one.points,
            reasons=list(one.reasons),
            verdict=one.verdict.verdict if one.verdict else None,
            note=one.verdict.note if one.verdict else "",
        )
        for one in unusual(_with(request, Permission.REVIEW_READING))
    ]


@router.post(
    "/reading/verdicts",
    response=VerdictOut,
    summary="Judge a day of reading",
    url_name="families_reading_verdict",
)
def judge(request: HttpRequest, body: ReadingVerdictIn) -> VerdictOut:
    """Say whether what somebody read on a day is in order; nobody judges their own reading."""
    by = _with(request, Permission.REVIEW_READING)
    authority = authorities_with(by, Permission.REVIEW_READING).filter(code=body.authority).first()
    reader = Account.objects.filter(pk=body.reader).first()
    if authority is None or reader is None or not reads_on(authority, reader, body.day):
        raise HttpError(404, _("This account read no file there on that day."))
    try:
        row = judge_reading(
            by=by,
            authority=authority,
            reader=reader,
            day=body.day,
            verdict=body.verdict.value,
            note=body.note,
        )
    except OwnReading:
        raise HttpError(409, _("Somebody else must judge what you read yourself.")) from None
    except ValidationError as error:
        raise HttpError(422, " ".join(error.messages)) from None
    return VerdictOut(
        authority=authority.code,
        reader=reader.pk,
        day=row.day,
        verdict=row.verdict,
        note=row.note,
        judged_at=row.judged_at,
    )


@router.get(
    "/{uuid:pk}/readers", response=list[ReadOut], summary="Who read a file", url_name="family_readers"
)
def list_readers(request: HttpRequest, pk: UUID) -> list[ReadOut]:
    """Newest first; that this was asked is a reading too."""
    family = read_family(by=_with(request, Permission.VIEW_FAMILIES), pk=pk)
    if family is None:
        raise HttpError(404, _("There is no such family in your authorities."))
    return [ReadOut.of(read) for read in readers_of(family)]
