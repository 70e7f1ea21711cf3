"""Generalized assignment problems, and the files of the OR-Library that hold them.

A file is whole numbers apart by spaces or line ends, in this order: the numbers of agents m and jobs n; for
each agent the n costs; for each agent the n resources that the jobs would take; the m capacities. A file may
hold several problems: then their number stands first. It may be packed with gzip. Format: J. E. Beasley,
"OR-Library: distributing test problems by electronic mail", Journal of the Operational Research Society 41
(1990).
"""

from __future__ import annotations

import gzip
import io
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from maarag.engines.matching.errors import InstanceError, SeveralProblemsError
from maarag.language.catalogue import N_

Ints = npt.NDArray[np.int64]

#: Numbers beyond this are refused: sums of them must be exact.
GREATEST = 10**9
#: At most so many pairs of an agent and a job.
MOST_PAIRS = 50_000_000
#: A file longer than this, unpacked, is not read.
MOST_BYTES = 2**29
#: What makes a plain number: 0 space, 1 digit or sign, 2 point or exponent, 3 anything else.
_KINDS = np.full(256, 3, np.uint8)
_KINDS[[*b" \t\n\v\f\r"]] = 0
_KINDS[[*b"+-0123456789"]] = 1
_KINDS[[*b".eE"]] = 2


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
            raise InstanceError(N_("cost must be a table of agents × jobs with at least one of each."))
        if self.resource.shape != self.cost.shape or self.capacity.shape != (len(self.cost),):
            raise InstanceError(
                N_(
                    "cost is %(cost)s, so resource must be too and capacity (%(agents)s,); they are "
                    "%(resource)s and %(capacity)s."
                ),
                cost=self.cost.shape,
                agents=len(self.cost),
                resource=self.resource.shape,
                capacity=self.capacity.shape,
            )
        if self.resource.min() < 0 or self.capacity.min() < 0:
            raise InstanceError(N_("a resource or a capacity is below 0."))

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


def read_instance(path: str | Path, problem: int | None = None) -> AssignmentInstance:
    """A problem of an OR-Library file, plain or packed with gzip; `problem` (from 1) where it holds several.

    Raises InstanceError (with the line), SeveralProblemsError, OSError.
    """
    try:
        text = _content(Path(path)).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InstanceError(N_("this is not a text file of numbers.")) from None
    return parse_instance(text, problem)


def parse_instance(text: str, problem: int | None = None) -> AssignmentInstance:
    """A problem in the text of an OR-Library file. Raises InstanceError, SeveralProblemsError."""
    numbers = _plain(text)
    if numbers is None:
        words = text.split()
        numbers = np.array([_number(text, words, k) for k in range(len(words))], dtype=np.int64)
    if len(numbers) < 2:
        raise InstanceError(N_("the numbers of agents and jobs are missing."), 1)
    starts = [0] if _fits(numbers, 0) == len(numbers) else _several(numbers)
    if not starts:
        raise _no_problem(text, numbers)
    if problem is None and len(starts) > 1:
        raise SeveralProblemsError(N_("the file holds %(count)s problems; say which."), len(starts))
    number = 1 if problem is None else problem
    if not 1 <= number <= len(starts):
        raise InstanceError(
            N_("there is no problem %(problem)s; the file holds %(count)s."),
            problem=number,
            count=len(starts),
        )
    return _instance(text, numbers, starts[number - 1])


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    if data.startswith(b"\x1f\x8b"):
        try:
            with gzip.open(io.BytesIO(data)) as packed:
                data = packed.read(MOST_BYTES + 1)
        except (OSError, EOFError, zlib.error):
            raise InstanceError(N_("the file is packed with gzip, but damaged.")) from None
    if len(data) > MOST_BYTES:
        raise InstanceError(N_("the file is longer than %(most)s MB."), most=MOST_BYTES // 2**20)
    return data


def _plain(text: str) -> Ints | None:
    """All numbers at once; None where something is no plain whole number, to be looked for word by word."""
    try:
        codes = np.frombuffer(text.encode("ascii"), np.uint8)
    except UnicodeEncodeError:
        return None
    kinds = _KINDS[codes]
    greatest = kinds.max(initial=0)
    if greatest == 3:
        return None
    inside = kinds > 0
    words = np.count_nonzero(inside[1:] & ~inside[:-1]) + int(inside[:1].sum())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it ends at what it cannot read: counted below
        try:
            numbers = np.fromstring(text, np.float64 if greatest == 2 else np.int64, sep=" ")
        except ValueError:
            return None
    if len(numbers) != words or not ((numbers >= -GREATEST) & (numbers <= GREATEST)).all():
        return None
    whole = numbers.astype(np.int64)
    return whole if greatest < 2 or (whole == numbers).all() else None


def _fits(numbers: Ints, start: int) -> int | None:
    """Where the problem that begins there ends; None where none can begin there."""
    if start + 2 > len(numbers):
        return None
    agents, jobs = int(numbers[start]), int(numbers[start + 1])
    end = start + 2 + 2 * agents * jobs + agents
    return end if agents > 0 and jobs > 0 and agents * jobs <= MOST_PAIRS and end <= len(numbers) else None


def _several(numbers: Ints) -> list[int]:
    """Where each problem begins, in a file that begins with their number; none where that does not add up."""
    starts, at = [], 1
    for _ in range(int(numbers[0])):
        end = _fits(numbers, at)
        if end is None:
            return []
        starts.append(at)
        at = end
    return starts if at == len(numbers) else []


def _no_problem(text: str, numbers: Ints) -> InstanceError:
    agents, jobs = int(numbers[0]), int(numbers[1])
    if agents < 1 or jobs < 1:
        return InstanceError(
            N_("%(agents)s agents and %(jobs)s jobs: at least one of each is needed."),
            _line(text, 0),
            agents=agents,
            jobs=jobs,
        )
    if agents * jobs > MOST_PAIRS:
        return InstanceError(
            N_("%(agents)s agents × %(jobs)s jobs are too many."), _line(text, 0), agents=agents, jobs=jobs
        )
    expected = 2 + 2 * agents * jobs + agents
    short = len(numbers) < expected
    return InstanceError(
        N_(
            "the file ends too early: %(agents)s agents and %(jobs)s jobs make %(expected)s numbers, it has "
            "%(found)s."
        )
        if short
        else N_(
            "the file holds more numbers than one problem: %(agents)s agents and %(jobs)s jobs make "
            "%(expected)s numbers, it has %(found)s; nor is it several problems with their number first."
        ),
        _line(text, len(numbers) - 1 if short else expected),
        agents=agents,
        jobs=jobs,
        expected=expected,
        found=len(numbers),
    )


def _instance(text: str, numbers: Ints, start: int) -> AssignmentInstance:
    agents, jobs = int(numbers[start]), int(numbers[start + 1])
    size, begin = agents * jobs, start + 2
    cost, rest = numbers[begin : begin + size], numbers[begin + size : begin + 2 * size + agents]
    if (rest < 0).any():
        k = int((rest < 0).argmax())
        raise InstanceError(
            N_("%(number)s is no resource; it must be from 0 to %(most)s.")
            if k < size
            else N_("%(number)s is no capacity; it must be from 0 to %(most)s."),
            _line(text, begin + size + k),
            number=int(rest[k]),
            most=GREATEST,
        )
    return AssignmentInstance(
        cost.reshape(agents, jobs), rest[:size].reshape(agents, jobs), rest[size:].copy()
    )


def _number(text: str, words: list[str], position: int) -> int:
    word = words[position]
    try:
        value = int(word.replace("_", "…"))  # Python's own way to write thousands is nobody else's
    except ValueError:
        try:
            fraction = float(word.replace("_", "…"))
        except ValueError:
            fraction = float("nan")
        if not fraction.is_integer():
            shown = word if len(word) <= 30 else word[:30] + "…"
            raise InstanceError(
                N_("“%(word)s” is not a whole number."), _line(text, position), word=shown
            ) from None
        value = int(fraction)
    if abs(value) > GREATEST:
        raise InstanceError(
            N_("%(word)s is beyond ±%(most)s."), _line(text, position), word=word[:30], most=GREATEST
        )
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
        raise InstanceError(N_("%(name)s must be whole numbers."), name=name)
    if given.size and not np.isfinite(given).all():
        raise InstanceError(N_("%(name)s holds a number that is not finite."), name=name)
    if given.size and np.abs(given.astype(np.float64)).max() > GREATEST:
        raise InstanceError(N_("%(name)s holds a number beyond ±%(most)s."), name=name, most=GREATEST)
    whole = np.ascontiguousarray(given, dtype=np.int64)
    if given.dtype.kind == "f" and not (whole == given).all():
        raise InstanceError(N_("%(name)s holds a number that is not whole."), name=name)
    return whole
