"""Audit events in words: what was done, to what, and what changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from maarag.ui.figures import day, name_in_language

from .field_words import COUNTS, kind_in_words
from .models import AuditEvent

ACTIONS: dict[str, Any] = {
    "morning.tell_worker": _("Told a worker what is late or due today"),
    "morning.switch_letter": _("Switched the morning's letter on or off"),
    "access.open_account": _("Opened an account"),
    "access.grant": _("Gave a role"),
    "access.end_grant": _("Ended a role"),
    "access.withdraw_grant": _("Withdrew a role"),
    "access.close_account": _("Closed an account"),
    "access.reopen_account": _("Opened a closed account again"),
    "access.invite": _("Invited somebody"),
    "access.resend_invitation": _("Sent an invitation again"),
    "access.revoke_invitation": _("Withdrew an invitation"),
    "access.accept_invitation": _("Accepted an invitation"),
    "access.ask_factor_reset": _("Asked for the reset of a second factor"),
    "access.confirm_factor_reset": _("Confirmed the reset of a second factor"),
    "access.cancel_factor_reset": _("Stopped the reset of a second factor"),
    "access.reset_first_factor": _("Reset a second factor from the command line"),
    "access.add_factor": _("Added a second factor"),
    "access.remove_factor": _("Removed a second factor"),
    "access.renew_recovery_codes": _("Made new recovery codes"),
    "access.change_password": _("Changed the password"),
    "keys.reencrypt": _("Brought encrypted fields to the newest key"),
    "api.issue_token": _("Issued an API token"),
    "api.revoke_token": _("Revoked an API token"),
    "audit.erase": _("Erased what the record held of a person"),
    "baskets.open": _("Opened a family's basket"),
    "baskets.change": _("Changed the money of a basket"),
    "baskets.close": _("Closed a family's basket"),
    "baskets.begin_request": _("Put a response on a basket's list"),
    "baskets.change_request": _("Wrote on at a request of a basket"),
    "baskets.remove_request": _("Took a request off a basket's list"),
    "baskets.send_request": _("Asked for something of a basket"),
    "baskets.give_opinion": _("Gave a professional opinion"),
    "baskets.withdraw_request": _("Withdrew a request of a basket"),
    "baskets.ask_above": _("Asked above the department for a decision"),
    "baskets.approve_request": _("Approved a request of a basket"),
    "baskets.decline_request": _("Declined a request of a basket"),
    "baskets.send_back": _("Sent a request of a basket back"),
    "baskets.swap_request": _("Gave up a request for another"),
    "baskets.order_request": _("Ordered from a provider"),
    "baskets.print_order": _("Printed an order to a provider"),
    "baskets.record_delivery": _("Wrote down whether an order came"),
    "baskets.correct_delivery": _("Corrected what was written of what came"),
    "baskets.pay": _("Paid for a request of a basket"),
    "baskets.reverse_request": _("Reversed a request of a basket"),
    "baskets.tell_what_helped": _("Wrote down what a family says it gave"),
    "baskets.set_price": _("Set the price of a service"),
    "baskets.set_limit": _("Set a limit of approval"),
    "baskets.allow_response": _("Said what baskets of a programme may buy"),
    "baskets.end_allowed": _("Ended what baskets of a programme may buy"),
    "baskets.export": _("Exported a report of baskets"),
    "demo.load": _("Loaded a part of the demonstration"),
    "casework.set_goal": _("Set a goal with a family"),
    "casework.change_goal": _("Changed a goal of a family"),
    "casework.move_goal": _("Said how a goal of a family stands"),
    "casework.draft_plan": _("Began a new version of a family's plan"),
    "casework.add_item": _("Added a response to a family's plan"),
    "casework.change_item": _("Changed a response of a family's plan"),
    "casework.remove_item": _("Took a response out of the draft of a plan"),
    "casework.move_item": _("Said how a response of a plan goes on"),
    "casework.agree_plan": _("Agreed on a plan with a family"),
    "casework.discard_draft": _("Gave up the draft of a plan"),
    "casework.print": _("Printed a family's plan"),
    "casework.add_circumstance": _("Wrote down a situation or a strength of a family"),
    "casework.change_circumstance": _("Corrected a situation or a strength of a family"),
    "casework.end_circumstance": _("Ended a situation or a strength of a family"),
    "casework.record_consent": _("Wrote down a family's consent"),
    "casework.withdraw_consent": _("Wrote down that a family withdrew its consent"),
    "casework.share_plan": _("Shared a family's plan with a body"),
    "casework.withdraw_plan_share": _("Withdrew a shared plan"),
    "casework.read_shared": _("Read a family's plan that was shared"),
    "casework.record_contact": _("Wrote down a contact with a family"),
    "casework.change_contact": _("Corrected a contact with a family"),
    "casework.add_document": _("Put a document into a family's file"),
    "casework.export": _("Took a document out of a family's file to read"),
    "casework.remove_document": _("Removed a document from a family's file"),
    "casework.add_task": _("Added a task for a family"),
    "casework.change_task": _("Changed a task for a family"),
    "casework.finish_task": _("Finished a task for a family"),
    "casework.reopen_task": _("Opened a task for a family again"),
    "casework.close": _("Wrote down the outcome of the work with a family"),
    "guidance.plan": _("Planned a session of guidance"),
    "guidance.change": _("Changed a session of guidance"),
    "guidance.hold": _("Wrote down a session of guidance"),
    "guidance.cancel": _("Cancelled a session of guidance"),
    "guidance.set_target": _("Set a target of a programme"),
    "guidance.end_target": _("Ended a target of a programme"),
    "imports.apply": _("Loaded a file"),
    "imports.take_in": _("Took in a file"),
    "families.read": _("Read a family's file"),
    "families.open": _("Opened a family's file"),
    "families.change": _("Changed a family's file"),
    "families.close": _("Closed a family's file"),
    "families.export": _("Exported a list of families"),
    "families.print": _("Printed a family's file"),
    "families.reopen": _("Opened a closed file again"),
    "families.tell_apart": _("Said of two files that they are of two families"),
    "families.merge": _("Merged another file into this one"),
    "families.merge_away": _("Merged this file into another one"),
    "families.undo_merge": _("Undid the merging of another file into this one"),
    "families.bring_back": _("Brought this file back from another one"),
    "families.open_in_emergency": _("Opened a file of another authority in an emergency"),
    "families.find_nothing_in_emergency": _("Looked for a file in an emergency and found none"),
    "families.read_in_emergency": _("Read a family's file in an emergency"),
    "families.end_opening": _("Ended an emergency opening"),
    "families.justify_opening": _("Justified an emergency opening"),
    "families.judge_opening": _("Judged an emergency opening"),
    "families.share": _("Shared parts of a family's file"),
    "families.withdraw_share": _("Withdrew a share of a family's file"),
    "families.read_shared": _("Read what was shared of a family's file"),
    "families.print_readers": _("Printed who read a family's file"),
    "families.set_holder": _("Let somebody of the family see who reads its file"),
    "families.remove_holder": _("No longer let somebody of the family see who reads its file"),
    "families.judge_reading": _("Judged a day of reading"),
    "jobs.try_again": _("Let a failed job run again"),
    "ledger.decide": _("Put down a decision about money"),
    "ledger.open_pot": _("Opened pots of the ledger"),
    "ledger.rename_pot": _("Renamed a pot of the ledger"),
    "ledger.grant": _("Put money into a pot"),
    "ledger.transfer": _("Moved money from one pot to another"),
    "ledger.plan": _("Planned a spending"),
    "ledger.approve": _("Approved a spending"),
    "ledger.commit": _("Committed money to a provider"),
    "ledger.pay": _("Paid a spending"),
    "ledger.return": _("Returned what was not paid"),
    "ledger.reverse": _("Reversed a payment"),
    "ledger.close_period": _("Closed a period of the ledger"),
    "matches.begin": _("Asked for a matching"),
    "matches.end": _("A matching ended"),
    "matches.cancel": _("Stopped a matching"),
    "matches.remark": _("Answered to a difference between groups"),
    "placements.accept": _("Accepted the place that was proposed to a family"),
    "placements.swap": _("Swapped the places of two families"),
    "placements.override": _("Decided on another place than the proposed one"),
    "placements.leave_waiting": _("Decided that a family waits for a place"),
    "placements.take_back": _("Took back a decision on a family's place"),
    "placements.carry_out": _("Gave a family the place that was decided"),
    "placements.carry_out_board": _("Carried out what was decided on a board"),
    "placements.wait": _("Put a family on a waiting list"),
    "placements.change_waiting": _("Changed how a family waits for a place"),
    "placements.stop_waiting": _("Took a family off a waiting list"),
    "placements.consider": _("Wrote down that leaving home is considered"),
    "placements.add_option": _("Wrote down an alternative in the community"),
    "placements.change_option": _("Changed an alternative in the community"),
    "placements.remove_option": _("Removed an alternative in the community"),
    "placements.decide_alternative": _("Decided between the community and leaving home"),
    "missions.open": _("Opened a mission"),
    "missions.change": _("Changed a mission"),
    "missions.close": _("Closed a mission"),
    "funding.save_budget": _("Saved the plan of a budget"),
    "funding.save_lines": _("Saved lines of a budget"),
    "funding.save_shares": _("Said who bears a budget"),
    "funding.approve_budget": _("Granted a budget"),
    "funding.change_line": _("Changed a line of a budget by a decision"),
    "funding.open_allotments": _("Opened pots for money of a line"),
    "funding.close_budget": _("Closed a budget"),
    "programmes.save": _("Saved a programme for families"),
    "programmes.fund": _("Said which line pays for a programme"),
    "programmes.set_quotas": _("Gave or took back quotas of a programme"),
    "programmes.save_method": _("Saved a method of intervention"),
    "programmes.set_methods": _("Said by which methods a programme works"),
    "programmes.save_rule": _("Saved a condition of a programme"),
    "programmes.remove_rule": _("Took away a condition of a programme"),
    "programmes.set_worker": _("Said who works in a programme"),
    "programmes.end_worker": _("Said that somebody no longer works in a programme"),
    "programmes.switch_toolbox": _("Switched a department to one toolbox of methods"),
    "programmes.end_toolbox": _("Had a department go back from the toolbox to programmes"),
    "needs.save_estimate": _("Recorded an estimate of need"),
    "needs.change_estimate": _("Corrected an estimate of need"),
    "needs.remove_estimate": _("Removed an estimate of need"),
    "people.add_person": _("Added a person in a public role"),
    "people.appoint": _("Recorded a position"),
    "people.save_organisation": _("Saved an organisation"),
    "places.save": _("Saved a place"),
    "places.save_figures": _("Saved figures about places"),
    "referrals.send": _("Referred a family to a service"),
    "referrals.accept": _("A service accepted a referral"),
    "referrals.decline": _("A service declined a referral"),
    "referrals.start": _("A service began with a family"),
    "referrals.record_help": _("Wrote down what a family says of help"),
    "referrals.close": _("Closed a referral"),
    "referrals.withdraw": _("Withdrew a referral"),
    "referrals.withdraw_consent": _("Wrote down that a family withdrew its consent to a referral"),
    "referrals.set_limits": _("Set the time limits of a referral"),
    "referrals.mark_late": _("Marked a referral as late"),
    "referrals.remind": _("Reminded of a late referral"),
    "referrals.lapse": _("Let a referral lapse"),
    "referrals.read_shared": _("Read what a referral shares of a family's file"),
    "referrals.print": _("Printed the letter of a referral"),
    "retention.preview": _("Looked which rows are due to be erased"),
    "retention.approve": _("Approved an erasure"),
    "retention.withdraw": _("Withdrew the preview of an erasure"),
    "retention.run": _("Carried out an approved erasure"),
    "retention.erase": _("Erased a file"),
    "retention.hold": _("Kept a file from being erased"),
    "retention.release": _("Let a file be erased again"),
    "retention.tidy": _("Removed old technical rows"),
    "rubrics.save": _("Took in a rubric"),
    "rubrics.retire": _("Took a rubric out of use"),
    "rubrics.begin": _("Began a round of rating"),
    "rubrics.rate": _("Rated by a rubric"),
    "rubrics.agree": _("Put down what the raters agreed on"),
    "rubrics.close": _("Closed a round of rating"),
    "services.compute_overlaps": _("Looked for duplicates"),
    "services.judge_overlap": _("Judged a pair of services"),
    "services.retire": _("Retired a service"),
    "services.save": _("Saved a service"),
    "services.save_location": _("Saved a location"),
    "services.save_programme": _("Saved a programme"),
    "sources.save": _("Saved a source"),
    "taxonomy.save_topic": _("Saved a topic"),
    "taxonomy.save_version": _("Took in a version of the taxonomy"),
}
_KEPT: dict[str, frozenset[str]] = {}
"""Fields that hold counts, by kind of record."""


def keep_from_others(subject_type: str, fields: Iterable[str]) -> None:
    """Say that these fields hold counts, told only to whoever may see exact counts of the place."""
    _KEPT[subject_type] = _KEPT.get(subject_type, frozenset()) | frozenset(fields)


def kept_from_others(event: AuditEvent) -> frozenset[str]:
    """The fields of the event that hold counts."""
    return _KEPT.get(event.subject_type, frozenset())


def action_in_words(action: str) -> str:
    """What was done; an action without words is shown by its code."""
    return str(ACTIONS.get(action, action))


def kind_of_subject(event: AuditEvent) -> str:
    """What kind of record it was done to."""
    model = _model(event)
    return kind_in_words(model) if model else event.subject_type


Names = Mapping[tuple[str, str], str]
"""What related records are called, by (kind, number)."""


def names_of_related(events: Iterable[AuditEvent]) -> Names:
    """The names of the records that the changes point to, in one query for each kind."""
    wanted: dict[type[models.Model], set[str]] = defaultdict(set)
    for event in events:
        for name, change in event.changes.items():
            field = _model_field(event, name)
            if field is not None and field.related_model and isinstance(change, list):
                model: Any = field.related_model
                pks = [pk for part in change for pk in (part if isinstance(part, list) else [part])]
                wanted[model] |= {str(pk) for pk in pks if str(pk).isdecimal()}
    return {
        (model._meta.label_lower, str(row.pk)): name_in_language(row) or str(row)
        for model, pks in wanted.items()
        for row in model._default_manager.filter(pk__in=pks)
    }


def changes_in_words(
    event: AuditEvent, names: Names, *, exact: bool, personal: bool = False
) -> list[tuple[str, str]]:
    """(field, what became of it) pairs; counts only where `exact`, people's details only where `personal`."""
    kept = frozenset() if exact else kept_from_others(event)
    if event.personal and not personal:
        # that something happened, never names: the file's own page shows them to whoever may read it
        return [(label_of(event, name), _g("not shown here")) for name in event.changes]
    found = []
    for name, change in event.changes.items():
        if name in kept:
            told = _g("not shown here, so that nobody can be recognised")
        elif isinstance(change, list) and len(change) == 2:
            told = _arrow(*(_value_of(event, name, part, names) for part in change))
        else:
            told = _value(change)
        found.append((label_of(event, name), told))
    return found


def _value_of(event: AuditEvent, name: str, value: Any, names: Names) -> str:
    """A value as people know it: a record by its name, a choice by its word, a day as days are written."""
    field = _model_field(event, name)
    if field is not None and field.many_to_many and isinstance(value, list):
        return ", ".join(_value_of(event, name, part, names) for part in value) or "–"
    if field is not None and isinstance(value, (str, int)) and not isinstance(value, bool):
        if field.related_model:
            return names.get((field.related_model._meta.label_lower, str(value)), _value(value))
        words = dict(field.flatchoices)
        if value in words:
            return str(words[value])
        if isinstance(field, models.DateField) and isinstance(value, str):
            try:
                return day(date.fromisoformat(value[:10]))
            except ValueError:
                return value
    return _value(value)


def _model_field(event: AuditEvent, name: str) -> Any:
    """The model's own field of this name, if it has one."""
    model = _model(event)
    try:
        field = model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None
    return field if isinstance(field, models.Field) else None


def _arrow(before: str, after: str) -> str:
    if before == "–":
        return after
    return _g("%(after)s (before: %(before)s)") % {"before": before, "after": after}


def _value(value: Any) -> str:
    if value is None or value == "" or value == "None":
        return "–"
    if isinstance(value, bool):
        return _g("yes") if value else _g("no")
    if isinstance(value, list):
        return ", ".join(_value(part) for part in value) or "–"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_value(part)}" for key, part in value.items()) or "–"
    return str(value)


def _model(event: AuditEvent) -> type[models.Model] | None:
    try:
        return apps.get_model(event.subject_type)
    except (LookupError, ValueError):
        return None


def label_of(event: AuditEvent, name: str) -> str:
    """The field's name as its forms call it; counts of bulk changes by their own words."""
    words = {
        "within": _g("lies in"),
        "reason": _g("reason"),
        "grant": _g("grant"),
        "version": _g("version"),
        "added": _g("added"),
        "changed": pgettext("rows", "changed"),
        "renamed": _g("renamed"),
        "retired": _g("retired"),
        "figures": _g("figures"),
        "rows": _g("rows"),
        "part": _g("part"),
        "owner": _g("owner"),
    }
    field = _model_field(event, name)
    if field is None or name in words:
        return words.get(name) or str(COUNTS.get(name, name))
    # A field without a name of its own is called as the model it points to is.
    return _g(str(field.verbose_name))
