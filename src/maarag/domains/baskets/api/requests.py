"""Requests through the API: written, sent, judged, ordered, delivered."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Status
from ninja.errors import HttpError

from maarag.domains.casework.queries.planning import goals_of
from maarag.domains.families.actions import read_words
from maarag.domains.services.models import Service
from maarag.kernel.access.permissions import Permission
from maarag.kernel.taxonomy.models import Vocabulary
from maarag.kernel.taxonomy.queries import term_by_code

from ..actions import (
    approve_request,
    ask_above,
    begin_request,
    change_request,
    correct_delivery,
    decline_request,
    give_opinion,
    order_request,
    record_delivery,
    remove_request,
    reverse_request,
    send_back,
    send_request,
    tell_what_helped,
    withdraw_request,
)
from ..models import Request, Stage
from ..prices import price_of
from ..scope import request_of, requests_of
from .baskets import basket_of, router
from .schemas import (
    AboveIn,
    CorrectionIn,
    DecisionIn,
    DeliveryIn,
    Given,
    HelpedIn,
    OpinionIn,
    ReasonIn,
    RequestChange,
    RequestFields,
    RequestIn,
    RequestOut,
    RequestPage,
    SendIn,
    done,
    keeper,
    nothing,
)

EDIT = Permission.EDIT_FAMILIES


@router.get(
    "/requests", response=RequestPage, summary="Requests of my families' baskets", url_name="basket_requests"
)
def list_requests(
    request: HttpRequest,
    basket: UUID | None = None,
    stage: Stage | None = None,
    limit: int = Query(100, ge=1, le=500),
    offset: int = Query(0, ge=0, le=1_000_000),
) -> RequestPage:
    """The requests that the account may see, by family and number; each family's file is recorded as read."""
    by = keeper(request)
    found = requests_of(by)
    if basket is not None:
        found = found.filter(basket=basket)
    if stage is not None:
        found = found.filter(stage=stage.value)
    rows = list(found.order_by("family__number", "basket", "number")[offset : offset + limit])
    read_words(by=by, rows=rows)
    return RequestPage(total=found.count(), items=RequestOut.of_each(rows))


@router.post(
    "/{uuid:pk}/requests",
    response={201: RequestOut},
    summary="Put a response on a basket's list",
    url_name="basket_request_begin",
)
def begin(request: HttpRequest, pk: UUID, body: RequestIn) -> Status[Any]:
    """Begin a request, with as much of it as is known."""
    by = keeper(request, EDIT)
    basket = basket_of(request, pk)
    response = term_by_code(body.response)
    if response is None or response.vocabulary != Vocabulary.RESPONSE:
        raise HttpError(422, _("No response has the code %(code)s.") % {"code": body.response})
    replaces = _found(request, body.replaces) if body.replaces else None
    if replaces is not None and replaces.basket_id != basket.pk:
        raise HttpError(422, _("A swap stays within one basket."))
    with transaction.atomic():  # both or, where what is given of it is refused, neither
        row = done(lambda: begin_request(by=by, basket=basket, response=response, replaces=replaces))
        given = _given(row, body)
        if given:
            row = done(lambda: change_request(by=by, request=row, **given))
    return Status(201, _out(request, row.pk))


@router.get("/requests/{uuid:pk}", response=RequestOut, summary="One request", url_name="basket_request")
def one(request: HttpRequest, pk: UUID) -> RequestOut:
    """A request of a basket; that the family's file is read is recorded."""
    return _out(request, pk)


@router.patch(
    "/requests/{uuid:pk}",
    response=RequestOut,
    summary="Write on at a request",
    url_name="basket_request_change",
)
def change(request: HttpRequest, pk: UUID, body: RequestChange) -> RequestOut:
    """Change a request that was not sent; 409 where somebody else did meanwhile."""
    by, row = keeper(request, EDIT), _found(request, pk)
    given = _given(row, body)
    done(lambda: change_request(by=by, request=row, seen=body.version, **given))
    return _out(request, pk)


@router.delete(
    "/requests/{uuid:pk}",
    response={204: None},
    summary="Take a request that was not sent off the list",
    url_name="basket_request_remove",
)
def remove(request: HttpRequest, pk: UUID) -> Status[Any]:
    """409 where it was sent."""
    by, row = keeper(request, EDIT), _found(request, pk)
    done(lambda: remove_request(by=by, request=row))
    return Status(204, None)


@router.post(
    "/requests/{uuid:pk}/send", response=RequestOut, summary="Ask for it", url_name="basket_request_send"
)
def send(request: HttpRequest, pk: UUID, body: SendIn) -> RequestOut:
    """409 with what is missing, or where the list's price changed."""
    by, row = keeper(request, EDIT), _found(request, pk)
    done(lambda: send_request(by=by, request=row, accept_price=body.accept_price))
    return _out(request, pk)


@router.post(
    "/requests/{uuid:pk}/opinion",
    response=RequestOut,
    summary="Give a professional opinion",
    url_name="basket_request_opinion",
)
def opinion(request: HttpRequest, pk: UUID, body: OpinionIn) -> RequestOut:
    """For or against, with reasons."""
    by, row = keeper(request, EDIT), _found(request, pk)
    done(lambda: give_opinion(by=by, request=row, stance=body.stance.value, text=body.text))
    return _out(request, pk)


@router.post(
    "/requests/{uuid:pk}/decide",
    response=RequestOut,
    summary="Approve, decline or send back",
    url_name="basket_request_decide",
)
def decide(request: HttpRequest, pk: UUID, body: DecisionIn) -> RequestOut:
    """Within the limits of the account's role; 409 tells who decides what is above them."""
    by, row = keeper(request, Permission.APPROVE_SPENDING), _found(request, pk)
    act = {"approve": approve_request, "decline": decline_request, "back": send_back}[body.decision]
    done(lambda: act(by=by, request=row, reason=body.reason))
    return _out(request, pk)


@router.post(
    "/requests/{uuid:pk}/above",
    response=RequestOut,
    summary="Ask whoever manages the budget to decide",
    url_name="basket_request_above",
)
def above(request: HttpRequest, pk: UUID, body: AboveIn) -> RequestOut:
    """Where nobody else in the department may; 409 where somebody does."""
    by, row = keeper(request, EDIT), _found(request, pk)
    done(lambda: ask_above(by=by, request=row, why=body.why))
    return _out(request, pk)


@router.post(
    "/requests/{uuid:pk}/withdraw",
    response=RequestOut,
    summary="Withdraw a request",
    url_name="basket_request_withdraw",
)
def withdraw(request: HttpRequest, pk: UUID, body: ReasonIn) -> RequestOut:
    """Before it is decided."""
    by, row = keeper(request, EDIT), _found(request, pk)
    done(lambda: withdraw_request(by=by, request=row, reason=body.reason))
    return _out(request, pk)


@router.post(
    "/requests/{uuid:pk}/order", response=RequestOut, summary="Order it", url_name="basket_request_order"
)
def order(request: HttpRequest, pk: UUID) -> RequestOut:
    """Commit its money to the provider."""
    by, row = keeper(request, EDIT), _found(request, pk)
    done(lambda: order_request(by=by, request=row))
    return _out(request, pk)


@router.post(
    "/requests/{uuid:pk}/delivery",
    response=RequestOut,
    summary="Say whether it came",
    url_name="basket_request_delivery",
)
def delivery(request: HttpRequest, pk: UUID, body: DeliveryIn) -> RequestOut:
    """All of the rest, a part of it, or nothing."""
    by, row = keeper(request, EDIT), _found(request, pk)
    given = {**body.dict(), "outcome": body.outcome.value}
    done(lambda: record_delivery(by=by, request=row, **given))
    return _out(request, pk)


@router.post(
    "/requests/{uuid:pk}/correct",
    response=RequestOut,
    summary="Correct what was written of what came",
    url_name="basket_request_correct",
)
def correct(request: HttpRequest, pk: UUID, body: CorrectionIn) -> RequestOut:
    """What was written above it is taken back; never below what is paid."""
    by, row = keeper(request, EDIT), _found(request, pk)
    done(lambda: correct_delivery(by=by, request=row, **body.dict()))
    return _out(request, pk)


@router.post(
    "/requests/{uuid:pk}/reverse",
    response=RequestOut,
    summary="Return or reverse it",
    url_name="basket_request_reverse",
)
def reverse(request: HttpRequest, pk: UUID, body: ReasonIn) -> RequestOut:
    """What is not paid returns to the basket; where all is paid, the payments are reversed."""
    by, row = keeper(request, Permission.APPROVE_SPENDING), _found(request, pk)
    done(lambda: reverse_request(by=by, request=row, reason=body.reason))
    return _out(request, pk)


@router.post(
    "/requests/{uuid:pk}/helped",
    response=RequestOut,
    summary="Put down what the family says it gave",
    url_name="basket_request_helped",
)
def helped(request: HttpRequest, pk: UUID, body: HelpedIn) -> RequestOut:
    """The family's own word."""
    by, row = keeper(request, EDIT), _found(request, pk)
    done(lambda: tell_what_helped(by=by, request=row, helped=body.helped.value, words=body.words))
    return _out(request, pk)


def _found(request: HttpRequest, pk: UUID) -> Request:
    by = keeper(request)
    row = request_of(by, pk)
    if row is None:
        raise HttpError(404, nothing())
    read_words(by=by, rows=[row])
    return row


def _out(request: HttpRequest, pk: UUID) -> RequestOut:
    return RequestOut.of(_found(request, pk))


def _given(row: Request, body: RequestFields) -> Given:
    """The fields of a body as the actions take them; a price of the list is found by service and unit."""
    given = body.dict(exclude={"response", "replaces", "version"}, exclude_unset=True)
    given = {name: value for name, value in given.items() if value is not None}
    if "unit" in given:
        given["unit"] = body.unit.value if body.unit else ""
    if "service" in given:
        given["service"] = Service.objects.filter(code=body.service).first()
        if given["service"] is None:
            raise HttpError(422, _("No service has the code %(code)s.") % {"code": body.service})
    if "plan_goal" in given:
        given["plan_goal"] = next((one for one in goals_of(row.family) if one.pk == body.plan_goal), None)
        if given["plan_goal"] is None:
            raise HttpError(422, _("The family's plan has no such goal."))
    service = given.get("service") or row.service
    unit = given.get("unit") or row.unit
    if service is not None and unit and ({"service", "unit", "unit_agorot"} & set(given)):
        price = price_of(service, row.response, unit)
        given["price"] = price
        if price is not None:
            given["unit_agorot"] = price.agorot
    return given
