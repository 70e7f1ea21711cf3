"""Shares of several funders: exact at the end, never falling on the way, the same in SQL and in Python."""

from __future__ import annotations

from itertools import pairwise

import pytest
from django.conf import settings
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as searching
from hypothesis import strategies as st

from maarag.kernel.ledger.shares import shares_reached
from maarag.values import Money

WEIGHTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=6).filter(any)


@given(st.integers(1, 10**12), WEIGHTS, st.lists(st.integers(0, 10**6), min_size=1, max_size=12))
def test_parts_grow_and_add_up(amount: int, weights: list[int], steps: list[int]) -> None:
    parts = [part.agorot for part in Money(amount).split(weights)]
    reached, before = 0, [0] * len(parts)
    for step in steps:
        reached = min(amount, reached + step)
        now = shares_reached(parts, reached)
        assert sum(now) == reached
        assert all(0 <= old <= new <= part for old, new, part in zip(before, now, parts, strict=True))
        before = now
    assert shares_reached(parts, amount) == parts


def test_agora_by_agora() -> None:
    """Largest remainder would take an agora back here (at 4 of these parts): this never does."""
    parts = [6, 6, 2]
    found = [shares_reached(parts, reached) for reached in range(15)]
    for one, other in pairwise(found):
        assert sorted(b - a for a, b in zip(one, other, strict=True)) == [0, 0, 1]


def test_what_is_not_possible() -> None:
    with pytest.raises(ValueError, match="3 of 2"):
        shares_reached([1, 1], 3)


@searching(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(amount=st.integers(1, 10**15), weights=WEIGHTS, share=st.floats(0, 1))
def test_postgresql_computes_the_same(db: None, amount: int, weights: list[int], share: float) -> None:
    assert settings.configured
    parts = [part.agorot for part in Money(amount).split(weights)]
    reached = min(amount, int(amount * share))
    with connection.cursor() as cursor:
        # its text as a query: the application may not call it
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'ledger_shares'")
        (body,) = cursor.fetchone()
        cursor.execute(
            "CREATE OR REPLACE FUNCTION pg_temp.shares(parts bigint[], reached bigint) RETURNS bigint[]"
            f" LANGUAGE plpgsql AS $shares${body}$shares$"
        )
        cursor.execute("SELECT pg_temp.shares(%s::bigint[], %s)", [parts, reached])
        assert cursor.fetchone()[0] == shares_reached(parts, reached)
