"""Operations one after the other, along the links of the document: made, read, changed, closed, gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import hypothesis
import pytest
from django.db import transaction
from schemathesis.generation import GenerationMode

from maarag.kernel.access.permissions import Role
from tests.access.conftest import Estate
from tests.access.table import new_estimate, new_grant, new_mission

from .conftest import token_for
from .exploring import CHOSEN, QUIET, SEED, Findings, examples, loaded, operations_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_connection")]
CLOSED = {"status": "done", "outcome": "נעשה"}
RIGHT: dict[str, Callable[[Estate], Any]] = {
    "POST /api/missions/": new_mission,
    "POST /api/needs/": new_estimate,
    "POST /api/access/grants": new_grant,
    "PATCH /api/missions/{pk}": lambda estate: {"title": "לבדוק שוב"},
    "PATCH /api/needs/{pk}": lambda estate: {"number": 101},
    "POST /api/missions/{pk}/close": lambda estate: CLOSED,
}
"""Bodies that make sense: chance alone never finds a place, an account and a day that belong together."""
ALONG = {
    "GET /api/missions/{pk}",
    "PATCH /api/missions/{pk}",
    "POST /api/missions/{pk}/close",
    "GET /api/needs/{pk}",
    "PATCH /api/needs/{pk}",
}


def walk(estate: Estate, settings: Any, *, scenarios: int, steps: int) -> tuple[Counter[str], Counter[str]]:
    """(requests, those along a link that did what was asked) by operation; raises at the first fault."""
    settings.API_LIMITS = {"token": 10**9, "wrong_tokens": 10**9}
    headers = {
        "Authorization": f"Bearer {token_for(estate.own[Role.INTEGRATOR])}",
        "Accept-Encoding": "identity",
    }
    sent: Counter[str] = Counter()
    done: Counter[str] = Counter()

    class Walk(loaded().as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            self.undone = transaction.atomic()
            self.undone.__enter__()

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self.undone.__exit__(None, None, None)

        def before_call(self, case: Any) -> None:
            if case.operation.label in RIGHT and sent[case.operation.label] % 3:
                case.body = RIGHT[case.operation.label](estate)

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": headers}

        def after_call(self, response: Any, case: Any) -> None:
            sent[case.operation.label] += 1
            if response.status_code < 300:
                done[case.operation.label] += 1

        def validate_response(
            self, response: Any, case: Any, additional_checks: Any = None, **more: Any
        ) -> None:
            case.validate_response(response, checks=CHOSEN)

    Walk._hypothesis_internal_use_seed = SEED
    Walk.run(settings=hypothesis.settings(max_examples=scenarios, stateful_step_count=steps, **QUIET))
    return sent, done


def test_along_the_links(estate: Estate, settings: Any):
    sent, done = walk(estate, settings, scenarios=25, steps=6)
    assert sent.total() > 60, sent
    assert done.total() > 20, done


@pytest.mark.proof
def test_along_the_links_at_length(estate: Estate, settings: Any):
    sent, done = walk(estate, settings, scenarios=400, steps=12)
    assert sent.total() > 2000, sent
    assert done.keys() >= ALONG, ALONG - done.keys()


def test_whoever_breaks_the_word_is_found(settings: Any):
    """The same checks over operations that answer what their document does not say."""
    settings.ROOT_URLCONF = "tests.api.wrong_urls"
    findings = Findings()
    for operation in operations_of(loaded()):
        for case in examples(operation, GenerationMode.POSITIVE, 1):
            findings.add("somebody", case, case.call(headers={"Accept-Encoding": "identity"}))
    found = {key.partition("/wrong/")[2] for key in findings.faults}
    assert found >= {
        "status → 418: Undocumented status code",
        "kind → 200: Undocumented Content-Type",
        "form → 200: Response violates schema",
        "error → 500: Server error",
    }
    assert not any(fault.startswith("right") for fault in found)
