"""A write of programmes whose audit fails is undone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import transaction

from maarag.domains.programmes import actions
from maarag.domains.programmes.actions import QuotaDraft, SituationDraft
from maarag.domains.programmes.models import (
    EligibilityRule,
    Method,
    MethodSituation,
    Programme,
    ProgrammeLine,
    ProgrammeMethod,
    ProgrammeWorker,
    Quota,
    QuotaChange,
    ToolboxSwitch,
    What,
)
from maarag.domains.programmes.queries import quotas_in
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.taxonomy.models import Term
from tests.factories.budgets import line_of, programme_of, quota
from tests.factories.programmes import method, rule, situations, works_by

from .conftest import Treasury

DAY = date(2021, 5, 1)
MODELS = (
    EligibilityRule,
    Method,
    MethodSituation,
    Programme,
    ProgrammeLine,
    ProgrammeMethod,
    ProgrammeWorker,
    Quota,
    QuotaChange,
    ToolboxSwitch,
)


@pytest.fixture
def rows(treasury: Treasury, monkeypatch: pytest.MonkeyPatch) -> Treasury:
    """A programme with a method, a condition, places, a worker; and a sister that works by a toolbox."""
    world = treasury.world
    situations(world)
    programme = programme_of(world, treasury.budget)
    works_by(programme, method("visits", low_income=3))
    rule(programme, What.SINGLE_PARENT)
    for place in (world.city, world.sister):
        quota(treasury.manager, line_of(treasury.budget, "noshmim"), place, 30)
    system = world.system
    actions.set_worker(
        by=system, programme=programme, authority=world.city, account=treasury.worker, most=9, starts=DAY
    )
    ToolboxSwitch.objects.create(authority=world.sister, starts=DAY, why="x", decided_by=system)
    # the budget is of 2021, whatever today is
    monkeypatch.setattr(
        "maarag.domains.programmes.actions.workers.methods_in", lambda *_a: Method.objects.all()
    )
    assert quotas_in(world.city, DAY)
    return treasury


def noshmim() -> Programme:
    return Programme.objects.get(code="noshmim")


WRITES: dict[str, Callable[[Treasury], Any]] = {
    "save_programme": lambda t: actions.save_programme(
        by=t.manager, code="new-one", organisation=t.world.organisation, name_he="חדשה"
    ),
    "fund_programme": lambda t: actions.fund_programme(
        by=t.manager,
        programme=Programme.objects.create(code="other", organisation=t.world.organisation, name_he="אחרת"),
        line=line_of(t.budget, "mapa"),
    ),
    "set_quotas": lambda t: actions.set_quotas(
        by=t.manager,
        line=line_of(t.budget, "noshmim"),
        drafts=[QuotaDraft(t.world.city, 20)],
        what="מכסה",
        why="לבדיקה",
    ),
    "save_method": lambda t: actions.save_method(
        by=t.manager,
        code="visits",
        months=6,
        situations=[SituationDraft(Term.objects.get(code__endswith=":at_risk"))],
    ),
    "set_methods": lambda t: actions.set_methods(by=t.manager, programme=noshmim(), methods=[]),
    "save_rule": lambda t: actions.save_rule(by=t.manager, programme=noshmim(), what=What.CHILDREN, least=1),
    "remove_rule": lambda t: actions.remove_rule(by=t.manager, rule=EligibilityRule.objects.get()),
    "set_worker": lambda t: actions.set_worker(
        by=t.world.system, programme=noshmim(), authority=t.world.city, account=t.worker, most=12
    ),
    "end_worker": lambda t: actions.end_worker(by=t.world.system, worker=ProgrammeWorker.objects.get()),
    "switch_toolbox": lambda t: actions.switch_toolbox(
        by=t.world.system, authority=t.world.city, starts=DAY, why="שלב שני"
    ),
    "end_toolbox": lambda t: actions.end_toolbox(
        by=t.world.system, switch=ToolboxSwitch.objects.get(authority=t.world.sister), why="חזרה"
    ),
}


def state() -> list[Any]:
    return [list(model._default_manager.order_by("pk").values_list()) for model in MODELS]


@pytest.mark.parametrize("write", WRITES)
def test_a_write_whose_audit_fails_is_undone(rows: Treasury, write: str, monkeypatch: pytest.MonkeyPatch):
    before = state()

    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("the audit is full")

    with monkeypatch.context() as patch:
        patch.setattr(AuditEvent.objects, "bulk_create", fail)
        with pytest.raises(RuntimeError, match="the audit is full"), transaction.atomic():
            WRITES[write](rows)
    assert state() == before
    WRITES[write](rows)
    assert state() != before


def test_every_write_is_tried():
    writes = {name for name in actions.__all__ if name[0].islower()}
    assert writes == set(WRITES)
