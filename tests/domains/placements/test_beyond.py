"""Funders' money and workers' room hold after the run too: for what people decide, and at a desk."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils.translation import override

from maarag.domains.baskets.models import Basket
from maarag.domains.families.actions import MemberDraft, change_family
from maarag.domains.families.models import Family
from maarag.domains.placements import actions
from maarag.domains.placements.errors import CannotCarryOut, WorkersAboveRoom
from maarag.domains.placements.models import Proposal
from maarag.kernel.access.permissions import Role
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.ledger.models import Decision, Pot, PotKind
from maarag.kernel.matches.models import Run
from maarag.ui import figures
from maarag.values import Money
from tests.factories.baskets import leave_funder
from tests.factories.placements import POOR, RISK, Town

from .conftest import signed_in

PART = Money.from_shekels(2_000)
"""What the funder of one in four bears of a basket."""


def shekels(amount: int) -> str:
    with override("en"):
        return figures.money(Money.from_shekels(amount))


def heavy(town: Town, family: Family) -> Family:
    """With four children: it weighs 1.25."""
    children = [MemberDraft(f"ילד {n}", "גל", "child") for n in range(4)]
    with town.scope():
        kept = [MemberDraft(one.first_name, one.last_name, "parent", one.pk) for one in family.members.all()]
        change_family(by=town.worker, family=family, members=[*kept[:1], *children])
    return family


def decided(town: Town, *said: str) -> tuple[Run, list[Proposal]]:
    families = [town.family(one) for one in said]
    run = town.run()
    rows = [town.proposal(run, family) for family in families]
    with town.scope():
        return run, actions.accept(by=town.leader, proposals=rows)


def test_an_override_past_a_funder_is_told_and_not_carried_out(place_town: Town):
    leave_funder(place_town.world, place_town.second.line, 1, PART)
    run, (poor, _risk) = decided(place_town, POOR, RISK)
    client = signed_in(place_town.leader)
    words = f"would bear {shekels(4_000)}, and less is left"
    assert words not in client.get(reverse("placements:run", args=[run.pk])).content.decode()
    assert words in client.get(reverse("placements:proposal", args=[poor.pk])).content.decode(), "before it"
    with place_town.scope():
        actions.override(by=place_town.leader, proposal=poor, quota=place_town.second, reason="קרוב לבית")
    for name in ("run", "carry_out"):
        assert words in client.get(reverse(f"placements:{name}", args=[run.pk])).content.decode(), name
    with place_town.scope():
        with pytest.raises(CannotCarryOut) as refused:
            actions.carry_out(by=place_town.leader, run=run)
        (said,) = refused.value.faults.values()
        assert place_town.world.sister_organisation.name_he in said
        assert "2,000" in said
        assert not Basket.objects.exists()
        assert not Pot.objects.filter(kind=PotKind.BASKET).exists()


def test_a_swap_that_brings_a_heavier_family_to_a_full_worker_is_told_before_it(place_town: Town):
    place_town.team(place_town.first, most=1)
    light = place_town.family(POOR)
    big = heavy(place_town, place_town.family(RISK))
    run = place_town.run()
    rows = [place_town.proposal(run, family) for family in (light, big)]
    assert [row.quota for row in rows] == [place_town.first, place_town.second]
    client = signed_in(place_town.leader)
    address = reverse("placements:run", args=[run.pk])
    assert "usual families in" not in client.get(address).content.decode()
    asked = {"act": "swap", "choose": [str(row.pk) for row in rows]}
    assert "would carry 1.25 usual families in" in client.post(address, asked).content.decode()


def test_a_place_given_at_once_keeps_to_a_funder(place_town: Town):
    leave_funder(place_town.world, place_town.first.line, 1, Money(0))
    family = place_town.family(POOR)
    client = signed_in(place_town.worker)
    address = reverse("placements:give", args=[family.pk, place_town.first.pk])
    answer = client.post(address, {})
    assert answer.status_code == 422
    assert f"it would bear {shekels(2_000)}, and less is left" in answer.content.decode()
    with place_town.scope():
        assert not Basket.objects.exists()


def test_workers_who_would_carry_more_than_they_may_are_named_and_a_reason_is_kept(place_town: Town):
    place_town.team(place_town.first, most=2)
    run, rows = decided(place_town, POOR, POOR)
    assert {row.worker for row in rows} == {place_town.worker}
    place_town.place(place_town.family(POOR), place_town.second)
    team = place_town.first.programme.workers.get()
    team.most = 1
    team.save()
    client = signed_in(place_town.leader)
    words = "would carry 2 usual families in"
    for name in ("run", "carry_out"):
        page = client.get(reverse(f"placements:{name}", args=[run.pk])).content.decode()
        assert words in page, name
        assert place_town.worker.name in page
    with place_town.scope():
        with pytest.raises(WorkersAboveRoom) as refused:
            actions.carry_out(by=place_town.leader, run=run, why="  ")
        assert place_town.worker.name in refused.value.in_words()
        assert Basket.objects.count() == 1, "nothing was opened"
    address = reverse("placements:carry_out", args=[run.pk])
    assert client.post(address, {}).status_code == 422
    assert client.post(address, {"why": "עובדת נוספת מתחילה בחודש הבא"}).status_code == 302
    with place_town.scope():
        assert Basket.objects.count() == 3
        assert Decision.objects.filter(why="עובדת נוספת מתחילה בחודש הבא").count() == 2
        events = AuditEvent.objects.filter(action="placements.carry_out")
        assert [event.changes["above_room"] for event in events] == [True, True]


def test_who_has_room_is_not_asked_for_a_reason(place_town: Town):
    other = place_town.world.account(Role.SOCIAL_WORKER, place=place_town.city)
    place_town.team(place_town.first, most=1)
    place_town.team(place_town.first, most=1, account=other)
    run, _rows = decided(place_town, POOR, POOR)
    with place_town.scope():
        assert len(actions.carry_out(by=place_town.leader, run=run).placed) == 2
        events = AuditEvent.objects.filter(action="placements.carry_out")
        assert not any("above_room" in event.changes for event in events)
