"""Whatever is written about keeping, erasing and reading is undone where its audit fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.utils import timezone

from maarag.database.rows import visible
from maarag.domains.families.actions import close_family
from maarag.domains.families.actions.reading import (
    erase_family,
    hold_family,
    judge_reading,
    release_family,
    remove_holder,
    set_holder,
)
from maarag.domains.families.models import Family
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.retention.actions import approve, make_preview, run_preview, tidy, withdraw
from maarag.kernel.retention.models import ErasureReason, Preview
from maarag.kernel.retention.rules import RULES
from tests.factories.families import everything, family

from .conftest import Towns

CLOSED = RULES["families.closed"]
TODAY = timezone.localdate()


@dataclass
class Ready:
    """A file that is due and one that is held; a preview that waits in the sister authority, one approved."""

    towns: Towns
    leader: Account
    resident: Account
    known: Account
    held: Family
    waiting: Preview
    approved: Preview
    by: Account = field(init=False)

    def __post_init__(self) -> None:
        self.by = self.towns.world.system


def _due(towns: Towns, authority: Any, worker: Account) -> None:
    long_ago = TODAY - timedelta(days=3000)
    old = family(towns.world.system, authority, worker, opened_on=long_ago)
    with visible(everything(authority)):
        close_family(by=towns.world.system, family=old, reason="other", closed_on=long_ago)


@pytest.fixture
def ready(towns: Towns) -> Ready:
    world, system = towns.world, towns.world.system
    leader = world.account(Role.TEAM_LEADER, place=world.city)
    resident, known = (world.account(Role.RESIDENT, place=world.city) for _one in range(2))
    third = world.account(Role.SOCIAL_WORKER, place=world.sister)
    _due(towns, world.city, towns.worker)
    approved = approve(by=system, preview=make_preview(by=system, rule=CLOSED, authority=world.city))
    _due(towns, world.sister, third)
    waiting = make_preview(by=system, rule=CLOSED, authority=world.sister)
    held = family(system, world.city, towns.worker, name="גל")
    with visible(everything(world.city)):
        hold_family(by=leader, family=held, reason="?", until=TODAY + timedelta(days=9))
        set_holder(by=system, family=towns.own, account=known)
    Session.objects.create(session_key="old", session_data="", expire_date=timezone.now() - timedelta(days=9))
    return Ready(towns, leader, resident, known, held, waiting, approved)


WRITES: dict[str, Callable[[Ready], Any]] = {
    "families.set_holder": lambda r: set_holder(by=r.by, family=r.towns.own, account=r.resident),
    "families.remove_holder": lambda r: remove_holder(by=r.by, family=r.towns.own, account=r.known),
    "families.judge_reading": lambda r: judge_reading(
        by=r.leader, authority=r.towns.world.city, reader=r.towns.worker, day=TODAY, verdict="in_order"
    ),
    "retention.hold": lambda r: hold_family(
        by=r.leader, family=r.towns.own, reason="?", until=TODAY + timedelta(days=9)
    ),
    "retention.release": lambda r: release_family(by=r.leader, family=r.held),
    "retention.erase": lambda r: erase_family(by=r.leader, family=r.towns.own, reason=ErasureReason.ASKED),
    "retention.preview": lambda r: _another_preview(r),
    "retention.approve": lambda r: approve(by=r.by, preview=r.waiting),
    "retention.withdraw": lambda r: withdraw(by=r.by, preview=r.waiting),
    "retention.run": lambda r: run_preview(by=r.by, pk=r.approved.pk, authority=r.towns.world.city.pk),
    "retention.tidy": lambda r: tidy(by=r.by),
}


def _another_preview(ready: Ready) -> Preview:
    """Of another rule: the verdicts of long ago."""
    later = TODAY + timedelta(days=4000)
    rule = RULES["families.verdicts"]
    return make_preview(by=ready.by, rule=rule, authority=ready.towns.world.city, today=later)


def kept(towns: Towns) -> str:
    """All rows of families, of retention and of the record, and the sessions, as text."""
    ours = (apps.get_app_config(app) for app in ("families", "retention", "audit"))
    models = [model for app in ours for model in app.get_models()]
    with visible(everything(towns.world.city, towns.world.sister)):
        rows = [row for model in (Session, *models) for row in model._default_manager.order_by("pk").values()]
    return repr([{name: _plain(value) for name, value in row.items()} for row in rows])


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


@pytest.mark.parametrize("write", WRITES)
def test_a_write_whose_audit_fails_is_undone(
    ready: Ready, write: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    towns = ready.towns
    if write == "retention.preview":
        with visible(everything(towns.world.city)):
            judge_reading(
                by=ready.leader,
                authority=towns.world.city,
                reader=towns.worker,
                day=TODAY,
                verdict="in_order",
            )
    before = kept(towns)

    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("the audit is full")

    def do() -> None:
        with visible(everything(towns.world.city, towns.world.sister)):
            WRITES[write](ready)

    with monkeypatch.context() as patch:
        patch.setattr(AuditEvent.objects, "bulk_create", fail)
        with pytest.raises(RuntimeError, match="the audit is full"):
            do()
    assert kept(towns) == before
    do()
    assert kept(towns) != before
    with visible(everything(towns.world.city, towns.world.sister)):
        assert AuditEvent.objects.filter(action=write).exists()
