"""What services ask for a response: today, before, and whether it rose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from maarag.domains.services.models import Service
from maarag.domains.services.queries import inside, offered
from maarag.kernel.places.models import Containment, Place
from maarag.kernel.taxonomy.models import Term
from maarag.kernel.taxonomy.queries import with_children
from maarag.values import Money

from .models import Price, Request, Stage

MOST_OFFERS = 40


def in_force(day: date | None = None) -> QuerySet[Price]:
    """The newest price of each service, response and unit that began by the day."""
    begun = Price.objects.filter(starts__lte=day or timezone.localdate())
    newest = begun.order_by("service_id", "response_id", "unit", "-starts").distinct(
        "service_id", "response_id", "unit"
    )
    return Price.objects.filter(pk__in=newest.values("pk"))


def price_of(service: Service, response: Term, unit: str, day: date | None = None) -> Price | None:
    """The price in force on the day."""
    return in_force(day).filter(service=service, response=response, unit=unit).first()


@dataclass(frozen=True)
class Offer:
    """A service that gives a response, with a price in the list or without one."""

    service: Service
    price: Price | None
    before: Money | None = None
    """What it asked before the price in force."""

    @property
    def key(self) -> str:
        return f"p{self.price.pk}" if self.price else f"s{self.service.pk}"


def offers(response: Term, authority: Place, day: date | None = None) -> list[Offer]:
    """Who gives the response to families of the authority: with a price first, the cheaper first."""
    terms = with_children([response])
    around = Containment.objects.filter(descendant=authority).values("ancestor")
    reached = Q(areas__place__in=around) | Q(pk__in=inside(authority).values("pk"))
    prices: dict[int, list[Price]] = {}
    for price in in_force(day).filter(response=response).select_related("service__organisation"):
        prices.setdefault(price.service_id, []).append(price)
    services = (
        offered()
        .filter(Q(terms__in=terms) | Q(pk__in=prices), reached, is_fictional=authority.is_fictional)
        .select_related("organisation")
        .distinct()
        .order_by("name_he", "pk")
    )
    before = _before(response, [price for found in prices.values() for price in found])
    found = []
    for service in services[: MOST_OFFERS * 3]:
        own = prices.get(service.pk)
        found += [Offer(service, price, before.get(price.pk)) for price in own or ()]
        if not own:
            found.append(Offer(service, None))
    found.sort(key=lambda one: (one.price is None, one.price.agorot if one.price else 0, one.service.name_he))
    return found[:MOST_OFFERS]


def _before(response: Term, prices: Iterable[Price]) -> dict[int, Money]:
    """What was asked before each of the prices."""
    known: dict[tuple[int, str], list[Price]] = {}
    for row in Price.objects.filter(response=response).order_by("starts"):
        known.setdefault((row.service_id, row.unit), []).append(row)
    found = {}
    for price in prices:
        older = [row for row in known[price.service_id, price.unit] if row.starts < price.starts]
        if older:
            found[price.pk] = older[-1].amount
    return found


@dataclass(frozen=True)
class Change:
    """That a price is another than it was; `rise` is below zero where it fell."""

    before: Money
    after: Money

    @property
    def rise(self) -> Money:
        return self.after - self.before

    @property
    def share(self) -> float:
        return self.rise.agorot / self.before.agorot


def change_since_asked(request: Request, day: date | None = None) -> Change | None:
    """How the list's price differs from the one in the request; None where it does not, or there is none."""
    if request.service is None or request.unit_price is None:
        return None
    now = price_of(request.service, request.response, request.unit, day)
    if now is None or now.amount == request.unit_price:
        return None
    return Change(request.unit_price, now.amount)


def change_since_last_time(request: Request) -> Change | None:
    """How the price in the request differs from the last one that the authority agreed to for the same."""
    if request.service_id is None or request.unit_price is None:
        return None
    agreed = (Stage.APPROVED, Stage.ORDERED, Stage.DELIVERED, Stage.PAID)
    last = (
        Request.objects.filter(
            authority=request.authority_id,
            service=request.service_id,
            response=request.response_id,
            unit=request.unit,
            stage__in=agreed,
            asked_on__lte=request.asked_on or timezone.localdate(),
        )
        .exclude(pk=request.pk)
        .order_by("-asked_on", "-updated_at")
        .first()
    )
    if last is None or last.unit_price is None or last.unit_price == request.unit_price:
        return None
    return Change(last.unit_price, request.unit_price)
