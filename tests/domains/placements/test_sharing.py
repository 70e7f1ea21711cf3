"""Families shared out to a team: by language, by load, never past somebody's room while another has some."""

from __future__ import annotations

from collections import Counter
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from maarag.domains.placements.seats import Teammate
from maarag.domains.placements.sharing import ToShare, share_out

ARABIC = frozenset({"human_situations:language:arabic_speaking"})
HEBREW = frozenset({"human_situations:language:hebrew_speaking"})


def test_who_speaks_the_language_has_the_family_while_there_is_room():
    team = [Teammate(1, 3, 0, HEBREW), Teammate(2, 1, 0, HEBREW | ARABIC)]
    families = [ToShare(uuid4(), 1, ARABIC) for _number in range(2)]
    given = share_out(team, families)
    assert sorted(given.values()) == [1, 2]


def test_the_least_loaded_for_what_they_may_carry_comes_first():
    team = [Teammate(1, 10, 5), Teammate(2, 4, 0)]
    assert share_out(team, [ToShare(uuid4(), 1)]).popitem()[1] == 2
    assert share_out([], [ToShare(uuid4(), 1)]) == {}


@given(
    st.lists(st.tuples(st.integers(1, 6), st.integers(0, 6)), min_size=1, max_size=4),
    st.integers(0, 12),
)
def test_nobody_is_overloaded_while_another_has_room(people: list[tuple[int, int]], number: int):
    team = [Teammate(i, most, min(carried, most)) for i, (most, carried) in enumerate(people)]
    given = share_out(team, [ToShare(uuid4(), 1) for _number in range(number)])
    assert len(given) == number
    counts = Counter(given.values())
    over = [one for one in team if one.carried + counts[one.account] > one.most and counts[one.account]]
    free = [one for one in team if one.carried + counts[one.account] < one.most]
    assert not (over and free)
