"""A write of casework whose audit fails is undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.utils import timezone

from maarag.database.rows import visible
from maarag.domains.casework import actions
from maarag.domains.casework.models import (
    Assessment,
    Circumstance,
    Consent,
    Contact,
    Document,
    Goal,
    Plan,
    PlanItem,
    PlanShare,
    Task,
)
from maarag.domains.families.models import Family
from maarag.kernel.access.models import Account
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.rubrics.actions import MarkDraft
from maarag.kernel.rubrics.queries import rubric_of
from tests.domains.families.conftest import Towns
from tests.factories import casework as made
from tests.factories.families import everything
from tests.factories.families import family as open_family


@dataclass
class Rows:
    """One of each thing in the own family's file, and a family without any."""

    towns: Towns
    by: Account
    family: Family
    bare: Family

    def item_of(self, draft: bool) -> PlanItem:
        return PlanItem.objects.filter(family=self.family, plan__agreed_on__isnull=draft)[0]

    @property
    def draft(self) -> Plan:
        return Plan.objects.get(family=self.family, agreed_on=None)


@pytest.fixture
def rows(towns: Towns) -> Rows:
    by, family = towns.worker, towns.own
    bare = open_family(towns.world.system, towns.world.city, by, name="ריק", national_id="", phone="")
    made.planned(by, family)
    made.item(by, family, made.goal(by, family), response=made.response("human_services:talks", "שיחות"))
    made.circumstance(by, family)
    made.contact(by, family)
    made.document(by, family)
    done = made.task(by, family, what="נעשה")
    made.task(by, family)
    made.shared_plan(by, family, towns.world.organisation, consent=made.consent(by, family))
    made.rated(by, made.assessment(by, family, towns.world.system))
    with visible(everything(towns.world.city, by=by)):
        actions.finish_task(by=by, task=done)
    return Rows(towns, by, family, bare)


def today() -> Any:
    return timezone.localdate()


WRITES: dict[str, Callable[[Rows], Any]] = {
    "add_circumstance": lambda r: actions.add_circumstance(
        by=r.by, family=r.family, kind="strength", words="x", said_by="family"
    ),
    "change_circumstance": lambda r: actions.change_circumstance(
        by=r.by, circumstance=Circumstance.objects.get(), words="אחר"
    ),
    "end_circumstance": lambda r: actions.end_circumstance(
        by=r.by, circumstance=Circumstance.objects.get(), why="x"
    ),
    "begin_assessment": lambda r: actions.begin_assessment(
        by=r.by, family=r.bare, rubric=rubric_of("family-poverty")
    ),
    "rate_assessment": lambda r: actions.rate_assessment(
        by=r.by, assessment=Assessment.objects.get(), marks=[MarkDraft("income", 2)]
    ),
    "close_assessment": lambda r: actions.close_assessment(by=r.by, assessment=Assessment.objects.get()),
    "set_goal": lambda r: actions.set_goal(
        by=r.by, family=r.family, own_words="x", professions=["health"], target_on=today(), agreed_by="x"
    ),
    "change_goal": lambda r: actions.change_goal(by=r.by, goal=Goal.objects.all()[0], own_words="אחר"),
    "move_goal": lambda r: actions.move_goal(by=r.by, goal=Goal.objects.all()[0], state="reached"),
    "draft_plan": lambda r: actions.draft_plan(by=r.by, family=r.bare),
    "add_item": lambda r: actions.add_item(
        by=r.by,
        family=r.family,
        goal=Goal.objects.all()[0],
        response=made.response(),
        doer="worker",
        starts=today(),
        frequency="once",
        professions=["welfare"],
    ),
    "change_item": lambda r: actions.change_item(by=r.by, item=r.item_of(draft=True), amount="x"),
    "remove_item": lambda r: actions.remove_item(by=r.by, item=r.item_of(draft=True)),
    "move_item": lambda r: actions.move_item(by=r.by, item=r.item_of(draft=False), progress="done"),
    "agree_plan": lambda r: actions.agree_plan(by=r.by, plan=r.draft, agreed_by="x"),
    "discard_draft": lambda r: actions.discard_draft(by=r.by, plan=r.draft),
    "record_consent": lambda r: actions.record_consent(
        by=r.by,
        family=r.family,
        purpose="x",
        professions=["health"],
        given_by="x",
        manner="spoken",
        until=today() + timedelta(days=3),
    ),
    "withdraw_consent": lambda r: actions.withdraw_consent(by=r.by, consent=Consent.objects.get(), words="x"),
    "share_plan": lambda r: actions.share_plan(
        by=r.by,
        family=r.family,
        organisation=r.towns.world.organisation,
        profession="health",
        basis_details="x",
        ends=today(),
    ),
    "withdraw_plan_share": lambda r: actions.withdraw_plan_share(by=r.by, share=PlanShare.objects.get()),
    "record_contact": lambda r: actions.record_contact(
        by=r.by,
        family=r.family,
        kind="phone",
        at=timezone.now(),
        people="x",
        said="x",
        next_step="x",
        next_on=today(),
    ),
    "change_contact": lambda r: actions.change_contact(by=r.by, contact=Contact.objects.get(), said="אחר"),
    "add_document": lambda r: actions.add_document(
        by=r.by, family=r.family, kind="court", title="x", file_name="x.pdf", content=made.PDF
    ),
    "remove_document": lambda r: actions.remove_document(by=r.by, document=Document.objects.get(), why="x"),
    "add_task": lambda r: actions.add_task(by=r.by, family=r.family, what="x", due=today()),
    "change_task": lambda r: actions.change_task(by=r.by, task=Task.objects.get(done_at=None), due=today()),
    "finish_task": lambda r: actions.finish_task(by=r.by, task=Task.objects.get(done_at=None)),
    "reopen_task": lambda r: actions.reopen_task(by=r.by, task=Task.objects.exclude(done_at=None).get()),
    "close_with_outcome": lambda r: actions.close_with_outcome(
        by=r.by, family=r.bare, reason="other", next_steps="x"
    ),
}


def state(rows: Rows) -> list[Any]:
    found: list[Any] = []
    with visible(everything(rows.towns.world.city)):
        for model in [*apps.get_app_config("casework").get_models(), Family]:
            found += model._default_manager.order_by("pk").values_list()
    return found


EVENTS = {"close_with_outcome": 2, "withdraw_consent": 2}
"""The outcome and the closing; the consent and the share of the plan that ends with it."""


def test_a_write_whose_audit_fails_is_undone(rows: Rows, monkeypatch: pytest.MonkeyPatch):
    """Every write in turn, on the same rows: first it fails, then it succeeds and is taken back."""
    scope = everything(rows.towns.world.city, by=rows.by)

    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("the audit is full")

    before = state(rows)
    for name, write in WRITES.items():
        with monkeypatch.context() as patch, visible(scope):
            patch.setattr(AuditEvent.objects, "bulk_create", fail)
            with pytest.raises(RuntimeError, match="the audit is full"), transaction.atomic():
                write(rows)
        assert state(rows) == before, name
        with visible(scope):
            events = AuditEvent.objects.count()
            write(rows)
            written = AuditEvent.objects.count() - events
            transaction.set_rollback(True)
        assert written == EVENTS.get(name, 1), name
        with visible(scope):
            write(rows)
            changed = state(rows) != before
            transaction.set_rollback(True)
        assert changed, name


def test_every_write_is_tried():
    names = {name for name in actions.__all__ if name.islower()}
    assert names - set(WRITES) == {"content_mark", "mark_of", "read_document", "read_shared_plan"}
