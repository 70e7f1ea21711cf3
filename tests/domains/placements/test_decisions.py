"""What people decide of proposals: each keeps who, when and why; nothing passes the places there are."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404

from maarag.domains.families.actions import close_family
from maarag.domains.placements import actions
from maarag.domains.placements.errors import Barred, NoPlaceLeft, OutOfDate, SamePlace
from maarag.domains.placements.models import Proposal
from maarag.domains.placements.queries import board, compare
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.matches.models import Run
from maarag.kernel.matches.rows import Verdict
from tests.factories.placements import POOR, RISK, Town
from tests.factories.programmes import rule


def row_of(town: Town, run: Run, number: int) -> Proposal:
    return town.proposal(run, town.families[number])


def test_accepting_keeps_who_and_when(place_town: Town):
    place_town.family(POOR)
    run = place_town.run()
    with place_town.scope():
        (row,) = actions.accept(by=place_town.leader, proposals=[row_of(place_town, run, 0)])
    assert (row.verdict, row.decided_by, row.quota) == (
        Verdict.ACCEPTED,
        place_town.leader,
        place_town.first,
    )
    assert row.decided_at is not None
    with place_town.scope():
        event = AuditEvent.objects.get(action="placements.accept")
    assert (event.subject_id, event.changes["verdict"]) == (str(row.pk), ["pending", "accepted"])


def test_two_are_swapped_and_judged_anew(place_town: Town):
    place_town.family(POOR), place_town.family(RISK)
    run = place_town.run()
    first, second = row_of(place_town, run, 0), row_of(place_town, run, 1)
    assert (first.quota, second.quota) == (place_town.first, place_town.second)
    with place_town.scope():
        one, other = actions.swap(by=place_town.leader, first=first, second=second, reason="הקרבה לבית")
    assert (one.pk, one.quota_id, other.quota_id) == (first.pk, second.quota_id, first.quota_id)
    assert {one.verdict, other.verdict} == {Verdict.SWAPPED}
    assert (one.proposed_id, one.proposed_fit) == (first.quota_id, first.fit)
    assert one.method.code != first.method.code
    with place_town.scope():
        assert AuditEvent.objects.filter(action="placements.swap").count() == 2


def test_a_swap_with_somebody_who_waits_gives_them_the_place(place_town: Town):
    for _number in range(3):
        place_town.family(POOR)
    run = place_town.run(settings=_only_first(place_town))
    rows = [row_of(place_town, run, number) for number in range(3)]
    waits = next(row for row in rows if row.quota is None)
    has = next(row for row in rows if row.quota is not None)
    with place_town.scope():
        one, other = actions.swap(by=place_town.leader, first=has, second=waits)
        assert (one.quota, one.fit, other.quota) == (None, None, place_town.first)
        with pytest.raises(SamePlace):
            actions.swap(by=place_town.leader, first=one, second=one)


def test_a_swap_past_a_condition_is_refused_and_an_override_with_a_reason_is_not(place_town: Town):
    rule(place_town.second.programme, "children", least=3)
    place_town.family(POOR)
    big = place_town.family(RISK)
    with place_town.scope():
        from maarag.domains.families.actions import MemberDraft, change_family

        children = [MemberDraft(f"ילד {n}", "אלון", "child") for n in range(3)]
        kept = [MemberDraft(one.first_name, one.last_name, one.relation, one.pk) for one in big.members.all()]
        change_family(by=place_town.worker, family=big, members=[*kept, *children])
    run = place_town.run()
    small_row, big_row = row_of(place_town, run, 0), row_of(place_town, run, 1)
    assert big_row.quota == place_town.second
    with place_town.scope():
        with pytest.raises(Barred) as refused:
            actions.swap(by=place_town.leader, first=small_row, second=big_row)
        assert "תכנית mapa" in refused.value.in_words()
        with pytest.raises(ValidationError):
            actions.override(by=place_town.leader, proposal=small_row, quota=place_town.second, reason="  ")
        row = actions.override(
            by=place_town.leader, proposal=small_row, quota=place_town.second, reason="תאומים בדרך"
        )
    assert (row.verdict, row.reason, row.quota) == (Verdict.OVERRIDDEN, "תאומים בדרך", place_town.second)
    assert row.proposed == place_town.first


def test_no_more_are_decided_than_there_are_places(place_town: Town):
    for _number in range(3):
        place_town.family(POOR)
    run = place_town.run(settings=_only_first(place_town))
    rows = [row_of(place_town, run, number) for number in range(3)]
    given = [row for row in rows if row.quota is not None]
    waits = next(row for row in rows if row.quota is None)
    with place_town.scope():
        actions.accept(by=place_town.leader, proposals=given)
        with pytest.raises(NoPlaceLeft):
            actions.override(by=place_town.leader, proposal=waits, quota=place_town.first, reason="דחוף")
        actions.leave_waiting(by=place_town.leader, proposal=given[0], reason="ביקשו לדחות")
        row = actions.override(by=place_town.leader, proposal=waits, quota=place_town.first, reason="דחוף")
        assert row.quota == place_town.first
        back = actions.take_back(by=place_town.leader, proposal=row)
        assert (back.verdict, back.quota, back.reason) == (Verdict.PENDING, None, "")


def test_what_is_out_of_date_is_seen_and_not_decided(place_town: Town):
    closed, placed = place_town.family(POOR), place_town.family(RISK)
    run = place_town.run()
    with place_town.scope():
        close_family(by=place_town.worker, family=closed, reason="goals_reached")
    place_town.place(placed, place_town.second)
    with place_town.scope():
        found = board(place_town.leader, run)
        stale = {line.proposal.family_id: line.stale for line in found.lines}
        assert stale == {closed.pk: "closed", placed.pk: "placed"}
        assert found.stale == 2
        for line in found.lines:
            with pytest.raises(OutOfDate) as refused:
                actions.accept(by=place_town.leader, proposals=[line.proposal])
            assert refused.value.code == line.stale


def test_running_again_keeps_decisions_and_the_runs_are_compared(place_town: Town):
    families = [place_town.family(POOR) for _number in range(3)]
    settings = _only_first(place_town)
    run = place_town.run(settings=settings)
    rows = [row_of(place_town, run, number) for number in range(3)]
    waits = next(row for row in rows if row.quota is None)
    has = [row for row in rows if row.quota is not None]
    with place_town.scope():
        actions.leave_waiting(by=place_town.leader, proposal=has[0])
        actions.override(
            by=place_town.leader, proposal=waits, quota=place_town.first, reason="נמצא עובד דובר השפה"
        )
        again = actions.rerun(by=place_town.leader, run=run)
    assert again.based_on == run
    assert again.totals["kept"] == 2
    by_pk = {family.pk: family for family in families}
    kept = place_town.proposal(again, by_pk[waits.family_id])
    assert (kept.verdict, kept.quota, kept.reason) == (
        Verdict.OVERRIDDEN,
        place_town.first,
        "נמצא עובד דובר השפה",
    )
    assert (kept.proposed, kept.decided_by) == (None, place_town.leader)
    assert "decided" in [one["code"] for one in kept.explanation["for"]]
    assert place_town.proposal(again, by_pk[has[0].family_id]).verdict == Verdict.DECLINED
    assert place_town.proposal(again, by_pk[has[1].family_id]).quota == place_town.first
    with place_town.scope():
        loose = actions.rerun(by=place_town.leader, run=run, keep=False)
        found = compare(place_town.leader, loose, again)
    changed = {line.family.pk: (line.before, line.after) for line in found.lines}
    assert found.same + len(changed) == len(families)
    assert found.gained == found.lost == len(changed) / 2


def test_a_worker_decides_nothing_and_a_stranger_finds_nothing(place_town: Town):
    place_town.family(POOR)
    run = place_town.run()
    row = row_of(place_town, run, 0)
    from maarag.kernel.access.permissions import Role

    stranger = place_town.world.account(Role.TEAM_LEADER, place=place_town.world.sister)
    for account in (place_town.worker, stranger):
        with place_town.scope(account), pytest.raises(Http404):
            actions.accept(by=account, proposals=[row])


def _only_first(town: Town):  # type: ignore[no-untyped-def]
    from maarag.domains.placements.asked import asked

    return asked(programmes=[town.first.programme_id])
