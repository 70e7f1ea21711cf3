"""Small counts above the authority: hidden on the page, in the API and in the documents, for good."""

from __future__ import annotations

import io

import pytest
from django.contrib.auth.models import AnonymousUser
from python_calamine import CalamineWorkbook

from maarag.desks.picture.assemble import picture, remedies
from maarag.desks.picture.data import as_data
from maarag.desks.picture.documents import excel
from maarag.desks.picture.summary import lines, whole
from maarag.kernel.access.permissions import Role
from maarag.values import Suppressed
from tests.factories.picture import TODAY, Nation


@pytest.fixture
def small(nation: Nation) -> Nation:
    first, second, third = nation.neighbourhoods
    nation.need(first, 3)
    nation.need(second, 40)
    nation.need(third, 60)
    nation.meals("A", 10, at=first)
    return nation


def view(nation: Nation, viewer=None, place=None):
    return picture(place or nation.world.city, viewer=viewer or AnonymousUser(), as_of=TODAY)


def test_a_small_count_takes_a_second_with_it(small: Nation):
    rows = {row.place.name_he: row for row in view(small).rows}
    assert rows["הדרים"].need == Suppressed(5)
    assert rows["כרמים"].need == Suppressed(5, primary=False)
    assert rows["המושבה"].need == 60
    for name in ("lowest", "highest", "access", "coverage", "served", "gap", "gap_cost"):
        assert not isinstance(getattr(rows["הדרים"], name), (int, float))


def test_the_total_stays_and_gives_nothing_away(small: Nation):
    assert whole(view(small)).need == 103
    hidden = [line for line in lines(view(small)) if isinstance(line.need, Suppressed)]
    assert len(hidden) == 2


def test_who_works_in_the_authority_sees_the_count(small: Nation):
    integrator = small.world.account(Role.INTEGRATOR, place=small.world.city)
    assert {row.need for row in view(small, integrator).rows if row.need} == {3, 40, 60}
    supervisor = small.world.account(Role.DISTRICT_SUPERVISOR, place=small.district)
    assert Suppressed(5) in {row.need for row in view(small, supervisor).rows}
    integrator_of_the_district = small.world.account(Role.INTEGRATOR, place=small.district)
    assert Suppressed(5) in {row.need for row in view(small, integrator_of_the_district).rows}


def test_a_small_authority_is_hidden_at_every_level_above(nation: Nation):
    nation.need(nation.world.sister, 4)
    nation.need(nation.neighbourhoods[0], 50)
    for place in (nation.world.nation, nation.district):
        needs = {row.place: row.need for row in view(nation, place=place).rows}
        assert needs[nation.world.sister] == Suppressed(5)
        # With one authority beside it and the sum in sight, that one has to be hidden as well.
        assert isinstance(needs[nation.world.city], Suppressed)


def test_documents_and_data_carry_no_hidden_count(small: Nation):
    found = view(small)
    rows = {row["place_name"]: row for row in as_data(found)["rows"]}
    assert rows["הדרים"]["need"] is None
    assert rows["הדרים"]["suppressed"] is True
    assert rows["הדרים"]["gap"] is None
    book = CalamineWorkbook.from_filelike(io.BytesIO(excel(found)))
    sheet = book.get_sheet_by_index(0).to_python()
    line = next(line for line in sheet if line[0] == "הדרים")
    assert line[3] == "<5"
    assert not any(isinstance(cell, (int, float)) and cell in (3, 3.0) for cell in line)


def test_no_remedy_tells_a_hidden_count(small: Nation):
    places = {place for remedy in remedies(view(small)) for place, _people in remedy.serves}
    assert small.neighbourhoods[0].pk not in places
