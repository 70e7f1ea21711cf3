"""Every operation under schemathesis, as every role in the own authority, in its sister, and signed out.

No server error, and no answer that the document does not tell of: status, type, headers, form.
"""

from __future__ import annotations

from itertools import cycle, islice
from typing import Any

import pytest
from schemathesis.generation import GenerationMode

from tests.access.conftest import Estate

from .conftest import token_for
from .exploring import Findings, boundaries, examples, explore, loaded, operations_of
from .rooms import doing_most, rows_of

PARTS = 4
"""Of the long form, so that several processors share it."""
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_connection")]


@pytest.fixture
def callers(estate: Estate, settings: Any) -> dict[str, dict[str, str]]:
    """Who asks, and the headers by which they are known."""
    settings.API_LIMITS = {"token": 10**9, "wrong_tokens": 10**9}
    found: dict[str, dict[str, str]] = {"signed out": {}, "wrong token": {"Authorization": "Bearer no"}}
    for where, accounts in (("own", estate.own), ("sister", estate.sister)):
        for role, account in accounts.items():
            found[f"{role} {where}"] = {"Authorization": f"Bearer {token_for(account)}"}
    reader = token_for(estate.own["integrator"], access="read")
    found["integrator own, reading"] = {"Authorization": f"Bearer {reader}"}
    return {who: {"Accept-Encoding": "identity", **headers} for who, headers in found.items()}


@pytest.fixture
def rows(estate: Estate) -> dict[str, list[Any]]:
    return rows_of(estate)


def run(
    callers: dict[str, dict[str, str]],
    rows: dict[str, list[Any]],
    *,
    deep: int,
    wide: int,
    edges: int,
    in_turn: int = 0,
    one_in: int = 1,
    first: int = 0,
) -> Findings:
    """`deep` cases of each kind and so many `edges` for those who may do most; `wide` for everybody.

    `in_turn`: only so many of everybody for each operation, the next ones for the next; 0 for all of them.
    `one_in`: every so many-th operation alone, from the `first` on.
    """
    findings, schema = Findings(), loaded()
    turn = cycle(callers.items())
    for operation in list(operations_of(schema))[first::one_in]:
        main = {who: callers[who] for who in doing_most(operation.path)}
        right = examples(operation, GenerationMode.POSITIVE, deep)
        wrong = examples(operation, GenerationMode.NEGATIVE, deep)
        explore([*right, *wrong, *islice(boundaries(operation), edges)], main, findings, rows)
        rest = dict(islice(turn, in_turn or len(callers)))
        explore([*right[:wide], *wrong[: wide // 2]], rest, findings, rows)
    return findings


def test_every_role(callers, rows, record_property):
    findings = run(callers, rows, deep=1, wide=1, edges=2, in_turn=1, one_in=3)
    record_property("told", findings.told())
    assert findings.faults == {}, findings.told()
    assert findings.sent > 150


@pytest.mark.proof
@pytest.mark.parametrize("part", range(PARTS))
def test_every_role_at_length(callers, rows, record_property, part):
    findings = run(callers, rows, deep=3, wide=1, edges=12, one_in=PARTS, first=part)
    record_property("told", findings.told())
    assert findings.faults == {}, findings.told()
    assert findings.sent > 4000 / PARTS
