"""Referrals go with their file; what tells bodies of withdrawn consents goes by itself."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from maarag.kernel.retention.rules import Tidy, register
from maarag.kernel.retention.technical import moment, tidy_rows

from .limits import TOLD_AFTER
from .models import WithdrawalNotice


def _notices(before: date) -> QuerySet[WithdrawalNotice]:
    return WithdrawalNotice.objects.filter(at__lt=moment(before))


register(
    Tidy(
        "referrals.notices",
        _("Notices to services that a family withdrew its consent"),
        _("the day of the withdrawal"),
        _("As long as the service's list shows them; they name no family."),
        TOLD_AFTER,
        **tidy_rows(_notices),
        of_families=True,
    ),
)
