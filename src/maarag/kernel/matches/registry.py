"""Kinds of matching: each room that matches two sides registers how, when its app is ready."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from maarag.kernel.access.permissions import Permission

if TYPE_CHECKING:
    from .models import Run
    from .rows import ProposalRow

Progress = Callable[[int, str], None]
"""Called with how much of a hundred is done, and the code of the step."""
Stop = Callable[[], bool]
"""Whether somebody asked for the run to be stopped."""


class CannotMatch(Exception):
    """The run has no result; `code` says why, and never quotes a row."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Stopped(Exception):
    """Somebody asked for the run to be stopped."""


@dataclass(frozen=True)
class Matchmaker:
    """A kind of matching.

    `compute(run, progress, stop)` reads, computes and writes the proposals, and gives the run's figures and
    the digest of its data; it enters the scopes it needs itself, so that nothing is held while it computes.
    It raises Stopped soon after `stop` says so; the proposals of a run that is not done are removed for it.
    `subject` and `target` are the fields of its proposals that are compared between runs. `asked_with`:
    who may ask for a run for a place.
    """

    kind: str
    label: Any
    compute: Callable[[Run, Progress, Stop], tuple[dict[str, Any], str]]
    proposals: Callable[[], type[ProposalRow]]
    subject: str
    target: str
    asked_with: Permission


_kinds: dict[str, Matchmaker] = {}


def register(matchmaker: Matchmaker) -> None:
    """Add a kind; the same code again takes the place of the first."""
    _kinds[matchmaker.kind] = matchmaker


def matchmaker(kind: str) -> Matchmaker:
    """Raises KeyError for a kind that nobody registered."""
    return _kinds[kind]
