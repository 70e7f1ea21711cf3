"""How long casework is kept: with its file, but for documents' content and what hangs on nothing else.

Every row of casework refers to its family and is erased with the file (kernel.retention follows the keys), by
the rule of closed files. Tasks that were done years ago are the one thing that goes before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maarag.kernel.retention.rules import Due, Rule, register, years

from .models import Task


def _done(until: date) -> Iterable[Due]:
    end = timezone.make_aware(datetime.combine(until, time.max))
    rows = Task.objects.filter(done_at__lte=end)
    for pk, authority, done_at in rows.values_list("pk", "authority_id", "done_at"):
        if done_at is not None:
            yield Due(pk, authority, timezone.localdate(done_at))


register(
    Rule(
        "casework.tasks",
        _("Tasks for families that were done"),
        _("the day on which the task was done"),
        _("Three years: they help to work and tell nothing that contacts and the plan do not keep longer."),
        years(3),
        lambda: Task,
        _done,
    ),
)
