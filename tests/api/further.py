"""What the table of addresses has no success for: rows that are one step further on, or another who may.

An operation that follows another one, such as opening a closed file again, finds what that one left.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile
from django.utils import timezone

from maarag.database.rows import visible
from maarag.domains.baskets.actions import open_basket, send_request
from maarag.domains.casework.actions import finish_task
from maarag.domains.families.actions import close_family, end_opening, justify_opening
from maarag.domains.families.models import Family
from maarag.domains.programmes.actions import switch_toolbox
from maarag.domains.programmes.models import Method, Programme, ProgrammeMethod
from maarag.kernel.access.permissions import Role
from maarag.kernel.imports.actions import read_file, take_in
from tests.access.arguments_baskets import delivered, sent
from tests.access.conftest import Estate
from tests.access.table_casework import OUTCOME
from tests.access.table_funding import a_quota
from tests.access.table_programmes import a_method
from tests.factories.baskets import department_of, quota
from tests.factories.casework import task
from tests.factories.families import REASON, everything, opened
from tests.factories.families import family as open_family

from .meaning import By, Meant

WORKER, LEADER, HEAD = Role.SOCIAL_WORKER, Role.TEAM_LEADER, Role.DEPARTMENT_HEAD
MANAGER = Role.NATIONAL_MANAGER
AFTER_A_SIGN_IN = (
    "POST /api/families/{pk}/shares",
    "POST /api/casework/{pk}/plan/shares",
    "POST /api/access/grants",
    "DELETE /api/access/grants/{pk}",
    "POST /api/access/accounts",
    "POST /api/access/invitations",
    "POST /api/access/invitations/{pk}/resend",
    "DELETE /api/access/invitations/{pk}",
)
FOR_THE_NATION = (
    "PUT /api/programmes/methods/{method}",
    "PUT /api/programmes/{code}",
    "PUT /api/programmes/{code}/model",
    "POST /api/baskets/allowed/{pk}/end",
)


def further(estate: Estate, found: dict[str, Meant]) -> dict[str, Meant]:
    """By label; `found`: what the table of addresses has."""
    return {
        **{label: replace(found[label], by=By.PERSON) for label in AFTER_A_SIGN_IN},
        **{label: replace(found[label], by=By.NATION) for label in FOR_THE_NATION},
        **_of_families(estate),
        **_of_baskets(estate, found),
        **_of_toolboxes(estate),
        "POST /api/imports/files/{pk}/apply": _loading(estate),
    }


def _of_families(estate: Estate) -> dict[str, Meant]:
    world, worker, theirs = estate.nation.world, estate.own[WORKER], estate.sister[WORKER]
    foreign = open_family(world.system, world.sister, theirs)
    text = {"authority": world.sister.code, "text": str(foreign.number), "reason": REASON}
    closed, ended, judged, done = (_family(estate) for _number in range(4))
    with visible(everything(world.city)):
        close_family(by=world.system, family=closed, reason="other", closed_on=timezone.localdate())
    opening = opened(theirs, world.city, judged.number)
    justify_opening(by=theirs, opening=opening, text=REASON)
    end_opening(by=theirs, opening=opening)
    one = task(worker, done)
    with visible(everything(world.city, by=worker)):
        finish_task(by=worker, task=one)
    verdict = {"verdict": "accepted", "note": "נכון"}
    return {
        "GET /api/families/duplicates": Meant({}, {"authority": world.city.code}, {}, (WORKER,)),
        "POST /api/families/emergency": Meant({}, {}, text, (LEADER,), By.PERSON),
        "POST /api/families/{pk}/reopen": _at(closed, {}, WORKER),
        "POST /api/families/openings/{pk}/judge": _at(opening, verdict, LEADER),
        "POST /api/casework/{pk}/close": _at(ended, OUTCOME, WORKER),
        "POST /api/casework/{pk}/tasks/{row}/reopen": Meant(
            {"pk": str(done.pk), "row": str(one.pk)}, {}, {}, (WORKER,)
        ),
    }


def _of_baskets(estate: Estate, found: dict[str, Meant]) -> dict[str, Meant]:
    made, city = department_of(estate), estate.nation.world.city
    family, begun = _family(estate), _family(estate)
    with made.scope():
        basket = open_basket(by=made.worker, family=begun, quota=made.quota)
        asked = send_request(by=made.worker, request=made.draft(1))
    price = {
        "service": made.service.code,
        "response": made.price.response.code,
        "unit": str(made.price.unit),
        "agorot": made.price.agorot + 1,
    }
    limit = {"role": str(LEADER), "agorot": 10_000, "authority": city.code}
    allowed = {"programme": made.programme.code, "response": estate.nation.world.term("food").code}
    new = {"family": str(family.pk), "programme": made.programme.code}
    paid = {"key": str(uuid4()), "lines": [{"request": str(delivered(estate)["pk"]), "invoice": "1"}]}
    above = found["POST /api/baskets/above/{key}/decide"]
    no = {"decision": "decline", "reason": "יקר מדי"}
    return {
        "POST /api/baskets/": Meant({}, {}, new, (WORKER,)),
        "POST /api/baskets/{pk}/close": _at(basket, {}, WORKER),
        "POST /api/baskets/requests/{pk}/opinion": _at(asked, {"stance": "for", "text": "מתאים"}, WORKER),
        "POST /api/baskets/requests/{pk}/decide": Meant(
            _keys(sent(estate)), {}, {"decision": "approve"}, (LEADER,)
        ),
        "POST /api/baskets/payments": Meant({}, {}, paid, (HEAD,)),
        "POST /api/baskets/prices": Meant({}, {}, price, (HEAD,)),
        "PUT /api/baskets/limits": Meant({}, {}, limit, (HEAD,)),
        "PUT /api/baskets/allowed": Meant({}, {}, allowed, (MANAGER,), By.NATION),
        "POST /api/baskets/above/{key}/decide": replace(above, body=no, by=By.NATION),
    }


def _of_toolboxes(estate: Estate) -> dict[str, Meant]:
    """The city has places in a programme with a method; its sister is to switch, and may be called back."""
    world, made = estate.nation.world, department_of(estate)
    day = timezone.localdate()
    method = Method.objects.get(code=a_method(estate)["method"])
    quota(world, made.line, world.sister, 1)
    for programme in (made.programme, Programme.objects.get(code=a_quota(estate)["code"])):
        ProgrammeMethod.objects.get_or_create(programme=programme, method=method)
    switch_toolbox(by=world.system, authority=world.sister, starts=day + timedelta(days=1), why="שלב שני")
    switch = {"starts": day.isoformat(), "why": "שלב שני"}
    return {
        "POST /api/programmes/toolbox/{authority}/switch": Meant(
            {"authority": world.city.code}, {}, switch, (HEAD,)
        ),
        "POST /api/programmes/toolbox/{authority}/back": Meant(
            {"authority": world.sister.code}, {}, {"why": "חזרה"}, (MANAGER,), By.NATION
        ),
    }


def _loading(estate: Estate) -> Meant:
    """A file that was read and has no problem."""
    by = estate.own[Role.INTEGRATOR]
    place = estate.nation.neighbourhoods[2].code
    content = (
        "place,topic,situation,number,unit,source,as_of\n"
        f"{place},food-security,human_situations:families,30,families,{estate.nation.world.source.code},2025-01-01\n"
    )
    file = ContentFile(content.encode(), name="needs.csv")
    read = read_file(by=by, import_file=take_in(by=by, kind="needs", file=file, name="needs.csv"))
    return Meant(_keys({"pk": read.pk}), {"mode": "all"}, {}, (Role.INTEGRATOR,))


def _family(estate: Estate) -> Family:
    world = estate.nation.world
    return open_family(world.system, world.city, estate.own[WORKER])


def _at(row: Any, body: dict[str, Any], role: Role) -> Meant:
    return Meant(_keys({"pk": row.pk}), {}, body, (role,))


def _keys(arguments: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in arguments.items()}
