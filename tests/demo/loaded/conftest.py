"""The demonstration, loaded once for all tests of this folder; what a test writes is undone after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from django.db import connection, transaction
from django.test import override_settings

from maarag.database.migrating import as_owner
from maarag.demo import drawn_baskets, drawn_situations
from maarag.demo.actions import Loaded, load_demonstration
from maarag.kernel.access.actions import system_account

from . import FEW


@pytest.fixture(scope="package")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[Loaded]:
    """What was loaded, with few drawn baskets."""
    few = mock.patch.object(drawn_baskets, "FAMILIES", FEW)
    some = mock.patch.object(drawn_situations, "FAMILIES", 10 * FEW)
    with django_db_blocker.unblock(), override_settings(DEMONSTRATION=True), few, some, transaction.atomic():
        found = load_demonstration(by=system_account())
        connection.check_constraints()  # once, instead of for all rows again after each test
        yield found
        transaction.set_rollback(True)
    # or every later test would read its way through all the rows that are gone
    with django_db_blocker.unblock(), as_owner(connection), connection.cursor() as cursor:
        cursor.execute("VACUUM")


@pytest.fixture(scope="class")
def of_class(request: pytest.FixtureRequest, loaded: Loaded) -> None:
    """Gives a class of tests what was loaded as `self.loaded`."""
    request.cls.loaded = loaded
