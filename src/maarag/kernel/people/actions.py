"""Writing organisations, people and positions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction

from maarag.kernel.audit.actions import Change, changed_fields, record, record_many

from .models import Organisation, Person, Position

if TYPE_CHECKING:
    from maarag.kernel.access.models import Account
    from maarag.kernel.places.models import Place


@transaction.atomic
def save_organisation(*, by: Account, code: str, **fields: Any) -> Organisation:
    """Make or change the organisation with this code."""
    organisation = Organisation.objects.select_for_update().filter(code=code).first() or Organisation(
        code=code
    )
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


@dataclass(frozen=True)
class OrganisationDraft:
    """An organisation as it should be; `fields` are those of the model, the code of its `parent` apart."""

    code: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    parent: str = ""


@transaction.atomic
def save_organisations(*, by: Account, drafts: Sequence[OrganisationDraft]) -> list[Organisation]:
    """Make or change many organisations, in the order given; all or none.

    New ones take a few queries however many they are; one audit event for each made or changed. A parent is
    one that was there before or comes earlier. Raises ValidationError, and KeyError for an unknown parent.
    """
    codes = {code for draft in drafts for code in (draft.code, draft.parent) if code}
    known = {row.code: row for row in Organisation.objects.select_for_update().filter(code__in=codes)}
    new: list[Organisation] = []
    with_parents: list[tuple[Organisation, str]] = []
    events: list[Change] = []
    for draft in drafts:
        if draft.code in known:
            fields = {**draft.fields, **({"parent": known[draft.parent]} if draft.parent else {})}
            known[draft.code] = save_organisation(by=by, code=draft.code, **fields)
            continue
        organisation = Organisation(code=draft.code, **draft.fields)
        organisation.clean_fields(exclude=["place", "parent"])
        known[draft.code] = organisation
        new.append(organisation)
        if draft.parent:
            with_parents.append((organisation, draft.parent))
    Organisation.objects.bulk_create(new, batch_size=1000)
    for organisation, parent in with_parents:
        organisation.parent = known[parent]
    Organisation.objects.bulk_update([row for row, _parent in with_parents], ["parent"], batch_size=1000)
    parent_of = {row.code: parent for row, parent in with_parents}
    wanted = {draft.code: draft.fields for draft in drafts}
    for organisation in new:
        words = {name: [None, str(value)] for name, value in wanted[organisation.code].items()}
        if organisation.code in parent_of:
            words["parent"] = [None, parent_of[organisation.code]]
        events.append(Change(organisation, words, organisation.place_id))
    record_many(by=by, action="people.save_organisation", changes=events)
    return [known[draft.code] for draft in drafts]


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
