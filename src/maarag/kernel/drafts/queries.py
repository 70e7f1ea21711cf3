"""Reading one's own drafts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from maarag.kernel.access.models import Account

from .actions import own_rows
from .models import Draft


@dataclass(frozen=True)
class Kept:
    """A draft as it is offered: (name, value) of its fields in their order."""

    writer: str
    saved_at: datetime
    fields: list[tuple[str, str]]


def drafts_of(account: Account, key: str) -> list[Kept]:
    """What the account wrote in a form and did not save, newest first."""
    with own_rows(account):
        rows = list(Draft.objects.filter(account=account, key=key).order_by("-saved_at"))
    return [
        Kept(row.writer, row.saved_at, [(str(name), str(value)) for name, value in json.loads(row.content)])
        for row in rows
    ]
