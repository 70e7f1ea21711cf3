"""Decisions carried out: baskets are opened, all or none; whoever is left is put on a waiting list."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override

from maarag.domains.baskets.models import Basket, BasketStatus
from maarag.domains.families.actions import close_family
from maarag.domains.placements import actions
from maarag.domains.placements.asked import Asked, asked
from maarag.domains.placements.errors import AlreadyCarriedOut, CannotCarryOut
from maarag.domains.placements.models import Ended, Proposal, Waiting, WhyWaits
from maarag.domains.placements.queries import board
from maarag.domains.programmes.in_use import places_taken
from maarag.kernel.audit.models import AuditEvent
from tests.factories.placements import POOR, Town

from .conftest import signed_in


def first_only(town: Town) -> Asked:
    return asked(programmes=[town.first.programme_id])


def test_a_family_has_its_place_and_its_basket(place_town: Town):
    family = place_town.family(POOR)
    place_town.team(place_town.first, most=5, account=place_town.worker)
    with place_town.scope():
        actions.wait(by=place_town.worker, family=family, programme=place_town.first.programme)
    run = place_town.run()
    with place_town.scope():
        row = place_town.proposal(run, family)
        assert not actions.carry_out(by=place_town.leader, run=run).placed, "nothing was decided"
        actions.accept(by=place_town.leader, proposals=[row])
        found = actions.carry_out(by=place_town.leader, run=run)
        (carried,) = found.placed
        basket = Basket.objects.get(family=family)
        row.refresh_from_db()
        assert (row.basket, row.carried_by, row.worker) == (basket, place_town.leader, place_town.worker)
        assert (basket.quota, basket.status, carried.pk) == (place_town.first, BasketStatus.OPEN, row.pk)
        wait = Waiting.objects.get(family=family)
        assert (wait.outcome, found.ended) == (Ended.PLACED, 1)
        with pytest.raises(AlreadyCarriedOut):
            actions.leave_waiting(by=place_town.leader, proposal=row)
        assert board(place_town.leader, run).places[0].carried == 1
    assert places_taken(place_town.first) == 1
    with place_town.scope():
        assert AuditEvent.objects.filter(action="placements.carry_out", subject_id=str(row.pk)).exists()


def test_who_is_left_waits_for_the_programme_that_fits_best(place_town: Town):
    families = [place_town.family(POOR) for _number in range(3)]
    run = place_town.run(settings=first_only(place_town))
    with place_town.scope():
        rows = list(Proposal.objects.filter(run=run))
        actions.accept(by=place_town.leader, proposals=rows)
        found = actions.carry_out(by=place_town.leader, run=run)
        assert len(found.placed) == 2
        (wait,) = found.waits
        assert wait.family in families
        assert (wait.programme, wait.why) == (place_town.first.programme, WhyWaits.NO_PLACE)
        assert not actions.carry_out(by=place_town.leader, run=run).waits, "put on the list once"


def test_a_place_taken_meanwhile_is_told_and_nothing_is_half_done(place_town: Town):
    for _number in range(2):
        place_town.family(POOR)
    run = place_town.run(settings=first_only(place_town))
    with place_town.scope():
        rows = list(Proposal.objects.filter(run=run).order_by("rank"))
        actions.accept(by=place_town.leader, proposals=rows)
    quick = place_town.family(POOR)
    place_town.place(quick, place_town.first)
    with place_town.scope():
        with pytest.raises(CannotCarryOut) as refused:
            actions.carry_out(by=place_town.leader, run=run)
        (fault,) = refused.value.faults.values()
        assert "2" in fault
        assert Basket.objects.count() == 1
        assert not Proposal.objects.exclude(basket=None).exists()
        one = next(row for row in rows if row.pk not in refused.value.faults)
        found = actions.carry_out(by=place_town.leader, run=run, proposals=[one])
        assert [row.pk for row in found.placed] == [one.pk]
    with override("en"):
        assert refused.value.in_words().startswith("1 decision cannot be carried out")


def test_a_family_that_has_a_place_by_another_run_has_no_second_one(place_town: Town):
    family = place_town.family(POOR)
    first, second = place_town.run(), place_town.run()
    with place_town.scope():
        rows = [place_town.proposal(run, family) for run in (first, second)]
        actions.accept(by=place_town.leader, proposals=[rows[1]])
        actions.accept(by=place_town.leader, proposals=[rows[0]])
        actions.carry_out(by=place_town.leader, run=first)
        with pytest.raises(CannotCarryOut) as refused:
            actions.carry_out(by=place_town.leader, run=second)
        assert Basket.objects.filter(family=family).count() == 1
    assert list(refused.value.faults) == [rows[1].pk]


def test_a_worker_carries_nothing_out(place_town: Town):
    place_town.family(POOR)
    run = place_town.run()
    with place_town.scope():
        actions.accept(by=place_town.leader, proposals=list(Proposal.objects.filter(run=run)))
    with place_town.scope(place_town.worker):
        assert not actions.carry_out(by=place_town.worker, run=run).placed
        assert not Basket.objects.exists()


def test_who_was_taken_off_the_list_is_not_put_back_by_carrying_out_once_more(place_town: Town):
    families = [place_town.family(POOR) for _number in range(2)]
    run = place_town.run()
    with place_town.scope():
        left, other = (place_town.proposal(run, family) for family in families)
        actions.leave_waiting(by=place_town.leader, proposal=left)
        (wait,) = actions.carry_out(by=place_town.leader, run=run).waits
        actions.stop_waiting(by=place_town.worker, waiting=wait, outcome=Ended.FAMILY_DECLINED)
        actions.accept(by=place_town.leader, proposals=[other])
        found = actions.carry_out(by=place_town.leader, run=run)
        assert (len(found.placed), found.waits) == (1, ())
        # decided anew on another day, it is a new decision
        Waiting.objects.update(**dict.fromkeys(("since", "ended_on"), wait.since - timedelta(days=3)))
        Waiting.objects.update(asked_at=wait.asked_at - timedelta(days=3))
        assert len(actions.carry_out(by=place_town.leader, run=run).waits) == 1


def test_a_wait_of_before_the_decision_that_ends_after_it_is_not_begun_anew(place_town: Town):
    family = place_town.family(POOR)
    run = place_town.run()
    with place_town.scope():
        wait = actions.wait(by=place_town.worker, family=family, programme=place_town.first.programme)
        actions.leave_waiting(by=place_town.leader, proposal=place_town.proposal(run, family))
        assert not actions.carry_out(by=place_town.leader, run=run).waits, "it waits already"
        actions.stop_waiting(by=place_town.worker, waiting=wait, outcome=Ended.NO_NEED)
        assert not actions.carry_out(by=place_town.leader, run=run).waits


def test_who_was_left_and_has_a_place_meanwhile_does_not_wait(place_town: Town):
    families = [place_town.family(POOR) for _number in range(3)]
    run = place_town.run(settings=first_only(place_town))
    with place_town.scope():
        rows = list(Proposal.objects.filter(run=run).order_by("rank"))
        actions.leave_waiting(by=place_town.leader, proposal=rows[0])
        actions.give_place(by=place_town.worker, family=rows[0].family, quota=place_town.first)
        actions.leave_waiting(by=place_town.leader, proposal=rows[1])
        close_family(by=place_town.worker, family=rows[1].family, reason="other")
        found = actions.carry_out(by=place_town.leader, run=run)
        assert (found.waits, found.nowhere) == ((), ())
        assert not Waiting.objects.filter(family__in=families).exists()


def test_who_is_left_without_the_place_that_was_proposed_waits_for_it(place_town: Town):
    """Whatever fits better, people decided on what was proposed."""
    families = [place_town.family(POOR) for _number in range(4)]
    run = place_town.run()
    with place_town.scope():
        rows = [place_town.proposal(run, family) for family in families]
        second = next(row for row in rows if row.proposed_id == place_town.second.pk)
        first = next(row for row in rows if row.proposed_id == place_town.first.pk)
        assert second.explanation["why_not"], "the first fits better and is full"
        assert not first.explanation["why_not"], "nothing fits better"
        actions.leave_waiting(by=place_town.leader, proposal=second)
        actions.override(by=place_town.leader, proposal=first, quota=None, reason="אחרי הלידה")
        found = actions.carry_out(by=place_town.leader, run=run)
    assert {(one.family_id, one.programme_id, one.why) for one in found.waits} == {
        (row.family_id, row.proposed.programme_id, WhyWaits.NOT_READY) for row in (first, second)
    }


def test_whoever_gave_the_place_up_in_a_swap_waits_for_a_place(place_town: Town):
    for _number in range(3):
        place_town.family(POOR)
    run = place_town.run(settings=first_only(place_town))
    with place_town.scope():
        rows = list(Proposal.objects.filter(run=run).order_by("rank"))
        actions.swap(by=place_town.leader, first=rows[0], second=rows[2])
        (wait,) = actions.carry_out(by=place_town.leader, run=run).waits
    assert (wait.family_id, wait.why) == (rows[0].family_id, WhyWaits.NO_PLACE)


def test_a_family_to_which_nothing_is_open_comes_to_no_list_and_that_is_said(place_town: Town):
    family = place_town.family()
    run = place_town.run(settings=asked(least_fit=100))
    with place_town.scope():
        actions.leave_waiting(by=place_town.leader, proposal=place_town.proposal(run, family))
    client = signed_in(place_town.leader)
    address = reverse("placements:carry_out", args=[run.pk])
    words = "1 family that was left comes to no waiting list"
    text = client.get(address).content.decode()
    assert words in text
    assert "family waits" not in text
    assert words in client.post(address, follow=True).content.decode()
