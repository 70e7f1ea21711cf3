"""A backup of the installation in use, as the command and the nightly job make it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from django.conf import settings

from . import keys, logins
from .keeping import Keep
from .make import Facts, Made, Report, make, no_facts, no_report

FOLDER = "MAARAG_BACKUPS"
KEPT = Keep(7, 4, 12)


def wanted() -> Path | None:
    """The folder for nightly backups, where one is named and the site is no demonstration."""
    folder = os.environ.get(FOLDER)
    return Path(folder) if folder and not getattr(settings, "DEMONSTRATION", False) else None


def back_up(
    folder: Path | None = None,
    *,
    recipients: Sequence[str] = (),
    keep: Keep | None = KEPT,
    facts: Facts = no_facts,
    report: Report = no_report,
    new_key: Callable[[Path, str], None] = lambda _path, _public: None,
) -> Made:
    """Make a backup of the database in use. Raises BackupError.

    `new_key` is told where a private key was made, and its public key, where there was none to write for.
    """
    home = Path(settings.HOME)
    found, texts, made_key = keys.recipients(home, recipients)
    if made_key:
        new_key(keys.identity_path(home), texts[0])
    return make(
        (folder or home / "backups").expanduser().resolve(),
        home=home,
        files=Path(settings.MEDIA_ROOT),
        login=logins.reader(home),
        recipients=found,
        keep=keep,
        facts=facts,
        report=report,
    )
