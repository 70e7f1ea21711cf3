"""What is done by itself for the health of the installation: a backup every night."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from maarag.kernel.jobs.registry import NEVER, task


@task(
    "health.back_up",
    queue="housekeeping",
    cron="30 0 * * *",  # UTC: 02:30 in Israel's winter, 03:30 in its summer
    retry=NEVER,
    repeatable=True,
    title=_("Backing up"),
)
def back_up() -> None:
    """Into the folder that MAARAG_BACKUPS names; nothing where none is named, or in the demonstration.

    A failure is noted where `maarag backup status` and the health of the site look.
    """
    from maarag.database.backup import nightly
    from maarag.kernel.audit.backups import heads

    folder = nightly.wanted()
    if folder is not None:
        nightly.back_up(folder, facts=heads)
