"""Operations one after the other, along the links of the document: made, read, changed, closed, gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import hypothesis
import pytest
from django.db import connection, transaction
from schemathesis.generation import GenerationMode

from maarag.kernel.access.permissions import Role
from tests.access.arguments import new_estimate, new_family, new_grant, new_mission
from tests.access.arguments_baskets import draft, new_request
from tests.access.conftest import Estate

from .conftest import token_for
from .exploring import CHOSEN, QUIET, SEED, Findings, examples, loaded, operations_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_connection")]
RIGHT: dict[str, Callable[[Estate], Any]] = {
    "POST /api/missions/": new_mission,
    "POST /api/needs/": new_estimate,
    "POST /api/access/grants": new_grant,
    "PATCH /api/missions/{pk}": lambda estate: {"title": "לבדוק שוב"},
    "PATCH /api/needs/{pk}": lambda estate: {"number": 101},
    "POST /api/missions/{pk}/close": lambda estate: {"status": "done", "outcome": "נעשה"},
    "POST /api/families/": new_family,
    "PATCH /api/families/{pk}": lambda estate: {"name": "שחר"},
    "POST /api/families/{pk}/close": lambda estate: {"reason": "other"},
    "POST /api/baskets/{pk}/requests": new_request,
    "PATCH /api/baskets/requests/{pk}": lambda estate: {"quantity": 2},
    "POST /api/baskets/requests/{pk}/send": lambda estate: {"accept_price": True},
    "POST /api/baskets/requests/{pk}/opinion": lambda estate: {"stance": "for", "text": "מתאים"},
}
"""Bodies that make sense: chance alone never finds a place, an account and a day that belong together."""


@dataclass(frozen=True)
class Path:
    """Who goes, below which addresses, and what must have been done along links at the end."""

    role: Role
    below: str
    along: frozenset[str]
    from_rows: Callable[[Estate], Any] = lambda estate: None
    """Makes what there must be before the first step."""


PATHS = {
    "work": Path(
        Role.INTEGRATOR,
        "^/api/(missions|needs)/",
        frozenset(
            {
                "GET /api/missions/{pk}",
                "PATCH /api/missions/{pk}",
                "POST /api/missions/{pk}/close",
                "GET /api/needs/{pk}",
                "PATCH /api/needs/{pk}",
            }
        ),
    ),
    "families": Path(
        Role.SOCIAL_WORKER,
        "^/api/families/",
        frozenset(
            {
                "POST /api/families/",
                "GET /api/families/{pk}",
                "PATCH /api/families/{pk}",
                "POST /api/families/{pk}/close",
                "POST /api/families/{pk}/reopen",
            }
        ),
    ),
    "baskets": Path(
        Role.SOCIAL_WORKER,
        "^/api/baskets/",
        frozenset(
            {
                "GET /api/baskets/{pk}",
                "POST /api/baskets/{pk}/requests",
                "GET /api/baskets/requests/{pk}",
                "PATCH /api/baskets/requests/{pk}",
                "POST /api/baskets/requests/{pk}/send",
                "POST /api/baskets/requests/{pk}/opinion",
            }
        ),
        draft,
    ),
}


Restart = Callable[[bool], None]


@pytest.fixture
def restart(estate: Estate) -> Iterator[Restart]:
    """Gives out the same numbers as at its last call with True: sequences go on where rows are rolled back.

    Rows that stay after that call would get their numbers given out again.
    """
    owner = connection.copy()
    owner.settings_dict.update(connection.settings_dict.get("OWNER") or {})
    owner.settings_dict["NAME"] = connection.settings_dict["NAME"]
    first: list[tuple[str, int, bool]] = []

    def begin_again(here: bool) -> None:
        with owner.cursor() as cursor:
            if here:
                first.clear()
                cursor.execute(
                    "SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences"
                )
                first.extend((name, last or 1, last is not None) for name, last in cursor.fetchall())
            cursor.executemany("SELECT setval(%s::regclass, %s, %s)", first)

    yield begin_again
    owner.close()


def walk(
    estate: Estate,
    settings: Any,
    restart: Restart,
    path: Path,
    *,
    scenarios: int,
    steps: int,
    seed: int = SEED,
) -> tuple[Counter[str], Counter[str]]:
    """(requests, those that did what was asked) by operation; raises at the first fault.

    Hypothesis steers by what it has seen: with the same choices a scenario must go the same way. So nothing
    here outlives a scenario, neither rows, nor numbers, nor what has been sent.
    """
    settings.API_LIMITS = {"token": 10**9, "wrong_tokens": 10**9}
    path.from_rows(estate)
    headers = {
        "Authorization": f"Bearer {token_for(estate.own[path.role])}",
        "Accept-Encoding": "identity",
    }
    restart(True)
    sent: Counter[str] = Counter()
    done: Counter[str] = Counter()

    class Walk(loaded().include(path_regex=path.below).as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            self.turns: Counter[str] = Counter()
            self.undone = transaction.atomic()
            self.undone.__enter__()
            restart(False)

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self.undone.__exit__(None, None, None)

        def before_call(self, case: Any) -> None:
            label = case.operation.label
            self.turns[label] += 1
            if label in RIGHT and self.turns[label] % 3:
                case.body = RIGHT[label](estate)

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

    Walk._hypothesis_internal_use_seed = seed
    Walk.run(settings=hypothesis.settings(max_examples=scenarios, stateful_step_count=steps, **QUIET))
    return sent, done


def walks(
    estate: Estate, settings: Any, restart: Restart, path: Path, *, of_them: int, most: int, **each: int
) -> tuple[Counter[str], Counter[str]]:
    """What chance finds in one walk differs with the product: further ones, until it went along so many."""
    sent: Counter[str] = Counter()
    done: Counter[str] = Counter()
    for another in range(most):
        asked, answered = walk(estate, settings, restart, path, seed=SEED + another, **each)
        sent, done = sent + asked, done + answered
        if len(done.keys() & path.along) >= of_them:
            break
    return sent, done


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_along_the_links(estate: Estate, settings: Any, restart: Restart, path: Path):
    sent, done = walks(estate, settings, restart, path, of_them=3, most=12, scenarios=15, steps=8)
    assert sent.total() > 40, sent
    assert len(done.keys() & path.along) >= 3, done


@pytest.mark.proof
@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_along_the_links_at_length(estate: Estate, settings: Any, restart: Restart, path: Path):
    along = len(path.along)
    sent, done = walks(estate, settings, restart, path, of_them=along, most=4, scenarios=150, steps=12)
    assert sent.total() > 1000, sent
    assert done.keys() >= path.along, path.along - done.keys()


@pytest.mark.proof
def test_along_all_links(estate: Estate, settings: Any, restart: Restart):
    sent, _done = walk(
        estate, settings, restart, Path(Role.INTEGRATOR, "^/", frozenset()), scenarios=150, steps=12
    )
    assert sent.total() > 1000, sent


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
