"""All that readers above an authority are shown of places, given to one who also knows the public quotas."""

from __future__ import annotations

import random
from collections.abc import Hashable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from maarag.desks.array.decided import (
    ALL,
    TAKEN,
    WAITS,
    Decided,
    method_row,
    programme_row,
)
from maarag.desks.array.tallies import ENDED, REACHED, EndAtom, Given, PlaceAtom, Tallies
from maarag.values import Suppressed, is_suppressed
from tests.engines.indicators.attacker import Knowledge, reader_of

NATION, NORTH, SOUTH = 1000, 1001, 1002
Cell = frozenset[Any]


USUAL, FEW = (3, 6, 8, 12, 20, 40), (1, 2, 3, 4, 30)


def invented(seed: int, *, full: float = 0.4, unused: float = 0.0, sizes: tuple[int, ...] = USUAL) -> Decided:
    """Ten authorities in two districts with quotas in four programmes, many of them full; some wait."""
    dice = random.Random(seed)
    places: dict[PlaceAtom, int] = {}
    ends: dict[EndAtom, int] = {}
    quotas = []
    for authority in range(1, 11):
        for programme in range(1, 5):
            if dice.random() < 0.35:
                continue
            most = dice.choice(sizes)
            taken = most if dice.random() < full else dice.randint(0, most)
            taken = 0 if unused and dice.random() < unused else taken
            pk = len(quotas) + 1
            quotas.append(Given(pk, programme, authority, most, pk, 2026, False, None))  # type: ignore[arg-type]
            split = dice.randint(0, taken) if dice.random() < 0.3 else taken
            for method, count in ((1, split), (2, taken - split)):
                if count:
                    places[PlaceAtom(authority, programme, method, TAKEN)] = count
            if waits := dice.choice((0, 0, 1, 2, 7, 15)):
                places[PlaceAtom(authority, programme, 0, WAITS)] = waits
            for state in (ENDED, REACHED):
                if count := dice.choice((0, 1, 3, 9)):
                    ends[EndAtom(authority, (programme,), state)] = count
        if count := dice.choice((0, 2, 6)):
            ends[EndAtom(authority, (1, 2), REACHED)] = count
    above = {one: frozenset({NATION, NORTH if one <= 5 else SOUTH}) for one in range(1, 11)}
    return Decided(Tallies(places, ends, ()), tuple(quotas), above)


class Reader:
    """Whoever knows all that is shown of places taken, how many places each quota has, and maybe their own.

    In a quota of fewer than five places nobody may have one, whatever mark stands on it; of other marks the
    reader knows that somebody is behind them.
    """

    def __init__(self, found: Decided, own: int = 0, *, spare_marks: bool = False) -> None:
        self.found, self.own = found, own
        numbers = {atom: n for atom, n in found.numbers.places.items() if atom.state == TAKEN}
        self.quotas: dict[tuple[int, int], int] = {}
        for quota in found.quotas:
            at = quota.authority, quota.programme
            self.quotas[at] = self.quotas.get(at, 0) + quota.families
        few = {at for at, places in self.quotas.items() if 0 < places < 5}
        # whichever method of any was chosen there, for all that the reader knows
        ways = {0, *(atom.method for atom in numbers)}
        numbers = {PlaceAtom(*at, way, TAKEN): 0 for at in few for way in ways} | numbers
        self.atoms = sorted(numbers, key=str)
        self.perhaps = {atom for atom in self.atoms if (atom.authority, atom.programme) in few}
        self.hidden: dict[Cell, Suppressed] = {}
        rows: list[tuple[Cell, float, float]] = []
        for place, row in self.published():
            cell, shown = self.counted(place, row), found.count(place, row, TAKEN, exact=False)
            total = sum(numbers[atom] for atom in cell)
            if not is_suppressed(shown):
                assert shown == total
                rows.append((cell, total, total))
            elif spare_marks and not shown.primary:
                rows.append((cell, total, total))
            else:
                self.hidden[cell] = shown
                rows.append((cell - self.perhaps, min(1, len(cell - self.perhaps)), np.inf))
                rows.append((cell, 0, shown.threshold - 1 if shown.primary else np.inf))
        for (authority, programme), places in self.quotas.items():
            rows.append((self.counted(authority, programme_row(programme)), 0, places))
        rows += [(frozenset({a}), numbers[a], numbers[a]) for a in self.atoms if a.authority == own]
        self.told = {a for cell, low, high in rows if len(cell) == 1 and low == high for a in cell}
        column = {atom: i for i, atom in enumerate(self.atoms)}
        at_cell = [(r, column[a]) for r, (cell, _low, _high) in enumerate(rows) for a in cell]
        shape = (len(rows), len(self.atoms))
        matrix = sparse.csr_array((np.ones(len(at_cell)), tuple(zip(*at_cell, strict=True))), shape=shape)
        self.constraint = LinearConstraint(
            matrix, [low for _cell, low, _high in rows], [high for _cell, _low, high in rows]
        )

    def published(self) -> list[tuple[Hashable, Hashable]]:
        """Every place with all its programmes, each of them, and the methods that its page lists."""
        found: dict[tuple[Hashable, Hashable], None] = {}
        for authority, programme in self.quotas:
            for place in (authority, *self.found.above[authority]):
                found |= dict.fromkeys([(place, ALL), (place, programme_row(programme))])
                found |= {(place, method_row(one)): None for one in self.found.methods_at(place, exact=False)}
        return list(found)

    def counted(self, place: Hashable, row: Hashable) -> Cell:
        return frozenset(
            atom
            for atom in self.atoms
            if place in (atom.authority, *self.found.above[atom.authority])
            and (
                row in (ALL, programme_row(atom.programme))
                or (row == method_row(atom.method) and atom not in self.perhaps)
            )
        )

    def width(self, cell: Cell) -> float:
        target = np.array([atom in cell for atom in self.atoms], dtype=float)
        ends = []
        for sign in (1.0, -1.0):
            answer = milp(
                sign * target,
                integrality=np.ones(len(self.atoms)),
                bounds=Bounds(0, np.inf),
                constraints=self.constraint,
            )
            assert answer.x is not None, answer.message
            ends.append(sign * answer.fun)
        return ends[1] - ends[0]

    def narrowed(self) -> list[Cell]:
        """Hidden cells of which fewer values are left than a mark leaves, or than there are places for."""
        found = []
        for cell in self.hidden:
            if self.own and any(atom.authority == self.own for atom in cell):
                continue
            unknown = cell - self.told
            quotas = {(atom.authority, atom.programme) for atom in unknown}
            room = sum(self.quotas[quota] for quota in quotas) - len(unknown - self.perhaps)
            if self.width(cell) < min(3, room) - 1e-6:
                found.append(cell)
        return found


@pytest.mark.parametrize("seed", [1, 3])
def test_who_knows_the_quotas_narrows_no_number_of_places_taken(seed: int):
    found = invented(seed)
    assert found.hidden[TAKEN] is not None
    reader = Reader(found)
    assert len(reader.hidden) > 20
    assert reader.narrowed() == []
    # the same reader is through as soon as only what is small is hidden
    assert Reader(found, spare_marks=True).narrowed() != []


@pytest.mark.parametrize("seed", [1, 2, 4])
def test_nor_that_nobody_has_one_of_the_few_places_of_a_quota(seed: int):
    """Many quotas of one to four places, half of all quotas unused: no mark is told to be a zero, or not."""
    found = invented(seed, unused=0.5, sizes=FEW)
    reader = Reader(found)
    assert sum(found.count(one, programme_row(of), TAKEN, exact=True) == 0 for one, of in found.few) > 3
    assert reader.narrowed() == []
    for authority, programme in found.few:
        assert found.count(authority, programme_row(programme), TAKEN, exact=False) == Suppressed(5)


def of_one_programme(quotas: dict[int, tuple[int, int]], *, method: int = 0) -> Decided:
    """Quotas of one programme by authority: how many places, how many of them taken; all in one district."""
    places = {PlaceAtom(one, 1, method, TAKEN): taken for one, (_most, taken) in quotas.items() if taken}
    given = tuple(
        Given(one, 1, one, most, one, 2026, False, None)  # type: ignore[arg-type]
        for one, (most, _taken) in quotas.items()
    )
    return Decided(Tallies(places, {}, ()), given, {one: frozenset({NATION, NORTH}) for one in quotas})


@pytest.mark.parametrize("taken", [0, 1, 2, 3])
def test_the_sum_of_a_district_does_not_tell_what_is_taken_of_three_places(taken: int):
    """30 of 40 places are taken and shown beside the three: a sum of 30 would say that nobody is there."""
    found = of_one_programme({1: (3, taken), 2: (40, 30)})
    assert found.count(1, programme_row(1), TAKEN, exact=False) == Suppressed(5)
    for place in (NORTH, NATION):
        for row in (ALL, programme_row(1)):
            assert is_suppressed(found.count(place, row, TAKEN, exact=False))
            assert found.count(place, row, TAKEN, exact=True) == 30 + taken
    reader = Reader(found)
    assert reader.width(frozenset({PlaceAtom(1, 1, 0, TAKEN)})) == 3
    assert reader.narrowed() == []


@pytest.mark.parametrize("larger", [7, 0])
@pytest.mark.parametrize("method", [7, 8, 0])
def test_nor_does_a_row_of_the_methods(method: int, larger: int):
    """Whether 0, 1, 2 or 3 of three places are taken, and by which method: every row shows the same."""
    told = []
    for taken in range(4):
        few = of_one_programme({1: (3, taken)}, method=method)
        found = of_one_programme({1: (3, 0), 2: (40, 20)}, method=larger)
        places = {**few.numbers.places, **found.numbers.places}
        found = Decided(Tallies(places, {}, ()), found.quotas, found.above)
        rows = {
            place: [ALL, programme_row(1), *map(method_row, found.methods_at(place, exact=False))]
            for place in (NORTH, 1, 2)
        }
        told.append(
            {
                (at, row): found.count(at, row, TAKEN, exact=False)
                for at, listed in rows.items()
                for row in listed
            }
        )
        assert Reader(found).narrowed() == []
        # where the families are known every row counts them
        assert sum(found.count(NORTH, method_row(one), TAKEN, exact=True) for one in {method, larger}) == (  # type: ignore[misc]
            20 + taken
        )
    assert len({str(shown) for shown in told[0].values()}) > 1
    assert told[0] == told[1] == told[2] == told[3]


def test_nor_does_a_sum_of_quotas_in_which_nobody_is():
    found = of_one_programme({1: (3, 0), 2: (4, 0), 3: (40, 0)})
    assert found.count(3, programme_row(1), TAKEN, exact=False) == 0
    assert found.count(NORTH, programme_row(1), TAKEN, exact=False) == Suppressed(5, primary=False)
    assert Reader(found).narrowed() == []


def test_nor_that_a_method_is_listed():
    """A method by which only quotas of few places work is listed where the families are known, not above."""
    found = of_one_programme({1: (3, 1), 2: (4, 0)}, method=7)
    assert found.methods_at(1, exact=True) == found.methods_at(NORTH, exact=True) == [7]
    assert found.methods_at(1, exact=False) == found.methods_at(NORTH, exact=False) == []
    assert found.methods_at(2, exact=True) == []
    larger = of_one_programme({1: (3, 1), 2: (40, 20)}, method=7)
    assert larger.methods_at(NORTH, exact=False) == [7]
    assert Reader(larger).narrowed() == []


def in_use(found: Decided, atom: PlaceAtom) -> bool:
    """Whether anybody has one of the places among which the atom counts."""
    return found.count(atom.authority, programme_row(atom.programme), TAKEN, exact=True) != 0


def knowledge(found: Decided, state: str) -> Knowledge:
    """What a reader gathers who knows nothing of quotas."""
    seen = Knowledge()
    for (place, row, column), every in found.places.items():
        # of a method's row what it counts; of a quota of few places one unknown
        unused = {atom for atom in every & found.perhaps if not found.counted[atom] and in_use(found, atom)}
        cell = every - (found.perhaps if row[0] == "method" else unused)  # type: ignore[index]
        if column == state and cell:
            shown = found.count(place, row, column, exact=False)
            if is_suppressed(shown):
                seen.marks[cell] = shown
            else:
                seen.numbers[cell] = float(shown or 0)
    return seen


@pytest.mark.parametrize("state", [TAKEN, WAITS])
def test_nor_does_an_authority_that_knows_its_own(state: str):
    found = invented(3)
    seen = knowledge(found, state)
    numbers = found.counted
    spared = [cell for cell, mark in seen.marks.items() if any(numbers[atom] == 0 for atom in cell)]
    hiding = {atom.authority for cell in seen.marks for atom in cell}
    for own in sorted(hiding)[:2]:
        mine = {atom: n for atom, n in numbers.items() if atom.authority == own and atom.state == state}
        cells = [cell for cell in seen.marks if any(atom.authority == own for atom in cell)]
        # a mark on so few places that it tells no more than the quota is wider than the engine's
        few = [cell for cell in seen.marks if len(cell) > 1 and sum(numbers[atom] for atom in cell) < 5]
        assert seen.knowing(mine).narrowed(spared=[*spared, *cells, *few]) == []


def test_a_full_quota_of_three_is_not_told_by_a_sum_in_which_every_place_is_taken():
    """3 of 3 and 40 of 40 in one district: 43 in it would tell both, were it shown."""
    places = {PlaceAtom(1, 1, 0, TAKEN): 3, PlaceAtom(2, 1, 0, TAKEN): 40, PlaceAtom(3, 1, 0, TAKEN): 50}
    quotas = tuple(
        Given(n, 1, n, most, n, 2026, False, None)  # type: ignore[arg-type]
        for n, most in ((1, 3), (2, 40), (3, 90))
    )
    above = {1: frozenset({NATION, NORTH}), 2: frozenset({NATION, NORTH}), 3: frozenset({NATION, SOUTH})}
    found = Decided(Tallies(places, {}, ()), quotas, above)
    row = programme_row(1)
    assert is_suppressed(found.count(1, row, TAKEN, exact=False))
    assert Reader(found).narrowed() == []
    assert found.count(1, row, TAKEN, exact=True) == 3


def test_so_few_places_that_zero_would_tell_are_hidden_whether_taken_or_not():
    quotas = tuple(
        Given(n, 1, n, most, n, 2026, False, None)  # type: ignore[arg-type]
        for n, most in ((1, 2), (2, 4), (3, 30), (4, 5))
    )
    places = {PlaceAtom(2, 1, 0, TAKEN): 1, PlaceAtom(3, 1, 0, TAKEN): 12}
    above = {n: frozenset({NATION}) for n in range(1, 5)}
    found = Decided(Tallies(places, {}, ()), quotas, above)
    shown = [found.count(n, programme_row(1), TAKEN, exact=False) for n in range(1, 5)]
    assert shown[0] == shown[1] == Suppressed(5)
    assert shown[3] == 0
    assert found.count(1, programme_row(1), TAKEN, exact=True) == 0


@pytest.mark.parametrize("seed", [1, 2])
def test_nor_is_who_waits_or_how_work_ended(seed: int):
    found = invented(seed)
    seen = knowledge(found, WAITS)
    assert len(seen.marks) > 5
    assert seen.narrowed() == []
    ends = found.end_protection
    assert ends is not None
    told = reader_of(found.numbers.ends, [found.ends.values()], ends)
    assert len(told.marks) > 5
    assert told.narrowed(spared=ends.implied) == []


def test_who_waits_is_hidden_alike_whatever_year_of_places_is_shown():
    """The years' places are other families; who waits is one table, shown beside each of them."""
    whole = invented(3)
    fewer = {
        atom: n for atom, n in whole.numbers.places.items() if atom.state == WAITS or atom.programme == 2
    }
    other = Decided(Tallies(fewer, whole.numbers.ends, ()), whole.quotas, whole.above)
    keys = {(place, row) for place, row, state in whole.places if state == WAITS}
    told = [{key: str(found.count(*key, WAITS, exact=False)) for key in keys} for found in (whole, other)]
    assert all(one == two for one, two in pairwise(told))
    assert any("Suppressed" in shown for shown in told[0].values())


def test_small_numbers_are_never_shown():
    found = invented(2)
    rows: set[tuple[Hashable, Hashable, str]] = set(found.places)
    assert any(row == method_row(1) for _place, row, _state in rows)
    for place, row, state in rows:
        exact = found.count(place, row, state, exact=True)
        shown = found.count(place, row, state, exact=False)
        if row in (method_row(0), method_row(1), method_row(2)):  # without quotas of few places
            every = found.places[place, row, state]
            exact = sum(found.counted[atom] for atom in every - found.perhaps)
        assert shown == exact or is_suppressed(shown)
        assert not 0 < exact < 5 or is_suppressed(shown)  # type: ignore[operator]
    assert found.count(NATION, ALL, TAKEN, exact=True) == sum(
        n for atom, n in found.numbers.places.items() if atom.state == TAKEN
    )


def test_where_nothing_is_proved_everything_is_hidden(monkeypatch: pytest.MonkeyPatch):
    found = invented(1)
    monkeypatch.setitem(found.__dict__, "hidden", {TAKEN: None, WAITS: None})
    monkeypatch.setitem(found.__dict__, "end_protection", None)
    assert is_suppressed(found.count(NATION, ALL, TAKEN, exact=False))
    assert is_suppressed(found.ended(NATION, ALL, ENDED, exact=False))
    assert found.count(NATION, programme_row(99), WAITS, exact=False) == 0
