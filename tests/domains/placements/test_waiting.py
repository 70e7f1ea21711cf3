"""Waiting lists: the position by priority and day, changed by people, ended with how it ended."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils import timezone

from maarag.domains.families.actions import close_family, merge_families
from maarag.domains.placements import actions
from maarag.domains.placements.errors import AlreadyEnded, AlreadyWaits, FileClosed, HasPlace
from maarag.domains.placements.models import Ended, Priority, Waiting, WhyWaits
from maarag.domains.placements.queries import position_of, waiting_counts, waiting_list
from maarag.kernel.access.permissions import Role
from tests.factories.placements import POOR, Town


def lines(town: Town) -> list[tuple[str, int, int]]:
    found = waiting_list(town.leader, town.first.programme, town.city)
    return [(line.waiting.family.name, line.position, line.of) for line in found]


def test_urgent_ones_come_first_then_who_waits_longer(place_town: Town):
    today, programme = timezone.localdate(), place_town.first.programme
    with place_town.scope():
        for name, priority, days in (
            ("חדשה", Priority.USUAL, 0),
            ("ותיקה", Priority.USUAL, 50),
            ("דחופה", Priority.URGENT, 3),
        ):
            actions.wait(
                by=place_town.worker,
                family=place_town.family(POOR, name=name),
                programme=programme,
                priority=priority,
                since=today - timedelta(days=days),
                note="אחרי הלידה",
            )
        assert lines(place_town) == [("דחופה", 1, 3), ("ותיקה", 2, 3), ("חדשה", 3, 3)]
        new = Waiting.objects.get(family__name="חדשה")
        actions.change_waiting(
            by=place_town.worker, waiting=new, priority=Priority.URGENT, why=WhyWaits.NO_PLACE
        )
        assert position_of(new) == (2, 3)
        assert waiting_counts([place_town.city.pk]) == {(programme.pk, place_town.city.pk): 3}
        close_family(
            by=place_town.worker, family=Waiting.objects.get(family__name="דחופה").family, reason="other"
        )
        assert lines(place_town) == [("חדשה", 1, 2), ("ותיקה", 2, 2)]
        ended = actions.stop_waiting(by=place_town.worker, waiting=new, outcome=Ended.FAMILY_DECLINED)
        assert (ended.outcome, position_of(ended)) == (Ended.FAMILY_DECLINED, None)
        with pytest.raises(AlreadyEnded):
            actions.stop_waiting(by=place_town.worker, waiting=new, outcome=Ended.OTHER)


def test_what_cannot_wait(place_town: Town):
    family, programme = place_town.family(POOR), place_town.first.programme
    with place_town.scope():
        actions.wait(by=place_town.worker, family=family, programme=programme)
        with pytest.raises(AlreadyWaits):
            actions.wait(by=place_town.worker, family=family, programme=programme)
        tomorrow = timezone.localdate() + timedelta(days=1)
        with pytest.raises(ValidationError):
            actions.wait(
                by=place_town.worker,
                family=family,
                programme=place_town.second.programme,
                since=tomorrow,
            )
    has = place_town.family(POOR)
    place_town.place(has, place_town.first)
    with place_town.scope():
        with pytest.raises(HasPlace):
            actions.wait(by=place_town.worker, family=has, programme=programme)
        close_family(by=place_town.worker, family=family, reason="other")
        with pytest.raises(FileClosed):
            actions.wait(by=place_town.worker, family=family, programme=programme)
    stranger = place_town.world.account(Role.SOCIAL_WORKER, place=place_town.world.sister)
    with place_town.scope(stranger), pytest.raises(Http404):
        actions.wait(by=stranger, family=has, programme=place_town.second.programme)


def test_two_files_of_one_family_keep_one_wait_each(place_town: Town):
    kept, away = place_town.family(POOR), place_town.family(POOR, national_id="000000026", phone="0500000001")
    with place_town.scope():
        for family in (kept, away):
            actions.wait(by=place_town.worker, family=family, programme=place_town.first.programme)
        actions.wait(by=place_town.worker, family=away, programme=place_town.second.programme)
    run = place_town.run()
    with place_town.scope():
        merge_families(by=place_town.leader, kept=kept, away=away)
        rows = Waiting.objects.filter(family=kept).order_by("programme_id")
        assert [row.programme_id for row in rows] == [
            place_town.first.programme_id,
            place_town.second.programme_id,
        ]
    assert place_town.proposal(run, kept)
