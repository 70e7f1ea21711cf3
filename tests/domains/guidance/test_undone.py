"""A write of guidance whose audit fails is undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from maarag.domains.guidance import actions
from maarag.domains.guidance.models import Session, Target
from maarag.kernel.audit.models import AuditEvent

from .conftest import Teams, day


def planned() -> Session:
    return Session.objects.get(topic="עומד")


WRITES: dict[str, Callable[[Teams], Any]] = {
    "plan_session": lambda t: t.plan(),
    "change_session": lambda t: actions.change_session(by=t.leader, session=planned(), topic="אחר"),
    "hold_session": lambda t: actions.hold_session(
        by=t.leader, session=planned(), present=3, agreed="x", next_on=day(9)
    ),
    "cancel_session": lambda t: actions.cancel_session(by=t.leader, session=planned(), why="x"),
    "set_target": lambda t: actions.set_target(
        by=t.leader, place=t.world.city, measure="spent", value=80, why="x"
    ),
    "end_target": lambda t: actions.end_target(
        by=t.leader, target=Target.objects.get(measure="places_taken")
    ),
}


def state() -> list[Any]:
    through = Session.programmes.through
    models = (Session, Target, through)
    return [list(model._default_manager.order_by("pk").values_list()) for model in models]


@pytest.mark.parametrize("write", WRITES)
def test_a_write_whose_audit_fails_is_undone(teams: Teams, write: str, monkeypatch: pytest.MonkeyPatch):
    teams.past(topic="עומד")
    actions.set_target(by=teams.leader, place=teams.world.city, measure="places_taken", value=80, why="x")
    before = state()

    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("the audit is full")

    with monkeypatch.context() as patch:
        patch.setattr(AuditEvent.objects, "bulk_create", fail)
        with pytest.raises(RuntimeError, match="the audit is full"), transaction.atomic():
            WRITES[write](teams)
    assert state() == before
    WRITES[write](teams)
    assert state() != before


def test_every_write_is_tried():
    writes = {name for name in dir(actions) if name.endswith(("_session", "_target")) and name[0] != "_"}
    assert writes == set(WRITES)
