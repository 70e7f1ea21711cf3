"""A run of a department that a worker does, told to stop while it runs: from the page and through the API."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from maarag.domains.placements import actions
from maarag.domains.placements.actions import accept, rerun, start_run
from maarag.domains.placements.models import Proposal
from maarag.kernel.access.models import Account
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.jobs.inline import work_off
from maarag.kernel.matches.actions import ask, begin_run, cancel_run, compute, tell
from maarag.kernel.matches.models import Run, RunState
from tests.factories.placements import POOR, RISK, Town, town
from tests.factories.services import world
from tests.kernel.jobs.queue import emptied

from .conftest import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
SOON = 2.0
"""Seconds."""


@dataclass
class Held:
    """A worker that waits where the run tells the step for the `time`th time, until it is let go."""

    step: str = ""
    time: int = 1
    reached: Event = field(default_factory=Event)
    go: Event = field(default_factory=Event)

    def tell(self, run: UUID, percent: int, step: str) -> None:
        tell(run, percent, step)
        self.time -= step == self.step
        if step == self.step and self.time == 0:
            self.reached.set()
            assert self.go.wait(60)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    made = Held()
    monkeypatch.setattr("maarag.kernel.matches.actions.tell", made.tell)
    monkeypatch.setattr("maarag.domains.placements.matching.CHUNK", 1)
    return made


@pytest.fixture
def place_town(transactional_db: None) -> Iterator[Town]:
    emptied()
    made = town(world())
    for _number in range(3):
        made.family(POOR)
    made.family(RISK)
    yield made
    emptied()


def worker() -> Thread:
    """Does what waits, in a process's place: with a connection of its own."""

    def work() -> None:
        try:
            work_off()
        finally:
            connection.close()

    begun = Thread(target=work)
    begun.start()
    return begun


def from_page(by: Account, run: Run) -> None:
    answer = signed_in(by).post(reverse("placements:cancel", args=[run.pk]), follow=True)
    text = answer.content.decode()
    assert "It is being stopped; nothing of it will be kept." in text
    assert "It is stopped; nothing of it is kept." not in text, "it still runs"
    assert reverse("placements:cancel", args=[run.pk]) not in text, "once is enough"


def from_api(by: Account, run: Run) -> None:
    answer = signed_in(by).post(f"/api/placements/runs/{run.pk}/cancel", content_type="application/json")
    told = json.loads(answer.content)
    assert (answer.status_code, told["state"], told["is_to_stop"]) == (200, "running", True)


def proposals(here: Town, run: Run) -> int:
    with here.scope():
        return Proposal.objects.filter(run=run).count()


@pytest.mark.parametrize(
    ("way", "step", "which"), [(from_page, "judge", 1), (from_api, "explain", 2), (from_page, "write", 3)]
)
def test_a_run_under_way_stops_at_once_and_leaves_nothing(
    place_town: Town, held: Held, way: Callable[[Account, Run], None], step: str, which: int
):
    before = place_town.run()
    with place_town.scope():
        family = place_town.families[0]
        accept(by=place_town.leader, proposals=[Proposal.objects.get(run=before, family=family)])
    held.step, held.time = step, which
    run = rerun(by=place_town.leader, run=before, at_once=False)
    doing = worker()
    assert held.reached.wait(60)
    assert proposals(place_town, run) == (2 if step == "write" else 0)
    way(place_town.leader, run)
    told_at = time.monotonic()
    held.go.set()
    doing.join(60)
    assert time.monotonic() - told_at < SOON
    run.refresh_from_db()
    assert (run.state, run.totals, proposals(place_town, run)) == (RunState.CANCELLED, {}, 0)
    events = AuditEvent.objects.filter(subject_id=str(run.pk)).order_by("pk").values_list("action", flat=True)
    assert list(events) == ["matches.begin", "matches.cancel", "matches.end"]
    # what was decided before is as it was, and goes on from there
    assert place_town.proposal(before, family).verdict == "accepted"
    assert proposals(place_town, before) == len(place_town.families)
    held.step = ""
    again = rerun(by=place_town.leader, run=run, at_once=True)
    assert again.based_on == before
    assert place_town.proposal(again, family).verdict == "accepted"


def test_the_page_says_that_it_was_stopped_what_stays_and_how_to_run_again(place_town: Town, held: Held):
    before = place_town.run()
    held.step = "judge"
    run = rerun(by=place_town.leader, run=before, at_once=False)
    doing = worker()
    assert held.reached.wait(60)
    client: Client = signed_in(place_town.leader)
    assert "It is being stopped" not in page(client, run)
    cancel_run(by=place_town.leader, run=run)
    text = page(client, run)
    assert "It is being stopped" in text
    assert reverse("placements:again", args=[run.pk]) not in text
    held.go.set()
    doing.join(60)
    text = page(client, run)
    assert "Somebody stopped it; nothing was proposed." in text
    assert reverse("placements:run", args=[before.pk]) in text
    assert "stays as it is" in text
    assert reverse("placements:again", args=[run.pk]) in text
    assert client.get(reverse("placements:again", args=[run.pk])).status_code == 200
    assert client.get(reverse("placements:run", args=[run.pk])).status_code == 404


def page(client: Client, run: Run) -> str:
    return str(client.get(reverse("placements:progress", args=[run.pk])).content.decode())


def test_told_in_the_last_moment_it_is_stopped_and_not_done(
    place_town: Town, monkeypatch: pytest.MonkeyPatch
):
    run = start_run(by=place_town.leader, place=place_town.city, at_once=False)

    def and_told(*_args: Any) -> str:
        cancel_run(by=place_town.leader, run=run)
        return ""

    monkeypatch.setattr("maarag.domains.placements.matching.digest_of", and_told)
    work_off()
    run.refresh_from_db()
    assert (run.state, run.totals, proposals(place_town, run)) == (RunState.CANCELLED, {}, 0)


@pytest.mark.parametrize("stopped", [True, False])
def test_of_a_worker_that_died_no_proposal_stays(
    place_town: Town, stopped: bool, monkeypatch: pytest.MonkeyPatch
):
    """It died among the proposals it wrote; the next one finds the wish to stop, or begins anew."""
    run = start_run(by=place_town.leader, place=place_town.city, at_once=False)

    class Died(BaseException):
        """Nothing catches it, as nothing catches a death."""

    def dies(_run: UUID, _percent: int, step: str) -> None:
        if step == "write" and proposals(place_town, run):
            raise Died

    monkeypatch.setattr("maarag.domains.placements.matching.CHUNK", 1)
    with monkeypatch.context() as dying:
        dying.setattr("maarag.kernel.matches.actions.tell", dies)
        with pytest.raises(Died):
            compute(run=run)
    assert proposals(place_town, run) == 1
    if stopped:
        cancel_run(by=place_town.leader, run=run)
    ended = compute(run=run)
    assert ended.state == ("cancelled" if stopped else "done")
    assert proposals(place_town, run) == (0 if stopped else len(place_town.families))


def test_of_a_run_that_broke_no_proposal_stays(place_town: Town, monkeypatch: pytest.MonkeyPatch):
    def breaks(*_args: Any) -> str:
        raise RuntimeError

    monkeypatch.setattr("maarag.domains.placements.matching.digest_of", breaks)
    run = begin_run(by=place_town.leader, kind=actions.runs.KIND, place=place_town.city, settings={})
    ask(by=place_town.leader, run=run)
    work_off()
    run.refresh_from_db()
    assert (run.state, proposals(place_town, run)) == (RunState.FAILED, 0)
