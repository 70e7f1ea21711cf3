"""Paying: by another than who approved, what was delivered, each invoice once; and taking back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.timezone import localdate

from maarag.domains.baskets import actions
from maarag.domains.baskets.errors import AlreadyDone, PaymentFaults
from maarag.domains.baskets.models import Invoice, Payment, Stage
from maarag.domains.baskets.money import sums_of_basket
from maarag.kernel.ledger.actions import KeyReused
from maarag.kernel.ledger.queries import balances
from maarag.values import Money
from tests.factories.baskets import Department

from .conftest import signed_in

shekels = Money.from_shekels


def fault(error: pytest.ExceptionInfo[PaymentFaults]) -> str:
    return " ".join(error.value.faults.values())


def test_who_approved_does_not_pay_and_who_may_not_pay_finds_nothing(city: Department):
    with city.scope():
        request = city.delivered(4)
        with pytest.raises(PaymentFaults):
            city.pay(request, by=city.leader)
        with pytest.raises(Http404):
            city.pay(request, by=city.worker)
        assert city.pay(request).total == shekels(1800)


def test_sent_twice_it_is_paid_once(city: Department):
    with city.scope():
        request, key = city.delivered(4), uuid4()
        first = city.pay(request, key=key)
        second = city.pay(request, key=key)
        assert (first.repeated, second.repeated) == (False, True)
        assert [one.pk for one in second.payments] == [one.pk for one in first.payments]
        assert sums_of_basket(city.basket).paid == shekels(1800)
        with pytest.raises(KeyReused):
            city.pay(city.delivered(1), invoice="9", key=key)


def test_a_key_is_of_one_content_alone(city: Department):
    with city.scope():
        one, two, key = city.delivered(4), city.delivered(1), uuid4()

        def sent(*drafts: actions.PaymentDraft, **more: Any) -> actions.Paid:
            return actions.pay_requests(by=city.head, drafts=drafts, key=key, **more)

        first = actions.PaymentDraft(one, "A-7", shekels(900))
        assert sent(first).total == shekels(900)
        assert sent(actions.PaymentDraft(one, "a7", shekels(900)), day=localdate()).repeated
        for others in (
            [actions.PaymentDraft(one, "A-7", shekels(450))],
            [actions.PaymentDraft(one, "A-8", shekels(900))],
            [first, actions.PaymentDraft(two, "A-7")],
            [actions.PaymentDraft(two, "A-7", shekels(900))],
        ):
            with pytest.raises(KeyReused):
                sent(*others)
        with pytest.raises(KeyReused):
            sent(first, day=localdate() - timedelta(days=1))
        with pytest.raises(ValidationError):
            sent(first, first)
        later = sent(first, actions.PaymentDraft(two, "A-7"), leave_out_faulty=True)
        assert (later.repeated, set(later.faults)) == (True, {two.pk})
        assert Payment.objects.count() == 1


def test_what_is_reversed_in_a_closed_basket_goes_back_to_the_quota(city: Department):
    with city.scope():
        quota_free = balances([city.quota.pot])[city.quota.pot_id].free
        request = city.paid(4)
        city.draft(1)
        actions.close_basket(by=city.worker, basket=city.basket)
        done = actions.reverse_request(by=city.head, request=request, reason="שולם לספק אחר")
        sums = sums_of_basket(city.basket)
        assert (done.stage, sums.free, sums.paid, sums.granted) == (Stage.REVERSED, *[Money(0)] * 3)
        assert balances([city.quota.pot])[city.quota.pot_id].free == quota_free


def test_the_same_invoice_of_the_same_provider_is_refused_however_it_is_written(city: Department):
    with city.scope():
        city.paid(1, invoice="A-00 17")
        again = city.delivered(1)
        for number in ("A-00 17", "a0017", "A/0017"):
            with pytest.raises(PaymentFaults) as known:
                city.pay(again, invoice=number)
            assert "A-00 17" in fault(known)
        assert city.pay(again, invoice="18").total == shekels(450)


def test_one_invoice_may_be_of_several_requests_paid_together(city: Department):
    with city.scope():
        one, two = city.delivered(1), city.delivered(2)
        paid = city.pay(one, two, invoice="500")
        assert (paid.total, Invoice.objects.count()) == (shekels(1350), 1)
        assert {p.request.stage for p in Payment.objects.all()} == {Stage.PAID}


def test_of_many_all_are_paid_or_those_that_are_understood(city: Department):
    with city.scope():
        good, bad = city.delivered(1), city.delivered(2)
        drafts = [
            actions.PaymentDraft(good, "1"),
            actions.PaymentDraft(bad, "2", shekels(901)),
        ]
        with pytest.raises(PaymentFaults) as faults:
            actions.pay_requests(by=city.head, drafts=drafts, key=uuid4())
        assert set(faults.value.faults) == {bad.pk}
        assert not Payment.objects.exists()
        key = uuid4()
        paid = actions.pay_requests(by=city.head, drafts=drafts, key=key, leave_out_faulty=True)
        assert ([one.request_id for one in paid.payments], set(paid.faults)) == ([good.pk], {bad.pk})
        again = actions.pay_requests(by=city.head, drafts=drafts, key=key, leave_out_faulty=True)
        assert again.repeated
        assert Payment.objects.count() == 1


def test_only_what_came_is_paid_and_the_rest_may_return(city: Department):
    with city.scope():
        request = city.ordered(4)
        with pytest.raises(PaymentFaults):
            city.pay(request)
        actions.record_delivery(by=city.worker, request=request, outcome="no")
        with pytest.raises(ValidationError):
            actions.record_delivery(by=city.worker, request=request, outcome="partly")
        with pytest.raises(ValidationError):
            actions.record_delivery(by=city.worker, request=request, outcome="partly", quantity=5)
        actions.record_delivery(by=city.worker, request=request, outcome="partly", quantity=3)
        assert city.pay(request, invoice="1").total == shekels(1350)
        request.refresh_from_db()
        assert request.stage == Stage.ORDERED
        request = actions.reverse_request(by=city.leader, request=request, reason="הספק נסגר")
        sums = sums_of_basket(city.basket)
        assert (request.stage, sums.paid, sums.committed, sums.free) == (
            Stage.PAID, shekels(1350), Money(0), shekels(6650),
        )  # fmt: skip


def test_a_payment_is_reversed_by_a_counter_entry_and_its_invoice_may_come_anew(city: Department):
    with city.scope():
        request = city.paid(4, invoice="31")
        with pytest.raises(Http404):
            actions.reverse_request(by=city.worker, request=request, reason="טעות")
        with pytest.raises(ValidationError):
            actions.reverse_request(by=city.head, request=request, reason=" ")
        done = actions.reverse_request(by=city.head, request=request, reason="שולם לספק אחר")
        assert (done.stage, sums_of_basket(city.basket).free) == (Stage.REVERSED, shekels(8000))
        with pytest.raises(AlreadyDone):
            actions.reverse_request(by=city.head, request=done, reason="שוב")
        assert city.pay(city.delivered(4), invoice="31").total == shekels(1800)
        assert Invoice.objects.filter(reversed_on=None).count() == 1


def test_every_purse_is_whole_again_after_a_return(city: Department):
    with city.scope():
        request = actions.reverse_request(by=city.leader, request=city.ordered(4), reason="המשפחה חזרה בה")
        sums = sums_of_basket(city.basket)
        assert (request.stage, sums.free, sums.committed) == (Stage.REVERSED, shekels(8000), Money(0))


def test_the_familys_word_may_be_said_after_it_came_and_not_before(city: Department):
    with city.scope():
        with pytest.raises(AlreadyDone):
            actions.tell_what_helped(by=city.worker, request=city.ordered(1), helped="yes")
        done = actions.tell_what_helped(
            by=city.worker, request=city.delivered(1), helped="partly", words="הגיע מאוחר"
        )
        assert (done.helped, done.helped_words) == ("partly", "הגיע מאוחר")


def test_the_page_refuses_other_content_under_a_key_that_paid(city: Department):
    with city.scope():
        one, two = city.delivered(4), city.delivered(1)
    client, key, here = signed_in(city.head), str(uuid4()), "/baskets/payments/"

    def form(*rows: Any, act: str = "pay", invoice: str = "A-7", amount: str = "900") -> dict[str, str]:
        fields = {f"choose-{row.pk}": "1" for row in rows} | {f"invoice-{row.pk}": invoice for row in rows}
        return {"key": key, "act": act, **fields, **{f"amount-{row.pk}": amount for row in rows}}

    def said(given: dict[str, str]) -> str:
        return client.post(here, given, follow=True, headers={"accept-language": "en"}).text

    assert "Paid: 1 request" in said(form(one))
    assert "Nothing was paid a second time" in said(form(one))
    assert "Nothing was paid a second time" in said(form(one, invoice="a7"))
    others = [
        form(one, amount="450"),
        form(one, amount="viel"),
        form(one, invoice="A-8"),
        form(two, amount="450"),
        {**form(one), **form(two, amount="450")},
        {"key": key, "act": "pay"},
    ]
    for given in others[:-1]:
        text = said(given)
        assert "sent with other figures" in text
        assert "Nothing was paid a second time" not in text
    assert "Choose what is to be paid" in said(others[-1])
    # what was left out then is left out again, and a page gone back to begins another confirmation
    left_out = said({**form(one, act="pay_sound"), f"choose-{two.pk}": "1", f"amount-{two.pk}": "viel"})
    assert "Nothing was paid a second time" in left_out
    looked = client.post(here, form(two, act="look", amount="450")).text
    assert 'value="pay"' in looked
    assert key not in looked
    with city.scope():
        assert Payment.objects.get().amount == shekels(900)
