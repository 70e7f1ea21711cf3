"""Row-level security through a pooler in transaction mode: connections change hands, scopes do not."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections, transaction

from maarag.database.backend.base import DatabaseWrapper
from maarag.database.rows import scope
from maarag.domains.families.models import Family
from maarag.kernel.access.permissions import Role
from tests.factories.families import everything, family
from tests.factories.services import World, world

from .pooler import pooled

pytestmark = pytest.mark.django_db(transaction=True)
THREADS, ROUNDS, CONNECTIONS = 6, 40, 2


@pytest.fixture
def towns() -> World:
    towns = world()
    for place in (towns.city, towns.sister):
        family(towns.system, place, towns.account(Role.SOCIAL_WORKER, place=place), name=place.name_he)
    return towns


@pytest.fixture
def through() -> Iterator[dict[str, Any]]:
    """Settings of the way through the pooler; fewer connections than threads."""
    with pooled(connection.settings_dict, CONNECTIONS) as settings:
        yield settings


def test_no_scope_outlives_its_transaction(towns: World, through: dict[str, Any]):
    places = (towns.city, towns.sister, None)

    def work(number: int) -> list[tuple[int | None, set[int]]]:
        pool = DatabaseWrapper(through, alias="pooled")
        connections["pooled"] = pool
        found = []
        try:
            for step in range(ROUNDS):
                place = places[(number + step) % len(places)]
                token = scope._current.set(everything(place) if place else scope.NOBODY)
                try:
                    with transaction.atomic(using="pooled"):
                        rows = Family.objects.using("pooled").values_list("authority", flat=True)
                        found.append((place and place.pk, set(rows)))
                finally:
                    scope._current.reset(token)
                # outside a transaction, on whichever connection comes
                found.append((None, set(Family.objects.using("pooled").values_list("authority", flat=True))))
        finally:
            pool.close()
        return found

    with ThreadPoolExecutor(THREADS) as threads:
        found = [pair for pairs in threads.map(work, range(THREADS)) for pair in pairs]
    assert len(found) == 2 * THREADS * ROUNDS
    assert [(place, rows) for place, rows in found if rows != ({place} - {None})] == []


def test_the_trial_would_find_a_scope_that_stays(
    towns: World, through: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    """The same with the setting made for the session: strangers see rows, so the trial above can fail."""
    told = scope.tell

    def for_the_session(pool: Any, wanted: scope.RowScope) -> None:
        told(pool, wanted)
        pool.connection.execute(
            "SELECT set_config(%s, %s, false)", [scope.AUTHORITIES, scope._array(wanted.authorities)]
        )

    monkeypatch.setattr("maarag.database.backend.base.tell", for_the_session)
    with pytest.raises(AssertionError):
        test_no_scope_outlives_its_transaction(towns, through)
