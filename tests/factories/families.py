"""Families for tests: written through the actions, in the scope of whoever writes."""

from __future__ import annotations

from typing import Any

from maarag.database.rows import RowScope, visible
from maarag.domains.families.actions import MemberDraft, open_family
from maarag.domains.families.models import Family
from maarag.kernel.access.models import Account
from maarag.kernel.places.models import Place

NATIONAL_ID = "000000018"
PHONE = "050-000 0000"


def everything(*authorities: Place, by: Account | None = None) -> RowScope:
    """The scope of set-up: all rows of the authorities."""
    return RowScope(frozenset(place.pk for place in authorities), by.pk if by else None)


def family(by: Account, authority: Place, worker: Account, name: str = "אלון", **fields: Any) -> Family:
    """An open file with two people: a parent with an id and a phone, and a child."""
    parent = {"national_id": fields.pop("national_id", NATIONAL_ID), "phone": fields.pop("phone", PHONE)}
    with visible(everything(authority, by=by)):
        return open_family(
            by=by,
            authority=authority,
            name=name,
            worker=worker,
            members=[
                MemberDraft("נועה", name, "parent", fields=parent),
                MemberDraft("גיל", name, "child"),
            ],
            **fields,
        )
