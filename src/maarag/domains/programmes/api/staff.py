"""Who works in programmes, and departments' toolboxes, through the API."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Query, Schema
from ninja.errors import HttpError

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, holds_somewhere, permits
from maarag.kernel.places.api import found as place_of
from maarag.kernel.places.models import Place
from maarag.ui.figures import name_in_language

from ..actions import end_toolbox, end_worker, set_worker, switch_toolbox
from ..models import ProgrammeWorker, ToolboxSwitch
from ..queries import switch_of
from ..scope import people_of
from ..toolbox import Tool, toolbox_of
from .programmes import done, programme_of, router


class WorkerOut(Schema):
    """Somebody who works in a programme of an authority."""

    account: str = Field(description="E-mail address.")
    name: str
    most: int = Field(description="Families at most.")
    starts: date
    ends: date | None

    @classmethod
    def of(cls, row: ProgrammeWorker) -> WorkerOut:
        return cls(
            account=row.account.email, name=row.account.name, most=row.most, starts=row.starts, ends=row.ends
        )


class WorkerIn(Schema):
    """Who works in the programme, with how many families at most, from a day on."""

    authority: str = Field(max_length=40)
    account: str = Field(max_length=254, description="E-mail address.")
    most: int = Field(ge=1, le=500)
    starts: date | None = Field(None, description="Today if it is left out.")


class WorkerEndIn(Schema):
    """Who no longer works in it after a day."""

    authority: str = Field(max_length=40)
    account: str = Field(max_length=254)
    ends: date | None = None


class ToolOut(Schema):
    """A method in one department: whose places pay for it, who works by it, who funds it."""

    method: str
    name: str
    setting: str
    programmes: list[str]
    families: int = Field(description="Places of those programmes; methods of one programme share them.")
    taken: int | None = Field(description="Null where it is not told.")
    workers: int
    most: int = Field(description="Families that those workers carry at most.")
    funders: list[str]

    @classmethod
    def of(cls, tool: Tool) -> ToolOut:
        return cls(
            method=tool.method.code,
            name=name_in_language(tool.method),
            setting=tool.method.setting,
            programmes=[one.code for one in tool.programmes],
            families=tool.families,
            taken=tool.taken,
            workers=tool.people,
            most=tool.most,
            funders=[one.code for one in tool.funders],
        )


class ToolboxOut(Schema):
    """The toolbox of a department; `since` is null where it works by programmes."""

    authority: str
    since: date | None
    families: int
    workers: int
    tools: list[ToolOut]
    without_methods: list[str]


class SwitchIn(Schema):
    """From when on a department works by one toolbox, and why."""

    starts: date
    why: str = Field(min_length=1, max_length=500)


class BackIn(Schema):
    """Why a department goes back to programmes."""

    why: str = Field(min_length=1, max_length=500)


def _staffer(request: HttpRequest, place: Place) -> Account:
    if not holds_somewhere(request.user, Permission.STAFF_PROGRAMMES):
        raise HttpError(403, _("Your account has no role that says who works in programmes."))
    if not permits(request.user, Permission.STAFF_PROGRAMMES, place=place):
        raise HttpError(404, _("There is nothing like this here."))
    return account_of(request)


@router.get(
    "/toolbox/{authority}",
    response=ToolboxOut,
    summary="The methods of a department in one list",
    url_name="programme_toolbox",
)
def get_toolbox(request: HttpRequest, authority: str) -> ToolboxOut:
    """Who uses what, how many places, who works, who pays; 404 where staff figures are not told."""
    return _toolbox(request, place_of(authority))


def _toolbox(request: HttpRequest, place: Place) -> ToolboxOut:
    if not permits(request.user, Permission.VIEW_STAFF_FIGURES, place=place):
        raise HttpError(404, _("There is nothing like this here."))
    today = timezone.localdate()
    tells = permits(request.user, Permission.VIEW_EXACT_COUNTS, place=place)
    found = toolbox_of(place, today, tells_taken=tells)
    switch = switch_of(place, today)
    return ToolboxOut(
        authority=place.code,
        since=switch.starts if switch else None,
        families=found.families,
        workers=found.people,
        tools=[ToolOut.of(tool) for tool in found.tools],
        without_methods=[one.code for one in found.without_methods],
    )


@router.post(
    "/toolbox/{authority}/switch",
    response=ToolboxOut,
    summary="Switch a department to one toolbox",
    url_name="programme_toolbox_switch",
)
def post_switch(request: HttpRequest, authority: str, body: SwitchIn) -> ToolboxOut:
    """422 where it works by one already, or where no programme there has methods."""
    place = place_of(authority)
    by = _staffer(request, place)
    done(lambda: switch_toolbox(by=by, authority=place, starts=body.starts, why=body.why))
    return _toolbox(request, place)


@router.post(
    "/toolbox/{authority}/back",
    response=ToolboxOut,
    summary="Have a department go back to programmes",
    url_name="programme_toolbox_back",
)
def post_back(request: HttpRequest, authority: str, body: BackIn) -> ToolboxOut:
    """After today; a switch that has not begun is called off. 404 where there is none."""
    place = place_of(authority)
    by = _staffer(request, place)
    row = ToolboxSwitch.objects.filter(authority=place, ends=None).select_related("authority").first()
    if row is None:
        raise HttpError(404, _("The department does not work by a toolbox."))
    done(lambda: end_toolbox(by=by, switch=row, why=body.why))
    return _toolbox(request, place)


@router.get(
    "/{code}/workers",
    response=list[WorkerOut],
    summary="Who works in a programme of an authority",
    url_name="programme_workers",
)
def list_workers(
    request: HttpRequest,
    code: str,
    authority: str = Query(max_length=40, description="Code of the authority."),
) -> list[WorkerOut]:
    """Now, before and later."""
    place = place_of(authority)
    _staffer(request, place)
    rows = ProgrammeWorker.objects.filter(programme=programme_of(code), authority=place)
    return [WorkerOut.of(row) for row in rows.select_related("account").order_by("-starts", "pk")]


@router.put(
    "/{code}/workers",
    response=WorkerOut,
    summary="Say who works in a programme of an authority",
    url_name="programme_worker_set",
)
def put_worker(request: HttpRequest, code: str, body: WorkerIn) -> WorkerOut:
    """What was said before ends the day before; the same again changes nothing."""
    place, programme = place_of(body.authority, status=422), programme_of(code)
    by = _staffer(request, place)
    person = people_of(place).filter(email__iexact=body.account).first()
    if person is None:
        raise HttpError(
            422, _("No account with the address %(email)s works there.") % {"email": body.account}
        )
    row = done(
        lambda: set_worker(
            by=by, programme=programme, authority=place, account=person, most=body.most, starts=body.starts
        )
    )
    return WorkerOut.of(row)


@router.post(
    "/{code}/workers/end",
    response=WorkerOut,
    summary="Say that somebody no longer works in a programme",
    url_name="programme_worker_end",
)
def post_end(request: HttpRequest, code: str, body: WorkerEndIn) -> WorkerOut:
    """After a day, today if it is left out; 404 where the account does not work in it."""
    place, programme = place_of(body.authority, status=422), programme_of(code)
    by = _staffer(request, place)
    rows = ProgrammeWorker.objects.filter(programme=programme, authority=place, ends=None)
    row = rows.filter(account__email__iexact=body.account).select_related("authority").first()
    if row is None:
        raise HttpError(404, _("Nobody with this address works in the programme there."))
    return WorkerOut.of(done(lambda: end_worker(by=by, worker=row, ends=body.ends)))
