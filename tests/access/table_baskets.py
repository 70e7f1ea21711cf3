"""Who may open which address of baskets."""

from __future__ import annotations

from typing import Any

from maarag.kernel.access.permissions import Permission as P

from .arguments import family
from .arguments_baskets import (
    above,
    allowed_key,
    an_allowed,
    approved,
    basket,
    delivered,
    draft,
    family_with_quota,
    new_basket,
    new_payment,
    new_request,
    ordered,
    raised,
    sent,
    to_allow,
)
from .rules import Guarded, Public, Rule, SignedIn
from .table_funding import a_programme

STEP: dict[str, Any] = {"of_a_row": True, "method": "post", "statuses": (422,)}
DONE: dict[str, Any] = {**STEP, "statuses": (302,)}
CALL: dict[str, Any] = {"of_a_row": True, "method": "json"}

BASKETS: dict[str, Rule] = {
    "baskets:index": Guarded(P.VIEW_FAMILIES),
    "baskets:approvals": Guarded(P.VIEW_FAMILIES),
    "baskets:payments": Guarded(P.PAY_SPENDING),
    "baskets:prices": Public(),
    "baskets:limits": Guarded(P.APPROVE_SPENDING),
    "baskets:rules": Guarded(P.MANAGE_BUDGETS, a_programme, statuses=(404,)),  # said for the nation
    "baskets:buys": Public(a_programme),
    "baskets:allow": Guarded(P.MANAGE_BUDGETS, a_programme, method="post", statuses=(404,)),
    "baskets:end_allowed": Guarded(P.MANAGE_BUDGETS, an_allowed, method="post", statuses=(404,)),
    "baskets:reports": Guarded(P.VIEW_STAFF_FIGURES),
    "baskets:reports_export": Guarded(P.VIEW_STAFF_FIGURES, lambda estate: {"form": "xlsx"}),
    "baskets:requests_export": Guarded(P.VIEW_FAMILIES),
    "baskets:family": Guarded(P.VIEW_FAMILIES, family, of_a_row=True),
    "baskets:open": Guarded(P.EDIT_FAMILIES, family_with_quota, of_a_row=True),
    "baskets:add": Guarded(P.EDIT_FAMILIES, basket, **STEP),
    "baskets:money": Guarded(P.APPROVE_SPENDING, basket, of_a_row=True),
    "baskets:close": Guarded(P.EDIT_FAMILIES, basket, **DONE),
    "baskets:request": Guarded(P.VIEW_FAMILIES, draft, of_a_row=True),
    "baskets:edit": Guarded(P.EDIT_FAMILIES, draft, of_a_row=True),
    "baskets:remove": Guarded(P.EDIT_FAMILIES, draft, **DONE),
    "baskets:opinion": Guarded(P.EDIT_FAMILIES, sent, **STEP),
    "baskets:ask_above": Guarded(P.EDIT_FAMILIES, above, **STEP),
    "baskets:above": Guarded(P.MANAGE_BUDGETS),
    # of the nation's budget, which nobody of the city manages: who does is tried in tests/domains/baskets
    "baskets:above_request": Guarded(P.MANAGE_BUDGETS, raised, of_a_row=True, statuses=(404,)),
    "baskets:decide": Guarded(P.APPROVE_SPENDING, sent, **STEP),
    "baskets:withdraw": Guarded(P.EDIT_FAMILIES, sent, **STEP),
    "baskets:order": Guarded(P.EDIT_FAMILIES, approved, **DONE),
    "baskets:order_pdf": Guarded(P.VIEW_FAMILIES, ordered, of_a_row=True),
    "baskets:delivery": Guarded(P.EDIT_FAMILIES, ordered, **STEP),
    "baskets:correct": Guarded(P.EDIT_FAMILIES, delivered, **STEP),
    "baskets:pay": Guarded(P.PAY_SPENDING, delivered, **STEP),
    "baskets:reverse": Guarded(P.APPROVE_SPENDING, approved, **STEP),
    "baskets:swap": Guarded(P.EDIT_FAMILIES, approved, **STEP),
    "baskets:helped": Guarded(P.EDIT_FAMILIES, delivered, **STEP),
    "api:baskets_list": Guarded(P.VIEW_FAMILIES),
    "api:baskets_open": Guarded(P.VIEW_FAMILIES),
    "api:baskets_open POST": Guarded(
        P.EDIT_FAMILIES, of_a_row=True, method="json", data=new_basket, statuses=(422,)
    ),
    "api:basket": Guarded(P.VIEW_FAMILIES, basket, of_a_row=True),
    # the basket of the estate has requests under way
    "api:basket_close": Guarded(P.EDIT_FAMILIES, basket, statuses=(409,), **CALL),
    "api:basket_requests": Guarded(P.VIEW_FAMILIES),
    "api:basket_request_begin": Guarded(P.EDIT_FAMILIES, basket, data=new_request, statuses=(201,), **CALL),
    "api:basket_request": Guarded(P.VIEW_FAMILIES, draft, of_a_row=True),
    "api:basket_request_change": Guarded(P.VIEW_FAMILIES, draft, of_a_row=True),
    "api:basket_request_change PATCH": Guarded(
        P.EDIT_FAMILIES, draft, of_a_row=True, method="patch", data=lambda estate: {"quantity": 2}
    ),
    "api:basket_request_remove": Guarded(P.VIEW_FAMILIES, draft, of_a_row=True),
    "api:basket_request_remove DELETE": Guarded(
        P.EDIT_FAMILIES, draft, of_a_row=True, method="delete", statuses=(204,)
    ),
    "api:basket_request_send": Guarded(
        P.EDIT_FAMILIES, draft, data=lambda estate: {"accept_price": True}, **CALL
    ),
    "api:basket_request_opinion": Guarded(
        P.EDIT_FAMILIES, draft, data=lambda estate: {"stance": "for", "text": "x"}, statuses=(409,), **CALL
    ),
    "api:basket_request_decide": Guarded(
        P.APPROVE_SPENDING, draft, data=lambda estate: {"decision": "approve"}, statuses=(409,), **CALL
    ),
    "api:basket_request_withdraw": Guarded(
        P.EDIT_FAMILIES, sent, data=lambda estate: {"reason": "טעות"}, **CALL
    ),
    "api:basket_request_order": Guarded(P.EDIT_FAMILIES, approved, **CALL),
    "api:basket_request_delivery": Guarded(
        P.EDIT_FAMILIES, ordered, data=lambda estate: {"outcome": "yes", "came": 0}, **CALL
    ),
    "api:basket_request_correct": Guarded(
        P.EDIT_FAMILIES, delivered, data=lambda estate: {"quantity": 0, "why": "x", "came": 1}, **CALL
    ),
    "api:basket_request_reverse": Guarded(
        P.APPROVE_SPENDING, approved, data=lambda estate: {"reason": "טעות"}, **CALL
    ),
    "api:basket_request_helped": Guarded(
        P.EDIT_FAMILIES, delivered, data=lambda estate: {"helped": "yes"}, **CALL
    ),
    "api:basket_request_above": Guarded(
        P.EDIT_FAMILIES, above, data=lambda estate: {"why": "טיפול ארוך"}, **CALL
    ),
    "api:basket_above": Guarded(P.MANAGE_BUDGETS),
    "api:basket_above_decide": Guarded(
        P.MANAGE_BUDGETS,
        raised,
        of_a_row=True,
        method="json",
        data=lambda estate: {"decision": "approve"},
        statuses=(404,),
    ),
    "api:basket_approvals": Guarded(P.APPROVE_SPENDING),
    "api:basket_payments": Guarded(P.PAY_SPENDING),
    "api:basket_pay": Guarded(P.PAY_SPENDING),
    "api:basket_pay POST": Guarded(P.PAY_SPENDING, method="json", data=new_payment, statuses=(404,)),
    "api:basket_prices": Public(),
    "api:basket_price_set": Public(),
    "api:basket_limits": Guarded(P.APPROVE_SPENDING),
    "api:basket_limit": SignedIn(
        statuses=(422,), method="put", data=lambda estate: {"role": "x", "agorot": 1}
    ),
    "api:basket_allowed": Public(),
    "api:basket_allow": Guarded(P.MANAGE_BUDGETS, method="put", data=to_allow, statuses=(422,)),
    "api:basket_allowed_end": Guarded(P.MANAGE_BUDGETS, allowed_key, method="json", statuses=(404,)),
    "api:basket_report": Guarded(P.VIEW_STAFF_FIGURES),
}
