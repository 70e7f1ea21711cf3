"""Long work beside the request: large files are read and loaded by a worker, small ones at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from maarag.kernel.access.models import Account
from maarag.kernel.access.scope import Viewer
from maarag.kernel.jobs.actions import defer

from . import tasks
from .actions import NotReady, apply_file, lock_of, must_import, read_file
from .models import FileStatus, ImportFile, Mode

LARGE = 1024 * 1024


def work(task: Callable[..., Any], *, import_file: ImportFile, by: Viewer, **arguments: Any) -> None:
    """Do `read_file` or `apply_file` now for a small file; ask for a job for a large one.

    Raises NotReady where a job for this file waits already; what else it raises is raised only where it is
    done now; PermissionDenied. A job speaks the language of whoever asked for it.
    """
    if not isinstance(by, Account):
        raise PermissionDenied
    must_import(by)
    if import_file.size < getattr(settings, "IMPORT_BACKGROUND_BYTES", LARGE):
        task(import_file=import_file, by=by, **arguments)
    elif task is read_file:
        _ask_to_read(import_file, by, **arguments)
    elif task is apply_file:
        _ask_to_load(import_file, by, **arguments)
    else:
        raise TypeError(task)


def _ask_to_read(import_file: ImportFile, by: Account, sheet: str | None = None) -> None:
    with transaction.atomic():
        found = ImportFile.objects.select_for_update().get(pk=import_file.pk)
        if found.status == FileStatus.APPLIED:
            raise NotReady(_("The file has been loaded."))
        found.status, found.message, found.rows_read = FileStatus.WAITING, "", 0
        if sheet is not None:
            found.sheet = sheet  # kept with the file: the name of a sheet is no code that a job may carry
        found.save()
        _defer(tasks.read, found, by)


def _ask_to_load(import_file: ImportFile, by: Account, mode: str) -> None:
    if mode not in Mode.values:
        raise NotReady(_("Choose whether to load all rows or those that are understood."))
    with transaction.atomic():
        ImportFile.objects.filter(pk=import_file.pk).update(message="")
        _defer(tasks.apply, import_file, by, mode=mode)


def _defer(task: Any, import_file: ImportFile, by: Account, **codes: Any) -> None:
    job = defer(
        task,
        lock=lock_of(import_file),
        single=True,
        import_file=import_file.pk,
        account=by.pk,
        language=get_language() or settings.LANGUAGE_CODE,
        **codes,
    )
    if job is None:
        raise NotReady(_("The file is being worked on at this moment."))
