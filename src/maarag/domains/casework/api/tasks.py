"""Tasks through the API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Schema, Status
from ninja.errors import HttpError

from maarag.domains.families.actions import read_words
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of

from .. import actions
from ..models import Task
from ..queries.tasks import open_tasks_of, tasks_of
from .answering import file_for, given_in, keeper, router, row_for, written

EDIT = Permission.EDIT_FAMILIES


class TaskOut(Schema):
    """Something to do for a family."""

    id: UUID
    family: UUID
    what: str
    worker: str = Field(description="E-mail of whoever does it.")
    due: date
    done_at: datetime | None
    version: str

    @classmethod
    def of(cls, row: Task) -> TaskOut:
        return cls(
            id=row.pk,
            family=row.family_id,
            what=row.what,
            worker=row.worker.email,
            due=row.due,
            done_at=row.done_at,
            version=actions.mark_of(row),
        )


class TaskIn(Schema):
    """Something to do; without a worker, by yourself."""

    what: str = Field(min_length=1, max_length=500)
    worker: str | None = Field(None, max_length=254)
    due: date


class TaskChange(Schema):
    """What to change; what is left out stays."""

    version: str = ""
    what: str | None = Field(None, min_length=1, max_length=500)
    worker: str | None = Field(None, max_length=254)
    due: date | None = None


@router.get("/tasks", response=list[TaskOut], summary="My open tasks", url_name="casework_my_tasks")
def my_tasks(request: HttpRequest) -> list[TaskOut]:
    """What I have to do for families, most urgent first; each family's file is recorded as read."""
    by = keeper(request)
    found = list(open_tasks_of(by))
    read_words(by=by, rows=found)
    return [TaskOut.of(row) for row in found]


@router.get(
    "/{uuid:pk}/tasks", response=list[TaskOut], summary="Tasks for a family", url_name="casework_tasks"
)
def tasks(request: HttpRequest, pk: UUID) -> list[TaskOut]:
    """Those to do first, then those that were done."""
    return [TaskOut.of(row) for row in tasks_of(file_for(request, pk))]


@router.post("/{uuid:pk}/tasks", response={201: TaskOut}, summary="Add a task", url_name="casework_add_task")
def add_task(request: HttpRequest, pk: UUID, body: TaskIn) -> Status[Any]:
    """Put something to do on somebody's list."""
    family = file_for(request, pk, EDIT)
    worker = _worker(body.worker) if body.worker else None
    row = written(
        lambda: actions.add_task(
            by=account_of(request), family=family, what=body.what, due=body.due, worker=worker
        )
    )
    return Status(201, TaskOut.of(row))


@router.patch(
    "/{uuid:pk}/tasks/{uuid:row}",
    response=TaskOut,
    summary="Change a task",
    url_name="casework_change_task",
)
def change_task(request: HttpRequest, pk: UUID, row: UUID, body: TaskChange) -> TaskOut:
    """What, by whom, until when; 409 where it is done or somebody else changed it meanwhile."""
    found = row_for(Task, file_for(request, pk, EDIT), row)
    given = given_in(body)
    if "worker" in given:
        given["worker"] = _worker(given["worker"])
    return TaskOut.of(
        written(lambda: actions.change_task(by=account_of(request), task=found, seen=body.version, **given))
    )


@router.post(
    "/{uuid:pk}/tasks/{uuid:row}/done",
    response=TaskOut,
    summary="Tick a task off",
    url_name="casework_finish_task",
)
def finish_task(request: HttpRequest, pk: UUID, row: UUID) -> TaskOut:
    """409 where it is done already."""
    found = row_for(Task, file_for(request, pk, EDIT), row)
    return TaskOut.of(written(lambda: actions.finish_task(by=account_of(request), task=found)))


@router.post(
    "/{uuid:pk}/tasks/{uuid:row}/reopen",
    response=TaskOut,
    summary="A task is not done after all",
    url_name="casework_reopen_task",
)
def reopen_task(request: HttpRequest, pk: UUID, row: UUID) -> TaskOut:
    """409 where it was open."""
    found = row_for(Task, file_for(request, pk, EDIT), row)
    return TaskOut.of(written(lambda: actions.reopen_task(by=account_of(request), task=found)))


def _worker(email: str) -> Account:
    found = Account.objects.filter(email__iexact=email, is_active=True).first()
    if found is None:
        raise HttpError(422, _("No account with the address %(email)s works there.") % {"email": email})
    return found
