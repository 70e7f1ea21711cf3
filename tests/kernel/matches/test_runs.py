"""Runs of any kind: their states, progress, stopping, and what two of them change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404

from maarag.domains.placements.models import Proposal
from maarag.kernel.access.permissions import Permission, Role
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.jobs.inline import work_off
from maarag.kernel.jobs.models import Job
from maarag.kernel.matches import registry
from maarag.kernel.matches.actions import ask, begin_run, cancel_run, compute, is_to_stop, remark
from maarag.kernel.matches.models import RemarkKind, Run, RunState
from maarag.kernel.matches.queries import compare
from maarag.kernel.matches.registry import CannotMatch, Matchmaker, Progress, Stop, Stopped, register
from tests.factories.services import World, world

Compute = Callable[[Run, Progress, Stop], tuple[dict[str, Any], str]]


@pytest.fixture
def small(db: None) -> World:
    return world()


@pytest.fixture
def kind() -> Iterator[Callable[[Compute], str]]:
    """Registers a kind of matching that computes so."""

    def made(how: Compute) -> str:
        register(
            Matchmaker(
                kind="trial",
                label="trial",
                compute=how,
                proposals=lambda: Proposal,
                subject="family",
                target="quota",
                asked_with=Permission.RUN_PLACEMENTS,
            )
        )
        return "trial"

    yield made
    registry._kinds.pop("trial", None)


def begun(small: World, code: str, **more: Any) -> Run:
    return begin_run(by=small.system, kind=code, place=small.nation, settings={}, **more)


def test_a_run_tells_how_far_it_is_and_what_came_of_it(small: World, kind: Any):
    told: list[tuple[str, int, str]] = []

    def how(run: Run, progress: Progress, stop: Stop) -> tuple[dict[str, Any], str]:
        for percent, step in ((-5, "gather"), (40, "x" * 99), (250, "write")):
            progress(percent, step)
            now = Run.objects.get(pk=run.pk)
            told.append((now.state, now.percent, now.step[:6]))
        assert not stop()
        return {"n": 3}, "digest"

    run = begun(small, kind(how))
    assert run.authorities == sorted([small.city.pk, small.sister.pk])
    done = compute(run=run)
    assert told == [("running", 0, "gather"), ("running", 40, "xxxxxx"), ("running", 99, "write")]
    assert (done.state, done.percent, done.totals, done.sources) == (RunState.DONE, 100, {"n": 3}, "digest")
    assert compute(run=run).ended_at == done.ended_at, "what is done is not done again"
    codes = AuditEvent.objects.filter(subject_id=str(run.pk)).values_list("action", flat=True)
    assert set(codes) == {"matches.begin", "matches.end"}


@pytest.mark.parametrize(
    ("error", "state", "fault"),
    [
        (CannotMatch("no_room"), RunState.FAILED, "no_room"),
        (Stopped(), RunState.CANCELLED, ""),
    ],
)
def test_what_cannot_be_matched_says_why(small: World, kind: Any, error: Exception, state: str, fault: str):
    def how(_run: Run, _progress: Progress, _stop: Stop) -> tuple[dict[str, Any], str]:
        raise error

    done = compute(run=begun(small, kind(how)))
    assert (done.state, done.fault, done.totals) == (state, fault, {})


def test_an_error_marks_the_run_without_its_words(small: World, kind: Any):
    def how(_run: Run, _progress: Progress, _stop: Stop) -> tuple[dict[str, Any], str]:
        raise RuntimeError("נועה אלון")

    run = begun(small, kind(how))
    with pytest.raises(RuntimeError):
        compute(run=run)
    run.refresh_from_db()
    assert (run.state, run.fault) == (RunState.FAILED, "error:RuntimeError")


def test_a_run_beside_the_request_is_a_job_and_can_be_stopped_before_and_meanwhile(small: World, kind: Any):
    def how(run: Run, _progress: Progress, stop: Stop) -> tuple[dict[str, Any], str]:
        Run.objects.filter(pk=run.pk).update(cancel_asked=run.settings.get("stops", False))
        if stop():
            raise Stopped
        return {}, ""

    code = kind(how)
    first = begun(small, code)
    stopped = begin_run(by=small.system, kind=code, place=small.city, settings={"stops": True})
    never = begun(small, code)
    for run in (first, stopped, never):
        ask(by=run.asked_by, run=run)
    assert cancel_run(by=small.system, run=never).state == RunState.CANCELLED
    assert not any("name" in str(job.args) for job in Job.objects.all())
    assert work_off() == 3
    states = {run.pk: run.state for run in Run.objects.all()}
    assert [states[run.pk] for run in (first, stopped, never)] == ["done", "cancelled", "cancelled"]
    assert cancel_run(by=small.system, run=Run.objects.get(pk=first.pk)).state == RunState.DONE
    assert not is_to_stop(first.pk)


def test_who_may_ask_and_stop(small: World, kind: Any):
    code = kind(lambda run, progress, stop: ({}, ""))
    leader = small.account(Role.TEAM_LEADER, place=small.city)
    stranger = small.account(Role.TEAM_LEADER, place=small.sister)
    national = small.account(Role.NATIONAL_MANAGER, place=small.nation)
    run = begin_run(by=leader, kind=code, place=small.city, settings={})
    with pytest.raises(Http404):
        begin_run(by=stranger, kind=code, place=small.city, settings={})
    with pytest.raises(Http404):
        cancel_run(by=stranger, run=run)
    assert cancel_run(by=national, run=run).state == RunState.CANCELLED


def test_a_difference_is_explained_or_mended(small: World, kind: Any):
    code = kind(lambda run, progress, stop: ({}, ""))
    run, other = begun(small, code), begun(small, code)
    said = remark(by=small.system, run=run, attribute="sex", value="female", text=" פנו פחות ")
    assert (said.kind, said.text) == (RemarkKind.EXPLAINED, "פנו פחות")
    mended = remark(by=small.system, run=run, attribute="sex", value="female", mended_by=other)
    assert (mended.kind, mended.mended_by) == (RemarkKind.MENDED, other)
    with pytest.raises(ValidationError):
        remark(by=small.system, run=run, attribute="sex", value="female", text=" ")
    city, sister = (
        begin_run(by=small.system, kind=code, place=place, settings={})
        for place in (small.city, small.sister)
    )
    inside = remark(by=small.system, run=run, attribute="sex", value="female", mended_by=city)
    assert inside.mended_by == city
    for one, wider in ((city, run), (city, sister)):
        with pytest.raises(Http404):
            remark(by=small.system, run=one, attribute="sex", value="female", mended_by=wider)


def test_only_runs_that_are_done_are_compared(small: World, kind: Any):
    code = kind(lambda run, progress, stop: ({}, ""))
    first, second = begun(small, code), begun(small, code)
    with pytest.raises(ValueError, match="done"):
        compare(first, second)
    first, second = compute(run=first), compute(run=second)
    found = compare(first, second)
    assert (found.same, found.changed, found.only_first, found.only_second) == (0, (), 0, 0)


def test_the_table_holds_no_run_that_ended_without_an_end(small: World, kind: Any):
    run = begun(small, kind(lambda run, progress, stop: ({}, "")))
    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.filter(pk=run.pk).update(state=RunState.DONE, percent=100)
