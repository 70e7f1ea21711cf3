"""Names of backups, and which of them stay: the newest of each of the last days, weeks and months."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ..errors import N_
from .errors import BackupError

SUFFIX = ".backup.age"
NAME = re.compile(r"maarag-(\d{8}T\d{6}Z)\.backup\.age")
STAMP = "%Y%m%dT%H%M%SZ"
YOUNG = timedelta(days=1)


@dataclass(frozen=True)
class Keep:
    """How many days, weeks and months have their newest backup kept; None: all are."""

    days: int
    weeks: int
    months: int

    @classmethod
    def read(cls, text: str) -> Keep | None:
        """From "7,4,12" or "all"."""
        if text == "all":
            return None
        try:
            days, weeks, months = (int(part) for part in text.split(","))
            if min(days, weeks, months) < 0 or days + weeks + months == 0:
                raise ValueError
        except ValueError:
            raise BackupError(
                N_("%(text)s does not say how many backups to keep."),
                N_("Write days, weeks and months, as in --keep 7,4,12, or --keep all."),
                text=text,
            ) from None
        return cls(days, weeks, months)


def name_at(moment: datetime) -> str:
    return f"maarag-{moment.astimezone(UTC).strftime(STAMP)}{SUFFIX}"


def moment_of(name: str) -> datetime | None:
    """When the backup of this name was made; None for any other file."""
    found = NAME.fullmatch(name)
    try:
        return datetime.strptime(found[1], STAMP).replace(tzinfo=UTC) if found else None
    except ValueError:
        return None


def superfluous(names: Iterable[str], keep: Keep, now: datetime) -> list[str]:
    """The names that may go: none of the last day, never the newest, nothing whose name is not a backup's."""
    dated = sorted(((m, name) for name in names if (m := moment_of(name)) is not None), reverse=True)
    stay = {name for m, name in dated if now - m < YOUNG} | {name for _m, name in dated[:1]}
    for count, part in ((keep.days, "%Y-%m-%d"), (keep.weeks, "%G-%V"), (keep.months, "%Y-%m")):
        seen: set[str] = set()
        for m, name in dated:
            if (period := m.strftime(part)) not in seen and len(seen) < count:
                seen.add(period)
                stay.add(name)
    return [name for _m, name in dated if name not in stay]


def clean(folder: Path, keep: Keep | None, now: datetime) -> list[str]:
    """Delete what may go; the names deleted."""
    if keep is None:
        return []
    names = superfluous([path.name for path in folder.iterdir() if path.is_file()], keep, now)
    for name in names:
        (folder / name).unlink(missing_ok=True)
    return names
