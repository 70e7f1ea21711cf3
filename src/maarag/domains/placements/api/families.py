"""One family before the programmes, and who waits for which, through the API."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Status
from ninja.errors import HttpError

from maarag.domains.families.actions import read_words
from maarag.domains.programmes.fit import MethodFit
from maarag.domains.programmes.models import Programme
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.places.models import Place

from .. import actions
from ..models import Waiting
from ..queries import WaitLine, position_of, ranking, waiting_list
from ..scope import waitings_of
from .family_schemas import ChangeWaitIn, RankedOut, RankingOut, StopIn, WaitIn, WaitingOut
from .schemas import done, family_of, keeper, nothing, router


@router.get(
    "/families/{uuid:pk}/ranking",
    response=RankingOut,
    summary="Programmes or methods ranked for a family",
    url_name="placement_ranking",
)
def ranked(request: HttpRequest, pk: UUID) -> RankingOut:
    """Reasons for and against, what shuts out, what would have to change, room, and what a place is worth.

    In a department with one toolbox each method is ranked, with the places through which it can be had.
    """
    family = family_of(keeper(request), pk)
    try:
        found = ranking(family)
    except LookupError:
        raise HttpError(409, _("The family's file is closed; nothing more is decided in it.")) from None
    return RankingOut(
        family=family.pk,
        by_method=found.by_method,
        prices_of=found.run.pk if found.run else None,
        places=[RankedOut.of(one) for one in found.places],
        methods={
            "home": [_method(one) for one in found.at_home],
            "community": [_method(one) for one in found.in_community],
            "out_of_home": [_method(one) for one in found.out_of_home],
        },
    )


@router.get("/waiting", response=list[WaitingOut], summary="Waiting lists", url_name="placement_waiting")
def listed(
    request: HttpRequest,
    programme: str = Query("", max_length=80, description="Code of a programme; none for all."),
    authority: str = Query("", max_length=40, description="Code of an authority; none for all."),
) -> list[WaitingOut]:
    """Positions count everybody; shown are the families whose files the account reads. The files of those
    with a note are recorded as read.
    """
    by = keeper(request)
    rows = waitings_of(by).filter(ended_on=None)
    if programme:
        rows = rows.filter(programme__code=programme)
    if authority:
        rows = rows.filter(authority__code=authority)
    lists = sorted(set(rows.order_by().values_list("programme_id", "authority_id")))
    programmes = Programme.objects.in_bulk([one for one, _where in lists])
    places = Place.objects.defer("outline").in_bulk([where for _one, where in lists])
    found = [line for one, where in lists for line in waiting_list(by, programmes[one], places[where])]
    read_words(by=by, rows=[line.waiting for line in found if line.waiting.note])
    return [WaitingOut.of(line) for line in found]


@router.post(
    "/waiting", response={201: WaitingOut}, summary="Put a family on a list", url_name="placement_wait"
)
def wait(request: HttpRequest, body: WaitIn) -> Status[WaitingOut]:
    """So does a social worker propose a programme for a family of theirs."""
    by = keeper(request, Permission.EDIT_FAMILIES)
    family, programme = family_of(by, body.family), _programme(body.programme)
    row = done(
        lambda: actions.wait(
            by=by,
            family=family,
            programme=programme,
            why=body.why,
            priority=body.priority,
            since=body.since,
            note=body.note,
        )
    )
    return Status(201, _line(row))


@router.post(
    "/waiting/{uuid:pk}/change",
    response=WaitingOut,
    summary="Say anew how urgently a family waits",
    url_name="placement_wait_change",
)
def change(request: HttpRequest, pk: UUID, body: ChangeWaitIn) -> WaitingOut:
    """Since when it waits stays, and with it the position within a priority."""
    by = keeper(request, Permission.EDIT_FAMILIES)
    row = _waiting(by, pk)
    note = row.note if body.note is None else body.note
    return _line(
        done(
            lambda: actions.change_waiting(
                by=by, waiting=row, priority=body.priority, why=body.why, note=note
            )
        )
    )


@router.post(
    "/waiting/{uuid:pk}/stop",
    response=WaitingOut,
    summary="Take a family off a list",
    url_name="placement_stop",
)
def stop(request: HttpRequest, pk: UUID, body: StopIn) -> WaitingOut:
    """Say how waiting ended."""
    by = keeper(request, Permission.EDIT_FAMILIES)
    row = _waiting(by, pk)
    return _line(done(lambda: actions.stop_waiting(by=by, waiting=row, outcome=body.outcome)))


def _method(one: MethodFit) -> dict[str, Any]:
    told = asdict(one)
    return {**told, "excluded": [reason.data() for reason in one.excluded]}


def _programme(code: str) -> Programme:
    found = Programme.objects.filter(code=code).first()
    if found is None:
        raise HttpError(404, _("There is no such programme."))
    return found


def _waiting(by: Account, pk: UUID) -> Waiting:
    found = waitings_of(by).filter(pk=pk).first()
    if found is None:
        raise HttpError(404, nothing())
    read_words(by=by, rows=[found])
    return found


def _line(row: Waiting) -> WaitingOut:
    return WaitingOut.of(WaitLine(row, *(position_of(row) or (0, 0))))
