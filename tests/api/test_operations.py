"""Every operation under schemathesis, as every role in the own authority, in its sister, and signed out.

Every operation does what it is meant for at least once. No server error, and no answer that the document
does not tell of: status, type, headers, form. One of those who may do it sends each operation what it is
meant for, what the document allows, what is wrong and what is at the boundaries; everybody of the sister
authority, nobody, and a token that is wrong or for reading send what the document allows. As everybody of the
own authority: test_sequences.
"""

from __future__ import annotations

from itertools import cycle, islice
from typing import Any

import pytest
from schemathesis.generation import GenerationMode

from maarag.kernel.access.permissions import Role
from tests.access.conftest import Estate

from .conftest import Caller, with_a_token
from .exploring import Findings, boundaries, examples, explore, loaded, operations_of, with_rows
from .meaning import By, caller
from .meant import meant

PARTS = 4
"""Of the long form, so that several processors share it."""
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_connection")]


def strangers(estate: Estate) -> dict[str, Caller]:
    """Who asks though the rows are not theirs."""
    found = {"signed out": Caller(), "wrong token": Caller({"Authorization": "Bearer no"})}
    found["integrator own, reading"] = with_a_token(estate.own[Role.INTEGRATOR], "read")
    return found | {f"{role} sister": with_a_token(account) for role, account in estate.sister.items()}


def run(
    estate: Estate,
    settings: Any,
    *,
    deep: int,
    edges: int,
    in_turn: int = 0,
    one_in: int = 1,
    first: int = 0,
    done: bool = False,
) -> tuple[Findings, set[str]]:
    """What was found, and the operations that were tried: every so many-th one, from the `first` on.

    `deep` cases of each kind and so many `edges` by one who may do it. `in_turn`: only so many strangers for
    each operation, the next ones for the next; 0 for all of them. `done`: the others do what they are meant
    for.
    """
    settings.API_LIMITS = {"token": 10**9, "wrong_tokens": 10**9}
    findings, operations = Findings(), operations_of(loaded())
    aims, others = meant(estate, operations), strangers(estate)
    turn = cycle(others.items())
    callers: dict[tuple[Role, By], Caller] = {}
    tried = operations[first::one_in]
    labels = {operation.label for operation in tried}
    for operation in operations if done else tried:
        aim = aims[operation.label]
        who = (aim.roles[0], aim.by)
        if who not in callers:
            callers[who] = caller(estate, *who)
        main = {" ".join(who): callers[who]}
        explore([aim.case(operation)], main, findings)
        if operation.label not in labels:
            continue
        right = list(with_rows(examples(operation, GenerationMode.POSITIVE, deep), aim))
        wrong = examples(operation, GenerationMode.NEGATIVE, deep)
        explore(with_rows([*right, *wrong, *islice(boundaries(operation), edges)], aim), main, findings)
        explore(right[:1], dict(islice(turn, in_turn or len(others))), findings)
    return findings, {operation.label for operation in (operations if done else tried)}


def test_every_operation(estate, settings, record_property):
    """Every one does what it is meant for; every third is sent all the rest."""
    findings, tried = run(estate, settings, deep=1, edges=2, in_turn=1, one_in=3, done=True)
    record_property("told", findings.told())
    assert findings.faults == {}, findings.told()
    assert findings.sent > 300
    assert tried - findings.reached == set()


@pytest.mark.proof
@pytest.mark.parametrize("part", range(PARTS))
def test_every_operation_at_length(estate, settings, record_property, part):
    findings, tried = run(estate, settings, deep=3, edges=12, one_in=PARTS, first=part)
    record_property("told", findings.told())
    assert findings.faults == {}, findings.told()
    assert findings.sent > 8000 / PARTS
    assert tried - findings.reached == set()
