"""Loading where no known password may be, and on another day of the year."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from unittest import mock

import pytest

from maarag.database.rows import RowScope, visible
from maarag.demo import drawn_baskets
from maarag.demo.actions import load_demonstration
from maarag.demo.households import AUTHORITY
from maarag.domains.baskets.models import Basket, Request, Stage
from maarag.domains.missions.models import Mission
from maarag.kernel.access.actions import system_account
from maarag.kernel.access.models import Account
from maarag.kernel.places.models import Place

from .loaded import FEW


@pytest.mark.django_db
def test_without_the_setting_no_account_with_a_known_password_is_made(settings: Any) -> None:
    settings.DEMONSTRATION = False
    loaded = load_demonstration(by=system_account())
    assert "fiction" in loaded.parts
    assert "accounts" not in loaded.parts
    assert list(Account.objects.values_list("is_system", flat=True)) == [True]
    assert not Mission.objects.exists()


@pytest.mark.proof
@pytest.mark.django_db
def test_stories_are_told_in_the_first_days_of_a_year(settings: Any) -> None:
    """Quotas begin with the year: what would lie before it happens on its first day."""
    settings.DEMONSTRATION = True
    second = datetime(2027, 1, 2, 6, tzinfo=UTC)
    with (
        mock.patch.object(drawn_baskets, "FAMILIES", FEW),
        mock.patch("django.utils.timezone.now", return_value=second),
    ):
        load_demonstration(by=system_account())
        with visible(RowScope(frozenset({Place.objects.get(code=AUTHORITY).pk}), system_account().pk)):
            assert set(Request.objects.values_list("stage", flat=True)) == set(Stage.values)
            assert Basket.objects.earliest("opened_on").opened_on == date(2027, 1, 1)
