"""Payments, prices, limits and reports through the API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Status
from ninja.errors import HttpError

from maarag.domains.families.actions import read_words
from maarag.domains.programmes.models import Programme
from maarag.domains.services.models import Service
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission, Role
from maarag.kernel.access.scope import account_of
from maarag.kernel.places.models import Place, PlaceKind
from maarag.kernel.taxonomy.queries import term_by_code
from maarag.values import Money

from ..above import waiting_above
from ..actions import PaymentDraft, decide_above, pay_requests, set_limit, set_price
from ..limits import LADDER, limits
from ..prices import in_force
from ..queries import to_pay
from ..report_tables import as_data
from ..reports import report_for
from ..scope import request_of
from ..waits import decisions_of
from .baskets import router
from .price_schemas import LimitIn, LimitOut, PriceIn, PriceOut
from .schemas import (
    AskedOut,
    DecisionIn,
    PaidLine,
    PaidOut,
    PaymentIn,
    RequestOut,
    done,
    keeper,
    nothing,
)


@router.get(
    "/approvals", response=list[RequestOut], summary="What waits for my decision", url_name="basket_approvals"
)
def approvals(request: HttpRequest) -> list[RequestOut]:
    """Within the limits of the account's roles, oldest first; each family's file is recorded as read."""
    by = keeper(request, Permission.APPROVE_SPENDING)
    found = list(decisions_of(by).mine)
    read_words(by=by, rows=found)
    return RequestOut.of_each(found)


@router.get(
    "/above",
    response=list[AskedOut],
    summary="What departments asked whoever manages the budget to decide",
    url_name="basket_above",
)
def above(request: HttpRequest) -> list[AskedOut]:
    """Figures of single requests, without the families; oldest first."""
    return [AskedOut.of(row) for row in waiting_above(keeper(request, Permission.MANAGE_BUDGETS))]


@router.post(
    "/above/{uuid:key}/decide",
    response={204: None},
    summary="Decide what a department asked above",
    url_name="basket_above_decide",
)
def decide(request: HttpRequest, key: UUID, body: DecisionIn) -> Status[Any]:
    """Approve, decline or send back; 409 where it was decided meanwhile."""
    by = keeper(request, Permission.MANAGE_BUDGETS)
    done(lambda: decide_above(by=by, key=key, decision=body.decision, reason=body.reason))
    return Status(204, None)


@router.get(
    "/payments", response=list[RequestOut], summary="What waits to be paid", url_name="basket_payments"
)
def payments(request: HttpRequest) -> list[RequestOut]:
    """What was delivered and is not paid yet, oldest first; each family's file is recorded as read."""
    by = keeper(request, Permission.PAY_SPENDING)
    found = list(to_pay(by)[:200])
    read_words(by=by, rows=found)
    return RequestOut.of_each(found)


@router.post("/payments", response=PaidOut, summary="Pay invoices", url_name="basket_pay")
def pay(request: HttpRequest, body: PaymentIn) -> PaidOut:
    """All or none, unless `leave_out_faulty`; the same key pays once."""
    by = keeper(request, Permission.PAY_SPENDING)
    drafts = []
    for line in body.lines:
        row = request_of(by, line.request)
        if row is None:
            raise HttpError(404, nothing())
        amount = None if line.amount_agorot is None else Money(line.amount_agorot)
        drafts.append(PaymentDraft(row, line.invoice, amount))
    paid = done(
        lambda: pay_requests(
            by=by, drafts=drafts, key=body.key, day=body.day, leave_out_faulty=body.leave_out_faulty
        )
    )
    return PaidOut(
        repeated=paid.repeated,
        total_agorot=paid.total.agorot,
        items=[
            PaidLine(request=one.request_id, invoice=one.invoice.number, agorot=one.agorot)
            for one in paid.payments
        ],
        left_out={str(pk): words for pk, words in paid.faults.items()},
    )


@router.get(
    "/prices", response=list[PriceOut], summary="Prices in force", url_name="basket_prices", auth=None
)
def prices(
    request: HttpRequest,
    service: str = Query("", max_length=80),
    response: str = Query("", max_length=200),
    limit: int = Query(100, ge=1, le=500),
    offset: int = Query(0, ge=0, le=1_000_000),
) -> list[PriceOut]:
    """What services ask for today."""
    found = in_force().select_related("service", "response")
    if service:
        found = found.filter(service__code=service)
    if response:
        found = found.filter(response__code=response)
    rows = found.order_by("service__code", "response__code", "unit")[offset : offset + limit]
    return [PriceOut.of(row) for row in rows]


@router.post("/prices", response={201: PriceOut}, summary="Write down a price", url_name="basket_price_set")
def new_price(request: HttpRequest, body: PriceIn) -> Status[Any]:
    """From a day on; what it cost before stays."""
    if not isinstance(request.user, Account):
        raise HttpError(403, _("Your account may not do this."))
    by = request.user
    if not (by.may_somewhere(Permission.PAY_SPENDING) or by.may_somewhere(Permission.EDIT_SERVICES)):
        raise HttpError(403, _("Your account may not do this."))
    service = Service.objects.filter(code=body.service).first()
    response = term_by_code(body.response)
    if service is None or response is None:
        raise HttpError(404, _("There is no such service or response."))
    row = done(
        lambda: set_price(
            by=by,
            service=service,
            response=response,
            unit=body.unit.value,
            amount=Money(body.agorot),
            starts=body.starts,
            note=body.note,
        )
    )
    return Status(201, PriceOut.of(row))


@router.get(
    "/limits", response=list[LimitOut], summary="Up to how much each role approves", url_name="basket_limits"
)
def limits_in_force(
    request: HttpRequest,
    authority: str = Query("", max_length=60),
    programme: str = Query("", max_length=80),
) -> list[LimitOut]:
    """In an authority and a programme, where they are given."""
    keeper(request, Permission.APPROVE_SPENDING)
    place = Place.objects.filter(code=authority, kind=PlaceKind.AUTHORITY).first() if authority else None
    chosen = Programme.objects.filter(code=programme).first() if programme else None
    found = limits(chosen, place)
    return [
        LimitOut(role=role.value, agorot=found.amounts[role].agorot, is_default=role not in found.set_rows)
        for role in LADDER
    ]


@router.put(
    "/limits", response=LimitOut, summary="Set up to how much a role approves", url_name="basket_limit"
)
def put_limit(request: HttpRequest, body: LimitIn) -> LimitOut:
    """For whoever manages the budget or heads the department; 404 for others, 422 where no limit can be."""
    by = account_of(request)
    place = Place.objects.filter(code=body.authority, kind=PlaceKind.AUTHORITY).first()
    chosen = Programme.objects.filter(code=body.programme).first()
    if (body.authority and place is None) or (body.programme and chosen is None) or body.role not in Role:
        raise HttpError(422, _("There is no such role, programme or local authority."))
    amount = Money(body.agorot)
    row = done(
        lambda: set_limit(by=by, role=Role(body.role), amount=amount, authority=place, programme=chosen)
    )
    return LimitOut(role=row.role, agorot=row.agorot, is_default=False)


@router.get("/report", response=dict[str, Any], summary="What baskets are spent on", url_name="basket_report")
def report(request: HttpRequest, year: int | None = Query(None, ge=2000, le=2100)) -> dict[str, Any]:
    """By place, programme, response, month asked for, month of payment and funder.

    Above an authority small counts are hidden, months of payment are not told, and by place, programme and
    funder a family is counted once for each quota that it has a basket of.
    """
    found = report_for(keeper(request, Permission.VIEW_STAFF_FIGURES), year)
    if found is None:
        raise HttpError(404, _("There is no basket in your places."))
    return as_data(found)
