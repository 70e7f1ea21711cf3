"""Secrets in every text of baskets: requests, opinions, deliveries, invoices."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from maarag.domains.baskets.models import Delivery, Opinion, Request
from tests.factories.baskets import department_of

if TYPE_CHECKING:
    from .canaries import Canaries

TEXTS = ("goal", "why", "choice", "above_why", "decision_reason", "end_reason", "helped_words")


def baskets(found: Canaries) -> None:
    """A basket with requests on their way and one that is paid."""
    city = department_of(found.estate)
    for _number in range(2):
        request = city.delivered(1)
        city.pay(request, invoice=found.new("Invoice.number"), key=uuid4())
        city.sent(1)
        city.draft(1)
    for request in Request.objects.filter(basket=city.basket):
        for name in TEXTS:
            setattr(request, name, found.new(f"Request.{name}"))
        request.save()
    for opinion in Opinion.objects.filter(request__basket=city.basket):
        opinion.text = found.new("Opinion.text")
        opinion.save()
    for delivery in Delivery.objects.filter(request__basket=city.basket):
        delivery.note = found.new("Delivery.note")
        delivery.save()
