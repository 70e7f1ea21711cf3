"""Two files of one family become one, and two again: every row is where it was."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import Http404
from django.utils import timezone, translation

from maarag.database.rows import visible
from maarag.database.rows.checks import personal_models
from maarag.domains.families import moving
from maarag.domains.families.actions import (
    ChangedMeanwhile,
    MemberDraft,
    MergedAway,
    NotMerged,
    change_family,
    merge_families,
    open_family,
    open_in_emergency,
    read_family,
    tell_apart,
    undo_merge,
)
from maarag.domains.families.actions.reading import set_holder
from maarag.domains.families.merging import plan_of, undo_plan_of
from maarag.domains.families.merging_models import Distinct, Merge, MergeStep
from maarag.domains.families.models import Family, FamilyStatus, Member
from maarag.domains.families.queries import found_by, listed
from maarag.domains.families.reading_models import Holder
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.retention.actions import erase_on_request, place_hold
from maarag.kernel.retention.models import ErasureReason, Hold
from tests.factories.families import NATIONAL_ID, PHONE, REASON, everything, opened, shared

from .conftest import Towns

REVIEW = timezone.localdate() + timedelta(days=9)

OF_MERGING = (Merge, MergeStep)
SECOND_ID = "000000026"
LONG = "בן־אברהם הלוי־" * 5 + "אלמוני־ישר"


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def leader(towns: Towns) -> Account:
    return towns.world.account(Role.TEAM_LEADER, place=towns.world.city)


@pytest.fixture
def scope(towns: Towns, leader: Account) -> Iterator[None]:
    with visible(everything(towns.world.city, by=leader)):
        yield


def second(towns: Towns, *members: MemberDraft, **fields: Any) -> Family:
    """Another file of the same household: the mother again, spelled otherwise, and somebody more."""
    people = members or (
        MemberDraft(
            "Noa", "Alon", "parent", fields={"national_id": NATIONAL_ID, "birth_date": date(1990, 5, 1)}
        ),
        MemberDraft("דן", "אלון", "child", fields={"birth_date": date(2015, 2, 3)}),
    )
    given = {"name": "אלון", "address": "רחוב הזית 4", "review_on": REVIEW} | fields
    with visible(everything(towns.world.city, by=towns.worker)):
        return open_family(
            by=towns.worker, authority=towns.world.city, worker=towns.worker, members=people, **given
        )


def state() -> dict[str, list[Any]]:
    """Every personal row of the scope, each field in clear, without the record of merging itself."""
    return {
        model._meta.label: [
            [getattr(row, column.attname) for column in model._meta.concrete_fields]
            for row in model._base_manager.order_by("pk")
        ]
        for model in personal_models()
        if model not in OF_MERGING
    }


def furnish(towns: Towns, away: Family, leader: Account) -> None:
    """Rows of every kind that this room keeps of a file."""
    shared(towns.worker, away, towns.world.organisation, "worker")
    opened(towns.stranger, towns.world.city, away.number)
    with visible(everything(towns.world.city, by=leader)):
        set_holder(by=leader, family=away, account=towns.world.account(Role.RESIDENT, place=towns.world.city))
        place_hold(by=leader, subject=away, reason="תביעה", until=timezone.localdate() + timedelta(days=9))
        third = second(towns, MemberDraft("רון", "ברק", "parent"), name="ברק")
        tell_apart(by=leader, family=away, others=[third], reason="other_people")
        tell_apart(by=leader, family=third, others=[towns.own], reason="other", note="שכנים")


def test_everything_goes_over_and_comes_back(towns: Towns, leader: Account) -> None:
    away = second(towns)
    furnish(towns, away, leader)
    with visible(everything(towns.world.city, by=leader)):
        before = state()
        merge = merge_families(by=leader, kept=towns.own, away=away)
        merged = state()
        assert merged != before
        for model in personal_models():
            for link in moving.links_to(Family):
                if link.model is model and model not in (Member, *OF_MERGING):
                    assert not model._base_manager.filter(**{link.column: away.pk}).exists(), link
        assert Hold.objects.get(ended_at=None).row == towns.own.pk
        undo_merge(by=leader, merge=merge)
        assert state() == before
        assert Merge.objects.get().undone_by == leader


def test_people_are_matched_and_filled_in(towns: Towns, leader: Account, scope: None) -> None:
    away = second(towns)
    plan = plan_of(towns.own, away)
    noa, dan = plan.people
    assert (str(noa.same), dict(noa.fills)) == ("נועה אלון", {"birth_date": date(1990, 5, 1)})
    assert {name for name, _stays, _other in noa.differs} == {"first_name", "last_name"}
    assert dan.same is None
    assert set(plan.fills) == {"address", "review_on"}
    merge_families(by=leader, kept=towns.own, away=away, seen=plan.digest)
    people = list(Member.objects.filter(family=towns.own).order_by("position"))
    assert [str(person) for person in people] == ["נועה אלון", "גיל אלון", "דן אלון"]
    assert [person.position for person in people] == [1, 2, 3]
    assert (people[0].birth_date, people[0].national_id, people[0].phone) == (
        date(1990, 5, 1),
        NATIONAL_ID,
        PHONE,
    )
    kept = Family.objects.get(pk=towns.own.pk)
    assert (kept.address, kept.review_on) == ("רחוב הזית 4", REVIEW)


def test_whoever_merges_says_who_is_who(towns: Towns, leader: Account, scope: None) -> None:
    away = second(towns)
    nobody = plan_of(towns.own, away, {})
    assert all(step.same is None for step in nobody.people)
    merge_families(by=leader, kept=towns.own, away=away, same={})
    assert Member.objects.filter(family=towns.own).count() == 4


def test_the_file_that_went_leads_to_the_other(towns: Towns, leader: Account, scope: None) -> None:
    away = second(towns)
    merge_families(by=leader, kept=towns.own, away=away)
    gone = Family.objects.get(pk=away.pk)
    assert (gone.status, gone.merged_into_id) == (FamilyStatus.MERGED, towns.own.pk)
    with pytest.raises(MergedAway) as found:
        read_family(by=leader, pk=away.pk)
    assert found.value.into == towns.own.pk
    assert list(found_by(listed(leader), str(away.number))) == [towns.own]
    assert list(found_by(listed(leader), "אלון")) == [towns.own]


def test_its_number_is_found_in_an_emergency(towns: Towns, leader: Account) -> None:
    away = second(towns)
    with visible(everything(towns.world.city, by=leader)):
        merge_families(by=leader, kept=towns.own, away=away)
    opening = open_in_emergency(
        by=towns.stranger, authority=towns.world.city, text=str(away.number), reason=REASON
    )
    assert opening is not None
    assert opening.family_id == towns.own.pk


def test_what_came_later_stays(towns: Towns, leader: Account) -> None:
    away = second(towns)
    with visible(everything(towns.world.city, by=leader)):
        merge = merge_families(by=leader, kept=towns.own, away=away)
        kept = Family.objects.get(pk=towns.own.pk)
        noa, gil, dan = Member.objects.filter(family=kept).order_by("position")
        drafts = [
            MemberDraft(one.first_name, one.last_name, one.relation, one.pk, {"phone": one.phone})
            for one in (noa, gil, dan)
        ]
        drafts[0] = MemberDraft("נועה", "אלון", "parent", noa.pk, {"birth_date": date(1991, 1, 1)})
        drafts.append(MemberDraft("תמר", "אלון", "child"))
        change_family(by=leader, family=kept, members=drafts, address="כתובת חדשה 7")
    new_share = shared(towns.worker, kept, towns.world.organisation, "address")
    with visible(everything(towns.world.city, by=leader)):
        undo_merge(by=leader, merge=merge)
        names = {
            family.pk: [str(one) for one in Member.objects.filter(family=family).order_by("position")]
            for family in (towns.own, away)
        }
        assert names[towns.own.pk] == ["נועה אלון", "גיל אלון", "תמר אלון"]
        assert names[away.pk] == ["Noa Alon", "דן אלון"]
        new_share.refresh_from_db()
        assert new_share.family_id == towns.own.pk
        kept.refresh_from_db()
        assert kept.address == "כתובת חדשה 7"
        assert kept.review_on is None
        assert Member.objects.get(pk=noa.pk).birth_date == date(1991, 1, 1)


def test_mergings_are_undone_in_their_turn(towns: Towns, leader: Account, scope: None) -> None:
    away, third = second(towns), second(towns, MemberDraft("רון", "אלון", "parent"))
    before = state()
    first = merge_families(by=leader, kept=towns.own, away=away)
    between = state()
    last = merge_families(by=leader, kept=third, away=Family.objects.get(pk=towns.own.pk))
    assert Family.objects.get(pk=away.pk).merged_into_id == third.pk
    first.refresh_from_db()
    with pytest.raises(NotMerged, match="undo that merging first"):
        undo_merge(by=leader, merge=first)
    undo_merge(by=leader, merge=last)
    assert state() == between
    undo_merge(by=leader, merge=first)
    assert state() == before
    with pytest.raises(NotMerged, match="undone already"):
        undo_merge(by=leader, merge=first)
    again = merge_families(by=leader, kept=away, away=Family.objects.get(pk=towns.own.pk))
    undo_merge(by=leader, merge=again)
    assert state() == before


def test_what_is_there_once_stays_behind_or_stops_the_merging(
    towns: Towns, leader: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = second(towns)
    resident = towns.world.account(Role.RESIDENT, place=towns.world.city)
    with visible(everything(towns.world.city, by=leader)):
        for family in (towns.own, away):
            set_holder(by=leader, family=family, account=resident)
        before = state()
        with monkeypatch.context() as patch:
            patch.setattr(moving, "_stay", set())
            with pytest.raises(NotMerged, match="accounts of the family"):
                merge_families(by=leader, kept=towns.own, away=away)
        merge = merge_families(by=leader, kept=towns.own, away=away)
        assert Holder.objects.get(family=away).account == resident
        undo_merge(by=leader, merge=merge)
        assert state() == before
        for family in (towns.own, away):
            place_hold(by=leader, subject=family, reason="x", until=timezone.localdate() + timedelta(days=9))
        with pytest.raises(NotMerged, match="holds"):
            merge_families(by=leader, kept=towns.own, away=away)


def test_a_room_may_refuse(
    towns: Towns, leader: Account, scope: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "_refusals", [])
    monkeypatch.setattr(moving, "_undo_refusals", [])
    away = second(towns)
    moving.refuse_when(lambda kept, away: ["two baskets"])
    with pytest.raises(NotMerged, match="two baskets"):
        merge_families(by=leader, kept=towns.own, away=away)
    moving._refusals.clear()
    merge = merge_families(by=leader, kept=towns.own, away=away)
    moving.refuse_undo_when(lambda merge: ["paid"])
    assert undo_plan_of(merge).refusals == ("paid",)
    with pytest.raises(NotMerged, match="paid"):
        undo_merge(by=leader, merge=merge)


def test_only_within_an_authority_and_with_the_permission(towns: Towns, leader: Account) -> None:
    away = second(towns)
    with visible(everything(towns.world.city, towns.world.sister, by=leader)):
        foreign = Family.objects.get(pk=towns.foreign.pk)
        assert plan_of(towns.own, foreign).refusals
        with pytest.raises(Http404):
            merge_families(by=leader, kept=towns.own, away=foreign)
        with pytest.raises(Http404):
            merge_families(by=towns.worker, kept=towns.own, away=away)
        with pytest.raises(Http404):
            tell_apart(by=leader, family=towns.own, others=[foreign], reason="other_people")
    with visible(everything(towns.world.city, by=leader)), pytest.raises(Http404):
        merge_families(by=leader, kept=towns.own, away=towns.foreign)


def test_what_was_not_seen_is_not_done(towns: Towns, leader: Account, scope: None) -> None:
    away = second(towns)
    seen = plan_of(towns.own, away).digest
    people = [MemberDraft(one.first_name, one.last_name, one.relation, one.pk) for one in away.members.all()]
    change_family(by=leader, family=away, members=[*people, MemberDraft("עוד", "אחת", "child")])
    with pytest.raises(ChangedMeanwhile):
        merge_families(by=leader, kept=towns.own, away=away, seen=seen)
    assert not Merge.objects.exists()


def test_a_household_of_fourteen_and_names_of_every_kind(towns: Towns, leader: Account, scope: None) -> None:
    assert len(LONG) == 80
    people = [MemberDraft(f"ילד {number}", "أبو حمد (Abu-Hamad) בן", "child") for number in range(12)]
    people += [
        MemberDraft(LONG, LONG, "parent"),
        MemberDraft("Noa", "Alon", "parent", fields={"national_id": NATIONAL_ID}),
    ]
    away = second(towns, *people, name="أبو حمد – אבו חמד (Abu Hamad)")
    before = state()
    merge = merge_families(by=leader, kept=towns.own, away=away)
    assert Member.objects.filter(family=towns.own).count() == 15
    undo_merge(by=leader, merge=merge)
    assert state() == before


def test_erasing_the_file_erases_what_was_merged_into_it(towns: Towns, leader: Account, scope: None) -> None:
    away = second(towns)
    merge_families(by=leader, kept=towns.own, away=away)
    kept = Family.objects.get(pk=towns.own.pk)
    erase_on_request(by=leader, subject=kept, reason=ErasureReason.ASKED)
    assert [model._meta.label for model in personal_models() if model._base_manager.exists()] == []


def test_what_is_told_and_what_is_not(towns: Towns, leader: Account, scope: None) -> None:
    away = second(towns)
    merge = merge_families(by=leader, kept=towns.own, away=away)
    undo_merge(by=leader, merge=merge)
    events = AuditEvent.objects.filter(action__contains="erg").order_by("pk")
    assert [(one.action, one.subject_id) for one in events] == [
        ("families.merge", str(towns.own.pk)),
        ("families.merge_away", str(away.pk)),
        ("families.undo_merge", str(towns.own.pk)),
    ]
    told = str(list(AuditEvent.objects.filter(subject_id__in=[str(towns.own.pk), str(away.pk)]).values()))
    assert NATIONAL_ID not in told
    with connection.cursor() as cursor:
        cursor.execute("SELECT before, after FROM families_mergestep")
        assert not any(b"1990" in bytes(part) for row in cursor.fetchall() for part in row)


def test_a_merging_whose_audit_fails_is_undone(
    towns: Towns, leader: Account, scope: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = second(towns)
    before = state()

    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("the audit is full")

    def undone(write: Callable[[], Any]) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(AuditEvent.objects, "bulk_create", fail)
            with pytest.raises(RuntimeError), transaction.atomic():
                write()

    undone(lambda: merge_families(by=leader, kept=towns.own, away=away))
    undone(lambda: tell_apart(by=leader, family=towns.own, others=[away], reason="other_people"))
    assert (state(), Merge.objects.count(), Distinct.objects.count()) == (before, 0, 0)
    merge = merge_families(by=leader, kept=towns.own, away=away)
    merged = state()
    undone(lambda: undo_merge(by=leader, merge=merge))
    assert state() == merged


@pytest.mark.django_db(transaction=True)
def test_two_who_merge_at_once(towns: Towns, leader: Account) -> None:
    """A into B and B into A in the same moment: one of them happens, and the other is told."""
    away = second(towns)
    barrier = threading.Barrier(2)
    outcomes: list[str] = []

    def merge(kept: Family, gone: Family) -> None:
        try:
            barrier.wait(20)
            with visible(everything(towns.world.city, by=leader)):
                merge_families(by=leader, kept=kept, away=gone)
            outcomes.append("merged")
        except NotMerged:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=merge, args=pair) for pair in ((towns.own, away), (away, towns.own))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["merged", "told"]
    with visible(everything(towns.world.city, by=leader)):
        assert Merge.objects.count() == 1
        merge_row = Merge.objects.get()
        assert Member.objects.filter(family=merge_row.family).count() == 3
