"""Families for tests: written through the actions, in the scope of whoever writes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from maarag.database.rows import RowScope, visible
from maarag.domains.families.actions import MemberDraft, open_family, open_in_emergency, share_family
from maarag.domains.families.models import Family, Opening, Share
from maarag.kernel.access.models import Account
from maarag.kernel.people.models import Organisation
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


REASON = "הילד לבד בבית חולים ואין למי להתקשר"


def opened(worker: Account, authority: Place, text: str | int = 1, **fields: Any) -> Opening:
    """A file of another authority that the worker opened in an emergency."""
    given = {"reason": REASON, **fields}
    opening = open_in_emergency(by=worker, authority=authority, text=str(text), **given)
    assert opening is not None
    return opening


def shared(by: Account, family: Family, organisation: Organisation, *fields: str, **more: Any) -> Share:
    """What somebody shares of a file with a body, for a month unless told otherwise."""
    given = {"basis": "consent", "basis_details": "האם, בעל פה, היום", **more}
    given.setdefault("ends", timezone.localdate() + timedelta(days=30))
    with visible(everything(family.authority, by=by)):
        return share_family(by=by, family=family, organisation=organisation, fields=fields, **given)
