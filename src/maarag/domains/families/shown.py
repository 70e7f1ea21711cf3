"""What of a file is shown to somebody who does not keep it: plain values of named fields, never the rows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from maarag.kernel.places.models import Place

from .models import Family, SharedField
from .words import age_of

F = SharedField
ALL = frozenset(SharedField)
OF_PEOPLE = frozenset(
    {F.MEMBER_NAMES, F.MEMBER_AGES, F.MEMBER_RELATIONS, F.MEMBER_PHONES, F.MEMBER_NATIONAL_IDS}
)


@dataclass(frozen=True)
class ShownPerson:
    """Somebody of the family; None stands for what is not shown or not known."""

    name: str | None = None
    age: int | None = None
    relation: str | None = None
    phone: str | None = None
    national_id: str | None = None


@dataclass(frozen=True)
class ShownFile:
    """A file as far as it is shown; `fields` tells what is not shown from what is not known."""

    fields: frozenset[SharedField]
    authority: Place
    number: int
    name: str | None = None
    address: str | None = None
    neighbourhood: Place | None = None
    worker: str | None = None
    review_on: date | None = None
    people: tuple[ShownPerson, ...] = ()


def shown(family: Family, fields: Collection[str]) -> ShownFile:
    """The named fields of a file, and its number."""
    allowed = frozenset(SharedField(name) for name in fields)
    members = family.members.order_by("position") if allowed & OF_PEOPLE else ()
    return ShownFile(
        fields=allowed,
        authority=family.authority,
        number=family.number,
        name=family.name if F.FAMILY_NAME in allowed else None,
        address=family.address if F.ADDRESS in allowed else None,
        neighbourhood=family.neighbourhood if F.NEIGHBOURHOOD in allowed else None,
        worker=family.worker.name if F.WORKER in allowed else None,
        review_on=family.review_on if F.NEXT_REVIEW in allowed else None,
        people=tuple(
            ShownPerson(
                name=str(member) if F.MEMBER_NAMES in allowed else None,
                age=age_of(member) if F.MEMBER_AGES in allowed else None,
                relation=str(member.get_relation_display()) if F.MEMBER_RELATIONS in allowed else None,
                phone=member.phone if F.MEMBER_PHONES in allowed else None,
                national_id=member.national_id if F.MEMBER_NATIONAL_IDS in allowed else None,
            )
            for member in members
        ),
    )
