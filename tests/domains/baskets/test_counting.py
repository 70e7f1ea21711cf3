"""What other rooms learn of baskets: places, families behind money, files that stay apart."""

from __future__ import annotations

import pytest

from maarag.domains.baskets.actions import close_basket, open_basket, reverse_request
from maarag.domains.baskets.counting import families_behind
from maarag.domains.families.actions import NotMerged, merge_families
from maarag.domains.families.models import Family
from maarag.domains.funding import hidden
from maarag.domains.funding.statement import HIDDEN
from maarag.domains.programmes.actions import PlacesTaken
from maarag.domains.programmes.use import rows_for
from maarag.kernel.access.permissions import Role
from tests.factories.baskets import Department, quota
from tests.factories.families import family as open_family


def another(city: Department, name: str) -> Family:
    """A further family of the city with an open basket."""
    made = open_family(
        city.world.system,
        city.world.city,
        city.worker,
        name=name,
        national_id="",
        phone="",
        opened_on=city.basket.opened_on,
    )
    with city.scope():
        open_basket(by=city.worker, family=made, quota=city.quota)
    return made


def test_a_quota_never_falls_below_its_open_baskets(city: Department):
    another(city, "גל")
    with pytest.raises(PlacesTaken):
        quota(city.world, city.line, city.world.city, 1)
    assert quota(city.world, city.line, city.world.city, 2).families == 2
    with city.scope():
        close_basket(by=city.worker, basket=city.basket)
    assert quota(city.world, city.line, city.world.city, 1).families == 1


def test_families_with_money_are_counted_once_each(city: Department):
    with city.scope():
        city.draft(1)
        assert not any(families_behind([city.quota.pot_id]).values())
        city.sent(1)
        request = city.approved(1)
    once = {frozenset([city.quota.pot_id]): 1}
    with_money = ("asked", "planned", "approved", "used")
    behind = {kind: once if kind in with_money else {} for kind in hidden.KINDS}
    assert families_behind([city.quota.pot_id]) == behind
    assert not any(families_behind([]).values())
    with city.scope():
        reverse_request(by=city.leader, request=request, reason="x")
    behind |= {"approved": {}, "used": {}}
    assert families_behind([city.quota.pot_id]) == behind


def test_from_above_the_money_of_one_family_is_hidden(city: Department):
    with city.scope():
        city.approved(1)
    above = city.world.account(Role.NATIONAL_MANAGER, place=city.world.nation)
    (row,) = rows_for(above, [city.quota])
    assert row.use is not None
    assert row.use["approved"] == HIDDEN
    (own,) = rows_for(city.leader, [city.quota])
    assert own.use is not None
    assert own.use["approved"] != HIDDEN


def test_two_files_with_open_baskets_in_one_programme_stay_apart(city: Department):
    other = another(city, city.family.name)
    with city.scope(city.leader):
        kept, away = (Family.objects.get(pk=pk) for pk in (city.family.pk, other.pk))
        with pytest.raises(NotMerged):
            merge_families(by=city.leader, kept=kept, away=away)
        close_basket(by=city.worker, basket=away.baskets.get())
        assert merge_families(by=city.leader, kept=kept, away=away).pk
