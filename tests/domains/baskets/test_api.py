"""Baskets through the API: the whole way, each refusal in words, a write sent again done once."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.test import Client

from maarag.domains.baskets.models import Payment, Request
from tests.factories.baskets import Department

from .conftest import signed_in


def call(client: Client, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    answer = client.post(
        f"/api/baskets/{path}", body or {}, content_type="application/json", headers=headers or None
    )
    return answer.status_code, answer.json()


def test_the_whole_way(city: Department):
    worker, leader, head = (signed_in(one) for one in (city.worker, city.leader, city.head))
    begun = {
        "response": city.world.term("meals").code,
        "service": city.service.code,
        "unit": "month",
        "quantity": 4,
        "plan_goal": str(city.goal.pk),
        "why": "סיבה",
    }
    status, made = call(worker, f"{city.basket.pk}/requests", begun)
    assert (status, made["stage"], made["amount_agorot"], len(made["missing"])) == (201, "draft", 180_000, 1)
    here = f"requests/{made['id']}"
    assert call(worker, f"{here}/send")[0] == 409
    changed = worker.patch(
        f"/api/baskets/{here}",
        {"choice": "בחרו", "version": made["version"]},
        content_type="application/json",
    )
    assert changed.json()["missing"] == []
    stale = worker.patch(
        f"/api/baskets/{here}", {"quantity": 9, "version": made["version"]}, content_type="application/json"
    )
    assert stale.status_code == 409
    assert call(worker, f"{here}/send")[1]["stage"] == "opinion"
    assert call(worker, f"{here}/opinion", {"stance": "for", "text": "בעד"})[1]["stage"] == "approval"
    assert call(worker, f"{here}/decide", {"decision": "approve"})[0] == 409
    assert [row["id"] for row in leader.get("/api/baskets/approvals").json()] == [made["id"]]
    assert call(leader, f"{here}/decide", {"decision": "approve"})[1]["stage"] == "approved"
    assert call(worker, f"{here}/order")[1]["order_number"] == 1
    assert call(worker, f"{here}/delivery", {"outcome": "yes", "came": 0})[1]["payable_agorot"] == 180_000
    assert len(head.get("/api/baskets/payments").json()) == 1
    payment = {"key": str(uuid4()), "lines": [{"request": made["id"], "invoice": "12"}]}
    status, paid = call(head, "payments", payment)
    assert (status, paid["total_agorot"], paid["repeated"]) == (200, 180_000, False)
    assert call(head, "payments", payment)[1]["repeated"] is True
    assert call(worker, f"{here}/helped", {"helped": "yes"})[1]["helped"] == "yes"
    listed = worker.get("/api/baskets/").json()
    assert listed["items"][0]["sums"]["paid"] == 180_000
    with city.scope():
        assert Payment.objects.count() == 1


def test_a_write_with_its_key_is_done_once(city: Department):
    worker = signed_in(city.worker)
    body = {"response": city.world.term("meals").code}
    key = {"Idempotency-Key": str(uuid4())}
    first = call(worker, f"{city.basket.pk}/requests", body, **key)
    assert call(worker, f"{city.basket.pk}/requests", body, **key) == first
    with city.scope():
        assert Request.objects.count() == 1


def test_a_request_that_is_refused_in_part_is_not_begun(city: Department):
    worker, response = signed_in(city.worker), city.world.term("meals").code
    for refused in ({"service": "no-such-service"}, {"plan_goal": str(uuid4())}):
        status, _answer = call(worker, f"{city.basket.pk}/requests", {"response": response, **refused})
        assert status == 422
    with city.scope():
        assert not Request.objects.exists()


def test_a_payment_that_cannot_be_made_says_why(city: Department):
    with city.scope():
        request = city.ordered(1)
    body = {"key": str(uuid4()), "lines": [{"request": str(request.pk), "invoice": "12"}]}
    status, answer = call(signed_in(city.head), "payments", body)
    assert status == 409
    assert str(request.pk) in answer["detail"]
    assert call(signed_in(city.worker), "payments", body)[0] == 403
