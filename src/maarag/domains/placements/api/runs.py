"""Runs through the API: asked for, stopped, read in figures, answered where a group was placed less."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Status
from ninja.errors import HttpError

from maarag.domains.programmes.models import Programme
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.matches.actions import cancel_run
from maarag.kernel.matches.models import Run, RunState
from maarag.kernel.places.models import Place

from .. import actions
from ..asked import Asked, FloorAsked, asked
from ..queries import compare, fairness, figures_of
from ..scope import runs_of
from .schemas import (
    AnswerIn,
    FiguresLineOut,
    GroupOut,
    MendIn,
    RerunIn,
    RunFiguresOut,
    RunIn,
    RunOut,
    RunPage,
    SettingsIn,
    counted,
    done,
    keeper,
    nothing,
    router,
)

RUN = Permission.RUN_PLACEMENTS


@router.get("/runs", response=RunPage, summary="Matching runs", url_name="placement_runs")
def list_runs(
    request: HttpRequest,
    place: str = Query("", max_length=40),
    limit: int = Query(50, ge=1, le=500),
    offset: int = Query(0, ge=0, le=1_000_000),
) -> RunPage:
    """The runs for the account's places, and those that reached its department; newest first."""
    found = runs_of(keeper(request, RUN))
    if place:
        found = found.filter(place__code=place)
    rows = found[offset : offset + limit]
    return RunPage(total=found.count(), items=[RunOut.of(row) for row in rows])


@router.post(
    "/runs", response={201: RunOut}, summary="Match families to places", url_name="placement_run_start"
)
def start(request: HttpRequest, body: RunIn) -> Status[RunOut]:
    """A department is matched at once, unless it is large; a district or the nation by a worker."""
    by = keeper(request, RUN)
    place = Place.objects.filter(code=body.place).first()
    if place is None:
        raise HttpError(404, _("There is no such place."))
    settings = _settings(body)
    return Status(201, RunOut.of(done(lambda: actions.start_run(by=by, place=place, settings=settings))))


@router.get("/runs/{uuid:pk}", response=RunOut, summary="One run", url_name="placement_run")
def one(request: HttpRequest, pk: UUID) -> RunOut:
    """How far it is, and what it was asked with."""
    return RunOut.of(run_of(keeper(request, RUN), pk))


@router.post("/runs/{uuid:pk}/cancel", response=RunOut, summary="Stop a run", url_name="placement_run_cancel")
def cancel(request: HttpRequest, pk: UUID) -> RunOut:
    """One that has ended stays as it is."""
    by = keeper(request, RUN)
    run = run_of(by, pk)
    return RunOut.of(done(lambda: cancel_run(by=by, run=run)))


@router.post(
    "/runs/{uuid:pk}/rerun", response={201: RunOut}, summary="Match anew", url_name="placement_run_again"
)
def again(request: HttpRequest, pk: UUID, body: RerunIn) -> Status[RunOut]:
    """With today's data; decisions that were not carried out stay unless told otherwise."""
    by = keeper(request, RUN)
    run, settings = run_of(by, pk), _settings(body)
    place = Place.objects.filter(code=body.place).first() if body.place else None
    if body.place and place is None:
        raise HttpError(404, _("There is no such place."))
    made = done(lambda: actions.rerun(by=by, run=run, place=place, settings=settings, keep=body.keep))
    return Status(201, RunOut.of(made))


@router.get(
    "/runs/{uuid:pk}/figures",
    response=RunFiguresOut,
    summary="A run in figures",
    url_name="placement_figures",
)
def in_figures(request: HttpRequest, pk: UUID) -> RunFiguresOut:
    """Without names; small numbers are hidden from whoever does not decide for the department."""
    by = keeper(request, RUN)
    run = done_run(by, pk)
    found = figures_of(by, run)
    return RunFiguresOut(
        whole=FiguresLineOut.of(found.whole),
        lines=[FiguresLineOut.of(line) for line in found.lines],
        binding=list(found.binding),
        floors=list(found.floors),
        waiting_because={code: counted(n) for code, n in found.waiting_because.items()},
        value=found.value,
        gap=found.gap,
        floors_cost=found.floors_cost,
    )


@router.get(
    "/runs/{uuid:pk}/fairness",
    response=list[GroupOut],
    summary="Groups in a run",
    url_name="placement_fairness",
)
def groups(request: HttpRequest, pk: UUID) -> list[GroupOut]:
    """Of each group the rate that has a place, with intervals of 95 %, and people's answers."""
    by = keeper(request, RUN)
    return [GroupOut.of(line) for each in fairness(by, done_run(by, pk)) for line in each.groups]


@router.post(
    "/runs/{uuid:pk}/fairness",
    response={201: str},
    summary="Explain a difference between groups",
    url_name="placement_explain",
)
def explain(request: HttpRequest, pk: UUID, body: AnswerIn) -> Status[str]:
    """Say why a group was placed less; no words about a person."""
    by = keeper(request, RUN)
    run = done_run(by, pk)
    row = done(lambda: actions.explain_difference(by=by, run=run, **body.dict()))
    return Status(201, row.text)


@router.post(
    "/runs/{uuid:pk}/mend",
    response={201: RunOut},
    summary="Run again with a floor",
    url_name="placement_mend",
)
def mend(request: HttpRequest, pk: UUID, body: MendIn) -> Status[RunOut]:
    """A floor for a group that was placed less; decisions stay."""
    by = keeper(request, RUN)
    run = done_run(by, pk)
    return Status(201, RunOut.of(done(lambda: actions.mend(by=by, run=run, **body.dict()))))


@router.get(
    "/runs/{uuid:pk}/compare/{uuid:other}",
    response=list[dict[str, int | str | None]],
    summary="What a second run changes",
    url_name="placement_compare",
)
def side_by_side(request: HttpRequest, pk: UUID, other: UUID) -> list[dict[str, int | str | None]]:
    """The families that two runs place differently, among those whose files the account reads."""
    by = keeper(request, RUN)
    found = compare(by, done_run(by, pk), done_run(by, other))
    return [
        {
            "family": str(line.family.pk),
            "before": line.before.programme.code if line.before else None,
            "after": line.after.programme.code if line.after else None,
            "before_method": line.before_method.code if line.before_method else None,
            "after_method": line.after_method.code if line.after_method else None,
            "before_fit": line.before_fit,
            "after_fit": line.after_fit,
        }
        for line in found.lines
    ]


def run_of(by: Account, pk: UUID) -> Run:
    found = runs_of(by).filter(pk=pk).first()
    if found is None:
        raise HttpError(404, nothing())
    return found


def done_run(by: Account, pk: UUID) -> Run:
    run = run_of(by, pk)
    if run.state != RunState.DONE:
        raise HttpError(409, _("The run is not done, so there is nothing to read of it yet."))
    return run


def _settings(body: SettingsIn) -> Asked:
    programmes = list(Programme.objects.filter(code__in=body.programmes).values_list("pk", flat=True))
    if len(programmes) != len(set(body.programmes)):
        raise HttpError(422, _("One of the programmes does not exist."))
    floors = [FloorAsked(**floor.dict()) for floor in body.floors]
    return done(lambda: asked(who=body.who, least_fit=body.least_fit, floors=floors, programmes=programmes))
