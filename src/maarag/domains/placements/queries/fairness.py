"""Whether a group is placed less, or less well, than all others: in the proposals and in the decisions.

Whoever decides for the department sees its exact figures; above it the same figures come without names, from
the run's counts, with small groups hidden so that none can be worked back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from maarag.engines.indicators import ALL, cross, protect
from maarag.engines.matching import Group, group_rates
from maarag.kernel.access.scope import Viewer
from maarag.kernel.matches.models import Run, RunRemark
from maarag.values import Shown, Suppressed

from ..gathering import ATTRIBUTES
from ..models import Proposal
from ..scope import proposals_of, sees_exact
from .figures import figures_of

MISSING = "unknown"


@dataclass(frozen=True)
class GroupLine:
    """A group: in the proposals, and in what stands after people's decisions (None above a department).

    `families`, `placed`: a mark where they are hidden; then `proposed` is None, too.
    """

    attribute: str
    value: str
    families: Shown
    placed: Shown
    proposed: Group | None
    decided: Group | None = None
    remarks: tuple[RunRemark, ...] = ()

    @property
    def is_seen(self) -> bool:
        """Whether the difference to all others cannot well be chance, in the proposals or the decisions."""
        return any(one is not None and (one.seen or one.fit_seen) for one in (self.proposed, self.decided))

    @property
    def is_answered(self) -> bool:
        return bool(self.remarks)


@dataclass(frozen=True)
class Attribute:
    """By what groups are told apart: sex, sector, language, area; `hidden`: how many groups are not shown."""

    code: str
    groups: tuple[GroupLine, ...] = field(default_factory=tuple)
    hidden: int = 0


def fairness(viewer: Viewer, run: Run) -> list[Attribute]:
    """The groups of a run by attribute, in the order of ATTRIBUTES."""
    remarks: dict[tuple[str, str], list[RunRemark]] = defaultdict(list)
    for row in run.remarks.select_related("by", "mended_by"):
        remarks[row.attribute, row.value].append(row)
    if sees_exact(viewer, run):
        return _exact(list(proposals_of(viewer, run)), remarks)
    return _hidden(viewer, run, remarks)


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


def _hidden(
    viewer: Viewer, run: Run, remarks: Mapping[tuple[str, str], Sequence[RunRemark]]
) -> list[Attribute]:
    """Sums over all departments of the run: of each group all families and those placed.

    Neighbourhoods are left out, as they are of every figure above their authority.
    """
    whole = figures_of(viewer, run).whole
    if any(isinstance(one, Suppressed) for one in (whole.families, whole.placed, whole.waiting)):
        return []  # its sums would tell what the figures hide
    return [_attribute(run, attribute, remarks) for attribute in ATTRIBUTES if attribute != "area"]


def _attribute(run: Run, attribute: str, remarks: Mapping[tuple[str, str], Sequence[RunRemark]]) -> Attribute:
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

    def shown(value: object, placed: object) -> Shown:
        atoms = cells.get((value, placed), frozenset())
        return protection.mark(atoms) or sum(numbers[atom] for atom in atoms)

    values = sorted({atom.value for atom in numbers})
    rows = {value: (shown(value, ALL), shown(value, True)) for value in values}
    open_ones = [
        value for value, pair in rows.items() if not any(isinstance(one, Suppressed) for one in pair)
    ]
    everything = (shown(ALL, ALL), shown(ALL, True))
    lines = []
    for value in values:
        families, placed = rows[value]
        group = None
        if value in open_ones and not any(isinstance(one, Suppressed) for one in everything):
            group = _rates(value, int(families), int(placed), int(everything[0]), int(everything[1]))  # type: ignore[arg-type]
        given = tuple(remarks.get((attribute, value), ()))
        lines.append(GroupLine(attribute, value, families, placed, group, None, given))
    return Attribute(attribute, tuple(lines), len(values) - len(open_ones))


def _rates(value: str, families: int, placed: int, all_families: int, all_placed: int) -> Group:
    """The rate of a group beside that of all others, from counts alone: without fits."""
    others, other_placed = all_families - families, all_placed - placed
    labels = [value] * families + ["\x7f"] * others
    has = [True] * placed + [False] * (families - placed)
    has += [True] * other_placed + [False] * (others - other_placed)
    return next(one for one in group_rates(labels, has, [0.0] * len(labels)) if one.value == value)
