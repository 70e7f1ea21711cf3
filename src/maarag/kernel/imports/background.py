"""Long work beside the request: large files are read and loaded in a thread, small ones at once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import activate, get_language

from .models import ImportFile

log = logging.getLogger(__name__)
LARGE = 1024 * 1024


def work(task: Callable[..., Any], *, import_file: ImportFile, **arguments: Any) -> None:
    """Do it now for a small file; start it for a large one. What it raises is raised only where it is done
    now.

    A thread that dies with the process leaves nothing half-written: loading is one transaction, and reading
    can be begun anew. It speaks the language of whoever started it.
    """
    if import_file.size < getattr(settings, "IMPORT_BACKGROUND_BYTES", LARGE):
        task(import_file=import_file, **arguments)
        return

    language = get_language()

    def run() -> None:
        activate(language or settings.LANGUAGE_CODE)
        try:
            task(import_file=import_file, **arguments)
        except Exception as error:
            _keep(import_file, str(error))
            log.warning("import %s stopped: %s", import_file.pk, type(error).__name__)
        finally:
            connection.close()

    thread = threading.Thread(target=run, name=f"import-{import_file.pk}", daemon=True)
    transaction.on_commit(thread.start)


def _keep(import_file: ImportFile, message: str) -> None:
    """Show what went wrong where the person looks next."""
    ImportFile.objects.filter(pk=import_file.pk).update(message=message)
