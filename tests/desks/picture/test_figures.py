"""The figures of the picture: what is counted, for whom, and how it adds up."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser

from maarag.desks.picture.assemble import Filters, Picture, Row, picture, remedies
from maarag.kernel.access.permissions import Role
from maarag.kernel.places.models import Place
from tests.factories.picture import TODAY, Nation


def seen(place: Place, viewer=None, **filters) -> Picture:
    return picture(place, viewer=viewer or AnonymousUser(), as_of=TODAY, filters=Filters(**filters))


def row_of(view: Picture, place: Place) -> Row:
    return next(row for row in view.rows if row.place == place)


def test_need_is_set_against_what_can_be_reached(nation: Nation):
    haderim = nation.neighbourhoods[0]
    nation.need(haderim, 100)
    nation.meals("A", 60, at=haderim)
    row = row_of(seen(nation.world.city), haderim)
    assert (row.need, row.supply, row.services) == (100, 60, 1)
    assert row.coverage == pytest.approx(0.6)
    assert row.gap == pytest.approx(40)
    assert row.gap_cost == pytest.approx(40_000)
    assert row.access == pytest.approx(0.6)
    assert row.status == "attention"


def test_places_are_shared_with_everyone_who_reaches_them(nation: Nation):
    first, second, _third = nation.neighbourhoods
    nation.need(first, 100)
    nation.need(second, 100)
    nation.meals("A", 100, at=first)
    view = seen(nation.world.city)
    assert row_of(view, first).gap + row_of(view, second).gap == pytest.approx(100)
    (total,) = view.by_topic
    assert total.need == 200
    assert total.gap == pytest.approx(100)
    assert total.served <= total.supply + 1e-9


def test_a_service_serves_only_its_areas(nation: Nation):
    nation.need(nation.world.sister, 50)
    nation.meals("A", 100, at=nation.world.sister, areas=[nation.world.city])
    row = row_of(seen(nation.world.nation), nation.world.sister)
    assert row.services == 0
    assert row.gap == pytest.approx(50)
    assert row in seen(nation.world.nation).without_response


def test_a_service_out_of_reach_does_not_count_and_one_in_the_own_authority_does(nation: Nation):
    nation.need(nation.world.sister, 50)
    nation.need(nation.neighbourhoods[0], 50)
    nation.meals("far", 100, at=nation.world.city, areas=[nation.world.nation])
    view = seen(nation.world.nation)
    assert row_of(view, nation.world.sister).services == 0
    assert row_of(view, nation.world.city).services == 1


def test_what_answers_from_afar_is_told_apart(nation: Nation):
    nation.need(nation.world.sister, 50)
    nation.meals("line", None, areas=[nation.world.nation])
    view = seen(nation.world.nation)
    row = row_of(view, nation.world.sister)
    assert (row.services, row.services_from_afar, row.without_capacity) == (0, 1, 1)
    assert row in view.without_response


def test_a_service_for_others_does_not_serve(nation: Nation):
    place = nation.neighbourhoods[0]
    nation.need(place, 30)  # families
    nation.world.service(
        "S", "ארוחות", "meals", "seniors", locations=[nation.world.at("LS", 32.0, 35.0, place)]
    )
    assert row_of(seen(nation.world.city), place).services == 0
    nation.world.service(
        "F", "ארוחות", "meals", "families", locations=[nation.world.at("LF", 32.0, 35.0, place)]
    )
    assert row_of(seen(nation.world.city), place).services == 1


def test_neighbourhoods_stand_in_for_their_authority(nation: Nation):
    nation.need(nation.world.city, 500)
    assert row_of(seen(nation.world.nation), nation.world.city).need == 500
    assert row_of(seen(nation.world.city), nation.world.city).need == 500
    nation.need(nation.neighbourhoods[0], 70)
    nation.need(nation.neighbourhoods[1], 30)
    assert row_of(seen(nation.world.nation), nation.world.city).need == 100
    assert {row.place for row in seen(nation.world.city).rows if row.need} == set(nation.neighbourhoods[:2])


def test_the_newest_figure_counts_and_a_moment_can_be_asked_for(nation: Nation):
    place = nation.world.sister
    nation.need(place, 80, as_of=date(2024, 1, 1))
    nation.need(place, 90, as_of=date(2026, 1, 1))
    assert row_of(seen(nation.world.nation), place).need == 90
    before = picture(nation.world.nation, viewer=AnonymousUser(), as_of=date(2025, 1, 1))
    assert row_of(before, place).need == 80


def test_every_level_adds_up(nation: Nation):
    for number, place in enumerate([*nation.neighbourhoods, nation.world.sister], 1):
        nation.need(place, 100 * number)
    nation.meals("A", 70, at=nation.neighbourhoods[0])
    for place in (nation.world.nation, nation.district):
        view = seen(place)
        (total,) = view.by_topic
        assert total.need == sum(row.need for row in view.rows) == 1000
        assert total.gap == pytest.approx(sum(row.gap for row in view.rows))


def test_topic_lists_every_place_the_unknown_ones_too(nation: Nation):
    nation.need(nation.world.sister, 50)
    view = seen(nation.world.nation, topic=nation.food)
    assert {row.place for row in view.rows} == {nation.world.city, nation.world.sister}
    assert row_of(view, nation.world.city).need is None
    assert row_of(view, nation.world.city).status == "unknown"


def test_population_and_sector_filters(nation: Nation):
    place, seniors = nation.neighbourhoods[0], nation.world.term("seniors")
    nation.need(place, 40, population=seniors, situation=seniors)
    nation.need(place, 60)
    nation.meals("A", 500, at=place)
    assert row_of(seen(nation.world.city), place).need == 100
    assert row_of(seen(nation.world.city, population=seniors.pk), place).need == 40
    other = seen(nation.world.city, sector="business")
    assert row_of(other, place).services == 0
    assert row_of(seen(nation.world.city, sector="civil_society"), place).services == 1


def test_what_would_close_a_gap(nation: Nation):
    first, second, _third = nation.neighbourhoods
    for place in (first, second):
        nation.need(place, 50)
    nation.need(nation.world.sister, 30)
    nation.meals("A", 20, at=first)
    found = remedies(seen(nation.world.nation))
    assert sum(remedy.added for remedy in found) == pytest.approx(110)
    at_service = next(remedy for remedy in found if remedy.service)
    assert at_service.added == pytest.approx(80)
    anew = next(remedy for remedy in found if not remedy.service)
    assert (anew.place, anew.added) == (nation.world.sister.pk, pytest.approx(30))


def test_private_estimates_are_for_staff_of_the_place(nation: Nation):
    place = nation.neighbourhoods[0]
    nation.need(place, 40, is_public=False)
    assert not [row for row in seen(nation.world.city).rows if row.need]
    own = nation.world.account(Role.INTEGRATOR, place=nation.world.city)
    sister = nation.world.account(Role.INTEGRATOR, place=nation.world.sister)
    assert row_of(seen(nation.world.city, own), place).need == 40
    assert not [row for row in seen(nation.world.city, sister).rows if row.need]


def test_a_change_is_seen_at_once(nation: Nation):
    nation.need(nation.world.sister, 50)
    assert row_of(seen(nation.world.nation), nation.world.sister).gap == pytest.approx(50)
    nation.meals("A", 50, at=nation.world.sister, areas=[nation.world.sister])
    assert row_of(seen(nation.world.nation), nation.world.sister).gap == pytest.approx(0)
