"""Organisations and the positions that people hold in them."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.people.actions import (
    OrganisationDraft,
    add_person,
    appoint,
    save_organisation,
    save_organisations,
)
from maarag.kernel.people.models import Organisation, Person
from maarag.kernel.people.queries import forces
from tests.factories.picture import Nation, make_nation

DAY = date(2026, 5, 1)


@pytest.fixture
def nation(db: None) -> Nation:
    return make_nation()


@pytest.fixture
def person(nation: Nation) -> Person:
    return add_person(by=nation.world.system, name_he="דנה לוי", is_fictional=True)


@pytest.mark.parametrize(
    ("starts", "ends", "holds"),
    [
        (date(2026, 5, 1), None, True),
        (date(2026, 5, 2), None, False),
        (date(2026, 4, 1), date(2026, 5, 1), True),
        (date(2026, 4, 1), date(2026, 4, 30), False),
    ],
)
def test_forces_are_the_positions_held_on_the_day_inside_the_place(
    nation: Nation, person: Person, starts: date, ends: date | None, holds: bool
) -> None:
    world = nation.world
    position = appoint(
        by=world.system,
        person=person,
        organisation=world.organisation,
        place=nation.neighbourhoods[0],
        kind="endpoint",
        starts=starts,
        ends=ends,
    )
    for place in (nation.neighbourhoods[0], world.city, world.nation):
        assert (position in forces(place, DAY)) is holds
    assert position not in forces(world.sister, DAY)


def test_a_position_does_not_end_before_it_starts(nation: Nation, person: Person) -> None:
    with pytest.raises(ValidationError):
        appoint(
            by=nation.world.system,
            person=person,
            organisation=nation.world.organisation,
            place=nation.world.city,
            kind="other",
            starts=DAY,
            ends=date(2026, 4, 1),
        )
    assert not person.positions.exists()


def test_saving_the_same_again_leaves_no_event(nation: Nation) -> None:
    by = nation.world.system
    before = AuditEvent.objects.count()
    save_organisation(by=by, code="org-city", name_he=nation.world.organisation.name_he)
    assert AuditEvent.objects.count() == before
    save_organisation(by=by, code="org-city", name_he="שם חדש")
    event = AuditEvent.objects.latest("pk")
    assert event.changes == {"name_he": ["עמותת הדגן", "שם חדש"]}


def test_many_with_parents_all_or_none(nation: Nation) -> None:
    by = nation.world.system
    fields = {"name_he": "מחלקה", "sector": "local_government"}
    made = save_organisations(
        by=by,
        drafts=[OrganisationDraft("city-hall", fields), OrganisationDraft("welfare", fields, "city-hall")],
    )
    assert made[1].parent == made[0]
    count = Organisation.objects.count()
    with pytest.raises(KeyError):
        save_organisations(
            by=by, drafts=[OrganisationDraft("x", fields), OrganisationDraft("y", fields, "none")]
        )
    assert Organisation.objects.count() == count


def test_a_registration_number_belongs_to_one_body_and_its_units(nation: Nation) -> None:
    by = nation.world.system
    fields = {"name_he": "עמותה", "sector": "civil_society", "registration_number": "580000001"}
    first = save_organisation(by=by, code="first", **fields)
    save_organisation(by=by, code="branch", parent=first, **fields)
    with pytest.raises((ValidationError, IntegrityError)), transaction.atomic():
        save_organisation(by=by, code="second", **fields)
    assert not Organisation.objects.filter(code="second").exists()
