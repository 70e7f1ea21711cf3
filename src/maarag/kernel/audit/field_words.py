"""What fields and counts are called in the audit where the model does not say it in words of its own."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as N_

COUNTS: dict[str, Any] = {
    "above_room": _("more than its worker may carry"),
    "account": _("account"),
    "allowed": _("within what the programme's baskets may buy"),
    "amount": _("amount"),
    "approval": _("approval"),
    "count": _("how many"),
    "families": _("families"),
    "fields": _("what was changed"),
    "fingerprint": _("fingerprint"),
    "kind": _("kind"),
    "licence": _("licence"),
    "loaded": _("loaded"),
    "marks": _("number of marks"),
    "method": _("method"),
    "rows": _("number of rows"),
    "file": _("file number"),
    "members": _("number of people"),
    "organisation": _("organisation"),
    "outcome": _("outcome"),
    "promised": _("places that a board had promised to others"),
    "publisher": _("publisher"),
    "raters": _("number of raters"),
    "dimensions": _("dimensions"),
    "rule": _("rule"),
    "table": _("table"),
    "unanswered": _("groups whose difference nobody had answered"),
    "until": _("until"),
}
"""By what an action calls something that is no field, or no longer a field, of the record it was done to."""

MADE_BY_DJANGO = (
    N_("accepted at"),
    N_("accepted by"),
    N_("ancestor"),
    N_("answer"),
    N_("applied by"),
    N_("asked by"),
    N_("cancelled at"),
    N_("confirmed at"),
    N_("confirmed by"),
    N_("containment"),
    N_("cost source"),
    N_("created at"),
    N_("depth"),
    N_("descendant"),
    N_("digest"),
    N_("ended by"),
    N_("first"),
    N_("granted by"),
    N_("invited by"),
    N_("mode"),
    N_("parent"),
    N_("request"),
    N_("reviewed by"),
    N_("revoked at"),
    N_("schedule"),
    N_("second"),
    N_("service area"),
    N_("service at location"),
    N_("service capacity"),
    N_("service term"),
    N_("situation"),
    N_("token hash"),
    N_("uploaded by"),
    N_("withdrawn by"),
)
"""Names that Django makes of those in the code, of fields and of kinds of records."""


def kind_in_words(model: type[models.Model]) -> str:
    """What a kind of record is called."""
    return _g(str(model._meta.verbose_name))


def column_in_words(model: type[models.Model] | None, column: str) -> str:
    """What a column is called; one that no field has is shown as it is."""
    fields = model._meta.concrete_fields if model else ()
    named = (_g(str(field.verbose_name)) for field in fields if field.column == column)
    return next(named, column)
