"""The letters of the morning: one to each worker for whom something is late or due."""

from __future__ import annotations

from contextlib import AbstractContextManager

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from maarag.database.rows import under
from maarag.kernel.access.models import Account
from maarag.kernel.access.rows import scope_of
from maarag.kernel.jobs.actions import defer
from maarag.kernel.jobs.registry import TASKS, task

from .actions import tell_worker
from .queries import keepers_of_files


@task(
    "morning.tell_workers",
    queue="housekeeping",
    cron="10 3 * * 0-4",  # UTC, Sunday to Thursday: 05:10 in Israel's winter, 06:10 in its summer
    repeatable=True,
    title=_("Letters about what is late or due today"),
)
def tell_workers() -> None:
    """A job for each worker, so that one letter that cannot be sent keeps back no other."""
    for account in keepers_of_files():
        with transaction.atomic():
            lock = f"morning.tell_worker:{account}"
            defer(TASKS["morning.tell_worker"], lock=lock, single=True, account=account)


def _rows(account: int) -> AbstractContextManager[None]:
    return under(scope_of(Account.objects.get(pk=account)))


@task("morning.tell_worker", within=_rows, title=_("Telling a worker what is late or due today"))
def tell(account: int) -> None:
    """Nobody is told who wants no letter, had today's, or has nothing that is late or due."""
    tell_worker(account=Account.objects.get(pk=account))
