"""What an operation is meant for: what it is sent, and who may do it how."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from maarag.kernel.access.permissions import Role
from tests.access.conftest import Estate

from .conftest import Caller, signed_in, with_a_token


class By(StrEnum):
    """Where whoever does it has the role, and how it is known who they are."""

    PROGRAM = "by a token, of the own authority"
    PERSON = "signed in just now, of the own authority"
    NATION = "by a token, of the nation"


@dataclass(frozen=True)
class Meant:
    """What an operation is sent, and the roles that may do it."""

    path_parameters: dict[str, str]
    query: dict[str, str]
    body: Any
    roles: tuple[Role, ...]
    by: By = By.PROGRAM

    def case(self, operation: Any) -> Any:
        """As a case of schemathesis."""
        given: dict[str, Any] = {"path_parameters": self.path_parameters, "query": self.query}
        kinds = [body.media_type for body in operation.body]
        if kinds:
            given |= {"body": self.body, "media_type": kinds[0]}
        return operation.Case(**given)


def caller(estate: Estate, role: Role, by: By) -> Caller:
    """Somebody with the role."""
    if by == By.NATION:
        world = estate.nation.world
        return with_a_token(world.account(role, place=world.nation))
    account = estate.own[role]
    return signed_in(account) if by == By.PERSON else with_a_token(account)
