"""Groups in proposals and decisions: a difference is seen, explained or mended by a floor."""

from __future__ import annotations

import pytest
from django.db import connection

from maarag.domains.placements import actions
from maarag.domains.placements.asked import asked
from maarag.domains.placements.models import Proposal
from maarag.domains.placements.queries import fairness
from maarag.domains.placements.queries.fairness import GroupLine
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.matches.actions import cancel_run, compute
from maarag.kernel.matches.models import Run, RunRemark
from tests.factories.families import NATIONAL_ID
from tests.factories.placements import ARABIC, POOR, RISK, Town, town
from tests.factories.services import world


def lines(place_town: Town, run: Run, attribute: str) -> dict[str, GroupLine]:
    with place_town.scope():
        found = {one.code: one for one in fairness(place_town.leader, run)}
    return {line.value: line for line in found[attribute].groups}


def many(db: object) -> Town:
    """Ten places in the first programme; ten families fit it well, eight that speak Arabic less."""
    made = town(world(), places=(10, 1))
    for number in range(18):
        ids = {"national_id": f"{int(NATIONAL_ID) + number}", "phone": f"05{number:08}"}
        made.family(POOR, **ids) if number < 10 else made.family(POOR, RISK, ARABIC, **ids)
    return made


def test_a_difference_is_seen_and_mended_or_explained(db: None):
    place_town = many(db)
    settings = asked(programmes=[place_town.first.programme_id], least_fit=20)
    run = place_town.run(settings=settings)
    found = lines(place_town, run, "language")
    arabic = found["arabic_speaking"]
    assert (arabic.families, arabic.placed) == (8, 0)
    assert arabic.proposed is not None
    assert arabic.proposed.seen
    assert arabic.is_seen
    assert arabic.proposed.difference_interval.high < 0
    assert lines(place_town, run, "sex")["unknown"].is_seen is False
    with place_town.scope():
        new = actions.mend(
            by=place_town.leader, run=run, attribute="language", value="arabic_speaking", percent=50
        )
        actions.explain_difference(
            by=place_town.leader, run=run, attribute="language", value="unknown", text="לא נרשמה שפה"
        )
    mended = lines(place_town, new, "language")["arabic_speaking"]
    assert (mended.families, mended.placed) == (8, 4)
    assert new.totals["floors"][0]["kept"]
    assert [one.kind for one in lines(place_town, run, "language")["arabic_speaking"].remarks] == ["mended"]
    assert lines(place_town, run, "language")["unknown"].is_answered


def test_carrying_out_keeps_which_differences_nobody_had_answered(db: None):
    place_town = many(db)
    run = place_town.run(settings=asked(programmes=[place_town.first.programme_id], least_fit=20))
    with place_town.scope():
        rows = list(Proposal.objects.filter(run=run).exclude(quota=None).order_by("rank"))
        actions.accept(by=place_town.leader, proposals=rows)
        actions.carry_out(by=place_town.leader, run=run, proposals=rows[:1])
        event = AuditEvent.objects.get(action="placements.carry_out_board")
        assert (event.subject_id, event.place) == (str(run.pk), place_town.city)
        unanswered = event.changes["unanswered"]
        assert "language:arabic_speaking" in unanswered
        for code in unanswered:
            attribute, _colon, value = code.partition(":")
            actions.explain_difference(
                by=place_town.leader, run=run, attribute=attribute, value=value, text="כך בחרו המשפחות"
            )
        actions.carry_out(by=place_town.leader, run=run, proposals=rows[1:2])
        assert AuditEvent.objects.filter(action="placements.carry_out_board").latest("pk").changes == {}


def test_a_run_that_mends_answers_only_when_it_is_done(place_town: Town, monkeypatch: pytest.MonkeyPatch):
    place_town.family(POOR, ARABIC), place_town.family(POOR)
    run = place_town.run()
    group = {"attribute": "language", "value": "arabic_speaking"}

    def answered() -> bool:
        return lines(place_town, run, "language")["arabic_speaking"].is_answered

    with place_town.scope():
        waits = actions.mend(by=place_town.leader, run=run, percent=50, at_once=False, **group)
    assert [one.mended_by for one in run.remarks.all()] == [waits]
    assert not answered(), "it has not begun"
    with place_town.scope():
        cancel_run(by=place_town.leader, run=waits)
    assert not answered(), "it was stopped"

    def done(*, run: Run) -> Run:
        assert len(connection.savepoint_ids) == outside, "in a transaction nobody sees how far it is"
        assert RunRemark.objects.filter(mended_by=run).exists()
        assert not answered()
        return compute(run=run)

    monkeypatch.setattr("maarag.domains.placements.actions.runs.compute", done)
    with place_town.scope():
        outside = len(connection.savepoint_ids)
        actions.mend(by=place_town.leader, run=run, percent=50, at_once=True, **group)
    assert answered()


def test_decisions_are_looked_at_beside_the_proposals(place_town: Town):
    for said in ((POOR,), (POOR, ARABIC)):
        place_town.family(*said)
    run = place_town.run()
    with place_town.scope():
        row = Proposal.objects.get(run=run, family=place_town.families[1])
        actions.leave_waiting(by=place_town.leader, proposal=row)
    line = lines(place_town, run, "language")["arabic_speaking"]
    assert line.proposed is not None
    assert line.decided is not None
    assert (line.proposed.placed, line.decided.placed) == (1, 0)
