"""Writing organisations, people and positions."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction

from maarag.kernel.audit.actions import changed_fields, record

from .models import Organisation, Person, Position

if TYPE_CHECKING:
    from maarag.kernel.access.models import Account
    from maarag.kernel.places.models import Place


@transaction.atomic
def save_organisation(*, by: Account, code: str, **fields: Any) -> Organisation:
    """Make or change the organisation with this code."""
    organisation = Organisation.objects.select_for_update().filter(code=code).first() or Organisation(code=code)
    is_new = organisation.pk is None
    changes = changed_fields({} if is_new else {name: getattr(organisation, name) for name in fields}, fields)
    if not is_new and not changes:
        return organisation
    for name, value in fields.items():
        setattr(organisation, name, value)
    organisation.full_clean(validate_unique=False)
    organisation.save()
    record(
        by=by,
        action="people.save_organisation",
        subject=organisation,
        place=organisation.place,
        changes={name: [str(old), str(new)] for name, (old, new) in changes.items()},
    )
    return organisation


@transaction.atomic
def add_person(*, by: Account, name_he: str, **fields: Any) -> Person:
    """Add somebody who acts in a public role."""
    person = Person(name_he=name_he, **fields)
    person.full_clean()
    person.save()
    record(by=by, action="people.add_person", subject=person)
    return person


@transaction.atomic
def appoint(
    *,
    by: Account,
    person: Person,
    organisation: Organisation,
    place: Place,
    kind: str,
    starts: date,
    ends: date | None = None,
) -> Position:
    """Give a person a position in an organisation for a place and a period."""
    position = Position(
        person=person, organisation=organisation, place=place, kind=kind, starts=starts, ends=ends
    )
    position.full_clean()
    position.save()
    record(by=by, action="people.appoint", subject=position, place=place, changes={"kind": [None, kind]})
    return position
