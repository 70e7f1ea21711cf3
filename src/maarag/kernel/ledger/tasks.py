"""Jobs of the ledger: computing everything again every night."""

from __future__ import annotations

import logging

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from maarag.database.backup.logins import has_reader
from maarag.kernel.jobs.registry import task

from .verifying import check

log = logging.getLogger(__name__)


@task(
    "ledger.verify", queue="housekeeping", cron="50 0 * * *", repeatable=True, title=_("Verifying the ledger")
)
def verify() -> None:
    """Nothing where the worker has no login that reads every row: a timer with that login does it there."""
    if not has_reader():
        return
    verdict = check(settings.HOME)
    if not verdict.is_sound:
        log.error("the ledger is not whole: %s faults", len(verdict.faults))
