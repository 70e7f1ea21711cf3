"""A write of baskets whose audit fails is undone, in the ledger too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from maarag.domains.baskets import actions
from maarag.domains.baskets.models import (
    AllowedResponse,
    ApprovalLimit,
    Basket,
    Delivery,
    Invoice,
    Opinion,
    Payment,
    Price,
    Request,
    Stage,
)
from maarag.kernel.access.models import Account as Person
from maarag.kernel.access.permissions import Role
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.ledger.models import Account, Decision, Entry, Pot, Spending
from maarag.values import Money
from tests.factories.baskets import Department
from tests.factories.families import family as open_family

MODELS = (Basket, Request, Opinion, Delivery, Invoice, Payment, Price, ApprovalLimit, Pot, Account, Decision)
MODELS += (Entry, Spending, AllowedResponse)


@pytest.fixture
def rows(city: Department) -> Department:
    """A request at every stage, and a family without a basket."""
    open_family(city.world.system, city.world.city, city.worker, name="גל")
    city.world.account(Role.PROGRAMME_DIRECTOR, place=city.world.nation)
    with city.scope():
        city.draft(1)
        actions.send_request(by=city.worker, request=city.draft(1))
        city.sent(1)
        city.approved(1)
        city.ordered(1)
        city.delivered(1)
        city.paid(1)
        old = city.approved(1)
        new = actions.send_request(by=city.worker, request=city.draft(1, replaces=old))
        actions.give_opinion(by=city.worker, request=new, stance="for", text="עדיף")
        city.sent(100)
        actions.ask_above(by=city.worker, request=city.sent(101), why="x")
    for ending in ("meals", "food"):
        allow(city, ending)
    return city


def allow(city: Department, ending: str, **more: Any) -> AllowedResponse:
    term = city.world.term(ending)
    return actions.allow_response(by=director(), programme=city.programme, response=term, **more)


def director() -> Person:
    return Person.objects.get(grants__role=Role.PROGRAMME_DIRECTOR)


def at(stage: str) -> Request:
    return Request.objects.filter(stage=stage, replaces=None).order_by("number")[0]


def another(city: Department) -> Any:
    from maarag.domains.families.models import Family

    return Family.objects.get(name="גל")


WRITES: dict[str, Callable[[Department], Any]] = {
    "open_basket": lambda c: actions.open_basket(by=c.worker, family=another(c), quota=c.quota),
    "change_basket": lambda c: actions.change_basket(
        by=c.head, basket=c.basket, amount=Money.from_shekels(8100), why="x"
    ),
    "begin_request": lambda c: actions.begin_request(
        by=c.worker, basket=c.basket, response=c.world.term("meals")
    ),
    "change_request": lambda c: actions.change_request(by=c.worker, request=at(Stage.DRAFT), quantity=9),
    "remove_request": lambda c: actions.remove_request(by=c.worker, request=at(Stage.DRAFT)),
    "send_request": lambda c: actions.send_request(by=c.worker, request=at(Stage.DRAFT)),
    "give_opinion": lambda c: actions.give_opinion(
        by=c.worker, request=at(Stage.OPINION), stance="for", text="x"
    ),
    "withdraw_request": lambda c: actions.withdraw_request(
        by=c.worker, request=at(Stage.OPINION), reason="x"
    ),
    "approve_request": lambda c: actions.approve_request(by=c.leader, request=at(Stage.APPROVAL)),
    "approve_request (swap)": lambda c: actions.approve_request(
        by=c.leader, request=Request.objects.exclude(replaces=None).get()
    ),
    "decline_request": lambda c: actions.decline_request(by=c.leader, request=at(Stage.APPROVAL), reason="x"),
    "send_back": lambda c: actions.send_back(by=c.leader, request=at(Stage.APPROVAL), reason="x"),
    "ask_above": lambda c: actions.ask_above(by=c.worker, request=Request.objects.get(quantity=100), why="x"),
    "decide_above": lambda c: actions.decide_above(
        by=director(), key=Request.objects.get(quantity=101).above_key, decision="decline", reason="x"
    ),
    "order_request": lambda c: actions.order_request(by=c.worker, request=at(Stage.APPROVED)),
    "record_delivery": lambda c: actions.record_delivery(
        by=c.worker, request=at(Stage.ORDERED), outcome="yes"
    ),
    "correct_delivery": lambda c: actions.correct_delivery(
        by=c.worker, request=at(Stage.DELIVERED), quantity=0, why="x"
    ),
    "pay_requests": lambda c: actions.pay_requests(
        by=c.head, drafts=[actions.PaymentDraft(at(Stage.DELIVERED), "55")], key=uuid4()
    ),
    "reverse_request": lambda c: actions.reverse_request(by=c.leader, request=at(Stage.APPROVED), reason="x"),
    "reverse_request (paid)": lambda c: actions.reverse_request(
        by=c.head, request=at(Stage.PAID), reason="x"
    ),
    "tell_what_helped": lambda c: actions.tell_what_helped(by=c.worker, request=at(Stage.PAID), helped="yes"),
    "set_price": lambda c: actions.set_price(
        by=c.head,
        service=c.service,
        response=c.world.term("meals"),
        unit="hour",
        amount=Money(100),
    ),
    "set_limit": lambda c: actions.set_limit(
        by=c.head, role=Role.TEAM_LEADER, amount=Money(100), authority=c.world.city
    ),
    "allow_response": lambda c: allow(c, "care"),
    "allow_response (said otherwise)": lambda c: allow(c, "meals", most_of_request=Money(100_000)),
    "end_allowed": lambda c: actions.end_allowed(
        by=director(), row=AllowedResponse.objects.get(response=c.world.term("meals"))
    ),
    "close_basket": lambda c: actions.close_basket(
        by=c.worker,
        basket=actions.open_basket(by=c.worker, family=another(c), quota=c.quota),
    ),
}


def state(city: Department) -> list[Any]:
    with city.scope():
        return [list(model._default_manager.order_by("pk").values_list()) for model in MODELS]


def test_a_write_whose_audit_fails_is_undone(rows: Department, monkeypatch: pytest.MonkeyPatch):
    """Every write in turn, on the same rows: first it fails, then it succeeds and is taken back."""
    before = state(rows)

    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("the audit is full")

    for name, write in WRITES.items():
        with monkeypatch.context() as patch, rows.scope():
            patch.setattr(AuditEvent.objects, "bulk_create", fail)
            with pytest.raises(RuntimeError, match="the audit is full"), transaction.atomic():
                write(rows)
        assert state(rows) == before, name
        with transaction.atomic():
            with rows.scope():
                write(rows)
            changed = state(rows) != before
            transaction.set_rollback(True)
        assert changed, name


def test_every_write_is_tried():
    tried = {name.partition(" ")[0] for name in WRITES}
    reads = {
        "ChangedMeanwhile",
        "Paid",
        "PaymentDraft",
        "may_set_limit",
        "places_left",
        "quotas_for",
        "version_of",
    }
    assert set(actions.__all__) - reads == tried
