"""What was sent, judged and sent back is ended and stays to be read; only what was never sent is deleted."""

from __future__ import annotations

from maarag.domains.baskets import actions
from maarag.domains.baskets.models import Opinion, Request, Stage
from maarag.kernel.ledger.models import Entry
from tests.factories.baskets import Department

from .conftest import signed_in


def sent_back(city: Department) -> Request:
    return actions.send_back(by=city.leader, request=city.sent(2), reason="חסר הסבר")


def stays_with_what_was_said(request: Request) -> None:
    request.refresh_from_db()
    assert (request.stage, bool(request.end_reason)) == (Stage.REVERSED, True)
    assert Opinion.objects.filter(request=request).count() == 1
    assert Entry.objects.filter(key__startswith=f"basket:{request.pk}:").count() == 2


def test_taken_off_the_list_it_stays_to_be_read(city: Department):
    with city.scope():
        request, never_sent = sent_back(city), city.draft(1)
    client = signed_in(city.worker)
    for one in (request, never_sent):
        assert client.post(f"/baskets/requests/{one.pk}/remove/").status_code == 302
    assert client.get(f"/baskets/requests/{request.pk}/").status_code == 200
    assert client.get(f"/baskets/family/{city.family.pk}/").status_code == 200
    with city.scope():
        assert not Request.objects.filter(pk=never_sent.pk).exists()
        stays_with_what_was_said(request)
        assert request.ended_by == city.worker


def test_when_the_basket_is_closed_it_stays_to_be_read(city: Department):
    with city.scope():
        request, never_sent = sent_back(city), city.draft(1)
        actions.close_basket(by=city.leader, basket=city.basket)
        assert not Request.objects.filter(pk=never_sent.pk).exists()
        stays_with_what_was_said(request)
        assert request.ended_by == city.leader
