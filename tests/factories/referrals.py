"""Referrals for tests: written through the actions, in the scope of whoever writes."""

from __future__ import annotations

from typing import Any

from maarag.database.rows import visible
from maarag.domains.families.models import Family
from maarag.domains.referrals.actions import send_referral
from maarag.domains.referrals.models import Referral
from maarag.domains.services.models import Service
from maarag.kernel.access.models import Account
from tests.factories.families import everything

FIELDS = ("family_name", "member_names", "worker")


def sent(by: Account, family: Family, service: Service, **fields: Any) -> Referral:
    """A referral with a basis and the usual fields, unless told otherwise."""
    given: dict[str, Any] = {
        "text": "ארוחה חמה לשני הילדים אחרי בית הספר",
        "fields": FIELDS,
        "basis": "consent",
        "basis_details": "האם, בעל פה, היום",
        **fields,
    }
    with visible(everything(family.authority, by=by)):
        return send_referral(by=by, family=family, service=service, **given)
