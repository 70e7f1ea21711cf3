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
    "allotments": _("allotments"),
    "allowed": _("within what the programme's baskets may buy"),
    "amount": _("amount"),
    "approval": _("approval"),
    "areas": _("areas that it serves"),
    "capacities": _("capacities"),
    "count": _("how many"),
    "dimensions": _("dimensions"),
    "due": _("due day"),
    "ended": _("what ended"),
    "ends": _("until"),
    "families": _("families"),
    "fields": _("what was changed"),
    "file": _("file number"),
    "findings": _("findings"),
    "fingerprint": _("fingerprint"),
    "is_hard": _("whether it is required"),
    "items": _("number of items"),
    "kind": _("kind"),
    "languages": _("languages"),
    "least": _("at least"),
    "licence": _("licence"),
    "line": _("budget line"),
    "lines": _("lines"),
    "loaded": _("loaded"),
    "locations": _("locations"),
    "marks": _("number of marks"),
    "members": _("number of people"),
    "method": _("method"),
    "methods": _("methods"),
    "most": _("at most"),
    "note_ar": _("note in Arabic"),
    "note_en": _("note in English"),
    "note_he": _("note in Hebrew"),
    "organisation": _("organisation"),
    "outcome": _("outcome"),
    "phones": _("phones"),
    "place": _("place"),
    "postings": _("postings"),
    "pots": _("purses"),
    "promised": _("places that a board had promised to others"),
    "publisher": _("publisher"),
    "quotas": _("quotas"),
    "raters": _("number of raters"),
    "responses": _("responses"),
    "rows": _("number of rows"),
    "rule": _("rule"),
    "schedules": _("opening hours"),
    "shares": _("shares"),
    "situations": _("situations"),
    "starts": _("from"),
    "staying": _("what stays"),
    "swapped_with": _("swapped with"),
    "table": _("table"),
    "term": _("term"),
    "unanswered": _("groups whose difference nobody had answered"),
    "until": _("until"),
    "what": _("what it asks for"),
    "why": _("why"),
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
