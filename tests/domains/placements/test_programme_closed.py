"""A programme that was closed after the run gives no place any more, whichever way one asks for it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from maarag.domains.baskets.actions import open_basket, quotas_for
from maarag.domains.baskets.errors import ProgrammeShut
from maarag.domains.baskets.models import Basket
from maarag.domains.placements import actions
from maarag.domains.placements.errors import CannotCarryOut, OutOfDate
from maarag.domains.placements.models import Waiting
from maarag.domains.placements.queries import board
from maarag.domains.programmes.models import Programme, Quota
from maarag.kernel.ledger.models import Pot, PotKind
from tests.factories.placements import POOR, RISK, Town

from .conftest import signed_in
from .test_api import Caller


def close(quota: Quota) -> None:
    Programme.objects.filter(pk=quota.programme_id).update(is_active=False)


def test_it_is_out_of_date_on_the_board_and_nobody_is_decided_into_it(place_town: Town):
    first, second = place_town.family(POOR), place_town.family(RISK)
    run = place_town.run()
    one, other = (place_town.proposal(run, family) for family in (first, second))
    assert (one.quota, other.quota) == (place_town.first, place_town.second)
    close(place_town.second)
    leader = place_town.leader
    with place_town.scope():
        stale = {line.proposal.pk: line.stale for line in board(leader, run).lines}
        assert stale == {one.pk: "", other.pk: "programme_closed"}
        for decide in (
            lambda: actions.accept(by=leader, proposals=[other]),
            lambda: actions.swap(by=leader, first=one, second=other),
            lambda: actions.override(by=leader, proposal=one, quota=place_town.second, reason="דחוף"),
        ):
            with pytest.raises(OutOfDate) as refused:
                decide()
            assert refused.value.code == "programme_closed"
        # away from it is allowed: by a reason, and by waiting
        actions.override(by=leader, proposal=other, quota=place_town.first, reason="התכנית נסגרה")


def test_what_was_decided_before_it_was_closed_is_not_carried_out(place_town: Town):
    families = [place_town.family(POOR), place_town.family(RISK)]
    run = place_town.run()
    rows = [place_town.proposal(run, family) for family in families]
    with place_town.scope():
        actions.accept(by=place_town.leader, proposals=rows)
        close(place_town.second)
        with pytest.raises(CannotCarryOut) as refused:
            actions.carry_out(by=place_town.leader, run=run)
        assert list(refused.value.faults) == [rows[1].pk]
        assert not Basket.objects.exists()
        assert not Pot.objects.filter(kind=PotKind.BASKET).exists()


def test_nobody_waits_for_it_by_what_was_left(place_town: Town):
    family = place_town.family(RISK)
    run = place_town.run()
    row = place_town.proposal(run, family)
    assert row.quota == place_town.second
    close(place_town.second)
    with place_town.scope():
        actions.leave_waiting(by=place_town.leader, proposal=row)
        found = actions.carry_out(by=place_town.leader, run=run)
        assert (found.waits, found.nowhere) == ((), (row,))
        assert not Waiting.objects.exists()


def test_no_basket_is_opened_in_it_from_a_file_either(place_town: Town):
    family = place_town.family(POOR)
    close(place_town.first)
    with place_town.scope(place_town.worker):
        with pytest.raises(ProgrammeShut) as refused:
            open_basket(by=place_town.worker, family=family, quota=place_town.first)
        assert "breathing" in refused.value.in_words()
        assert quotas_for(family) == [place_town.second]
        assert not Basket.objects.exists()
    client = signed_in(place_town.worker)
    assert client.get(reverse("placements:give", args=[family.pk, place_town.first.pk])).status_code == 404
    assert client.get(reverse("placements:give", args=[family.pk, place_town.second.pk])).status_code == 200


def test_nobody_is_put_on_its_list_through_the_api_either(place_town: Town):
    family = place_town.family(POOR)
    close(place_town.first)
    api = Caller(place_town.worker)
    told = api.post("/waiting", family=str(family.pk), programme="breathing")
    assert (api.status, "breathing" in told["detail"]) == (409, True)
    assert "כבר אינה פועלת" in told["detail"]
    api.post("/waiting", family=str(family.pk), programme="mapa")
    assert api.status == 201
    with place_town.scope():
        assert list(Waiting.objects.values_list("programme__code", flat=True)) == ["mapa"]
    client = signed_in(place_town.worker)
    assert client.get(reverse("placements:wait", args=[family.pk, "breathing"])).status_code == 404
