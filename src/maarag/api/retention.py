"""What the API keeps for itself goes by these rules."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from maarag.kernel.retention.rules import Tidy, register
from maarag.kernel.retention.technical import moment, tidy_rows

from .models import ApiToken, StoredAnswer


def _answers(before: date) -> QuerySet[StoredAnswer]:
    return StoredAnswer.objects.filter(created_at__lt=moment(before))


def _tokens(before: date) -> QuerySet[ApiToken]:
    day = moment(before)
    return ApiToken.objects.filter(Q(expires_at__lt=day) | Q(revoked_at__lt=day))


register(
    Tidy(
        "api.answers",
        _("Answers kept for programs that ask twice"),
        _("the answer"),
        _("A program asks again within minutes; the answers may be about people and are kept encrypted."),
        7,
        **tidy_rows(_answers),
    ),
    Tidy(
        "api.tokens",
        _("API tokens that ran out or were revoked"),
        _("their end"),
        _("Whoever looks for what a token did finds its account in the audit."),
        365,
        **tidy_rows(_tokens),
    ),
)
