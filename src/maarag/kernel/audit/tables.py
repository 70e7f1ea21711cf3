"""Which tables are under the record of row changes, and what is left out of it, with the reason."""

from __future__ import annotations

from django.apps import apps
from django.db.models import Model

EXEMPT: dict[str, str] = {
    "audit_auditevent": "the record itself",
    "audit_rowchange": "the record itself",
    "audit_seal": "the record itself",
    "audit_chainhead": "the record itself",
    "audit_changecount": "counted from the record",
    "audit_signedheads": "signed, and append-only",
    "audit_verification": "append-only, and computed from the record",
    "jobs_jobeffect": "bookkeeping of the queue: which job has had its effect; the effects are recorded",
    "jobs_jobfault": "bookkeeping of the queue, removed after a month",
    "imports_importrow": "a copy of a file on its way in; what is taken in is recorded where it goes",
    "api_storedanswer": "answers kept for repeats of a request, for a week; the writes are recorded",
    "ledger_entry": "append-only; each is told with its postings by the event that is written with it",
    "ledger_posting": "append-only; told by the event of its entry",
    "ledger_account": "a balance is the sum of its postings, which PostgreSQL sees to",
    "ledger_spending": "where its money stands follows from its entries, and is verified against them",
    "ledger_draw": "append-only, and made with the entry of the plan",
    "drafts_draft": "text on its way in, its writer's alone; what is saved is recorded where it goes",
    "services_overlaprun": "computed from the directory, and computed again when it changes",
    "services_overlapfinding": "computed from the directory, and computed again when it changes",
}
"""Tables without row changes, and why nothing is lost by it."""

OTHERS = ("account_emailaddress", "mfa_authenticator", "socialaccount_socialaccount")
"""Tables of libraries that decide who comes in."""

HIDDEN: dict[str, frozenset[str]] = {
    "access_account": frozenset({"password"}),
    "mfa_authenticator": frozenset({"data"}),
    "socialaccount_socialaccount": frozenset({"extra_data"}),
    "casework_documentcontent": frozenset({"content"}),
}
"""Columns whose change is recorded without the value: secrets, and whole files."""

IGNORED: dict[str, frozenset[str]] = {
    "api_apitoken": frozenset({"last_used_at"}),
    "access_account": frozenset({"last_login"}),
    "mfa_authenticator": frozenset({"last_used_at"}),
    "socialaccount_socialaccount": frozenset({"last_login"}),
}
"""Columns that alone make no change: when somebody, or a program of theirs, last came in."""


def audited_models() -> list[type[Model]]:
    """The models whose tables have triggers: all of ours but the exempt, and a few of libraries."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and is_audited(model)
    ]


def is_audited(model: type[Model]) -> bool:
    table = model._meta.db_table
    ours = apps.get_app_config(model._meta.app_label).name.startswith("maarag.")
    return table in OTHERS or (ours and table not in EXEMPT)


def model_of(table: str) -> type[Model] | None:
    """The model of a table of the record; None where it is gone."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.db_table == table:
            return model
    return None
