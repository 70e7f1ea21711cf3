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
    """To a service of its own each time: an open referral to the same one would be refused."""
    world = estate.nation.world
    with visible(everything(world.city)):
        number = Referral.objects.count()
    body = estate.service.organisation
    service = world.service(f"referred-{number}", "שירות", "meals", organisation=body)
    return sent(estate.own[Role.SOCIAL_WORKER], estate.family, service)


def _answering(estate: Estate) -> None:
    body, partner = estate.service.organisation, estate.own[Role.PARTNER_WORKER]
    if not partner.grants.filter(organisation=body).exists():
        by = estate.nation.world.system
        grant(by=by, account=partner, role=Role.PARTNER_WORKER, organisation=body)


def words(estate: Estate) -> dict[str, Any]:
    return {"words": "מחכים לכם"}


def counted(estate: Estate) -> dict[str, Any]:
    """There is a referral of the own authority to count."""
    _sent(estate)
    return {}
