"""Every operation under schemathesis, as every role in the own authority, in its sister, and signed out.

No server error, and no answer that the document does not tell of: status, type, headers, form.
"""

from __future__ import annotations

from typing import Any

import pytest
from schemathesis.generation import GenerationMode

from tests.access.conftest import Estate

from .conftest import token_for
from .exploring import Findings, boundaries, examples, explore, loaded, operations_of

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
    return found | {"integrator own, reading": {"Authorization": f"Bearer {reader}"}}


@pytest.fixture
def rows(estate: Estate) -> dict[str, list[Any]]:
    """What there is below each address."""
    return {
        "/api/needs/": [estate.estimate.pk],
        "/api/missions/": [estate.mission.pk],
        "/api/imports/files/": [estate.import_file.pk],
        "/api/access/grants/": [estate.grant.pk],
        "/api/places/": [estate.nation.world.city.code],
        "/api/services/": [estate.service.code],
        "/api/taxonomy/terms/": ["human_services:food"],
        "/hsds/services/": [estate.service.code],
        "/hsds/organizations/": [estate.service.organisation.code],
    }


def run(callers: dict[str, dict[str, str]], rows: dict[str, list[Any]], *, deep: int, wide: int) -> Findings:
    """`deep` cases of each kind for the integrator, with all boundaries; `wide` for everybody else."""
    findings, schema = Findings(), loaded()
    main = {who: headers for who, headers in callers.items() if who == "integrator own"}
    rest = {who: headers for who, headers in callers.items() if who not in main}
    for operation in operations_of(schema):
        right = examples(operation, GenerationMode.POSITIVE, deep)
        wrong = examples(operation, GenerationMode.NEGATIVE, deep)
        edges = boundaries(operation)
        explore([*right, *wrong, *edges[: 20 * deep]], main, findings, rows)
        explore([*right[:wide], *wrong[: wide // 2]], rest, findings, rows)
    print(findings.told())
    return findings


def test_every_role(callers, rows):
    findings = run(callers, rows, deep=5, wide=2)
    assert findings.faults == {}, "\n\n".join(findings.faults.values())
    assert findings.sent > 2000


@pytest.mark.proof
def test_every_role_at_length(callers, rows):
    findings = run(callers, rows, deep=40, wide=8)
    assert findings.faults == {}, "\n\n".join(findings.faults.values())
    assert findings.sent > 15_000
