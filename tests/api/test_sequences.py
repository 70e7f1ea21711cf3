"""Operations one after the other, by every role: made, read, changed, closed, gone.

A walk goes through the whole API room by room, through each room's operations in a new order, and what was
done stays done until the room is left. Every role walks by a token; then whoever signed in just now, and a
manager of the nation. Each step is followed by one on a row that a step before made, changed or showed. What
is sent is what the operation is meant for, or a case of schemathesis, right or wrong. Checked is the same as
in test_operations: no server error, no answer that the document does not tell of.

Schemathesis has walks of its own. They go along links alone: to 67 of 245 operations they never came, and in
150 steps of an integrator 12 operations did anything.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby
from random import Random
from typing import Any

import pytest
from django.db import transaction
from schemathesis.generation import GenerationMode

from maarag.kernel.access.permissions import Role
from tests.access.conftest import Estate

from .conftest import Caller
from .exploring import SEED, Findings, examples, explore, loaded, operations_of
from .meaning import By, Meant, caller
from .meant import meant

PARTS = 2
"""Of the long form, so that several processors share it."""
NOBODY = "signed out"
SIGNED_IN, OF_THE_NATION = "social-worker signed in", "manager of the nation"
WALKERS: dict[str, tuple[Role, By] | None] = {
    **{role: (role, By.PROGRAM) for role in Role},
    # who may do what no token of the authority is for
    SIGNED_IN: (Role.SOCIAL_WORKER, By.PERSON),
    "data-steward signed in": (Role.DATA_STEWARD, By.PERSON),
    OF_THE_NATION: (Role.NATIONAL_MANAGER, By.NATION),
    NOBODY: None,
}
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_connection")]


@dataclass
class Walker:
    """What walks share: the operations, what they are meant for, and cases of them by chance."""

    operations: dict[str, Any]
    meant: dict[str, Meant]
    chance: dict[str, list[Any]] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)
    along: Counter[str] = field(default_factory=Counter)
    """Steps that did something with a row of a step before them, by who took them."""

    @classmethod
    def through(cls, estate: Estate) -> Walker:
        operations = operations_of(loaded())
        return cls({operation.label: operation for operation in operations}, meant(estate, operations))

    def rooms(self) -> list[list[str]]:
        """The labels of operations that belong together, by the first word of their addresses."""
        by_room = sorted(self.operations, key=self._room)
        return [list(labels) for _room, labels in groupby(by_room, key=self._room)]

    def changes(self, who: str) -> set[str]:
        """The labels of operations that change something and are for this walker."""
        role, by = WALKERS[who] or (None, None)
        aims = {label: aim for label, aim in self.meant.items() if not label.startswith("GET ")}
        return {label for label, aim in aims.items() if role in aim.roles and aim.by == by}

    def walk(self, who: str, asking: Caller, *, every: int = 1) -> None:
        """Through every so many-th room: each of its operations once, and what follows."""
        random = Random(f"{SEED} {who}")
        for room in self.rooms()[random.randrange(every) :: every]:
            random.shuffle(room)
            with transaction.atomic():
                known: list[tuple[str, dict[str, Any]]] = []
                for label in room:
                    known += self._step(who, asking, self._case(label, {}, random))
                    if known:
                        further = self._step(who, asking, self._case(*random.choice(known), random))
                        known += further
                        self.along[who] += bool(further)
                transaction.set_rollback(True)

    def _case(self, label: str, row: dict[str, Any], random: Random) -> Any:
        operation, aim = self.operations[label], self.meant[label]
        if random.random() < 0.7 or not self._of_chance(label):
            case = aim.case(operation)
        else:
            drawn = random.choice(self._of_chance(label))
            given = {name: getattr(drawn, name) for name in ("headers", "query", "body", "media_type")}
            case = operation.Case(path_parameters={**drawn.path_parameters, **aim.path_parameters}, **given)
        case.path_parameters = {**case.path_parameters, **row}
        return case

    def _of_chance(self, label: str) -> list[Any]:
        if label not in self.chance:
            modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
            self.chance[label] = [
                case for mode in modes for case in examples(self.operations[label], mode, 1)
            ]
        return self.chance[label]

    def _step(self, who: str, asking: Caller, case: Any) -> list[tuple[str, dict[str, Any]]]:
        """Send it; what can be done next with the row that it made, changed or showed."""
        answer = self.findings.send(who, case, asking)
        return self._found(case, answer) if answer.status_code < 300 else []

    def _found(self, case: Any, answer: Any) -> list[tuple[str, dict[str, Any]]]:
        """(label, values of its address) of what can be done with what was made or shown."""
        body = answer.json() if "json" in str(answer.headers.get("content-type")) and answer.content else None
        if not isinstance(body, dict):
            return []
        path, here = case.operation.path, dict(case.path_parameters)
        rows = [(path[: path.rindex("}") + 1], here)] if here else []
        if key := body.get("id") or body.get("code"):
            below = re.compile(re.escape(path.rstrip("/")) + r"/{(\w+)}")
            made = [match for other in self.operations.values() if (match := below.match(other.path))]
            rows += {match[0]: {**here, match[1]: key} for match in made}.items()
        return [
            (label, parameters)
            for row, parameters in rows
            for label, operation in self.operations.items()
            if (operation.path + "/").startswith(row + "/") and operation.path.count("{") == len(parameters)
        ]

    @staticmethod
    def _room(label: str) -> str:
        return "/".join(label.partition(" ")[2].split("/")[:3])


def walks(estate: Estate, settings: Any, walkers: list[str], **how: int) -> Walker:
    settings.API_LIMITS = {"token": 10**9, "wrong_tokens": 10**9}
    walker = Walker.through(estate)
    for who in walkers:
        known = WALKERS[who]
        walker.walk(who, caller(estate, *known) if known else Caller(), **how)
    return walker


def test_some_walk(estate: Estate, settings: Any, record_property: Any):
    some = [Role.INTEGRATOR, SIGNED_IN, OF_THE_NATION]
    walker = walks(estate, settings, some, every=3)
    record_property("told", walker.findings.told())
    assert walker.findings.faults == {}, walker.findings.told()
    assert all(walker.along[who] >= 3 for who in some), walker.along


@pytest.mark.proof
@pytest.mark.parametrize("part", range(PARTS))
def test_everybody_walks(estate: Estate, settings: Any, record_property: Any, part: int):
    walkers = list(WALKERS)[part::PARTS]
    walker = walks(estate, settings, walkers)
    record_property("told", walker.findings.told())
    assert walker.findings.faults == {}, walker.findings.told()
    assert walker.findings.sent > len(walker.operations) * len(walkers)
    assert all(walker.along[who] >= 10 for who in walkers if walker.changes(who)), walker.along
    assert all(walker.changes(who) & walker.findings.reached for who in walkers if walker.changes(who))


def test_whoever_breaks_the_word_is_found(settings: Any):
    """The same checks over operations that answer what their document does not say."""
    settings.ROOT_URLCONF = "tests.api.wrong_urls"
    findings = Findings()
    for operation in operations_of(loaded()):
        for case in examples(operation, GenerationMode.POSITIVE, 1):
            explore([case], {"somebody": Caller()}, findings)
    found = {key.partition("/wrong/")[2] for key in findings.faults}
    assert found >= {
        "status → 418: Undocumented status code",
        "kind → 200: Undocumented Content-Type",
        "form → 200: Response violates schema",
        "error → 500: Server error",
        "key → 200: Not committed",
        "after → 200: Not committed",
    }
    assert not any(fault.startswith("right") for fault in found)
