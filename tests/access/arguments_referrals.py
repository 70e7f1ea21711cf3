"""The referrals that addresses ask for."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from maarag.database.rows import visible
from maarag.domains.referrals.actions import accept_referral, decline_referral
from maarag.domains.referrals.models import Referral
from maarag.kernel.access.actions import grant
from maarag.kernel.access.permissions import Role
from tests.factories.families import everything
from tests.factories.referrals import sent

from .conftest import Estate


def referral(estate: Estate) -> dict[str, Any]:
    """A referral of the own family, which its service has not answered."""
    return {"pk": _sent(estate).pk}


def accepted(estate: Estate) -> dict[str, Any]:
    made, world = _sent(estate), estate.nation.world
    with visible(everything(world.city)):
        accept_referral(by=world.system, referral=made)
    return {"pk": made.pk}


def declined(estate: Estate) -> dict[str, Any]:
    made, world = _sent(estate), estate.nation.world
    with visible(everything(world.city)):
        decline_referral(by=world.system, referral=made, reason="no_place")
    return {"pk": made.pk}


def to_us(estate: Estate) -> dict[str, Any]:
    """A referral to a body for which the own partner answers."""
    _answering(estate)
    return referral(estate)


def accepted_by_us(estate: Estate) -> dict[str, Any]:
    _answering(estate)
    return accepted(estate)


def to_service(estate: Estate) -> dict[str, Any]:
    return {"pk": estate.family.pk, "service": estate.service.code}


def new_referral(estate: Estate) -> dict[str, Any]:
    return {
        "key": str(uuid4()),
        "family": str(estate.family.pk),
        "service": estate.service.code,
        "text": "ארוחה חמה",
        "fields_shared": ["worker"],
        "basis": "law",
        "basis_details": "סעיף 1",
    }


def _sent(estate: Estate) -> Referral:
    return sent(estate.own[Role.SOCIAL_WORKER], estate.family, estate.service)


def _answering(estate: Estate) -> None:
    world, partner = estate.nation.world, estate.own[Role.PARTNER_WORKER]
    grant(
        by=world.system,
        account=partner,
        role=Role.PARTNER_WORKER,
        organisation=estate.service.organisation,
    )


def words(estate: Estate) -> dict[str, Any]:
    return {"words": "מחכים לכם"}


def counted(estate: Estate) -> dict[str, Any]:
    """There is a referral of the own authority to count."""
    _sent(estate)
    return {}
