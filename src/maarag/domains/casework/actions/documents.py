"""Documents of a file: taken in, handed out (which is a reading), removed with a reason."""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import date
from pathlib import PurePath

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.domains.families.models import Family
from maarag.kernel.access.models import Account
from maarag.kernel.audit.actions import record

from ..file_kinds import kind_of_file
from ..models import Document, DocumentContent
from .writing import AlreadyDone, check, file_for_change, in_future, put, row_for_change, told


@transaction.atomic
def add_document(
    *,
    by: Account,
    family: Family,
    kind: str,
    title: str,
    file_name: str,
    content: bytes,
    dated_on: date | None = None,
) -> Document:
    """Put a document into the file. Raises Http404, AlreadyClosed, FileRefused, ValidationError."""
    found = file_for_change(by, family)
    document = Document(
        authority=found.authority,
        family=found,
        written_by=by,
        media_type=kind_of_file(file_name, content),
        size=len(content),
    )
    put(
        document,
        {
            "kind": kind,
            "title": title,
            "file_name": PurePath(file_name.replace("\\", "/")).name[-200:],
            "dated_on": dated_on,
        },
    )
    check(document, in_future("dated_on", document.dated_on))
    document.save(force_insert=True)
    DocumentContent.objects.create(
        authority=found.authority,
        family=found,
        written_by=by,
        document=document,
        content=b64encode(content).decode(),
    )
    told(by, "casework.add_document", document, kind=document.kind, size=document.size)
    return document


@transaction.atomic
def read_document(*, by: Account, document: Document) -> bytes:
    """What is in a document of a file that `by` may read; it counts as a reading of the family's file.
    Raises Http404 where it was removed.
    """
    found = DocumentContent.objects.filter(document=document, document__removed_at=None).first()
    if found is None:
        raise Http404
    record(
        by=by,
        action="casework.export",
        subject=document.family,
        changes={"kind": [None, document.kind]},
    )
    return b64decode(found.content)


@transaction.atomic
def remove_document(*, by: Account, document: Document, why: str) -> Document:
    """Take the content out of the file for good; that it was there, and why it went, stays. Raises Http404,
    AlreadyClosed, AlreadyDone, ValidationError.
    """
    found = row_for_change(by, document)
    if found.removed_at:
        raise AlreadyDone(found.pk)
    found.removed_at, found.removed_by, found.removed_why = timezone.now(), by, why.strip()
    check(found, ("why", not found.removed_why, _("Say why it is removed.")))
    found.save()
    DocumentContent.objects.filter(document=found).delete()
    told(by, "casework.remove_document", found, kind=found.kind)
    return found
