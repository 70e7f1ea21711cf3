"""A write of families' files whose audit fails is undone, and so is the letter about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from maarag.database.rows import visible
from maarag.domains.families import actions
from maarag.domains.families.models import Attempt, Family, Member, Opening, Share
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.jobs.models import Job
from tests.factories.families import REASON, everything, opened, shared

from .conftest import Towns

LONG_AGO = timedelta(hours=80)


@pytest.fixture
def rows(towns: Towns) -> Towns:
    """Besides the families: an opening that waits, one that is open, and a share."""
    towns.world.account(Role.TEAM_LEADER, place=towns.world.city)
    past = opened(towns.stranger, towns.world.city)
    opened(towns.stranger, towns.world.city)
    shared(towns.worker, towns.own, towns.world.organisation, "worker")
    with visible(everything(towns.world.city)):
        began = timezone.now() - LONG_AGO
        Opening.objects.filter(pk=past.pk).update(opened_at=began, until=began + timedelta(hours=1))
    return towns


def waiting() -> Opening:
    return Opening.objects.order_by("opened_at")[0]


def leader(towns: Towns) -> Any:
    return Account.objects.get(grants__role=Role.TEAM_LEADER)


def share(towns: Towns) -> Share:
    return actions.share_family(
        by=towns.worker,
        family=towns.own,
        organisation=towns.world.organisation,
        fields=["worker"],
        basis="law",
        basis_details="סעיף 1",
        ends=timezone.localdate(),
    )


def emergency(towns: Towns, text: str) -> Any:
    """By the worker whom nothing blocks: of the city, in the sister."""
    given = {"by": towns.worker, "authority": towns.world.sister, "reason": REASON}
    return actions.open_in_emergency(text=text, **given)


WRITES: dict[str, Callable[[Towns], Any]] = {
    "open_family": lambda t: actions.open_family(
        by=t.worker,
        authority=t.world.city,
        name="גל",
        worker=t.worker,
        members=[actions.MemberDraft("רות", "גל", "parent")],
    ),
    "change_family": lambda t: actions.change_family(by=t.worker, family=t.own, name="אחר"),
    "close_family": lambda t: actions.close_family(by=t.worker, family=t.own, reason="other"),
    "open_in_emergency": lambda t: emergency(t, "1"),
    "open_in_emergency (nothing)": lambda t: emergency(t, "999"),
    "end_opening": lambda t: actions.end_opening(by=t.stranger, opening=Opening.objects.latest("opened_at")),
    "justify_opening": lambda t: actions.justify_opening(by=t.stranger, opening=waiting(), text="x" * 20),
    "judge_opening": lambda t: actions.judge_opening(
        by=leader(t), opening=waiting(), verdict="not_accepted", note="x"
    ),
    "share_family": share,
    "withdraw_share": lambda t: actions.withdraw_share(by=t.worker, share=Share.objects.get()),
}


def state(towns: Towns) -> list[Any]:
    found: list[Any] = [Job.objects.count(), list(Attempt.objects.values_list("pk"))]
    with visible(everything(towns.world.city, towns.world.sister)):
        for model in (Family, Member, Opening, Share):
            found += model._default_manager.order_by("pk").values_list()
    return found


@pytest.mark.parametrize("write", WRITES)
def test_a_write_whose_audit_fails_is_undone(rows: Towns, write: str, monkeypatch: pytest.MonkeyPatch):
    before = state(rows)

    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("the audit is full")

    scope = everything(rows.world.city, by=rows.worker)
    with monkeypatch.context() as patch, visible(scope):
        patch.setattr(AuditEvent.objects, "bulk_create", fail)
        with pytest.raises(RuntimeError, match="the audit is full"), transaction.atomic():
            WRITES[write](rows)
    assert state(rows) == before
    with visible(scope):
        WRITES[write](rows)
    assert state(rows) != before


def test_every_write_of_openings_and_shares_is_tried():
    tried = {name.partition(" ")[0] for name in WRITES} | {"reopen_family"}
    writes = {
        name
        for name in actions.__all__
        if name.endswith(("_family", "_opening", "_share", "_emergency")) and not name.startswith("read_")
    }
    assert writes - tried == set()
