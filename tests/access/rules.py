"""What a line of the table of addresses says: who may open an address, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from maarag.kernel.access.permissions import Permission as P
from maarag.kernel.access.permissions import Role

from .conftest import Estate


@dataclass(frozen=True)
class Public:
    """For everybody, signed in or not."""

    arguments: Callable[[Estate], dict[str, Any]] = lambda estate: {}
    method: str = "get"
    statuses: tuple[int, ...] = (200,)


@dataclass(frozen=True)
class Guarded:
    """For whoever holds the permission.

    `of_a_row`: the address names a row of the own authority, which does not exist for the sister (404).
    """

    permission: P
    arguments: Callable[[Estate], dict[str, Any]] = lambda estate: {}
    of_a_row: bool = False
    method: str = "get"
    query: str = ""
    data: Callable[[Estate], dict[str, Any]] = lambda estate: {}
    statuses: tuple[int, ...] = (200,)
    refusals: tuple[int, ...] = (404,)
    of_its_owner: bool = False
    """The row is its owner's alone: somebody of the own authority, the integrator unless another is named."""
    owner: Role = Role.INTEGRATOR


@dataclass(frozen=True)
class SignedIn:
    """For everybody who signs in."""

    statuses: tuple[int, ...] = (200,)
    method: str = "get"
    query: str = ""
    data: Callable[[Estate], dict[str, Any]] = lambda estate: {}

    @staticmethod
    def arguments(estate: Estate) -> dict[str, Any]:
        return {}


@dataclass(frozen=True)
class SignIn:
    """Of the sign-in itself: answers without a server error, whoever asks."""

    arguments: Callable[[Estate], dict[str, Any]] = lambda estate: {}


Rule = Public | Guarded | SignedIn | SignIn
