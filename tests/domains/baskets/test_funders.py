"""What each funder bears of the baskets that are opened: no more than it has left, whoever opens them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from maarag.database.rows import visible
from maarag.domains.baskets import actions
from maarag.domains.baskets.errors import FunderSpent
from maarag.domains.baskets.models import Basket
from maarag.domains.families.models import Family
from maarag.domains.funding.models import FunderShare
from maarag.kernel.access.permissions import Role
from maarag.kernel.ledger.models import Decision, Pot
from maarag.values import Money
from tests.factories.baskets import COST, STARTS, Department, department, leave_funder, quota
from tests.factories.families import everything
from tests.factories.families import family as open_family
from tests.factories.services import world

from .test_at_once import at_once, kinds

ZERO = Money(0)
HALF = Money.from_shekels(4_000)
PART, PART_OF_HALF = Money.from_shekels(2_000), Money.from_shekels(1_000)
"""What the funder of one in four bears of a basket, and of half of one."""


def family_of(town: Department, place: Any = None) -> Family:
    worker = town.worker if place is None else town.world.account(Role.SOCIAL_WORKER, place=place)
    return open_family(town.world.system, place or town.world.city, worker, opened_on=STARTS)


@pytest.fixture
def town(db: None) -> Department:
    return department(world())


def test_no_basket_is_opened_past_what_a_funder_has_left(town: Department):
    # of the one open basket the funder of one in four bears 2,000; a second one is covered, a third not
    leave_funder(town.world, town.line, 1, PART * 2)
    families = [family_of(town) for _number in range(2)]
    with town.scope():
        actions.open_basket(by=town.worker, family=families[0], quota=town.quota)
        decisions = Decision.objects.count(), Pot.objects.count()
        with pytest.raises(FunderSpent) as refused:
            actions.open_basket(by=town.worker, family=families[1], quota=town.quota)
        assert refused.value.needs == PART
        assert town.world.sister_organisation.name_he in refused.value.in_words()
        assert (Decision.objects.count(), Pot.objects.count()) == decisions, "nothing half-written"
        assert Basket.objects.count() == 2


def test_a_basket_does_not_grow_past_a_funder_either(town: Department):
    leave_funder(town.world, town.line, 1, PART + PART_OF_HALF)
    with town.scope():
        actions.change_basket(by=town.head, basket=town.basket, amount=COST + HALF, why="ציוד")
        with pytest.raises(FunderSpent):
            actions.change_basket(by=town.head, basket=town.basket, amount=COST * 2, why="ציוד")
        actions.change_basket(by=town.head, basket=town.basket, amount=COST, why="די בזה")


def test_a_funder_whose_money_was_not_stated_has_no_limit(town: Department):
    share = FunderShare.objects.get(budget=town.line.budget_id, weight=1)
    leave_funder(town.world, town.line, 1, ZERO)
    FunderShare.objects.filter(pk=share.pk).update(pot=None)
    family = family_of(town)
    with town.scope():
        assert actions.open_basket(by=town.worker, family=family, quota=town.quota)


def test_what_was_spent_of_open_baskets_is_counted_once(town: Department):
    """Money on its way has left the basket and the purse together."""
    leave_funder(town.world, town.line, 1, PART * 2)
    family = family_of(town)
    with town.scope():
        town.paid(4)
        assert actions.open_basket(by=town.worker, family=family, quota=town.quota)


def test_baskets_of_other_authorities_draw_on_the_same_purse(town: Department):
    other = town.world.sister
    elsewhere = quota(town.world, town.line, other)
    leave_funder(town.world, town.line, 1, PART)
    family = family_of(town, other)
    with visible(everything(other, by=town.world.system)), pytest.raises(FunderSpent):
        actions.open_basket(by=town.world.system, family=family, quota=elsewhere)


@pytest.mark.django_db(transaction=True)
def test_two_who_open_baskets_at_once_do_not_pass_it_together(transactional_db: None):
    town = department(world())
    leave_funder(town.world, town.line, 1, PART * 2)
    families = [family_of(town) for _number in range(3)]
    works: list[Callable[[], Any]] = [
        lambda one=one: actions.open_basket(by=town.worker, family=one, quota=town.quota) for one in families
    ]
    assert kinds(at_once(town, works)) == {"Basket": 1, "FunderSpent": 2}
