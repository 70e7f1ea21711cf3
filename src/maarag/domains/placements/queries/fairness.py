"""Whether a group is placed less, or less well, than all others: in the proposals and in the decisions.

Whoever decides for the department sees its exact figures; above it the same figures come without names, from
the run's counts and from how many of each group have a place after the decisions, with small groups hidden so
that none can be worked back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field

from maarag.engines.indicators import ALL, cross, protect
from maarag.engines.matching import Group, group_rates
from maarag.kernel.access.scope import Viewer
from maarag.kernel.matches.models import Run, RunRemark, RunState
from maarag.values import Shown, Suppressed

from ..gathering import ATTRIBUTES
from ..models import Proposal
from ..scope import proposals_of, sees_exact
from .decided_above import TOLD, decided_shown, stands_of
from .figures import hides_sums

MISSING = "unknown"


@dataclass(frozen=True)
class GroupLine:
    """A group: in the proposals, and in what stands after people's decisions.

    `families`, `placed`, `stands` (with a place after the decisions): a mark where they are hidden; then
    `proposed` or `decided` is None, too. `stands` is None where of the decisions nothing may be told.
    """

    attribute: str
    value: str
    families: Shown
    placed: Shown
    proposed: Group | None
    stands: Shown = None
    decided: Group | None = None
    remarks: tuple[RunRemark, ...] = ()

    @property
    def is_seen(self) -> bool:
        """Whether the difference to all others cannot well be chance, in the proposals or the decisions."""
        return any(one is not None and (one.seen or one.fit_seen) for one in (self.proposed, self.decided))

    @property
    def is_answered(self) -> bool:
        """Whether somebody said why, or a run mended it that is done."""
        return any(one.mended_by is None or one.mended_by.state == RunState.DONE for one in self.remarks)


@dataclass(frozen=True)
class Attribute:
    """By what groups are told apart: sex, sector, language, area."""

    code: str
    groups: tuple[GroupLine, ...] = field(default_factory=tuple)

    @property
    def hides(self) -> bool:
        """Whether a group's families, or those with a place, are not shown."""
        shown = [one for line in self.groups for one in (line.families, line.placed, line.stands)]
        return any(isinstance(one, Suppressed) for one in shown)

    @property
    def tells_decisions(self) -> bool:
        return any(line.stands is not None for line in self.groups)


def unanswered(viewer: Viewer, run: Run) -> list[GroupLine]:
    """The groups whose difference to all others is seen, and which nobody has explained or mended."""
    lines = [line for part in fairness(viewer, run) for line in part.groups]
    return [line for line in lines if line.is_seen and not line.is_answered]


def fairness(viewer: Viewer, run: Run) -> list[Attribute]:
    """The groups of a run by attribute, in the order of ATTRIBUTES."""
    remarks: dict[tuple[str, str], list[RunRemark]] = defaultdict(list)
    for row in run.remarks.select_related("by", "mended_by"):
        remarks[row.attribute, row.value].append(row)
    if sees_exact(viewer, run):
        return _exact(list(proposals_of(viewer, run)), remarks)
    return _hidden(run, remarks)


def _exact(
    rows: Sequence[Proposal], remarks: Mapping[tuple[str, str], Sequence[RunRemark]]
) -> list[Attribute]:
    proposed = [row.proposed_id is not None for row in rows]
    decided = [row.quota_id is not None for row in rows]
    fits = [float(row.proposed_fit or 0) for row in rows]
    after = [float(row.fit or 0) for row in rows]
    found = []
    for attribute in ATTRIBUTES:
        labels = [str(row.explanation.get("groups", {}).get(attribute, MISSING)) for row in rows]
        first = {one.value: one for one in group_rates(labels, proposed, fits)} if rows else {}
        second = {one.value: one for one in group_rates(labels, decided, after)} if rows else {}
        lines = [
            GroupLine(
                attribute,
                value,
                one.families,
                one.placed,
                one,
                second[value].placed,
                second[value],
                tuple(remarks.get((attribute, value), ())),
            )
            for value, one in first.items()
        ]
        found.append(Attribute(attribute, tuple(lines)))
    return found


@dataclass(frozen=True)
class Atom:
    """The finest count of a run's groups."""

    authority: int
    value: str
    placed: bool


def _hidden(run: Run, remarks: Mapping[tuple[str, str], Sequence[RunRemark]]) -> list[Attribute]:
    """Sums over all departments of the run: of each group all families and those placed.

    Decisions are told where their sum is: by each attribute it is the same number.
    """
    if hides_sums(run):
        return []  # its sums would tell what the figures hide
    tables = {attribute: _proposed(run, attribute) for attribute in TOLD}
    stands = stands_of(run)
    after: dict[str, Stands] = {}
    for attribute, shown in tables.items():
        numbers = stands[attribute]
        read = decided_shown(numbers, _is_told(shown)) if numbers is not None else None
        if read is None or isinstance(read(ALL), Suppressed):
            after = {}
            break
        after[attribute] = read
    return [
        _attribute(run, attribute, shown, after.get(attribute), remarks)
        for attribute, shown in tables.items()
    ]


Table = Callable[[Hashable, Hashable], Shown]
"""Group (or ALL) and whether placed (or ALL) → how many families."""
Stands = Callable[[Hashable], Shown]
"""Group (or ALL) → how many have a place after the decisions."""


def _is_told(shown: Table) -> Callable[[Hashable, Hashable], bool]:
    return lambda value, placed: not isinstance(shown(value, placed), Suppressed)


def _proposed(run: Run, attribute: str) -> Table:
    numbers: dict[Atom, int] = {}
    for authority, name, value, families, placed in run.totals.get("groups", ()):
        if name == attribute:
            numbers[Atom(authority, value, True)] = placed
            numbers[Atom(authority, value, False)] = families - placed
    cells = cross(
        numbers,
        [lambda atom: [atom.value, ALL], lambda atom: [atom.placed, ALL]],
    )
    protection = protect(numbers, [cells.values()], owners={atom: atom.authority for atom in numbers})
    if protection.unproved:
        raise AssertionError("a hidden count of a run without a proof that nobody can work it out")

    def shown(value: Hashable, placed: Hashable) -> Shown:
        atoms = cells.get((value, placed), frozenset())
        return protection.mark(atoms) or sum(numbers[atom] for atom in atoms)

    return shown


def _attribute(
    run: Run,
    attribute: str,
    shown: Table,
    stands: Stands | None,
    remarks: Mapping[tuple[str, str], Sequence[RunRemark]],
) -> Attribute:
    values = sorted({value for _one, name, value, *_n in run.totals.get("groups", ()) if name == attribute})
    whole = shown(ALL, ALL)
    lines = [
        GroupLine(
            attribute,
            value,
            shown(value, ALL),
            shown(value, True),
            _measured(value, (shown(value, ALL), shown(value, True)), (whole, shown(ALL, True))),
            stands(value) if stands else None,
            _measured(value, (shown(value, ALL), stands(value)), (whole, stands(ALL))) if stands else None,
            tuple(remarks.get((attribute, value), ())),
        )
        for value in values
    ]
    return Attribute(attribute, tuple(lines))


def _measured(value: str, group: tuple[Shown, Shown], everything: tuple[Shown, Shown]) -> Group | None:
    """The rate of a group, where its numbers and those of all are shown."""
    numbers = [one for one in (*group, *everything) if isinstance(one, int)]
    return _rates(value, *numbers) if len(numbers) == 4 else None


def _rates(value: str, families: int, placed: int, all_families: int, all_placed: int) -> Group:
    """The rate of a group beside that of all others, from counts alone: without fits."""
    others, other_placed = all_families - families, all_placed - placed
    labels = [value] * families + ["\x7f"] * others
    has = [True] * placed + [False] * (families - placed)
    has += [True] * other_placed + [False] * (others - other_placed)
    return next(one for one in group_rates(labels, has, [0.0] * len(labels)) if one.value == value)
