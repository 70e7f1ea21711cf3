"""What more has to be hidden, at the least cost, so that a hidden cell is wide: a linear programme."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from .system import System

Floats = npt.NDArray[np.float64]
Members = npt.NDArray[np.int32]

PRICE_OF_BLUR = 0.3
"""Of taking the "small" out of a mark, for each unit by which the move leaves the range."""
PRICE_OF_MOVING = 1e-3
GAP = 0.5
"""By how much whole numbers may cost more than the least: a closer search takes longer, and as much is
hidden in the end."""


@dataclass(frozen=True)
class Plan:
    """Two moves that prove a cell wide together; possible once `hide` is hidden and `blur` is not small."""

    upward: dict[int, int]
    downward: dict[int, int]
    hide: frozenset[int]
    blur: frozenset[int]


def cheapest(system: System, cell: int, without: int, atoms: int) -> Plan | None:
    """The least that has to be hidden so that the cell is wide, looking at that many atoms round it.

    A linear programme: both moves at once, each visible cell that they alter costs what it tells (the
    square root of its count) times how much they alter it. As in the incremental attacker's problem of
    Fischetti and Salazar (2001), with moves in place of duals. None where the atoms leave no way.
    """
    near = nearby(system, cell, without, atoms)
    if not near.size:
        return None
    problem = _Problem(system, cell, near)
    answer = problem.solve(whole=False)
    if answer is not None and np.abs(answer - np.round(answer)).max(initial=0.0) > 1e-6:
        # Whole numbers are sought where the fractions are; among all the atoms where these allow none.
        moved = np.abs(answer.reshape(2, -1)).max(axis=0) > 1e-6
        among = _Problem(system, cell, near[moved]).solve(whole=True)
        if among is not None:
            near, answer = near[moved], among
        else:
            answer = problem.solve(whole=True)
    if answer is None:
        return None
    count = near.size
    moves = np.round(answer).astype(np.int64)
    upward, downward = (
        {int(atom): int(change) for atom, change in zip(near, part, strict=True) if change}
        for part in (moves[:count], moves[count:])
    )
    altered: dict[int, int] = {}
    for changes in (upward, downward):
        for number, change in system.shift_of(changes).items():
            altered[number] = max(altered.get(number, change), change)
    return Plan(
        upward,
        downward,
        hide=frozenset(number for number in altered if system.visible[number]),
        blur=frozenset(
            number
            for number, change in altered.items()
            if system.small[number] and system.value[number] + change >= system.threshold
        ),
    )


def nearby(system: System, cell: int, without: int, most: int) -> npt.NDArray[np.int64]:
    """The atoms most closely bound to the cell by visible cells, its own first; not those of `without`."""
    matrix = system.incidence
    assert matrix is not None
    allowed = system.owner != without if without >= 0 else np.ones(len(system.atoms), bool)
    if allowed.sum() <= most:
        return np.flatnonzero(allowed)
    weight = np.array(system.visible, dtype=np.float64) / np.maximum(system.sizes, 1)
    light = np.full(len(system.atoms), 1.0) / np.sqrt(system.x)
    light[list(system.unknown)] = 3.0
    own = np.zeros(len(system.atoms))
    own[system.cells[cell]] = 1.0 / system.cells[cell].size
    first = (matrix.T @ (weight * (matrix @ own))) * light * allowed
    chosen = _largest(first + own * allowed, most // 4)
    close = np.zeros(len(system.atoms))
    close[chosen] = 1.0
    bound = matrix @ close
    # An atom that shares two cells with those chosen closes a circle.
    second = (matrix.T @ (weight * np.minimum(bound, 4))) * np.sqrt(light) * allowed
    second[chosen] = np.inf
    return np.sort(_largest(second, most))


def _largest(scores: Floats, count: int) -> npt.NDArray[np.int64]:
    found = np.argpartition(-scores, min(count, scores.size - 1))[:count]
    return found[scores[found] > 0].astype(np.int64)


class _Problem:
    """The programme over the atoms `near`: for both moves what each gains and loses, then the prices."""

    def __init__(self, system: System, cell: int, near: npt.NDArray[np.int64]) -> None:
        self.atoms = near.size
        self.x = system.x[near]
        self.limit = system.threshold - 1
        self.prices: list[float] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self._members: list[Members] = []
        self._entries: list[tuple[int, int, float]] = []  # move, row, sign of the members of the same place
        self._priced: list[tuple[int, int]] = []  # row, price
        known: dict[tuple[bool, bytes], int] = {}
        matrix = system.incidence
        assert matrix is not None
        part = sparse.csr_array(matrix[:, near])
        for number in np.flatnonzero(np.diff(part.indptr)).tolist():
            members = part.indices[part.indptr[number] : part.indptr[number + 1]]
            value, frozen = system.value[number], system.frozen[number]
            if number == cell:
                self._aim(members, value, small=system.small[number])
            elif not system.visible[number]:
                self._stay_hidden(members, value, small=system.small[number], frozen=frozen)
            else:
                key = (frozen, np.sort(members).tobytes())
                price = 1.0 + value**0.5
                if key in known:
                    if not frozen:
                        self.prices[known[key]] += price
                    continue
                known[key] = len(self.prices)
                self._stay_in_sight(members, price, frozen=frozen)

    def _row(self, parts: list[tuple[Members, int, float]], low: float, high: float) -> int:
        """Add low ≤ Σ sign · (move of the members) ≤ high; returns the number of the row."""
        for members, move, sign in parts:
            self._members.append(members)
            self._entries.append((move, len(self.low), sign))
        self.low.append(low)
        self.high.append(high)
        return len(self.low) - 1

    def _aim(self, members: Members, value: int, *, small: bool) -> None:
        """The cell itself: the whole range of a small one, a width of threshold - 1 numbers of another."""
        if small:
            self._row([(members, 0, 1.0)], self.limit - value, self.limit - value)
            self._row([(members, 1, 1.0)], 1 - value, 1 - value)
            return
        self._row([(members, 0, 1.0), (members, 1, -1.0)], self.limit - 1, np.inf)
        self._row([(members, 1, 1.0)], 1 - value, np.inf)
        self._row([(members, 0, 1.0)], 1 - value, np.inf)

    def _stay_hidden(self, members: Members, value: int, *, small: bool, frozen: bool) -> None:
        """A hidden cell keeps what its mark says; a mark of this stage may be made to say less."""
        for move in (0, 1):
            if not small:
                if value - 1 < 2 * self.limit * members.size:
                    self._row([(members, move, 1.0)], 1 - value, np.inf)
            elif frozen:
                self._row([(members, move, 1.0)], 1 - value, self.limit - value)
            else:
                self._row([(members, move, 1.0)], 1 - value, np.inf)
                row = self._row([(members, move, 1.0)], -np.inf, self.limit - value)
                self._priced.append((row, len(self.prices)))
        if small and not frozen:
            self.prices.append(PRICE_OF_BLUR)

    def _stay_in_sight(self, members: Members, price: float, *, frozen: bool) -> None:
        """A visible cell stays as it is, or costs what it tells and is hidden."""
        for move in (0, 1):
            if frozen:
                self._row([(members, move, 1.0)], 0.0, 0.0)
                continue
            for sign in (1.0, -1.0):
                row = self._row([(members, move, sign)], -np.inf, 0.0)
                self._priced.append((row, len(self.prices)))
        if not frozen:
            self.prices.append(price)

    def solve(self, *, whole: bool) -> Floats | None:
        """Both moves, one after the other, over the atoms; None where there is none."""
        n = self.atoms
        sizes = [members.size for members in self._members]
        at = np.concatenate(self._members).astype(np.int64)
        move, row, sign = (np.repeat(np.array(part), sizes) for part in zip(*self._entries, strict=True))
        at += 2 * n * move.astype(np.int64)
        priced = np.array(self._priced, dtype=np.int64).reshape(-1, 2)
        matrix = sparse.csr_array(
            (
                np.concatenate([sign, -sign, np.full(len(priced), -1.0)]),
                (
                    np.concatenate([row, row, priced[:, 0]]).astype(np.int64),
                    np.concatenate([at, at + n, 4 * n + priced[:, 1]]),
                ),
            ),
            shape=(len(self.low), 4 * n + len(self.prices)),
        )
        reach = 2.0 * self.limit
        up, down = np.full(n, reach), np.minimum(self.x, reach)
        answer = milp(
            np.concatenate([np.full(4 * n, PRICE_OF_MOVING), self.prices]),
            integrality=np.concatenate([np.ones(4 * n), np.zeros(len(self.prices))]) if whole else None,
            bounds=Bounds(0.0, np.concatenate([up, down, up, down, np.full(len(self.prices), np.inf)])),
            constraints=LinearConstraint(matrix, self.low, self.high),
            options={"time_limit": 20.0, "mip_rel_gap": GAP} if whole else None,
        )
        if answer.x is None:
            return None
        x = answer.x
        return np.concatenate([x[:n] - x[n : 2 * n], x[2 * n : 3 * n] - x[3 * n : 4 * n]])
