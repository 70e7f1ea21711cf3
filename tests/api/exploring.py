"""Sending everything that the document allows, and what it does not, as every kind of caller.

Seeds are fixed: the same code sends the same cases.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import hypothesis
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction
from django.test import TestCase
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode

from .conftest import Caller
from .meaning import Meant

log = logging.getLogger(__name__)
SEED = 20261121
CHECKED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
load_all_checks()
CHOSEN = [CHECKS.get_one(name) for name in CHECKED]
QUIET = {
    "database": None,
    "deadline": None,
    "suppress_health_check": list(hypothesis.HealthCheck),
    "phases": [hypothesis.Phase.generate],
}


def loaded(path: str = "/api/openapi.json") -> Any:
    """The document of the running site, with the site behind it."""
    config = schemathesis.Config(seed=SEED)
    return schemathesis.openapi.from_wsgi(path, get_wsgi_application(), config=config)


def operations_of(schema: Any) -> list[Any]:
    found = [result.ok() for result in schema.get_all_operations()]
    assert found
    return found


def examples(operation: Any, mode: GenerationMode, number: int) -> list[Any]:
    """Cases of an operation by Hypothesis: as documented, or with something wrong in them."""
    cases: list[Any] = []
    try:
        strategy = operation.as_strategy(generation_mode=mode)

        @hypothesis.seed(SEED)
        @hypothesis.settings(max_examples=number, **QUIET)
        @hypothesis.given(case=strategy)
        def gather(case: Any) -> None:
            cases.append(case)

        gather()
    except (hypothesis.errors.Unsatisfiable, hypothesis.errors.InvalidArgument):
        return []  # nothing can be wrong in it: no parameter, no body
    return cases[:number]


def boundaries(operation: Any) -> Iterator[Any]:
    """The cases at the boundaries of every parameter and body: least, most, missing, of another type …"""
    schema = operation.schema
    config = schema.config.generation_for(operation=operation, phase="coverage")
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    found = schema.iter_coverage_cases(
        operation,
        generation_modes=modes,
        generation_config=config,
        extra_data_source=None,
        error_feedback=None,
    )
    return (case for case in found if case.method == operation.method.upper())


@dataclass
class Findings:
    """What was sent, what came back, and what should not have come."""

    sent: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    faults: dict[str, str] = field(default_factory=dict)
    reached: set[str] = field(default_factory=set)
    """Operations that did what was asked at least once."""

    def send(self, who: str, case: Any, caller: Caller) -> Any:
        """The answer to a case, once it is looked at, and what would come with its commit as well."""
        with TestCase.captureOnCommitCallbacks() as callbacks:
            answer = case.call(headers=caller.headers, cookies=caller.cookies)
        self.add(who, case, answer)
        if answer.status_code < 300:
            try:
                _as_at_commit()
                for callback in callbacks:
                    callback()
            except Exception as error:
                key = f"{case.operation.label} → {answer.status_code}: Not committed"
                self.faults.setdefault(key, f"{who}: {error}\n{case.as_curl_command()}")
        return answer

    def add(self, who: str, case: Any, answer: Any) -> None:
        self.sent += 1
        self.statuses[answer.status_code] += 1
        label = case.operation.label
        if answer.status_code < 300:
            self.reached.add(label)
        try:
            case.validate_response(answer, checks=CHOSEN)
        except FailureGroup as group:
            for fault in group.exceptions:
                key = f"{label} → {answer.status_code}: {fault.title}"
                if key not in self.faults:
                    log.error("%s: %s", who, key)
                    self.faults[key] = f"{who}: {fault.message}\n{case.as_curl_command()}"

    def told(self) -> str:
        """The numbers, for the report of a run."""
        numbers = f"{self.sent} requests, answers {dict(sorted(self.statuses.items()))}"
        return "\n\n".join([numbers, *(f"{key}\n{fault}" for key, fault in self.faults.items())])


def _as_at_commit() -> None:
    """Keys and triggers that wait for the end of a transaction; afterwards they wait again."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)


def with_rows(cases: Iterable[Any], meant: Meant) -> Iterator[Any]:
    """The cases; every second one for the rows of `meant`, which there really are."""
    for number, case in enumerate(cases):
        if number % 2 == 0:
            case.path_parameters = {**case.path_parameters, **meant.path_parameters}
        yield case


def explore(cases: Iterable[Any], callers: dict[str, Caller], findings: Findings) -> None:
    """Send every case as every caller; what one case changes is undone before the next."""
    cases = list(cases)
    for who, caller in callers.items():
        for case in cases:
            with transaction.atomic():
                findings.send(who, case, caller)
                transaction.set_rollback(True)
