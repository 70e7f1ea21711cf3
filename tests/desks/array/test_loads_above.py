"""What the teams carry, as it is shown above the authorities, given to one who solves for the rest."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from maarag.desks.array.decided import ALL, TAKEN, Decided, programme_row
from maarag.desks.array.loads import FEWEST, heavier_hidden, that_follow
from maarag.desks.array.tallies import Given, PlaceAtom, Tallies, TeamAtom, TeamLoad
from maarag.values import is_suppressed

from .test_nothing_to_work_back import NATION, NORTH, SOUTH, Reader, invented

SEEDS = (1, 3)


def with_teams(seed: int, *, recorded: float = 0.6) -> Decided:
    """The invented nation, with teams in some programmes, and some of their families heavier than usual."""
    found, dice = invented(seed), random.Random(seed)
    teams = {}
    for quota in found.quotas:
        if dice.random() > recorded:
            continue
        families = sum(
            number
            for atom, number in found.numbers.places.items()
            if atom.state == TAKEN and (atom.authority, atom.programme) == (quota.authority, quota.programme)
        )
        quarters = sum(dice.choice((0, 0, 1, 1, 2, 3)) for _family in range(families))
        atom = TeamAtom(quota.authority, quota.programme)
        teams[atom] = TeamLoad(dice.choice((5, 10, 30)), families, quarters)
    return replace(found, numbers=replace(found.numbers, teams=teams))


class Solver:
    """Whoever knows all that is shown of places taken, the quotas, and every load that is shown.

    The unknowns are families by authority, programme and method, and quarters by team: no more of these than
    three for each of its families.
    """

    def __init__(self, found: Decided, *, every_load: bool = False) -> None:
        self.found = found
        taken = Reader(found)
        self.quotas, self.places, self.teams = taken.quotas, taken.atoms, sorted(found.numbers.teams, key=str)
        self.count = len(self.places) + len(self.teams)
        self.at_team = {atom: len(self.places) + at for at, atom in enumerate(self.teams)}
        self.at_place = {atom: at for at, atom in enumerate(self.places)}
        bounds = [self._of_places(taken)]
        rows, low, high = [], [], []
        for key, teams in found.teams.items():
            shown = found.carried(*key, exact=every_load)
            if not is_suppressed(shown):  # four times the load: four a family, one a quarter
                rows.append(4 * self.families(teams) + self.quarters(teams))
                low.append(4 * shown)  # type: ignore[operator]
                high.append(4 * shown)  # type: ignore[operator]
        for team in self.teams:
            rows.append(3 * self.families([team]) - self.quarters([team]))
            low.append(0)
            high.append(np.inf)
        bounds.append(LinearConstraint(sparse.csr_array(np.array(rows)), low, high))
        self.constraints = bounds

    def _of_places(self, reader: Reader) -> LinearConstraint:
        known = reader.constraint
        wide = sparse.hstack([known.A, sparse.csr_array((known.A.shape[0], len(self.teams)))])
        return LinearConstraint(sparse.csr_array(wide), known.lb, known.ub)

    def families(self, teams: object) -> np.ndarray:
        wanted = {(team.authority, team.programme) for team in teams}  # type: ignore[attr-defined]
        found = np.zeros(self.count)
        for atom, at in self.at_place.items():
            found[at] = (atom.authority, atom.programme) in wanted
        return found

    def quarters(self, teams: object) -> np.ndarray:
        found = np.zeros(self.count)
        found[[self.at_team[team] for team in teams]] = 1.0  # type: ignore[attr-defined]
        return found

    def width(self, target: np.ndarray) -> float:
        ends = []
        for sign in (1.0, -1.0):
            answer = milp(
                sign * target,
                integrality=np.ones(self.count),
                bounds=Bounds(0, 500),
                constraints=self.constraints,
            )
            assert answer.x is not None, answer.message
            ends.append(sign * answer.fun)
        return float(ends[1] - ends[0])

    def families_narrowed(self) -> list[object]:
        """Teams of which the number of families is hidden, and fewer values are left than a mark leaves."""
        found: list[object] = []
        for team in self.teams:
            shown = self.found.count(team.authority, programme_row(team.programme), TAKEN, exact=False)
            families = self.found.numbers.teams[team].families
            places = self.quotas[team.authority, team.programme]
            if is_suppressed(shown) and families:
                atoms = 0 if places < 5 else int(self.families([team]).sum())
                if self.width(self.families([team])) < min(3, places - atoms) - 1e-6:
                    found.append(team)
        return found

    def few_heavier(self) -> list[object]:
        """Places × rows whose quarters are few, and told to less than a mark leaves."""
        found: list[object] = []
        for key, teams in self.found.teams.items():
            quarters = sum(self.found.numbers.teams[team].quarters for team in teams)
            families = sum(self.found.numbers.teams[team].families for team in teams)
            wide = min(3, 3 * families - len(teams))
            if 0 < quarters < FEWEST and self.width(self.quarters(teams)) < wide - 1e-6:
                found.append(key)
        return found


@pytest.mark.parametrize("seed", SEEDS)
def test_no_load_tells_how_many_families_or_heavier_ones_there_are(seed: int):
    found = with_teams(seed)
    assert found.loads_told
    reader = Solver(found)
    assert reader.families_narrowed() == []
    assert reader.few_heavier() == []


def test_the_same_reader_is_through_where_every_load_is_told():
    reader = Solver(with_teams(SEEDS[0]), every_load=True)
    assert reader.families_narrowed() != []
    assert reader.few_heavier() != []


def test_districts_and_the_nation_have_a_load_where_departments_record_their_workers():
    """Sixteen departments with quotas of a usual size; every sum of the districts and the nation is told."""
    dice = random.Random(7)
    places, quotas, teams = {}, [], {}
    for authority in range(1, 17):
        for programme in (1, 2):
            most = dice.choice((12, 20, 40))
            taken = dice.randint(most // 2, most)
            pk = len(quotas) + 1
            quotas.append(Given(pk, programme, authority, most, pk, 2026, False, None))  # type: ignore[arg-type]
            places[PlaceAtom(authority, programme, 0, TAKEN)] = taken
            if authority % 4:
                quarters = sum(dice.choice((0, 0, 0, 1, 1, 2, 3)) for _family in range(taken))
                teams[TeamAtom(authority, programme)] = TeamLoad(most, taken, quarters)
    above = {one: frozenset({NATION, NORTH if one <= 8 else SOUTH}) for one in range(1, 17)}
    found = Decided(Tallies(places, {}, (), teams), tuple(quotas), above)
    for place in (NATION, NORTH, SOUTH):
        for row in (ALL, programme_row(1), programme_row(2)):
            assert (place, row) in found.loads_told
    reader = Solver(found)
    assert reader.few_heavier() == []
    hidden = {key for key in found.teams if key not in found.loads_told}
    assert hidden, "of some departments it would tell few"


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_hidden_of_places_taken_does_not_depend_on_teams(seed: int):
    bare, found = invented(seed), with_teams(seed)
    for place, row, state in bare.places:
        shown = [one.count(place, row, state, exact=False) for one in (bare, found)]
        assert shown[0] == shown[1]
    assert found.carried(NATION, ALL, exact=True) == sum(one.carried for one in found.numbers.teams.values())


def test_a_sum_follows_where_known_sums_make_it():
    told = [frozenset("abc"), frozenset("c"), frozenset("de"), frozenset("bd"), frozenset("be")]
    sums = {
        "less": frozenset("ab"), "both": frozenset("abcde"), "part": frozenset("a"), "twice": frozenset("b"),
        "nobody": frozenset(""), "new": frozenset("af"),
    }  # fmt: skip
    assert that_follow(told, sums) == {"less", "both", "part", "twice", "nobody"}
    assert that_follow([], sums) == {"nobody"}


def few(families: dict[int, int], teams: dict[int, TeamLoad], *, most: int = 40) -> Decided:
    """One programme in authorities of one district; a team where one is given."""
    places = {PlaceAtom(one, 1, 0, TAKEN): number for one, number in families.items() if number}
    quotas = tuple(
        Given(one, 1, one, most, one, 2026, False, None)  # type: ignore[arg-type]
        for one in families
    )
    loads = {TeamAtom(one, 1): load for one, load in teams.items()}
    above = {one: frozenset({NATION, NORTH}) for one in families}
    return Decided(Tallies(places, {}, (), loads), quotas, above)


def test_one_department_of_ten_that_records_its_workers_makes_no_load_of_several_hundred():
    found = few(dict.fromkeys(range(1, 11), 20), {1: TeamLoad(25, 20, 16)})
    assert (found.most(NORTH, ALL), found.carried(NORTH, ALL, exact=False)) == (25, 24.0)
    assert found.carried(2, ALL, exact=False) is None
    assert found.carried(SOUTH, ALL, exact=True) is None


@pytest.mark.parametrize(
    ("load", "why"),
    [
        (TeamLoad(25, 20, 12), "twelve quarters may be four families'"),
        (TeamLoad(25, 20, 16, older=2), "two more have a place of another year's quota"),
        (TeamLoad(25, 19, 16), "somebody has two places"),
    ],
)
def test_a_load_that_would_tell_more_than_the_places_taken_is_hidden(load: TeamLoad, why: str):
    found = few({1: 20, 2: 30}, {1: load})
    assert is_suppressed(found.carried(1, ALL, exact=False)), why
    assert found.carried(1, ALL, exact=True) == load.carried


def test_a_team_of_few_families_has_no_load_above():
    found = few({1: 3, 2: 30, 3: 40}, {1: TeamLoad(5, 3, 0)})
    assert is_suppressed(found.carried(1, ALL, exact=False))
    assert is_suppressed(found.carried(NORTH, ALL, exact=False))
    # of a quota of four places not even zero is told, so a load of nothing is not either
    none = few({1: 0}, {1: TeamLoad(5, 0, 0)}, most=4)
    assert is_suppressed(none.carried(1, ALL, exact=False))
    assert few({1: 0, 2: 30}, {1: TeamLoad(5, 0, 0)}).carried(1, ALL, exact=False) == 0


def test_where_nothing_is_proved_of_the_weights_no_load_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("maarag.desks.array.decided.heavier_hidden", lambda *_teams: None)
    assert is_suppressed(few({1: 20}, {1: TeamLoad(25, 20, 0)}).carried(1, ALL, exact=False))


def test_quarters_of_fewer_than_five_families_are_hidden():
    quarters = {1: 12, 2: 13, 3: 30, 4: 40}
    teams = {TeamAtom(one, 1): TeamLoad(40, 40, number) for one, number in quarters.items()}
    cells = [frozenset({one}) for one in teams]
    hidden = heavier_hidden(teams, [*cells, frozenset(teams)])
    assert hidden is not None
    assert hidden[cells[0]].primary
    assert frozenset(teams) not in hidden
    assert len(hidden) < len(cells)
    assert heavier_hidden({TeamAtom(1, 1): TeamLoad(9, 9, 0)}, [frozenset({TeamAtom(1, 1)})]) == {}
