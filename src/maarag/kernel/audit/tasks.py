"""Jobs of the audit: signing the heads every quarter of an hour, verifying the whole record every night."""

from __future__ import annotations

import logging

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from maarag.database.backup.logins import has_reader
from maarag.kernel.jobs.registry import task

from .checking import check, sign_heads

log = logging.getLogger(__name__)


@task("audit.sign", queue="housekeeping", cron="*/15 * * * *", repeatable=True, title=_("Signing the audit"))
def sign() -> None:
    """What is signed is also in a file of the home: copy it to where the database's administrator is not."""
    sign_heads(settings.HOME)


@task(
    "audit.verify", queue="housekeeping", cron="40 0 * * *", repeatable=True, title=_("Verifying the audit")
)
def verify() -> None:
    """The result is kept; the page of the audit and the health of the site tell it.

    Nothing where the worker has no login that reads every row: a timer with that login does it there.
    """
    if not has_reader():
        return
    verdict, _kept = check(settings.HOME)
    if not verdict.is_sound:
        log.error("the audit is not whole: %s faults", len(verdict.faults) + verdict.more)
