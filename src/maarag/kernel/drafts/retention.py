"""How long drafts are kept."""

from __future__ import annotations

from datetime import date

from django.db import connection
from django.utils.translation import gettext_lazy as _

from maarag.kernel.retention.rules import Tidy, register
from maarag.kernel.retention.technical import moment


def _expired(before: date, *, remove: bool) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.drafts_expired(%s, %s)", [moment(before), remove])
        return int(cursor.fetchone()[0])


register(
    Tidy(
        "drafts.old",
        _("Drafts of forms"),
        _("the last change of the draft"),
        _("A draft helps over a lost connection or an interrupted day; what is to stay has been saved."),
        14,
        count=lambda before: _expired(before, remove=False),
        run=lambda before: _expired(before, remove=True),
    )
)
