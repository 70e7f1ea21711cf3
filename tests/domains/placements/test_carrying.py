"""Decisions carried out: baskets are opened, all or none; whoever is left is put on a waiting list."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from maarag.domains.baskets.models import Basket, BasketStatus
from maarag.domains.placements import actions
from maarag.domains.placements.asked import Asked, asked
from maarag.domains.placements.errors import AlreadyCarriedOut, CannotCarryOut
from maarag.domains.placements.models import Ended, Proposal, Waiting, WhyWaits
from maarag.domains.placements.queries import board
from maarag.domains.programmes.in_use import places_taken
from maarag.kernel.audit.models import AuditEvent
from tests.factories.placements import POOR, Town


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
