"""Contacts, documents, tasks, the timeline and closing through the API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from ninja import Field, File, Form, Query, Schema, Status
from ninja.errors import HttpError
from ninja.files import UploadedFile

from maarag.domains.families.models import ClosingReason, Family
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of

from .. import actions
from ..file_kinds import MOST_BYTES, too_large
from ..models import Contact, ContactKind, Document, DocumentKind, GoalState, Outcome, Task
from ..queries.tasks import open_tasks_of, tasks_of
from ..queries.timeline import Strand, moments_of
from .answering import file_for, keeper, router, row_for, written

EDIT = Permission.EDIT_FAMILIES


class ContactOut(Schema):
    """A visit, a call, a meeting or a letter."""

    id: UUID
    kind: str
    at: datetime
    minutes: int | None
    people: str
    said: str
    next_step: str
    written_by: str
    version: str

    @classmethod
    def of(cls, row: Contact) -> ContactOut:
        names = ("kind", "at", "minutes", "people", "said", "next_step")
        return cls(
            id=row.pk,
            written_by=row.written_by.name,
            version=actions.mark_of(row),
            **{name: getattr(row, name) for name in names},
        )


class ContactIn(Schema):
    """A contact; where the next step has a day, it becomes a task of yours."""

    kind: ContactKind
    at: datetime
    minutes: int | None = Field(None, ge=1, le=1440)
    people: str = Field(min_length=1, max_length=1000)
    said: str = Field(min_length=1, max_length=20000)
    next_step: str = Field("", max_length=1000)
    next_on: date | None = None


class ContactChange(Schema):
    """What to correct; what is left out stays."""

    version: str = ""
    kind: ContactKind | None = None
    at: datetime | None = None
    minutes: int | None = Field(None, ge=1, le=1440)
    people: str | None = Field(None, min_length=1, max_length=1000)
    said: str | None = Field(None, min_length=1, max_length=20000)
    next_step: str | None = Field(None, max_length=1000)


class DocumentOut(Schema):
    """A document of the file, without its content."""

    id: UUID
    kind: str
    title: str
    file_name: str
    media_type: str
    size: int
    dated_on: date | None
    written_at: datetime
    removed_at: datetime | None
    removed_why: str

    @classmethod
    def of(cls, row: Document) -> DocumentOut:
        return cls(id=row.pk, **{name: getattr(row, name) for name in cls.model_fields if name != "id"})


class DocumentIn(Schema):
    """What a document is."""

    kind: DocumentKind
    title: str = Field(min_length=1, max_length=200)
    dated_on: date | None = None


class Removal(Schema):
    """Why a document is removed."""

    why: str = Field(min_length=1, max_length=500)


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


class MomentOut(Schema):
    """Something that happened round the family."""

    strand: str
    when: date | datetime
    title: str
    who: str
    text: str


class GoalEnd(Schema):
    """How a goal that was open ended."""

    goal: UUID
    state: GoalState
    reason: str = Field("", max_length=1000)


class OutcomeIn(Schema):
    """How the work with the family ended."""

    reason: ClosingReason
    goals: list[GoalEnd] = Field(default_factory=list, max_length=200)
    helped: str = Field("", max_length=2000)
    hindered: str = Field("", max_length=2000)
    said_by: str = Field("", max_length=200)
    next_steps: str = Field(min_length=1, max_length=2000)
    closed_on: date | None = None


class OutcomeOut(Schema):
    """What came of the work with a family."""

    closed_on: date
    reason: str
    goals: int
    goals_reached: int
    goals_partly: int
    helped: str
    hindered: str
    said_by: str
    next_steps: str

    @classmethod
    def of(cls, row: Outcome) -> OutcomeOut:
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


def _given(body: Schema) -> dict[str, Any]:
    given = body.dict(exclude={"version"}, exclude_unset=True)
    return {name: value for name, value in given.items() if value is not None}


@router.get(
    "/{uuid:pk}/contacts",
    response=list[ContactOut],
    summary="Contacts with a family",
    url_name="casework_contacts",
)
def contacts(
    request: HttpRequest,
    pk: UUID,
    limit: int = Query(100, ge=1, le=500),
    offset: int = Query(0, ge=0, le=1_000_000),
) -> list[ContactOut]:
    """The newest first."""
    rows = Contact.objects.filter(family=file_for(request, pk)).select_related("written_by")
    return [ContactOut.of(row) for row in rows.order_by("-at")[offset : offset + limit]]


@router.post(
    "/{uuid:pk}/contacts",
    response={201: ContactOut},
    summary="Write down a contact",
    url_name="casework_add_contact",
)
def add_contact(request: HttpRequest, pk: UUID, body: ContactIn) -> Status[Any]:
    """Write down a visit, a call, a meeting or a letter."""
    family = file_for(request, pk, EDIT)
    given = body.dict()
    given["at"] = _aware(body.at)
    row = written(lambda: actions.record_contact(by=account_of(request), family=family, **given))
    return Status(201, ContactOut.of(row))


@router.patch(
    "/{uuid:pk}/contacts/{uuid:row}",
    response=ContactOut,
    summary="Correct a contact",
    url_name="casework_change_contact",
)
def change_contact(request: HttpRequest, pk: UUID, row: UUID, body: ContactChange) -> ContactOut:
    """Correct what was written; 409 where somebody else did so meanwhile."""
    found = row_for(Contact, file_for(request, pk, EDIT), row)
    given = _given(body)
    if body.at is not None:
        given["at"] = _aware(body.at)
    return ContactOut.of(
        written(
            lambda: actions.change_contact(by=account_of(request), contact=found, seen=body.version, **given)
        )
    )


@router.get(
    "/{uuid:pk}/documents",
    response=list[DocumentOut],
    summary="Documents of a family's file",
    url_name="casework_documents",
)
def documents(request: HttpRequest, pk: UUID) -> list[DocumentOut]:
    """The newest first, without what is in them."""
    return [DocumentOut.of(row) for row in Document.objects.filter(family=file_for(request, pk))]


@router.post(
    "/{uuid:pk}/documents",
    response={201: DocumentOut},
    summary="Put a document into the file",
    url_name="casework_add_document",
)
def add_document(
    request: HttpRequest, pk: UUID, about: Form[DocumentIn], file: File[UploadedFile]
) -> Status[Any]:
    """PDF, JPEG, PNG or Word, 10 MB at most; kept encrypted."""
    family = file_for(request, pk, EDIT)
    if (file.size or 0) > MOST_BYTES:
        raise HttpError(413, too_large())
    row = written(
        lambda: actions.add_document(
            by=account_of(request),
            family=family,
            file_name=file.name or "",
            content=file.read(),
            **about.dict(),
        )
    )
    return Status(201, DocumentOut.of(row))


@router.get(
    "/{uuid:pk}/documents/{uuid:row}",
    summary="Take a document out to read",
    url_name="casework_document",
)
def document(request: HttpRequest, pk: UUID, row: UUID) -> HttpResponse:
    """The file itself; recorded as a reading of the family's file."""
    found = row_for(Document, file_for(request, pk), row)
    content = written(lambda: actions.read_document(by=account_of(request), document=found))
    return HttpResponse(
        content,
        content_type=found.media_type,
        headers={"Content-Disposition": content_disposition_header(True, found.file_name) or "attachment"},
    )


@router.post(
    "/{uuid:pk}/documents/{uuid:row}/remove",
    response=DocumentOut,
    summary="Remove a document",
    url_name="casework_remove_document",
)
def remove_document(request: HttpRequest, pk: UUID, row: UUID, body: Removal) -> DocumentOut:
    """Its content is gone for good; that it was there, and why it went, stays."""
    found = row_for(Document, file_for(request, pk, EDIT), row)
    return DocumentOut.of(
        written(lambda: actions.remove_document(by=account_of(request), document=found, why=body.why))
    )


@router.get("/tasks", response=list[TaskOut], summary="My open tasks", url_name="casework_my_tasks")
def my_tasks(request: HttpRequest) -> list[TaskOut]:
    """What I have to do for families, most urgent first."""
    return [TaskOut.of(row) for row in open_tasks_of(keeper(request))]


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
    given = _given(body)
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


@router.get(
    "/{uuid:pk}/timeline",
    response=list[MomentOut],
    summary="What happened round a family",
    url_name="casework_timeline",
)
def timeline(
    request: HttpRequest,
    pk: UUID,
    strand: Strand | None = None,
    limit: int = Query(100, ge=1, le=500),
) -> list[MomentOut]:
    """Everything woven into one line, or one strand of it, newest first."""
    found = moments_of(file_for(request, pk), [strand.value] if strand else [])
    return [
        MomentOut(strand=one.strand.value, when=one.when, title=str(one.title), who=one.who, text=one.text)
        for one in found[:limit]
    ]


@router.post(
    "/{uuid:pk}/close",
    response=OutcomeOut,
    summary="Close a file with its outcome",
    url_name="casework_close",
)
def close(request: HttpRequest, pk: UUID, body: OutcomeIn) -> OutcomeOut:
    """The file is closed, every open goal gets its end, and what came of the work is kept."""
    family: Family = file_for(request, pk, EDIT)
    given = body.dict(exclude={"goals"})
    ends = {one.goal: (one.state.value, one.reason) for one in body.goals}
    return OutcomeOut.of(
        written(
            lambda: actions.close_with_outcome(by=account_of(request), family=family, goals=ends, **given)
        )
    )


def _worker(email: str) -> Account:
    found = Account.objects.filter(email__iexact=email, is_active=True).first()
    if found is None:
        raise HttpError(422, _("No account with the address %(email)s works there.") % {"email": email})
    return found


def _aware(at: datetime) -> datetime:
    """A moment without a zone is one of Israel."""
    return timezone.make_aware(at) if at.tzinfo is None else at
