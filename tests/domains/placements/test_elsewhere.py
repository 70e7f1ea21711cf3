"""Two boards of the same families: what is decided on one is seen on the other, and the later one stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from maarag.domains.placements import actions, matching
from maarag.domains.placements.models import Proposal
from maarag.domains.placements.queries import board
from maarag.kernel.matches.models import Run
from tests.factories.placements import POOR, RISK, Town

from .conftest import signed_in

Meanwhile = Callable[[Callable[[], Any]], None]


@pytest.fixture
def here(place_town: Town) -> Town:
    for said in (POOR, POOR, RISK):
        place_town.family(said)
    return place_town


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Does something when the next run has read, and computes."""

    def once(done: Callable[[], Any]) -> None:
        judge = matching.pairs_of

        def judged(*given: Any) -> Any:
            monkeypatch.setattr(matching, "pairs_of", judge)
            done()
            return judge(*given)

        monkeypatch.setattr(matching, "pairs_of", judged)

    return once


def accept(here: Town, run: Run, number: int = 0) -> Proposal:
    with here.scope():
        row = Proposal.objects.get(run=run, family=here.families[number])
        return actions.accept(by=here.leader, proposals=[row])[0]


def again(here: Town, run: Run, **more: Any) -> Run:
    with here.scope():
        return actions.rerun(by=here.leader, run=run, at_once=True, **more)


def elsewhere(here: Town, run: Run) -> dict[str, str]:
    """Family → decision on another board."""
    with here.scope():
        lines = board(here.leader, run).lines
        return {
            str(line.proposal.family_id): line.elsewhere.verdict
            for line in lines
            if line.elsewhere is not None
        }


@pytest.mark.parametrize("keep", [True, False])
def test_what_is_decided_on_the_older_board_while_a_newer_run_computes(
    here: Town, meanwhile: Meanwhile, keep: bool
):
    before = here.run()
    meanwhile(lambda: accept(here, before))
    run = again(here, before, keep=keep)
    family = here.families[0]
    assert here.proposal(run, family).verdict == "pending", "the run had read before"
    assert elsewhere(here, run) == {str(family.pk): "accepted"}
    assert elsewhere(here, before) == {}
    newest = again(here, run)
    row = here.proposal(newest, family)
    assert (row.verdict, row.quota) == ("accepted", here.first)
    assert elsewhere(here, newest) == {}


def test_page_and_api_lead_to_the_other_board(here: Town, meanwhile: Meanwhile):
    before = here.run()
    meanwhile(lambda: accept(here, before))
    run = again(here, before)
    other, row = (here.proposal(one, here.families[0]) for one in (before, run))
    client = signed_in(here.leader)
    page = reverse("placements:run", args=[run.pk])
    way = reverse("placements:proposal", args=[other.pk])
    text = client.get(page).text
    assert "Decided meanwhile on another board" in text
    assert way in text
    shown = client.get(page, {"state": "elsewhere"}).context["rows"]
    assert [one["pk"] for one in shown] == [str(row.pk)]
    own = client.get(reverse("placements:proposal", args=[row.pk])).text
    assert way in own
    told = client.get(f"/api/placements/runs/{run.pk}/proposals").json()["items"]
    assert {one["id"]: one["decided_elsewhere"] for one in told if one["decided_elsewhere"]} == {
        str(row.pk): str(other.pk)
    }
    client.post(page, {"act": "accept_all", "sure": "accept_all"})
    assert here.proposal(run, here.families[0]).verdict == "pending", "not by the way"
    assert here.proposal(run, here.families[1]).verdict == "accepted"
    carry = reverse("placements:carry_out", args=[run.pk])
    assert "decided otherwise on another board" not in client.get(carry).text
    accept(here, run)
    with here.scope():
        actions.override(by=here.leader, proposal=other, quota=here.second, reason="x")
    assert "decided otherwise on another board" in client.get(carry).text


@pytest.mark.parametrize("keep", [True, False])
def test_what_a_run_has_read_or_was_to_leave_is_not_named(here: Town, keep: bool):
    before = here.run()
    accept(here, before)
    run = again(here, before, keep=keep)
    assert elsewhere(here, run) == elsewhere(here, before) == {}
    with here.scope():
        actions.take_back(by=here.leader, proposal=here.proposal(run, here.families[0]))
    assert elsewhere(here, run) == {}, "taken back here, knowing of it"


def test_of_two_decisions_the_later_one_stays(here: Town):
    before = here.run()
    accept(here, before)
    run = again(here, before)
    with here.scope():
        row = here.proposal(before, here.families[0])
        actions.override(by=here.leader, proposal=row, quota=here.second, reason="x")
    assert elsewhere(here, run) == {str(here.families[0].pk): "overridden"}
    assert here.proposal(again(here, run), here.families[0]).quota == here.second
    with here.scope():
        row = here.proposal(run, here.families[0])
        actions.override(by=here.leader, proposal=row, quota=None, reason="x")
    assert elsewhere(here, run) == {}
    assert elsewhere(here, before) == {str(here.families[0].pk): "overridden"}


def test_a_decision_that_was_being_written_while_the_run_read_is_named(here: Town):
    """Its time is before the run began, and the run did not see it."""
    before = here.run()
    run = again(here, before)
    assert run.started_at is not None
    accept(here, before)
    with here.scope():
        early = run.started_at - timedelta(seconds=2)
        Proposal.objects.filter(run=before, family=here.families[0]).update(decided_at=early)
    assert elsewhere(here, run) == {str(here.families[0].pk): "accepted"}


def test_a_family_that_has_its_place_is_named_nowhere(here: Town, meanwhile: Meanwhile):
    before = here.run()
    meanwhile(lambda: accept(here, before))
    run = again(here, before)
    with here.scope():
        actions.carry_out(by=here.leader, run=before)
    assert elsewhere(here, run) == {}
