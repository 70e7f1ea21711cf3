"""Who may open which address of referrals, and of the morning."""

from __future__ import annotations

from maarag.kernel.access.permissions import Permission as P
from maarag.kernel.access.permissions import Role

from .arguments import family
from .arguments_referrals import (
    accepted,
    accepted_by_us,
    counted,
    declined,
    new_referral,
    referral,
    to_service,
    to_us,
    words,
)
from .rules import Guarded, Rule

OF_US = {"of_a_row": True, "of_its_owner": True, "owner": Role.PARTNER_WORKER}
STEP = {"of_a_row": True, "method": "post"}
JSON = {"of_a_row": True, "method": "json"}

REFERRALS: dict[str, Rule] = {
    "morning:index": Guarded(P.VIEW_FAMILIES),
    "morning:letter": Guarded(
        P.VIEW_FAMILIES, method="post", data=lambda _estate: {"wanted": "no"}, statuses=(302,)
    ),
    "api:morning_letter": Guarded(P.VIEW_FAMILIES),
    "api:morning_letter_switch": Guarded(
        P.VIEW_FAMILIES, method="put", data=lambda _estate: {"wanted": False}
    ),
    "referrals:index": Guarded(P.VIEW_FAMILIES),
    "referrals:export": Guarded(P.VIEW_FAMILIES),
    "referrals:figures": Guarded(P.VIEW_STAFF_FIGURES),
    "referrals:figures_export": Guarded(P.VIEW_STAFF_FIGURES),
    "referrals:inbox": Guarded(P.ANSWER_REFERRALS),
    "referrals:inbox_referral": Guarded(P.ANSWER_REFERRALS, to_us, **OF_US),
    "referrals:inbox_accept": Guarded(P.ANSWER_REFERRALS, to_us, method="post", statuses=(302,), **OF_US),
    "referrals:inbox_decline": Guarded(P.ANSWER_REFERRALS, to_us, method="post", statuses=(422,), **OF_US),
    "referrals:inbox_start": Guarded(
        P.ANSWER_REFERRALS, accepted_by_us, method="post", statuses=(302,), **OF_US
    ),
    "referrals:family": Guarded(P.VIEW_FAMILIES, family, of_a_row=True),
    "referrals:choose": Guarded(P.EDIT_FAMILIES, family, of_a_row=True),
    "referrals:send": Guarded(P.EDIT_FAMILIES, to_service, of_a_row=True),
    "referrals:detail": Guarded(P.VIEW_FAMILIES, referral, of_a_row=True),
    "referrals:letter": Guarded(P.VIEW_FAMILIES, referral, of_a_row=True),
    "referrals:accept": Guarded(P.EDIT_FAMILIES, referral, statuses=(302,), **STEP),
    "referrals:decline": Guarded(P.EDIT_FAMILIES, referral, statuses=(422,), **STEP),
    "referrals:start": Guarded(P.EDIT_FAMILIES, accepted, statuses=(302,), **STEP),
    "referrals:hear": Guarded(P.EDIT_FAMILIES, accepted, statuses=(422,), **STEP),
    "referrals:close": Guarded(P.EDIT_FAMILIES, accepted, statuses=(422,), **STEP),
    "referrals:withdraw": Guarded(P.EDIT_FAMILIES, referral, statuses=(302,), **STEP),
    "referrals:withdraw_consent": Guarded(P.EDIT_FAMILIES, referral, statuses=(422,), **STEP),
    "referrals:limits": Guarded(P.EDIT_FAMILIES, referral, statuses=(422,), **STEP),
    "referrals:send_on": Guarded(P.EDIT_FAMILIES, declined, of_a_row=True),
    "api:referrals_list": Guarded(P.VIEW_FAMILIES),
    "api:referrals_send": Guarded(
        P.EDIT_FAMILIES, of_a_row=True, method="json", data=new_referral, statuses=(201,)
    ),
    "api:referral": Guarded(P.VIEW_FAMILIES, referral, of_a_row=True),
    "api:referral_accept": Guarded(P.EDIT_FAMILIES, referral, data=words, **JSON),
    "api:referral_decline": Guarded(
        P.EDIT_FAMILIES, referral, data=lambda estate: {"reason": "no_place"}, **JSON
    ),
    "api:referral_start": Guarded(P.EDIT_FAMILIES, accepted, data=words, **JSON),
    "api:referral_help": Guarded(
        P.EDIT_FAMILIES,
        accepted,
        data=lambda estate: {"help": "yes", "said_by": "האם", "how": "phone"},
        **JSON,
    ),
    "api:referral_close": Guarded(
        P.EDIT_FAMILIES, accepted, data=lambda estate: {"reason": "not_asked", "words": "עברו"}, **JSON
    ),
    "api:referral_withdraw": Guarded(P.EDIT_FAMILIES, referral, data=words, **JSON),
    "api:referral_withdraw_consent": Guarded(P.EDIT_FAMILIES, referral, data=words, **JSON),
    "api:referral_limits": Guarded(P.EDIT_FAMILIES, referral, data=lambda estate: {"answer_days": 3}, **JSON),
    "api:referral_send_on": Guarded(
        P.EDIT_FAMILIES,
        declined,
        of_a_row=True,
        method="json",
        data=lambda estate: {"service": estate.twin.code},
        statuses=(201,),
    ),
    "api:referrals_inbox": Guarded(P.ANSWER_REFERRALS),
    "api:referrals_inbox_one": Guarded(P.ANSWER_REFERRALS, to_us, **OF_US),
    "api:referrals_inbox_accept": Guarded(P.ANSWER_REFERRALS, to_us, method="json", data=words, **OF_US),
    "api:referrals_inbox_decline": Guarded(
        P.ANSWER_REFERRALS, to_us, method="json", data=lambda estate: {"reason": "no_place"}, **OF_US
    ),
    "api:referrals_inbox_start": Guarded(
        P.ANSWER_REFERRALS, accepted_by_us, method="json", data=words, **OF_US
    ),
    "api:referrals_figures": Guarded(P.VIEW_STAFF_FIGURES, counted, of_a_row=True, query="?place=9001"),
}
