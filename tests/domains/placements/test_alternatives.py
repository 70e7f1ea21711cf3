"""Leaving home is considered: community alternatives with barriers and incentives, and the decision."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404

from maarag.domains.placements import actions
from maarag.domains.placements.errors import AlreadyEnded
from maarag.domains.placements.models import Alternative, AlternativeOption, Barrier, Choice, Incentive
from maarag.domains.programmes.models import Method
from maarag.kernel.taxonomy.models import Term
from maarag.values import Money
from tests.factories.placements import RISK, Town


def considered(town: Town) -> Alternative:
    family = town.family(RISK)
    return actions.consider(
        by=town.worker,
        family=family,
        response=Term.objects.get(code="human_services:care:day_centre"),
        why="הילדה מסרבת לחזור הביתה",
        member=family.members.get(relation="child"),
        yearly_cost=Money.from_shekels(180_000),
    )


def test_the_community_is_weighed_against_leaving_home(place_town: Town):
    with place_town.scope():
        row = considered(place_town)
        option = actions.add_option(
            by=place_town.worker,
            alternative=row,
            programme=place_town.second.programme,
            barriers=[Barrier.WAIT],
            barrier_words="ארבעה חודשי המתנה",
            incentives=[Incentive.SCHOOL, Incentive.TOGETHER],
        )
        assert option.fit is not None
        assert option.fit > 50
        assert option.incentives == [Incentive.TOGETHER, Incentive.SCHOOL]
        by_method = actions.add_option(
            by=place_town.worker, alternative=row, method=Method.objects.get(code="rights")
        )
        assert by_method.fit == 0
        own = actions.add_option(by=place_town.worker, alternative=row, words="הסבתא בקומה מעל")
        assert own.fit is None
        changed = actions.change_option(
            by=place_town.worker, option=option, barriers=[], incentives=[Incentive.FAMILY]
        )
        assert (changed.barriers, changed.incentives) == ([], [Incentive.FAMILY])
        actions.remove_option(by=place_town.worker, option=own)
        with pytest.raises(Http404):  # a worker does not decide
            actions.decide_alternative(
                by=place_town.worker, alternative=row, choice=Choice.COMMUNITY, reason="x", chosen=option
            )
        done = actions.decide_alternative(
            by=place_town.head,
            alternative=row,
            choice=Choice.COMMUNITY,
            reason="המשפחה רוצה להישאר יחד",
            chosen=option,
        )
        assert (done.choice, done.chosen, done.decided_by) == (Choice.COMMUNITY, option, place_town.head)
        with pytest.raises(AlreadyEnded):
            actions.add_option(by=place_town.worker, alternative=row, words="עוד")
    assert AlternativeOption.objects.count() == 0, "nobody sees it outside of the scope"


def test_nobody_leaves_home_before_the_community_was_weighed(place_town: Town):
    with place_town.scope():
        row = considered(place_town)
        with pytest.raises(ValidationError) as refused:
            actions.decide_alternative(
                by=place_town.head, alternative=row, choice=Choice.OUT_OF_HOME, reason="סכנה"
            )
        assert "choice" in refused.value.message_dict
        actions.add_option(
            by=place_town.worker, alternative=row, words="ליווי בבית", barriers=[Barrier.SAFETY]
        )
        done = actions.decide_alternative(
            by=place_town.head, alternative=row, choice=Choice.OUT_OF_HOME, reason="סכנה"
        )
    assert done.choice == Choice.OUT_OF_HOME


@pytest.mark.parametrize(
    "given",
    [
        {"choice": "open", "reason": "x"},
        {"choice": "dropped", "reason": " "},
        {"choice": "community", "reason": "x"},
    ],
)
def test_half_a_decision_is_refused(place_town: Town, given: dict[str, str]):
    with place_town.scope():
        row = considered(place_town)
        with pytest.raises(ValidationError):
            actions.decide_alternative(by=place_town.head, alternative=row, **given)


def test_an_option_is_something_and_its_codes_are_known(place_town: Town):
    with place_town.scope():
        row = considered(place_town)
        with pytest.raises(ValidationError):
            actions.add_option(by=place_town.worker, alternative=row)
        with pytest.raises(ValidationError):
            actions.add_option(by=place_town.worker, alternative=row, words="x", barriers=["weather"])
