"""Every write of referrals: sending, the service's side, following, and what the night does."""

from .answering import accept_referral, decline_referral, read_referral, start_referral
from .consent import withdraw_referral_consent
from .following import close_referral, record_help, set_limits, withdraw_referral
from .nightly import look_after
from .rules import AlreadySent, Closed, NotNow
from .sending import send_on, send_referral

__all__ = [
    "AlreadySent",
    "Closed",
    "NotNow",
    "accept_referral",
    "close_referral",
    "decline_referral",
    "look_after",
    "read_referral",
    "record_help",
    "send_on",
    "send_referral",
    "set_limits",
    "start_referral",
    "withdraw_referral",
    "withdraw_referral_consent",
]
