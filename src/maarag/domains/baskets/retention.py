"""How long paid invoices are kept: they are of a provider, and outlive the files of the families."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext_lazy as _

from maarag.kernel.retention.rules import Due, Rule, register, years

from .models import Invoice


def _paid(until: date) -> Iterable[Due]:
    """Those of which no payment refers to a file any more."""
    rows = Invoice.objects.filter(day__lte=until, payments=None)
    for pk, authority, day, number in rows.values_list("pk", "authority_id", "day", "number"):
        yield Due(pk, authority, day, number)


register(
    Rule(
        "baskets.invoices",
        _("Paid invoices of baskets whose families' files were erased"),
        _("the day they were paid"),
        _("Kept as long as a closed file; the books themselves are in the ledger, without names."),
        years(7),
        lambda: Invoice,
        _paid,
    )
)
