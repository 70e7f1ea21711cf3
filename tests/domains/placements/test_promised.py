"""What a board has promised is seen at a desk, and given away there only by who says so."""

from __future__ import annotations

import pytest
from django.urls import reverse

from maarag.domains.baskets.actions import close_basket, open_basket
from maarag.domains.baskets.errors import PlacePromised
from maarag.domains.baskets.models import Basket
from maarag.domains.families.models import Family
from maarag.domains.placements import actions
from maarag.domains.placements.asked import asked
from maarag.domains.placements.errors import CannotCarryOut
from maarag.domains.placements.queries import ranking
from maarag.domains.placements.queries.ranking import PROMISED, TAKE, Ranked
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.matches.models import Run
from tests.factories.placements import POOR, Town

from .conftest import signed_in


def board_of(town: Town) -> Run:
    """Both places of the first programme are decided, none carried out."""
    families = [town.family(POOR) for _number in range(2)]
    run = town.run(settings=asked(programmes=[town.first.programme_id]))
    with town.scope():
        rows = [town.proposal(run, family) for family in families]
        assert {row.quota for row in rows} == {town.first}
        actions.accept(by=town.leader, proposals=rows)
    return run


def line_of(town: Town, family: Family) -> Ranked:
    with town.scope(town.worker):
        return next(one for one in ranking(family).places if one.programme == town.first.programme)


def test_what_a_board_promised_is_not_free_at_a_desk(place_town: Town):
    run = board_of(place_town)
    one, other = place_town.families
    comes = place_town.family(POOR)
    line = line_of(place_town, comes)
    assert (line.advice, line.free, line.promised) == (PROMISED, 0, 2)
    assert (line_of(place_town, one).free, line_of(place_town, one).promised) == (1, 1), "its own is its own"
    with place_town.scope():
        actions.leave_waiting(by=place_town.leader, proposal=place_town.proposal(run, other))
    line = line_of(place_town, comes)
    assert (line.advice, line.free, line.promised) == (TAKE, 1, 1)
    # carried out it is taken; closed again it is free, and the decision promises no more
    with place_town.scope():
        actions.carry_out(by=place_town.leader, run=run)
    assert (line_of(place_town, comes).free, line_of(place_town, comes).promised) == (1, 0)
    with place_town.scope():
        close_basket(by=place_town.worker, basket=Basket.objects.get())
    assert (line_of(place_town, comes).free, line_of(place_town, comes).promised) == (2, 0)


def test_of_two_boards_a_family_is_promised_one_place(place_town: Town):
    board_of(place_town)
    second = place_town.run(settings=asked(programmes=[place_town.second.programme_id]))
    family = place_town.families[0]
    with place_town.scope():
        actions.accept(by=place_town.leader, proposals=[place_town.proposal(second, family)])
    comes = place_town.family(POOR)
    assert (line_of(place_town, comes).free, line_of(place_town, comes).promised) == (1, 1)


def test_a_promised_place_is_given_only_by_who_says_so(place_town: Town):
    run = board_of(place_town)
    comes = place_town.family(POOR)
    client = signed_in(place_town.worker)
    page = client.get(reverse("placements:family", args=[comes.pk])).content.decode()
    assert "Promised on a board" in page
    assert "2 promised on a board" in page
    address = reverse("placements:give", args=[comes.pk, place_town.first.pk])
    assert "although_promised" in client.get(address).content.decode()
    answer = client.post(address, {})
    assert answer.status_code == 422
    assert "promised to other families on a board: 2" in answer.content.decode()
    with place_town.scope():
        assert not Basket.objects.exists()
        with pytest.raises(PlacePromised):
            open_basket(by=place_town.worker, family=comes, quota=place_town.first)
    opening = reverse("baskets:open", args=[comes.pk])
    assert client.post(opening, {"quota": place_town.first.pk}).status_code == 422
    assert client.post(address, {"although_promised": "on"}).status_code == 302
    with place_town.scope():
        event = AuditEvent.objects.get(action="baskets.open")
        assert event.changes["promised"] == [None, 2]
        with pytest.raises(CannotCarryOut) as refused:
            actions.carry_out(by=place_town.leader, run=run)
        assert len(refused.value.faults) == 1


def test_who_was_promised_the_place_is_given_it_without_a_word(place_town: Town):
    board_of(place_town)
    with place_town.scope(place_town.worker):
        actions.give_place(by=place_town.worker, family=place_town.families[0], quota=place_town.first)


def test_a_place_given_at_once_asks_why_where_no_worker_has_room(place_town: Town):
    place_town.team(place_town.first, most=1)
    place_town.place(place_town.family(POOR), place_town.first)
    comes = place_town.family(POOR)
    client = signed_in(place_town.worker)
    address = reverse("placements:give", args=[comes.pk, place_town.first.pk])
    assert f"{place_town.worker.name} would carry 2 usual families" in client.get(address).content.decode()
    assert client.post(address, {}).status_code == 422
    assert client.post(address, {"why": "התיק השני נסגר השבוע"}).status_code == 302
