"""One family before all programmes: fit, room, who waits before, and what a place is worth to others."""

from __future__ import annotations

from maarag.domains.placements import actions
from maarag.domains.placements.asked import asked
from maarag.domains.placements.queries import last_run, ranking
from maarag.domains.placements.queries.ranking import BARRED, BELOW, FULL, HAS_PLACE, KEEP, NOT_HERE, TAKE
from tests.factories.baskets import programme as programme_line
from tests.factories.placements import POOR, RISK, Town
from tests.factories.programmes import method, rule, works_by


def advice(town: Town, family: object) -> dict[str, str]:
    with town.scope():
        return {one.programme.code: one.advice for one in ranking(family).places}  # type: ignore[arg-type]


def test_all_programmes_are_ranked_with_what_keeps_them_away(place_town: Town):
    line = programme_line(place_town.world, "elsewhere")
    works_by(line.of_programme.programme, method("rights-too", low_income=3))
    rule(place_town.second.programme, "children", least=4)
    family = place_town.family(POOR)
    with place_town.scope():
        found = ranking(family)
    assert {one.programme.code: one.advice for one in found.places} == {
        "breathing": TAKE,
        "elsewhere": NOT_HERE,
        "mapa": BARRED,
    }
    assert found.best is not None
    assert found.best.programme.code == "breathing"
    assert (found.best.free, found.best.families, found.best.price) == (2, 2, 0)
    assert found.run is None
    barred = found.places[-1]
    assert [reason.code for reason in barred.judgement.excluded] == ["rule_unmet"]
    assert [reason.code for reason in barred.judgement.to_change] == ["to_meet"]


def test_a_full_programme_says_who_waits_before(place_town: Town):
    first, second, third = (place_town.family(POOR) for _number in range(3))
    for family in (first, second):
        place_town.place(family, place_town.first)
    fourth = place_town.family(POOR)
    programme = place_town.first.programme
    with place_town.scope():
        for family in (fourth, third):
            actions.wait(by=place_town.worker, family=family, programme=programme)
        line = next(one for one in ranking(third).places if one.programme == programme)
    assert (line.advice, line.waits_before) == (FULL, 1)
    assert line.waiting is not None
    assert advice(place_town, first)["breathing"] == HAS_PLACE


def test_a_family_that_arrives_leaves_a_place_to_whom_it_is_worth_more(place_town: Town):
    """Two places, three families whom they fit well: a place is worth what it brings the third."""
    for _number in range(3):
        place_town.family(POOR)
    settings = asked(programmes=[place_town.first.programme_id], least_fit=20)
    run = place_town.run(settings=settings)
    price = run.totals["prices"]["place"][str(place_town.first.pk)]
    well, badly = place_town.family(POOR), place_town.family(RISK)
    with place_town.scope():
        assert last_run(place_town.city.pk) == run
        one = next(each for each in ranking(well).places if each.programme.code == "breathing")
        other = next(each for each in ranking(badly).places if each.programme.code == "breathing")
    assert (one.advice, other.advice) == (TAKE, KEEP)
    assert one.price == price
    assert other.net < 0 <= one.net


def test_what_answers_nothing_is_not_proposed(place_town: Town):
    assert advice(place_town, place_town.family(RISK))["breathing"] == BELOW


def test_methods_at_home_stand_beside_those_out_of_it(place_town: Town):
    method("foster", setting="out_of_home", at_risk_children=3)
    method("club", setting="community", at_risk_children=2)
    with place_town.scope():
        found = ranking(place_town.family(RISK))
    assert [one.code for one in found.out_of_home] == ["foster"]
    assert "club" in [one.code for one in found.in_community]
    assert found.at_home[0].code == "visits"
    assert found.at_home[0].fit == found.out_of_home[0].fit > found.in_community[0].fit
