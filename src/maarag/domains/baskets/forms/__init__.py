"""Forms of baskets: writing a request, deciding, ordering, paying, prices and limits."""

from .baskets import MoneyForm, OpenForm, ResponseForm
from .buying import AllowedForm
from .prices import LimitForm, PriceForm, ProgrammeLimitForm
from .requests import RequestForm
from .steps import (
    AboveForm,
    CorrectionForm,
    DecisionForm,
    DeliveryForm,
    HelpedForm,
    OpinionForm,
    PayForm,
    ReasonForm,
)

__all__ = [
    "AboveForm",
    "AllowedForm",
    "CorrectionForm",
    "DecisionForm",
    "DeliveryForm",
    "HelpedForm",
    "LimitForm",
    "MoneyForm",
    "OpenForm",
    "OpinionForm",
    "PayForm",
    "PriceForm",
    "ProgrammeLimitForm",
    "ReasonForm",
    "RequestForm",
    "ResponseForm",
]
