"""Generalized assignment problems, and the files of the OR-Library that hold them.

A file is whole numbers apart by spaces or line ends, in this order: the numbers of agents m and jobs n; for
each agent the n costs; for each agent the n resources that the jobs would take; the m capacities. Format:
J. E. Beasley, "OR-Library: distributing test problems by electronic mail", Journal of the Operational
Research Society 41 (1990).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from maarag.engines.matching.errors import InstanceError

Ints = npt.NDArray[np.int64]

#: Numbers beyond this are refused: sums of them must be exact.
GREATEST = 10**9
#: At most so many pairs of an agent and a job.
MOST_PAIRS = 50_000_000


@dataclass(frozen=True)
class AssignmentInstance:
    """Each of n jobs goes to one of m agents; an agent's jobs may not take more than its capacity.

    cost: agents × jobs, any whole numbers. resource: agents × jobs, 0 or more. capacity: agents, 0 or more.
    Raises InstanceError where the shapes do not fit or a number is out of range.
    """

    cost: Ints
    resource: Ints
    capacity: Ints

    def __post_init__(self) -> None:
        for name in ("cost", "resource", "capacity"):
            object.__setattr__(self, name, _whole(name, getattr(self, name)))
        if self.cost.ndim != 2 or 0 in self.cost.shape:
            raise InstanceError("cost must be a table of agents × jobs with at least one of each.")
        if self.resource.shape != self.cost.shape or self.capacity.shape != (len(self.cost),):
            raise InstanceError(
                f"cost is {self.cost.shape}, so resource must be too and capacity ({len(self.cost)},); "
                f"they are {self.resource.shape} and {self.capacity.shape}."
            )
        if self.resource.min() < 0 or self.capacity.min() < 0:
            raise InstanceError("a resource or a capacity is below 0.")

    @property
    def agents(self) -> int:
        return len(self.capacity)

    @property
    def jobs(self) -> int:
        return int(self.cost.shape[1])

    def objective(self, assignment: npt.ArrayLike) -> int:
        """The cost of an agent (from 0) for each job."""
        return int(self.cost[np.asarray(assignment), np.arange(self.jobs)].sum())

    def loads(self, assignment: npt.ArrayLike) -> Ints:
        """What the jobs of each agent take."""
        loads = np.zeros(self.agents, np.int64)
        agents = np.asarray(assignment)
        np.add.at(loads, agents, self.resource[agents, np.arange(self.jobs)])
        return loads

    def keeps_within(self, assignment: npt.ArrayLike) -> bool:
        """Whether no agent has more than its capacity."""
        return bool((self.loads(assignment) <= self.capacity).all())


def read_instance(path: str | Path) -> AssignmentInstance:
    """The problem of an OR-Library file. Raises InstanceError (with the line), OSError."""
    try:
        text = Path(path).read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise InstanceError("this is not a text file of numbers.") from None
    return parse_instance(text)


def parse_instance(text: str) -> AssignmentInstance:
    """The problem in the text of an OR-Library file. Raises InstanceError with the line."""
    words = text.split()
    if len(words) < 2:
        raise InstanceError("the numbers of agents and jobs are missing.", 1)
    agents, jobs = (_number(text, words, k) for k in (0, 1))
    if agents < 1 or jobs < 1:
        raise InstanceError(
            f"{agents} agents and {jobs} jobs: at least one of each is needed.", _line(text, 0)
        )
    if agents * jobs > MOST_PAIRS:
        raise InstanceError(f"{agents} agents × {jobs} jobs are too many.", _line(text, 0))
    expected = 2 + 2 * agents * jobs + agents
    if len(words) != expected:
        what = "ends too early" if len(words) < expected else "holds more numbers than one problem"
        at = len(words) - 1 if len(words) < expected else expected
        raise InstanceError(
            f"the file {what}: {agents} agents and {jobs} jobs make {expected} numbers, it has {len(words)}.",
            _line(text, at),
        )
    try:
        numbers = np.array(words, dtype=np.int64)
    except (ValueError, OverflowError):
        numbers = np.array([_number(text, words, k) for k in range(expected)], dtype=np.int64)
    size = agents * jobs
    wrong = np.abs(numbers) > GREATEST
    wrong[2 + size :] |= numbers[2 + size :] < 0
    if wrong.any():
        k = int(wrong.argmax())
        what = "cost" if k < 2 + size else "resource" if k < 2 + 2 * size else "capacity"
        span = f"-{GREATEST} to {GREATEST}" if what == "cost" else f"0 to {GREATEST}"
        raise InstanceError(f"{numbers[k]} is no {what}; it must be from {span}.", _line(text, k))
    return AssignmentInstance(
        numbers[2 : 2 + size].reshape(agents, jobs),
        numbers[2 + size : 2 + 2 * size].reshape(agents, jobs),
        numbers[2 + 2 * size :],
    )


def _number(text: str, words: list[str], position: int) -> int:
    word = words[position]
    try:
        value = int(word)
    except ValueError:
        try:
            fraction = float(word)
        except ValueError:
            fraction = float("nan")
        if not fraction.is_integer():
            shown = word if len(word) <= 30 else word[:30] + "…"
            raise InstanceError(f"“{shown}” is not a whole number.", _line(text, position)) from None
        value = int(fraction)
    if abs(value) > GREATEST:
        raise InstanceError(f"{word[:30]} is beyond ±{GREATEST}.", _line(text, position))
    return value


def _line(text: str, position: int) -> int:
    """The line (from 1) of the word at a position (from 0)."""
    seen = 0
    for number, line in enumerate(text.splitlines(), start=1):
        seen += len(line.split())
        if seen > position:
            return number
    return max(len(text.splitlines()), 1)


def _whole(name: str, values: npt.ArrayLike) -> Ints:
    given = np.asarray(values)
    if given.dtype.kind not in "iuf":
        raise InstanceError(f"{name} must be whole numbers.")
    if given.size and not np.isfinite(given).all():
        raise InstanceError(f"{name} holds a number that is not finite.")
    if given.size and np.abs(given.astype(np.float64)).max() > GREATEST:
        raise InstanceError(f"{name} holds a number beyond ±{GREATEST}.")
    whole = np.ascontiguousarray(given, dtype=np.int64)
    if given.dtype.kind == "f" and not (whole == given).all():
        raise InstanceError(f"{name} holds a number that is not whole.")
    return whole
