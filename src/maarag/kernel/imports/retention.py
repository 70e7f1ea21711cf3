"""Files that people brought: what was loaded from them is in its place, and they go."""

from __future__ import annotations

from datetime import date
from functools import partial

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from maarag.kernel.retention.rules import Tidy, register
from maarag.kernel.retention.technical import moment

from .models import ImportFile


def _old(before: date) -> QuerySet[ImportFile]:
    day = moment(before)
    return ImportFile.objects.filter(Q(applied_at__lt=day) | Q(applied_at=None, uploaded_at__lt=day))


def _remove(before: date) -> int:
    """With their rows; the files themselves go once that is committed."""
    old = list(_old(before))
    for one in old:
        if not one.file:
            continue  # it was not kept
        transaction.on_commit(partial(one.file.storage.delete, str(one.file.name)))
    ImportFile.objects.filter(pk__in=[one.pk for one in old]).delete()
    return len(old)


register(
    Tidy(
        "imports.files",
        _("Files that were brought, with their rows as they came"),
        _("the loading, or the bringing where it was never loaded"),
        _("What was loaded is kept in its place, and who loaded it in the audit."),
        30,
        count=lambda before: _old(before).count(),
        run=_remove,
    )
)
