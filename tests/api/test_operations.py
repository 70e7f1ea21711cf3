"""Every operation under schemathesis, as every role in the own authority, in its sister, and signed out.

No server error, and no answer that the document does not tell of: status, type, headers, form. One of those
who may do it sends each operation what it is meant for, what the document allows, what is wrong and what is
at the boundaries; everybody of the sister authority, nobody, and a token that is wrong or for reading send
what the document allows. As everybody of the own authority: test_sequences.
"""

from __future__ import annotations

from itertools import cycle, islice
from typing import Any

import pytest
from schemathesis.generation import GenerationMode

from maarag.kernel.access.permissions import Role
from tests.access.conftest import Estate

from .conftest import headers_of
from .exploring import Findings, boundaries, examples, explore, loaded, operations_of, with_rows
from .meant import meant

PARTS = 4
"""Of the long form, so that several processors share it."""
SIGN_IN = "asks for a sign-in of just now, which a program's token never is"
NATION = "is for the nation; the roles here are of one authority"
IN_TURN = "comes after another step, as in the walks"
ELSEWHERE = "needs rows that the table of addresses does not make; see tests/domains"
NOT_DONE = {
    **dict.fromkeys(
        (
            "POST /api/families/emergency",
            "POST /api/families/{pk}/shares",
            "POST /api/casework/{pk}/plan/shares",
            "POST /api/access/grants",
            "DELETE /api/access/grants/{pk}",
            "POST /api/access/accounts",
            "POST /api/access/invitations",
            "POST /api/access/invitations/{pk}/resend",
            "DELETE /api/access/invitations/{pk}",
        ),
        SIGN_IN,
    ),
    **dict.fromkeys(
        (
            "PUT /api/programmes/methods/{method}",
            "PUT /api/programmes/{code}",
            "PUT /api/programmes/{code}/model",
            "PUT /api/baskets/allowed",
            "POST /api/baskets/allowed/{pk}/end",
            "POST /api/baskets/above/{key}/decide",
        ),
        NATION,
    ),
    **dict.fromkeys(
        (
            "POST /api/families/{pk}/reopen",
            "POST /api/families/openings/{pk}/judge",
            "POST /api/casework/{pk}/close",
            "POST /api/casework/{pk}/tasks/{row}/reopen",
            "POST /api/baskets/requests/{pk}/opinion",
            "POST /api/baskets/requests/{pk}/decide",
            "POST /api/baskets/{pk}/close",
            "POST /api/imports/files/{pk}/apply",
            "POST /api/programmes/toolbox/{authority}/back",
        ),
        IN_TURN,
    ),
    **dict.fromkeys(
        (
            "GET /api/families/duplicates",
            "POST /api/programmes/toolbox/{authority}/switch",
            "POST /api/baskets/",
            "POST /api/baskets/payments",
        ),
        ELSEWHERE,
    ),
}
"""Operations that do not do here what they are for, each with the reason."""
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_connection")]


def strangers(estate: Estate) -> dict[str, dict[str, str]]:
    """Who asks though the rows are not theirs, with the headers by which they are known."""
    found = {"signed out": {}, "wrong token": {"Authorization": "Bearer no"}}
    found = {who: {"Accept-Encoding": "identity", **headers} for who, headers in found.items()}
    found["integrator own, reading"] = headers_of(estate.own[Role.INTEGRATOR], "read")
    return found | {f"{role} sister": headers_of(account) for role, account in estate.sister.items()}


def run(
    estate: Estate,
    settings: Any,
    *,
    deep: int,
    edges: int,
    in_turn: int = 0,
    one_in: int = 1,
    first: int = 0,
) -> tuple[Findings, set[str]]:
    """What was found, and the operations that were tried: every so many-th one, from the `first` on.

    `deep` cases of each kind and so many `edges` by one who may do it. `in_turn`: only so many strangers for
    each operation, the next ones for the next; 0 for all of them.
    """
    settings.API_LIMITS = {"token": 10**9, "wrong_tokens": 10**9}
    findings, operations = Findings(), operations_of(loaded())
    aims, others = meant(estate, operations), strangers(estate)
    turn, own = cycle(others.items()), {}
    tried = operations[first::one_in]
    for operation in tried:
        aim = aims[operation.label]
        role = aim.roles[0]
        if role not in own:
            own[role] = headers_of(estate.own[role])
        main = {f"{role} own": own[role]}
        right = list(with_rows(examples(operation, GenerationMode.POSITIVE, deep), aim))
        wrong = examples(operation, GenerationMode.NEGATIVE, deep)
        explore([aim.case(operation)], main, findings)
        explore(with_rows([*right, *wrong, *islice(boundaries(operation), edges)], aim), main, findings)
        explore(right[:1], dict(islice(turn, in_turn or len(others))), findings)
    return findings, {operation.label for operation in tried}


def test_every_operation(estate, settings, record_property):
    findings, _tried = run(estate, settings, deep=1, edges=2, in_turn=1, one_in=3)
    record_property("told", findings.told())
    assert findings.faults == {}, findings.told()
    assert findings.sent > 300


@pytest.mark.proof
@pytest.mark.parametrize("part", range(PARTS))
def test_every_operation_at_length(estate, settings, record_property, part):
    findings, tried = run(estate, settings, deep=3, edges=12, one_in=PARTS, first=part)
    record_property("told", findings.told())
    assert findings.faults == {}, findings.told()
    assert findings.sent > 8000 / PARTS
    assert tried - findings.reached <= NOT_DONE.keys(), tried - findings.reached - NOT_DONE.keys()


def test_what_is_not_done_is_there():
    assert {operation.label for operation in operations_of(loaded())} >= NOT_DONE.keys()
