"""What the addresses of the table ask for: the rows they name, and what is posted to them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from maarag.database.rows import visible
from maarag.domains.families.actions import close_family, read_family
from maarag.domains.families.actions.reading import set_holder
from maarag.domains.services.models import OverlapFinding
from maarag.kernel.access.actions import ask_factor_reset, grant, invite
from maarag.kernel.access.permissions import Role
from maarag.kernel.access.rows import scope_of
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.jobs.actions import defer
from maarag.kernel.jobs.registry import TASKS
from maarag.kernel.retention.actions import make_preview
from maarag.kernel.retention.rules import RULES
from tests.factories.families import everything, opened, shared
from tests.factories.families import family as open_family

from .conftest import Estate


def at_place(estate: Estate) -> dict[str, Any]:
    return {"code": estate.nation.world.city.code}


def service(estate: Estate) -> dict[str, Any]:
    return {"code": estate.service.code}


def pair(estate: Estate) -> dict[str, Any]:
    return {"first": estate.service.code, "second": estate.twin.code}


def estimate(estate: Estate) -> dict[str, Any]:
    return {"pk": estate.estimate.pk}


def mission(estate: Estate) -> dict[str, Any]:
    return {"pk": estate.mission.pk}


def family(estate: Estate) -> dict[str, Any]:
    return {"pk": estate.family.pk}


def family_to_close(estate: Estate) -> dict[str, Any]:
    """One without a basket, which would have to be closed first."""
    world = estate.nation.world
    return {"pk": open_family(world.system, world.city, estate.own[Role.SOCIAL_WORKER]).pk}


def new_family(estate: Estate) -> dict[str, Any]:
    member = {"first_name": "רות", "last_name": "גל", "relation": "parent"}
    return {"name": "גל", "authority": estate.nation.world.city.code, "members": [member]}


def today() -> str:
    return timezone.localdate().isoformat()


def read_today(estate: Estate) -> dict[str, Any]:
    """What the own social worker read today."""
    worker = estate.own[Role.SOCIAL_WORKER]
    with visible(scope_of(worker)):
        read_family(by=worker, pk=estate.family.pk)
    return {"code": estate.nation.world.city.code, "reader": worker.pk, "on": today()}


def reading_verdict(estate: Estate) -> dict[str, Any]:
    read = read_today(estate)
    return {"authority": read["code"], "reader": read["reader"], "day": read["on"], "verdict": "in_order"}


def holder(estate: Estate) -> dict[str, Any]:
    """An account that sees who reads the own family's file."""
    account, world = estate.own[Role.RESIDENT], estate.nation.world
    with visible(everything(world.city)):
        set_holder(by=world.system, family=estate.family, account=account)
    return {**family(estate), "account": account.pk}


def due_rule(estate: Estate) -> dict[str, Any]:
    return {"rule": "families.closed", "authority": estate.nation.world.city.code}


def preview(estate: Estate) -> dict[str, Any]:
    """A file of the own authority, closed eight years ago, that is due to be erased."""
    world = estate.nation.world
    long_ago = timezone.localdate() - timedelta(days=8 * 366)
    old = open_family(world.system, world.city, estate.own[Role.SOCIAL_WORKER], opened_on=long_ago)
    with visible(everything(world.city)):
        close_family(by=world.system, family=old, reason="other", closed_on=long_ago)
    rule = RULES["families.closed"]
    return {"pk": make_preview(by=world.system, rule=rule, authority=world.city).pk}


def opening(estate: Estate) -> dict[str, Any]:
    """A file of the own authority that the sister's worker opened."""
    city = estate.nation.world.city
    return {"pk": opened(estate.sister[Role.SOCIAL_WORKER], city, estate.family.number).pk}


def own_opening(estate: Estate) -> dict[str, Any]:
    """A file of the sister authority that the own worker opened."""
    world = estate.nation.world
    theirs = open_family(world.system, world.sister, estate.sister[Role.SOCIAL_WORKER])
    return {"pk": opened(estate.own[Role.SOCIAL_WORKER], world.sister, theirs.number).pk}


def new_opening(estate: Estate) -> dict[str, Any]:
    return {"authority": estate.nation.world.city.code, "text": str(estate.family.number), "reason": "x" * 20}


def share(estate: Estate) -> dict[str, Any]:
    """What is shared with a body, for which the own partner works."""
    world, partner = estate.nation.world, estate.own[Role.PARTNER_WORKER]
    grant(by=world.system, account=partner, role=Role.PARTNER_WORKER, organisation=world.organisation)
    worker = estate.own[Role.SOCIAL_WORKER]
    return {"pk": shared(worker, estate.family, world.organisation, "worker").pk}


def share_of_family(estate: Estate) -> dict[str, Any]:
    return {"pk": estate.family.pk, "share": share(estate)["pk"]}


def new_share(estate: Estate) -> dict[str, Any]:
    return {
        "organisation": estate.nation.world.organisation.code,
        "fields_shared": ["worker"],
        "basis": "law",
        "basis_details": "סעיף 1",
        "ends": (timezone.localdate() + timedelta(days=9)).isoformat(),
    }


def import_file(estate: Estate) -> dict[str, Any]:
    return {"pk": estate.import_file.pk}


def an_event(estate: Estate) -> dict[str, Any]:
    """An event of the own authority."""
    return {"pk": AuditEvent.objects.filter(place=estate.mission.place).latest("pk").pk}


def failed_job(estate: Estate) -> dict[str, Any]:
    """A job that the own integrator asked for, and that failed."""
    with transaction.atomic():
        job = defer(
            TASKS["imports.apply"],
            import_file=estate.import_file.pk,
            account=estate.own[Role.INTEGRATOR].pk,
            mode="all",
        )
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = %s", [job])
    return {"pk": job}


def verdict(estate: Estate) -> dict[str, Any]:
    return {"first": estate.service.code, "second": estate.twin.code, "verdict": "unclear", "reason": "?"}


def verdict_form(estate: Estate) -> dict[str, Any]:
    prefix = f"f{OverlapFinding.objects.get().pk}"
    return {f"{prefix}-verdict": "unclear", f"{prefix}-reason": "?"}


def new_file(estate: Estate) -> dict[str, Any]:
    return {"kind": "needs", "file": ContentFile(b"place,topic,number\n", name="needs.csv")}


def new_estimate(estate: Estate) -> dict[str, Any]:
    return {
        "place": estate.nation.neighbourhoods[1].code,
        "topic": "food-security",
        "situation": "human_situations:families",
        "unit": "people",
        "number": 30,
        "certainty": "estimated",
        "as_of": "2026-05-01",
        "source": estate.nation.world.source.code,
    }


def new_mission(estate: Estate) -> dict[str, Any]:
    return {
        "title": "לבדוק",
        "place": estate.nation.world.city.code,
        "owner": estate.mission.owner.email,
        "due": (timezone.localdate() + timedelta(days=9)).isoformat(),
    }


def of_an_account(estate: Estate) -> dict[str, Any]:
    return {"pk": estate.own[Role.VOLUNTEER].pk}


def of_a_reset(estate: Estate) -> dict[str, Any]:
    account = estate.own[Role.VOLUNTEER]
    steward = estate.nation.world.account(Role.DATA_STEWARD, place=estate.nation.world.nation)
    return {"pk": ask_factor_reset(by=steward, account=account, reason="x").pk}


def an_invitation(estate: Estate) -> dict[str, Any]:
    world = estate.nation.world
    row = invite(by=world.system, email="new@own.example", role=Role.RESIDENT, place=world.city)
    return {"pk": row.pk}


def new_invitation(estate: Estate) -> dict[str, Any]:
    return {"email": "n@own.example", "role": "resident", "place": estate.nation.world.city.code}


def new_grant(estate: Estate) -> dict[str, Any]:
    account = estate.own[Role.RESIDENT]
    return {"email": account.email, "role": "volunteer", "place": estate.nation.world.city.code}


def first_of(kind: str) -> str:
    """The id of the first thing that the standard's list of this kind shows."""
    return Client().get(f"/hsds/{kind}").json()["contents"][0]["id"]
