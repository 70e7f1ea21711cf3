"""Contacts and documents through the API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from ninja import Field, File, Form, Query, Schema, Status
from ninja.errors import HttpError
from ninja.files import UploadedFile

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of

from .. import actions
from ..file_kinds import MOST_BYTES, too_large
from ..models import Contact, ContactKind, Document, DocumentKind
from .answering import file_for, given_in, router, row_for, written

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
    given = given_in(body)
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


def _aware(at: datetime) -> datetime:
    """A moment without a zone is one of Israel."""
    return timezone.make_aware(at) if at.tzinfo is None else at
