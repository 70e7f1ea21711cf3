"""What came: written once however often it is sent, corrected while it is not paid, paid before a return."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from maarag.domains.baskets import actions
from maarag.domains.baskets.errors import CameMeanwhile, PayFirst
from maarag.domains.baskets.models import Delivered, Request, Stage
from maarag.domains.baskets.money import sums_of_basket
from maarag.domains.baskets.queries import delivered_quantity, payable_of
from maarag.values import Money
from tests.factories.baskets import Department

from .conftest import signed_in

shekels = Money.from_shekels


def three_of_four(city: Department) -> Request:
    request = city.ordered(4)
    actions.record_delivery(by=city.worker, request=request, outcome="partly", quantity=1)
    actions.record_delivery(by=city.worker, request=request, outcome="partly", quantity=2)
    return request


def test_the_same_form_sent_twice_counts_once(city: Department):
    with city.scope():
        request = city.ordered(4)
    client, form = signed_in(city.worker), {"outcome": "partly", "quantity": "1", "came": "0"}
    here = f"/baskets/requests/{request.pk}/"
    assert 'name="came" value="0"' in client.get(here).text
    for _time in range(2):
        assert client.post(f"{here}delivery/", form).status_code == 302
    body = {"outcome": "partly", "quantity": 1, "came": 0}
    answer = client.post(
        f"/api/baskets/requests/{request.pk}/delivery", body, content_type="application/json"
    )
    assert answer.status_code == 409
    unsaid = {"outcome": "partly", "quantity": "1"}
    assert client.post(f"{here}delivery/", unsaid).status_code == 422
    api = f"/api/baskets/requests/{request.pk}"
    for way, said in (("delivery", unsaid), ("correct", {"quantity": 0, "why": "טעות"})):
        refused = client.post(f"{api}/{way}", said, content_type="application/json")
        assert (refused.status_code, refused.json()["detail"][0]["loc"][-1]) == (422, "came")
        other = client.post(f"{api}/{way}", {**said, "came": 3}, content_type="application/json")
        assert other.status_code == 409
    with city.scope():
        assert delivered_quantity(request) == 1
        with pytest.raises(CameMeanwhile):
            actions.correct_delivery(by=city.worker, request=request, quantity=0, why="טעות", came=2)


def test_what_was_written_wrongly_is_taken_back_the_newest_first(city: Department):
    with city.scope():
        request = three_of_four(city)
        done = actions.correct_delivery(by=city.worker, request=request, quantity=0, why="טעות")
        assert (delivered_quantity(done), payable_of(done)) == (0, Money(0))
        assert {row.outcome for row in done.deliveries.all()} == {Delivered.NO}
        whole = city.delivered(4)
        done = actions.correct_delivery(by=city.worker, request=whole, quantity=3, why="אחת חסרה")
        assert (done.stage, payable_of(done)) == (Stage.ORDERED, shekels(1350))
        assert [(row.outcome, row.quantity) for row in done.deliveries.all()] == [(Delivered.PARTLY, 3)]
        actions.record_delivery(by=city.worker, request=done, outcome="yes", came=3)
        assert delivered_quantity(done) == 4


def test_it_is_corrected_with_a_reason_and_never_below_what_is_paid(city: Department):
    with city.scope():
        request = three_of_four(city)
        for quantity, why in ((3, "x"), (4, "x"), (-1, "x"), (None, "x"), (2, " ")):
            with pytest.raises(ValidationError):
                actions.correct_delivery(by=city.worker, request=request, quantity=quantity, why=why)
        city.pay(request, amount=shekels(900))
        with pytest.raises(ValidationError):
            actions.correct_delivery(by=city.worker, request=request, quantity=1, why="טעות")
        actions.correct_delivery(by=city.worker, request=request, quantity=2, why="טעות")
        request.refresh_from_db()
        assert [row.quantity for row in request.deliveries.order_by("at")] == [1, 1]


def test_what_came_is_paid_before_the_rest_returns(city: Department):
    with city.scope():
        partly, whole = three_of_four(city), city.delivered(2)
        before = sums_of_basket(city.basket)
        for request in (partly, whole):
            with pytest.raises(PayFirst):
                actions.reverse_request(by=city.leader, request=request, reason="חזרה בה")
        assert sums_of_basket(city.basket) == before
        city.pay(partly, invoice="1")
        actions.reverse_request(by=city.leader, request=partly, reason="הספק נסגר")
        actions.correct_delivery(by=city.worker, request=whole, quantity=0, why="לא הגיע דבר")
        actions.reverse_request(by=city.leader, request=whole, reason="לא הגיע דבר")
        sums = sums_of_basket(city.basket)
        assert (sums.paid, sums.committed, sums.free) == (shekels(1350), Money(0), shekels(6650))


def test_the_page_corrects_it(city: Department):
    with city.scope():
        request = city.delivered(2)
    client, here = signed_in(city.leader), f"/baskets/requests/{request.pk}/"
    page = client.get(here).text
    assert f"{here}correct/" in page
    assert f"{here}reverse/" not in page
    worker, form = signed_in(city.worker), {"quantity": "1", "note": "אחת חסרה", "came": "2"}
    assert worker.post(f"{here}correct/", {**form, "quantity": "2"}).status_code == 422
    assert worker.post(f"{here}correct/", form).status_code == 302
    with city.scope():
        assert delivered_quantity(request) == 1
