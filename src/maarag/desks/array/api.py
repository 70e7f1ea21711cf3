"""The array of programmes through the API: the same figures as the pages. Amounts are whole agorot."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, holds_somewhere
from maarag.kernel.places.models import Place
from maarag.ui.figures import name_in_language
from maarag.values import Money, Suppressed, is_suppressed

from .assemble import Desk, desk
from .community.api import CommunityOut
from .community.assemble import community
from .lines import STAGES, Line
from .scope import place_for, sees_exact
from .words import TargetRow, target_rows

router = Router(tags=["array"])


class LineOut(Schema):
    """The figures of one place or programme; what is null and named in `hidden` would tell of a few."""

    code: str
    name: str
    places: int
    not_given: int = Field(description="Of the budget, and no authority has them yet.")
    is_estimate: bool
    taken: int | None
    free: int | None
    waiting: int | None
    caseload: int | None = Field(description="Usual families that the recorded workers may carry together.")
    carried: float | None = Field(description="What the families in their programmes weigh, as usual ones.")
    granted: int
    approved: int | None
    committed: int | None
    paid: int | None
    money_free: int | None
    first_response_quarter: int | None = Field(description="Days until a quarter of the families had one.")
    first_response_half: int | None
    first_response_three_quarters: int | None
    ended: int | None = Field(description="Families that ended with goals in the last 365 days.")
    goals_reached: int | None
    loop_closure: float | None
    help_received: float | None
    hidden: list[str]

    @classmethod
    def of(cls, line: Line) -> LineOut:
        times = line.times
        quartiles: dict[str, Any] = {
            f"first_response_{name}": times if is_suppressed(times) else getattr(times, name, None)
            for name in ("quarter", "half", "three_quarters")
        }
        told: dict[str, Any] = {
            "taken": line.taken,
            "free": line.free,
            "waiting": line.waits,
            "carried": line.carried,
            **{("money_free" if stage == "free" else stage): line.use[stage] for stage in STAGES},
            **quartiles,
            "ended": line.ended,
            "goals_reached": line.reached,
            "loop_closure": line.loop,
            "help_received": line.help,
        }
        return cls(
            code=line.key.code,
            name=name_in_language(line.key),
            places=line.places,
            not_given=line.not_given,
            is_estimate=line.is_estimate,
            caseload=line.most,
            granted=line.granted.agorot,
            hidden=[name for name, value in told.items() if is_suppressed(value)],
            **{name: _plain(value) for name, value in told.items()},
        )


class MethodFiguresOut(Schema):
    """Families that have a place by a method; `method` null: none was chosen. Above the authority quotas of
    fewer than five places are not counted.
    """

    method: str | None
    name: str
    taken: int | None


class WorkerLoadOut(Schema):
    """Somebody of a programme's team, or, without e-mail, the families there whose worker is nobody of it;
    inside an authority only.
    """

    email: str | None
    programme: str
    families: int
    carried: float = Field(description="What the families weigh, as usual ones.")
    most: int | None


class TargetStandOut(Schema):
    """A target and how it stands: `actual` in hundredths, or days for first_response; null where unknown."""

    measure: str
    programme: str | None
    value: int
    actual: float | None
    state: str = Field(description="ok, attention, critical or unknown.")

    @classmethod
    def of(cls, row: TargetRow) -> TargetStandOut:
        actual = _plain(row.actual)
        return cls(
            measure=row.target.measure,
            programme=row.target.programme.code if row.target.programme else None,
            value=row.target.value,
            actual=actual if actual is None or row.target.is_days else round(actual * 100, 2),
            state=row.status.tone,
        )


class DeskOut(Schema):
    """The desk of one place."""

    place: str
    exact: bool
    year: int
    years: list[int]
    programme: str | None
    whole: LineOut
    programmes: list[LineOut]
    places: list[LineOut]
    methods: list[MethodFiguresOut]
    workers: list[WorkerLoadOut]
    targets: list[TargetStandOut]
    toolbox: list[str] = Field(description="Codes of authorities that work by one toolbox of methods.")

    @classmethod
    def of(cls, view: Desk) -> DeskOut:
        return cls(
            place=view.place.code,
            exact=view.exact,
            year=view.year,
            years=list(view.years),
            programme=view.chosen.code if view.chosen else None,
            whole=LineOut.of(view.whole),
            programmes=[LineOut.of(line) for line in view.programmes],
            places=[LineOut.of(line) for line in view.places],
            methods=[
                MethodFiguresOut(
                    method=line.method.code if line.method else None,
                    name=name_in_language(line.method) if line.method else "",
                    taken=_plain(line.taken),
                )
                for line in view.methods
            ],
            workers=[
                WorkerLoadOut(
                    email=line.account.email if line.account else None,
                    programme=line.programme.code,
                    families=line.families,
                    carried=line.carried,
                    most=line.most,
                )
                for line in view.workers
            ],
            targets=[TargetStandOut.of(row) for row in target_rows(view)],
            toolbox=[one.code for one in view.toolbox],
        )


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, Suppressed):
        return None
    return value.agorot if isinstance(value, Money) else value


@router.get("/{place}", response=DeskOut, summary="The array of programmes of a place", url_name="array")
def get_desk(
    request: HttpRequest,
    place: str,
    programme: str = Query("", description="Code of a programme: the places and the whole of it alone."),
    year: int | None = Query(None, ge=2000, le=2100, description="In which the quotas began."),
) -> DeskOut:
    """Places, waiting, money, load, first response, loop closure, help received and endings of a place."""
    found = _place_of(request, place)
    return DeskOut.of(
        desk(found, exact=sees_exact(account_of(request), found), year=year, programme=programme[:80])
    )


@router.get(
    "/{place}/community",
    response=CommunityOut,
    summary="Community over out-of-home care in a place",
    url_name="array_community",
)
def get_community(
    request: HttpRequest,
    place: str,
    year: int | None = Query(None, ge=2000, le=2100, description="In which it began to be considered."),
) -> CommunityOut:
    """How often leaving home was considered, what was decided, barriers, incentives and yearly cost."""
    found = _place_of(request, place)
    return CommunityOut.of(community(found, exact=sees_exact(account_of(request), found), year=year))


def _place_of(request: HttpRequest, code: str) -> Place:
    if not holds_somewhere(request.user, Permission.VIEW_STAFF_FIGURES):
        raise HttpError(403, _("Your account has no role that sees the figures of staff."))
    found = place_for(account_of(request), code[:40])
    if found is None:
        raise HttpError(404, _("No place has the code %(code)s.") % {"code": code[:40]})
    return found
