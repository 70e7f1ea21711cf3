"""A step of a referral whose audit fails is undone, and so is the letter about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from maarag.database.rows import visible
from maarag.domains.referrals import actions
from maarag.domains.referrals.limits import Limits
from maarag.domains.referrals.models import HelpWord, Referral, ReferralStep, WithdrawalNotice
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.jobs.models import Job
from tests.factories.families import everything

from .conftest import Loop, days_ago

WRITES: dict[str, Callable[[Loop, Referral, Referral], Any]] = {
    "send_referral": lambda loop, _old, _refused: actions.send_referral(
        by=loop.worker, family=loop.family, service=loop.parcels, text="x", fields=["worker"], basis="law",
        basis_details="x",
    ),
    "send_on": lambda loop, _old, refused: actions.send_on(
        by=loop.worker, referral=refused, service=loop.parcels
    ),
    "accept_referral": lambda loop, old, _refused: actions.accept_referral(by=loop.worker, referral=old),
    "decline_referral": lambda loop, old, _refused: actions.decline_referral(
        by=loop.worker, referral=old, reason="no_place"
    ),
    "start_referral": lambda loop, old, _refused: (
        actions.accept_referral(by=loop.worker, referral=old),
        actions.start_referral(by=loop.worker, referral=old),
    ),
    "record_help": lambda loop, old, _refused: actions.record_help(
        by=loop.worker, referral=old, help="yes", said_by="x", how="phone"
    ),
    "close_referral": lambda loop, old, _refused: (
        actions.accept_referral(by=loop.worker, referral=old),
        actions.close_referral(by=loop.worker, referral=old, reason="not_asked", words="x"),
    ),
    "withdraw_referral": lambda loop, old, _refused: actions.withdraw_referral(by=loop.worker, referral=old),
    "withdraw_referral_consent": lambda loop, old, _refused: actions.withdraw_referral_consent(
        by=loop.worker, referral=old, words="x"
    ),
    "set_limits": lambda loop, old, _refused: actions.set_limits(
        by=loop.worker, referral=old, limits=Limits(answer=2)
    ),
    "look_after": lambda loop, _old, _refused: actions.look_after(),
}  # fmt: skip


def state(loop: Loop) -> list[Any]:
    found: list[Any] = [Job.objects.count()]
    with visible(everything(loop.world.city)):
        for model in (Referral, ReferralStep, HelpWord, WithdrawalNotice):
            found += model._default_manager.order_by("pk").values_list()
    return found


@pytest.mark.parametrize("write", WRITES)
def test_a_step_whose_audit_fails_is_undone(loop: Loop, write: str, monkeypatch: pytest.MonkeyPatch):
    old, refused = loop.sent(at=days_ago(10)), loop.sent(loop.others)
    loop.by(loop.worker, "decline_referral", refused, reason="no_place")
    before = state(loop)

    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("the audit is full")

    scope = everything(loop.world.city, by=loop.worker)
    with monkeypatch.context() as patch, visible(scope):
        patch.setattr(AuditEvent.objects, "bulk_create", fail)
        with pytest.raises(RuntimeError, match="the audit is full"), transaction.atomic():
            WRITES[write](loop, old, refused)
    assert state(loop) == before
    with visible(scope):
        WRITES[write](loop, old, refused)
    assert state(loop) != before


def test_every_action_is_tried():
    assert {name for name in actions.__all__ if name[0].islower()} - set(WRITES) == {"read_referral"}
