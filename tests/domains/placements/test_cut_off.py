"""Whoever computes a run is killed: it is seen, said and ended, and what was decided before goes on."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.urls import reverse

from maarag.domains.placements.actions import accept, rerun
from maarag.domains.placements.asked import asked
from maarag.domains.placements.models import Proposal
from maarag.kernel.jobs.inline import work_off
from maarag.kernel.jobs.stalled import LIMIT, RESCUE
from maarag.kernel.matches.actions import CUT_OFF, begin_run, cancel_run
from maarag.kernel.matches.holding import held_among
from maarag.kernel.matches.models import Run, RunState
from maarag.kernel.matches.queries import cut_off
from maarag.kernel.matches.tasks import tidy
from tests.access.pooler import pooled
from tests.factories.placements import POOR, RISK, Town, town
from tests.factories.services import world
from tests.kernel.jobs.queue import ROOT, emptied, environment, wait_until

from .conftest import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
Victim = Callable[..., Callable[[], None]]
IMPATIENT = "-c idle_in_transaction_session_timeout=400ms"
"""As servers end transactions in which nothing is done."""


@pytest.fixture
def victim() -> Iterator[Victim]:
    """Starts a process that stays among the proposals it writes; what it gives kills it with -9."""
    started: list[subprocess.Popen[str]] = []

    def begin(way: str, key: object, **environ: str) -> Callable[[], None]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.domains.placements.matching_host", way, str(key)],
            env={**environment(), **environ},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "inside\n"

        def killed() -> None:
            process.kill()
            process.wait()

        return killed

    yield begin
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture
def place_town(transactional_db: None) -> Iterator[Town]:
    emptied()
    made = town(world())
    for said in (POOR, POOR, RISK):
        made.family(said)
    yield made
    emptied()


def decided(here: Town) -> Run:
    """A run with a decision."""
    before = here.run()
    with here.scope():
        accept(by=here.leader, proposals=[Proposal.objects.get(run=before, family=here.families[0])])
    return before


def begun(here: Town, before: Run) -> Run:
    settings = asked(keep=True).data()
    return begin_run(by=here.leader, kind=before.kind, place=here.city, settings=settings, based_on=before)


def left(here: Town, run: Run) -> int:
    with here.scope():
        return Proposal.objects.filter(run=run).count()


def from_page(here: Town, run: Run) -> None:
    client = signed_in(here.leader)
    text = client.get(reverse("placements:progress", args=[run.pk])).content.decode()
    assert "It was cut off" in text
    assert "every 2s" not in text, "nothing more is to come"
    assert reverse("placements:again", args=[run.pk]) in text
    runs = client.get(reverse("placements:index")).content.decode()
    assert "Cut off" in runs
    assert "every 3s" not in runs
    board = client.get(reverse("placements:run", args=[run.based_on_id])).content.decode()
    assert "A newer run is being matched" not in board
    answer = client.post(reverse("placements:cancel", args=[run.pk]), follow=True).content.decode()
    assert "It is stopped; nothing of it is kept." in answer


def from_api(here: Town, run: Run) -> None:
    client = signed_in(here.leader)
    (told,) = (one for one in client.get("/api/placements/runs").json()["items"] if one["id"] == str(run.pk))
    assert (told["state"], told["is_cut_off"]) == ("running", True)
    client.post(f"/api/placements/runs/{run.pk}/cancel", content_type="application/json")


def by_running_again(here: Town, run: Run) -> None:
    client = signed_in(here.leader)
    again = reverse("placements:again", args=[run.pk])
    assert client.get(again).status_code == 200
    given = {"place": "9001", "who": "without_place", "least_fit": "40", "keep": "on"}
    assert client.post(again, given).status_code == 302


def by_itself(_here: Town, _run: Run) -> None:
    tidy()


@pytest.mark.parametrize(
    ("way", "state"),
    [
        (from_page, RunState.CANCELLED),
        (from_api, RunState.CANCELLED),
        (by_running_again, RunState.FAILED),
        (by_itself, RunState.FAILED),
    ],
)
def test_a_run_whose_process_was_killed_is_ended_at_once(
    place_town: Town, victim: Victim, way: Callable[[Town, Run], None], state: str
):
    before = decided(place_town)
    run = begun(place_town, before)
    kill = victim("run", run.pk, PGOPTIONS=IMPATIENT)
    time.sleep(1)
    tidy()
    run.refresh_from_db()
    assert (run.state, cut_off([run])) == (RunState.RUNNING, frozenset()), "somebody computes it"
    kill()
    assert wait_until(lambda: bool(cut_off([run])), 5)
    assert left(place_town, run) == 1
    way(place_town, run)
    run.refresh_from_db()
    assert (run.state, left(place_town, run)) == (state, 0)
    family = place_town.families[0]
    assert place_town.proposal(before, family).verdict == "accepted"
    if way is not by_running_again:
        with place_town.scope():
            rerun(by=place_town.leader, run=run, at_once=True)
    else:
        assert run.fault == CUT_OFF
    newest = Run.objects.earliest("-asked_at")
    assert (newest.state, newest.based_on) == (RunState.DONE, before)
    assert place_town.proposal(newest, family).verdict == "accepted"
    text = signed_in(place_town.leader).get(reverse("placements:progress", args=[run.pk])).content.decode()
    assert ("It was cut off: the program that matched was gone" in text) == (state == RunState.FAILED)


@pytest.mark.parametrize("tries", [LIMIT, 1])
def test_of_a_worker_that_was_killed_another_does_it_or_nobody_any_more(
    place_town: Town, victim: Victim, tries: int
):
    run = rerun(by=place_town.leader, run=decided(place_town), at_once=False)
    kill = victim("worker", "")
    kill()
    assert wait_until(lambda: not held_among([run.pk]), 5)
    run.refresh_from_db()
    assert (run.state, cut_off([run])) == (RunState.RUNNING, frozenset()), "its job is there still"
    client = signed_in(place_town.leader)
    page = reverse("placements:progress", args=[run.pk])
    assert "It begins anew" in client.get(page).content.decode()
    with connection.cursor() as cursor:
        cursor.execute(RESCUE, {"silence": 0, "limit": tries})
    if tries == LIMIT:
        assert work_off() == 1
        run.refresh_from_db()
        assert (run.state, left(place_town, run)) == (RunState.DONE, 3)
        return
    assert work_off() == 0
    assert cut_off([run]) == {run.pk}
    assert "It was cut off" in client.get(page).content.decode()
    assert cancel_run(by=place_town.leader, run=run).state == RunState.CANCELLED
    assert left(place_town, run) == 0


def test_of_a_page_that_was_killed_while_it_matched_nothing_stays(place_town: Town, victim: Victim):
    """A request is one transaction: nobody has seen the run."""
    before = decided(place_town)
    victim("page", place_town.leader.pk)()
    assert wait_until(lambda: not held_among_any(), 5)
    assert list(Run.objects.all()) == [before]


def held_among_any() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2")
        return cursor.fetchone() is not None


def test_a_killed_process_is_seen_through_a_pooler(place_town: Town, victim: Victim):
    """In transaction mode, with two connections for everybody."""
    with pooled(connection.settings_dict, 2) as through:
        run = begun(place_town, decided(place_town))
        kill = victim("run", run.pk, DATABASE_URL=address_of(through))
        assert held_among([run.pk]) == {run.pk}
        kill()
        assert wait_until(lambda: not held_among([run.pk]), 5)
        assert cancel_run(by=place_town.leader, run=run).state == RunState.CANCELLED


def address_of(settings: dict[str, Any]) -> str:
    account = f"{settings['USER']}:{quote(settings['PASSWORD'])}"
    return f"postgresql://{account}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
