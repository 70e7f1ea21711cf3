"""A write of budgets, programmes or quotas whose audit fails is undone, the ledger's part with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from maarag.domains.funding import actions
from maarag.domains.funding.models import Allotment, Budget, BudgetLine, FunderShare, LineChange
from maarag.domains.programmes import actions as programmes
from maarag.domains.programmes.models import Programme, ProgrammeLine, Quota, QuotaChange
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.ledger.models import Account, Decision, Entry, Pot, PotKind
from maarag.values import Money
from tests.factories.budgets import WORDS, line_of, programme_of, quota, small

from .conftest import Treasury

MODELS = (
    Budget,
    BudgetLine,
    FunderShare,
    LineChange,
    Allotment,
    Programme,
    ProgrammeLine,
    Quota,
    QuotaChange,
)
LEDGER = (Pot, Account, Decision, Entry)


def plan(t: Treasury) -> Budget:
    return Budget.objects.get(code="small-plan")


def granted(t: Treasury, code: str = "noshmim") -> BudgetLine:
    return line_of(t.budget, code)


WRITES: dict[str, Callable[[Treasury], Any]] = {
    "save_budget": lambda t: actions.save_budget(
        by=t.manager, code="small-plan", place=t.world.nation, source=t.world.source, name_he="אחר"
    ),
    "save_lines": lambda t: actions.save_lines(
        by=t.manager,
        budget=plan(t),
        drafts=[actions.LineDraft("more", "envelope", {"name_he": "עוד"}, fixed_sum=Money(700))],
    ),
    "save_shares": lambda t: actions.save_shares(by=t.manager, budget=plan(t), drafts=[]),
    "approve_budget": lambda t: actions.approve_budget(by=t.manager, budget=plan(t), **WORDS),
    "change_line": lambda t: actions.change_line(
        by=t.manager, line=granted(t), wanted=actions.Wanted(families=3290), **WORDS
    ),
    "open_allotments": lambda t: actions.open_allotments(
        by=t.manager, line=granted(t), kind=PotKind.QUOTA, drafts=[actions.PurseDraft("purse", "ארנק")]
    ),
    "close_budget": lambda t: actions.close_budget(by=t.manager, budget=t.budget, why="סוף"),
    "save_programme": lambda t: programmes.save_programme(
        by=t.manager, code="third", organisation=t.world.organisation, name_he="חדשה"
    ),
    "fund_programme": lambda t: programmes.fund_programme(
        by=t.manager,
        programme=programmes.save_programme(
            by=t.manager, code="second", organisation=t.world.organisation, name_he="שנייה"
        ),
        line=granted(t, "mapa"),
    ),
    "set_quotas": lambda t: quota(t.manager, granted(t), t.world.city, 7),
}


@pytest.fixture
def rows(treasury: Treasury) -> Treasury:
    programme_of(treasury.world, treasury.budget)
    small(treasury.world, treasury.world.nation, plan=True)
    return treasury


def state() -> list[Any]:
    found: list[Any] = []
    for model in (*MODELS, *LEDGER):
        found += model._default_manager.order_by("pk").values_list()
    return found


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
    writes = {name for name in actions.__all__ if name[0].islower()} - {"allot", "locked"}
    assert writes | {"save_programme", "fund_programme", "set_quotas"} == set(WRITES)
