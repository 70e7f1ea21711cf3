"""Who works in programmes of a department with how many families; and its switch to one toolbox."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils import timezone

from maarag.domains.programmes.actions import end_toolbox, end_worker, set_worker, switch_toolbox
from maarag.domains.programmes.models import Programme, ProgrammeWorker, Quota, ToolboxSwitch
from maarag.domains.programmes.queries import (
    methods_in,
    switch_of,
    toolbox_authorities,
    workers_in,
    workers_of,
)
from maarag.domains.programmes.toolbox import toolbox_of
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.audit.models import AuditEvent
from tests.factories.budgets import line_of, programme_of, quota
from tests.factories.programmes import method, situations, works_by

from .conftest import Treasury

IN_2021 = date(2021, 3, 1)
"""The budget is of 2021."""


@pytest.fixture
def head(treasury: Treasury) -> Account:
    return treasury.world.account(Role.DEPARTMENT_HEAD, place=treasury.world.city)


@pytest.fixture
def programme(treasury: Treasury) -> Programme:
    situations(treasury.world)
    return programme_of(treasury.world, treasury.budget)


@pytest.fixture
def department(treasury: Treasury, programme: Programme, monkeypatch: pytest.MonkeyPatch) -> Programme:
    """A city with places in two programmes, which share one of their methods."""
    other = programme_of(treasury.world, treasury.budget, "mapa")
    shared = method("visits", low_income=3)
    works_by(programme, shared, method("rights", low_income=2))
    works_by(other, shared)
    for code, families in (("noshmim", 30), ("mapa", 12)):
        quota(treasury.manager, line_of(treasury.budget, code), treasury.world.city, families)
    monkeypatch.setattr(timezone, "localdate", lambda *_args: IN_2021)
    return programme


def test_somebody_works_with_so_many_families_and_what_was_stays(
    treasury: Treasury, programme: Programme, head: Account
):
    world, worker = treasury.world, treasury.worker
    begun = date(2026, 1, 1)
    set_worker(by=head, programme=programme, authority=world.city, account=worker, most=12, starts=begun)
    later = date(2026, 6, 1)
    set_worker(by=head, programme=programme, authority=world.city, account=worker, most=15, starts=later)
    rows = [(row.most, row.starts, row.ends) for row in ProgrammeWorker.objects.order_by("starts")]
    assert rows == [(12, begun, later - timedelta(days=1)), (15, later, None)]
    assert [row.most for row in workers_of(programme, world.city, date(2026, 5, 31))] == [12]
    assert [row.most for row in workers_in(world.city, later)] == [15]
    assert not workers_in(world.sister, later)
    told = AuditEvent.objects.filter(action="programmes.set_worker").latest("pk")
    assert (told.changes["most"], told.place) == ([12, 15], world.city)


def test_the_same_day_corrects(treasury: Treasury, programme: Programme, head: Account):
    day, city = date(2026, 1, 1), treasury.world.city
    for most in (12, 9):
        set_worker(
            by=head, programme=programme, authority=city, account=treasury.worker, most=most, starts=day
        )
    assert ProgrammeWorker.objects.get().most == 9


def test_who_no_longer_works_in_it(treasury: Treasury, programme: Programme, head: Account):
    day, city = date(2026, 1, 1), treasury.world.city
    row = set_worker(
        by=head, programme=programme, authority=city, account=treasury.worker, most=9, starts=day
    )
    with pytest.raises(ValidationError):
        end_worker(by=head, worker=row, ends=day - timedelta(days=1))
    end_worker(by=head, worker=row, ends=day)
    with pytest.raises(ValidationError):
        end_worker(by=head, worker=row, ends=day)
    with pytest.raises(ValidationError):  # it would fall on a day that is told already
        set_worker(by=head, programme=programme, authority=city, account=treasury.worker, most=5, starts=day)
    assert set_worker(
        by=head,
        programme=programme,
        authority=city,
        account=treasury.worker,
        most=5,
        starts=day + timedelta(days=1),
    ).pk


def test_only_who_works_with_families_there_and_only_by_whom_it_is_for(
    treasury: Treasury, programme: Programme, head: Account
):
    world = treasury.world
    stranger = world.account(Role.SOCIAL_WORKER, place=world.sister)
    integrator = world.account(Role.INTEGRATOR, place=world.city)
    for nobody in (stranger, integrator):
        with pytest.raises(ValidationError):
            set_worker(by=head, programme=programme, authority=world.city, account=nobody, most=5)
    for by in (treasury.worker, integrator, world.account(Role.DEPARTMENT_HEAD, place=world.sister)):
        with pytest.raises(Http404):
            set_worker(by=by, programme=programme, authority=world.city, account=treasury.worker, most=5)
    director = world.account(Role.PROGRAMME_DIRECTOR, place=world.nation)
    with pytest.raises(ValidationError):
        set_worker(by=director, programme=programme, authority=world.nation, account=treasury.worker, most=5)
    assert set_worker(
        by=director, programme=programme, authority=world.city, account=treasury.worker, most=5
    ).pk


def test_one_list_of_the_departments_methods(treasury: Treasury, department: Programme, head: Account):
    city = treasury.world.city
    set_worker(by=head, programme=department, authority=city, account=treasury.worker, most=14)
    found = toolbox_of(city, IN_2021)
    told = {
        tool.method.code: (
            [one.code for one in tool.programmes],
            tool.families,
            tool.most,
            {one.code for one in tool.funders},
            tool.taken,
        )
        for tool in found.tools
    }
    payers = {"ministry-of-welfare"}
    assert told == {
        "visits": (["mapa", "noshmim"], 42, 14, payers, None),
        "rights": (["noshmim"], 30, 14, payers, None),
    }
    assert (found.families, found.people, [one.method.code for one in found.shared]) == (42, 1, ["visits"])
    assert not toolbox_of(treasury.world.sister, IN_2021).tools
    assert not methods_in(city, date(2022, 1, 1))


def test_what_is_taken_is_counted_where_the_viewer_is_told(
    treasury: Treasury, department: Programme, monkeypatch: pytest.MonkeyPatch
):
    from maarag.domains.programmes import in_use

    monkeypatch.setattr(in_use, "_counters", [lambda found: 5 if found.families == 30 else 2])
    tools = toolbox_of(treasury.world.city, IN_2021, tells_taken=True).tools
    assert {tool.method.code: tool.taken for tool in tools} == {"visits": 7, "rights": 5}


def test_switched_and_back_with_everything_kept(treasury: Treasury, department: Programme, head: Account):
    city, before = treasury.world.city, list(Quota.objects.values_list())
    day = IN_2021 + timedelta(days=10)
    switch = switch_toolbox(by=head, authority=city, starts=day, why="שלב שני")
    assert switch_of(city, IN_2021) is None
    assert switch_of(city, day) == switch
    assert toolbox_authorities(day) == {city.pk}
    with pytest.raises(ValidationError):
        switch_toolbox(by=head, authority=city, starts=day, why="שוב")
    with pytest.raises(ValidationError):
        end_toolbox(by=head, switch=switch, why=" ")
    assert list(Quota.objects.values_list()) == before
    end_toolbox(by=head, switch=switch, why="חזרה")  # it has not begun: called off
    assert not ToolboxSwitch.objects.exists()
    switch = switch_toolbox(by=head, authority=city, starts=IN_2021, why="שלב שני")
    end_toolbox(by=head, switch=switch, why="חזרה", ends=day)
    assert switch_of(city, day) is not None
    assert switch_of(city, day + timedelta(days=1)) is None
    with pytest.raises(ValidationError):
        end_toolbox(by=head, switch=switch, why="שוב")
    with pytest.raises(ValidationError):
        switch_toolbox(by=head, authority=city, starts=day, why="שוב")
    actions = AuditEvent.objects.filter(action__contains="toolbox").order_by("pk")
    assert [event.action.partition(".")[2] for event in actions] == ["switch_toolbox", "end_toolbox"] * 2


def test_nothing_to_put_in_and_nobody_elses_department(
    treasury: Treasury, department: Programme, head: Account
):
    world = treasury.world
    with pytest.raises(Http404):
        switch_toolbox(by=head, authority=world.sister, starts=IN_2021, why="שלב שני")
    theirs = world.account(Role.DEPARTMENT_HEAD, place=world.sister)
    with pytest.raises(ValidationError):
        switch_toolbox(by=theirs, authority=world.sister, starts=IN_2021, why="שלב שני")
    with pytest.raises(Http404):
        switch_toolbox(by=treasury.worker, authority=world.city, starts=IN_2021, why="שלב שני")
