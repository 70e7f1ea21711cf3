"""Baskets and closed books: what a closed day refuses, in words, and that the next open day takes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from maarag.domains.baskets import actions
from maarag.domains.baskets.errors import PaymentFaults
from maarag.domains.baskets.models import Basket, Delivery, Invoice, Payment, Request, Stage
from maarag.domains.baskets.money import sums_of_basket
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.ledger.actions import PeriodClosed, close_period
from maarag.kernel.ledger.models import Decision, Entry, Pot
from maarag.ui.figures import day
from tests.factories.baskets import Department
from tests.factories.families import family as open_family

from .conftest import signed_in

TODAY = timezone.localdate()
TOMORROW = TODAY + timedelta(days=1)
EARLIER = TODAY - timedelta(days=10)
WRITTEN = (Basket, Request, Delivery, Invoice, Payment, Pot, Entry, Decision)

Work = Callable[[Department, Request], Any]
"""Something done with a request through an action, a page or the API."""


def written(city: Department) -> list[Any]:
    """All that an action could leave behind."""
    with city.scope():
        rows = [(model._meta.label, model.objects.count()) for model in WRITTEN]
        stages = sorted(Request.objects.values_list("pk", "stage", "ended_on"))
        events = AuditEvent.objects.filter(action__startswith="baskets.").count()
        return [rows, stages, events, sums_of_basket(city.basket)]


def closed(city: Department, starts: date, ends: date) -> None:
    close_period(by=city.world.system, starts=starts, ends=ends, authority=city.world.city)


@pytest.fixture
def tomorrow(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let it be the day after."""
    return lambda: monkeypatch.setattr(timezone, "localdate", lambda *_args: TOMORROW)


def approve(city: Department, request: Request) -> Any:
    return actions.approve_request(by=city.leader, request=request)


def decline(city: Department, request: Request) -> Any:
    return actions.decline_request(by=city.leader, request=request, reason="אין צורך")


def pay(city: Department, request: Request) -> Any:
    return city.pay(request)


def take_back(city: Department, request: Request) -> Any:
    return actions.reverse_request(by=city.leader, request=request, reason="הספק נסגר")


def take_back_paid(city: Department, request: Request) -> Any:
    return actions.reverse_request(by=city.head, request=request, reason="שולם בטעות")


STEPS: list[tuple[str, Work, str, str, dict[str, str], dict[str, Any], str]] = [
    ("sent", approve, "leader", "decide", {"act": "approve"}, {"decision": "approve"}, Stage.APPROVED),
    (
        "sent", decline, "leader", "decide", {"act": "decline", "reason": "לא"},
        {"decision": "decline", "reason": "לא"}, Stage.DECLINED,
    ),
    (
        "approved", take_back, "leader", "reverse", {"reason": "הספק נסגר"},
        {"reason": "הספק נסגר"}, Stage.REVERSED,
    ),
    (
        "paid", take_back_paid, "head", "reverse", {"reason": "שולם בטעות"},
        {"reason": "שולם בטעות"}, Stage.REVERSED,
    ),
]  # fmt: skip
"""What the request was; what is done and by whom, as an action, a page, an operation; what it is then."""


@pytest.mark.parametrize(("was", "work", "who", "path", "form", "body", "then"), STEPS)
def test_a_decision_and_a_reversal_wait_for_the_next_open_day(
    city: Department,
    tomorrow: Callable[[], None],
    was: str,
    work: Work,
    who: str,
    path: str,
    form: dict[str, str],
    body: dict[str, Any],
    then: str,
):
    with city.scope():
        first, second, third = (getattr(city, was)(1, **_bill(was, n)) for n in range(3))
    closed(city, EARLIER, TODAY)
    before, client = written(city), signed_in(getattr(city, who))
    words = f"ספר החשבונות סגור עד {day(TODAY)}. אפשר יהיה לעשות זאת מ־{day(TOMORROW)}"

    with city.scope(), pytest.raises(PeriodClosed) as refused:
        work(city, first)
    assert refused.value.opens == TOMORROW
    page = client.post(f"/baskets/requests/{second.pk}/{path}/", form)
    assert (page.status_code, words in page.text) == (422, True)
    answer = client.post(f"/api/baskets/requests/{third.pk}/{path}", body, content_type="application/json")
    assert (answer.status_code, words in answer.json()["detail"]) == (409, True)
    assert written(city) == before

    tomorrow()
    with city.scope():
        assert work(city, first).stage == then
    assert client.post(f"/baskets/requests/{second.pk}/{path}/", form).status_code == 302
    answer = client.post(f"/api/baskets/requests/{third.pk}/{path}", body, content_type="application/json")
    assert answer.json()["stage"] == then


def test_a_payment_in_a_closed_month_is_paid_in_the_next(city: Department):
    """Months are closed one by one; the day that is told lies after all of them."""
    with city.scope():
        first, second, third = (city.delivered(1, day=EARLIER) for _number in range(3))
    closed(city, EARLIER, EARLIER + timedelta(days=2))
    closed(city, EARLIER + timedelta(days=3), TODAY - timedelta(days=4))
    closed(city, TODAY - timedelta(days=2), TODAY - timedelta(days=2))
    before, head, opens = written(city), signed_in(city.head), TODAY - timedelta(days=3)
    words = f"סגור עד {day(opens - timedelta(days=1))}. בחרו את {day(opens)} או יום מאוחר ממנו"

    key = uuid4()
    with city.scope(), pytest.raises(PaymentFaults) as refused:
        city.pay(first, day=EARLIER, key=key)
    assert words in refused.value.faults[first.pk]
    form = {"invoice": "22", "amount": "450", "day": EARLIER.isoformat(), "key": str(uuid4())}
    page = head.post(f"/baskets/requests/{second.pk}/pay/", form)
    assert (page.status_code, words in page.text) == (422, True)
    assert 'value="22"' in page.text, "what was typed is not lost"
    lines = [{"request": str(one.pk), "invoice": "23"} for one in (third, second)]
    body = {"key": str(uuid4()), "lines": lines, "day": EARLIER.isoformat(), "leave_out_faulty": True}
    answer = head.post("/api/baskets/payments", body, content_type="application/json")
    assert (answer.status_code, answer.json()["detail"].count(words)) == (409, 2)
    assert written(city) == before

    with city.scope():
        assert city.pay(first, day=opens, key=key).total == first.amount
    assert (
        head.post(f"/baskets/requests/{second.pk}/pay/", {**form, "day": opens.isoformat()}).status_code
        == 302
    )
    again = {**body, "lines": lines[:1], "day": opens.isoformat()}
    assert head.post("/api/baskets/payments", again, content_type="application/json").status_code == 200
    with city.scope():
        assert set(Request.objects.values_list("stage", flat=True)) == {Stage.PAID}
        assert set(Invoice.objects.values_list("day", flat=True)) == {opens}


def test_many_payments_of_a_closed_day_are_none(city: Department, tomorrow: Callable[[], None]):
    with city.scope():
        requests = [city.delivered(1) for _number in range(2)]
    closed(city, TODAY, TODAY)
    before, head, key = written(city), signed_in(city.head), str(uuid4())
    typed = {"key": key, "act": "pay"}
    for number, request in enumerate(requests):
        typed |= {
            f"choose-{request.pk}": "1",
            f"invoice-{request.pk}": str(number),
            f"amount-{request.pk}": "450",
        }
    page = head.post("/baskets/payments/", typed)
    assert page.status_code == 422
    assert page.text.count(f"ספר החשבונות סגור עד {day(TODAY)}") == 2
    assert head.post("/baskets/payments/", {**typed, "act": "pay_sound"}).status_code == 422
    assert written(city) == before
    tomorrow()
    assert head.post("/baskets/payments/", typed).status_code == 302
    with city.scope():
        assert Payment.objects.count() == 2


def test_a_basket_is_opened_and_closed_on_an_open_day(city: Department, tomorrow: Callable[[], None]):
    family = open_family(city.world.system, city.world.city, city.worker, name="גל", opened_on=EARLIER)
    closed(city, EARLIER, TODAY)
    before, worker = written(city), signed_in(city.worker)
    with city.scope():
        with pytest.raises(PeriodClosed):
            actions.open_basket(by=city.worker, family=family, quota=city.quota)
        with pytest.raises(PeriodClosed):
            actions.close_basket(by=city.worker, basket=city.basket)
    body = {"family": str(family.pk), "programme": city.programme.code}
    answer = worker.post("/api/baskets/", body, content_type="application/json")
    assert (answer.status_code, "ספר החשבונות סגור עד" in answer.json()["detail"]) == (409, True)
    form = {"quota": city.quota.pk}
    page = worker.post(f"/baskets/family/{family.pk}/open/", form)
    assert (page.status_code, "ספר החשבונות סגור עד" in page.text) == (422, True)
    page = worker.post(f"/baskets/{city.basket.pk}/close/", follow=True)
    assert "ספר החשבונות סגור עד" in page.text
    assert written(city) == before
    tomorrow()
    assert worker.post(f"/baskets/family/{family.pk}/open/", form).status_code == 302
    assert worker.post(f"/baskets/{city.basket.pk}/close/").status_code == 302
    with city.scope():
        assert sorted(Basket.objects.values_list("status", flat=True)) == ["closed", "open"]


def _bill(was: str, number: int) -> dict[str, str]:
    return {"invoice": f"30{number}"} if was == "paid" else {}
