"""Every write of baskets: opening, asking, deciding, ordering, paying, and taking back."""

from .above import ask_above, decide_above
from .baskets import change_basket, close_basket, open_basket, places_left, quotas_for
from .buying import allow_response, end_allowed
from .decisions import approve_request, decline_request, send_back
from .deliveries import correct_delivery, order_request, record_delivery, tell_what_helped
from .payments import Paid, PaymentDraft, pay_requests, reverse_request
from .prices import may_set_limit, set_limit, set_price
from .requests import (
    ChangedMeanwhile,
    begin_request,
    change_request,
    give_opinion,
    remove_request,
    send_request,
    version_of,
    withdraw_request,
)

__all__ = [
    "ChangedMeanwhile",
    "Paid",
    "PaymentDraft",
    "allow_response",
    "approve_request",
    "ask_above",
    "begin_request",
    "change_basket",
    "change_request",
    "close_basket",
    "correct_delivery",
    "decide_above",
    "decline_request",
    "end_allowed",
    "give_opinion",
    "may_set_limit",
    "open_basket",
    "order_request",
    "pay_requests",
    "places_left",
    "quotas_for",
    "record_delivery",
    "remove_request",
    "reverse_request",
    "send_back",
    "send_request",
    "set_limit",
    "set_price",
    "tell_what_helped",
    "version_of",
    "withdraw_request",
]
