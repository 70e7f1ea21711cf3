"""Floors and prices: whom a floor counts is not told that its place is worth more to others."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import translation

from maarag.domains.families.models import Family
from maarag.domains.placements.asked import FloorAsked, asked
from maarag.domains.placements.queries import Ranked, ranking
from maarag.domains.placements.queries.ranking import KEEP, TAKE
from maarag.domains.placements.told import Keys, line_in_words, why_waits
from maarag.kernel.matches.models import Run
from tests.factories.placements import ARABIC, POOR, RISK, Town, town
from tests.factories.services import world

from .conftest import signed_in

GROUP = "language:arabic_speaking"


@pytest.fixture
def here(db: None) -> Town:
    return town(world(), places=(3, 2))


def floor(percent: int) -> FloorAsked:
    return FloorAsked("language", "arabic_speaking", percent=percent)


def ranks(here: Town, family: Family) -> list[Ranked]:
    with here.scope():
        return list(ranking(family).places)


def test_a_floor_that_cannot_be_kept_keeps_prices_in_points_of_fit(here: Town):
    members = [here.family(POOR, ARABIC) for _number in range(8)]
    others = [here.family(POOR) for _number in range(2)]
    run = here.run(settings=asked(least_fit=0, floors=[floor(100)]))
    run.refresh_from_db()
    (told,) = run.totals["floors"]
    assert (told["kept"], told["placed"], told["proved"]) == (False, 5, True)
    nearer = {"attribute": "language", "value": "arabic_speaking", "kept": False}
    assert all(one["lifts"] == [nearer] for one in run.totals["binding"])
    assert all(0 < one["brings"] <= 100 and one["exact"] for one in run.totals["binding"])
    for family in members:
        assert {one.advice for one in ranks(here, family)} == {TAKE}
    for family in others:
        for one in ranks(here, family):
            assert one.advice == KEEP, "the floor asks for it"
            assert one.price < 110
            assert -10 < one.net < 0
    waits = next(row for family in others if not (row := here.proposal(run, family)).quota_id)
    for why in waits.explanation["why_not"]:
        (change,) = why["change"]
        assert change["code"] == "more_places", "no fit would give it the place"
        assert (change["enough"], change["before"]) == (False, 3), "members who wait come before it"
    page = signed_in(here.leader).get(reverse("placements:whole", args=[run.pk])).content.decode()
    assert "4,8" not in page
    assert "it would come nearer to the floor of" in page


def test_whom_a_floor_counts_is_ranked_with_its_price(here: Town):
    # three places for poverty: those at risk, whom it suits badly, come first by their floor
    member = here.family(RISK, ARABIC)
    for _number in range(4):
        here.family(POOR)
    settings = asked(least_fit=0, programmes=[here.first.programme_id], floors=[floor(100)])
    run = here.run(settings=settings)
    run.refresh_from_db()
    assert run.totals["floors"][0]["kept"]
    losses = run.totals["losses"]
    price = losses["floor"][GROUP]
    assert price > 0

    def breathing(family: Family) -> Ranked:
        return next(one for one in ranks(here, family) if one.programme == here.first.programme)

    one, other = breathing(member), breathing(here.family(RISK))
    assert (one.advice, other.advice) == (TAKE, KEEP)
    assert other.price - one.price == pytest.approx(min(price, other.price))
    # a run that kept neither floors nor what one less costs is read as before
    totals = {name: value for name, value in run.totals.items() if name != "losses"}
    Run.objects.filter(pk=run.pk).update(totals=totals)
    old = breathing(member)
    assert old.price == totals["prices"]["place"][str(here.first.pk)]
    assert old.advice == KEEP


@pytest.mark.parametrize(("language", "words"), [("he", "מתאים"), ("ar", "ناسب"), ("en", "suits")])
def test_that_nothing_suits_is_said_in_every_language(language: str, words: str):
    with translation.override(language):
        line = line_in_words({"code": "does_not_fit"}, Keys())
        assert words in line
        assert why_waits("does_not_fit") not in ("does_not_fit", line)


@pytest.mark.parametrize(
    ("language", "before", "enough", "about"),
    [("he", "3 משפחות קודמות לה", "בזה לבדו", "בערך"), ("ar", "3 عائلات", "بهذا وحده", "بنحو"),
     ("en", "About 3 families come before it", "With that alone", "about")],
)  # fmt: skip
def test_who_comes_before_and_what_is_enough_is_said_in_every_language(
    language: str, before: str, enough: str, about: str
):
    with translation.override(language):
        line = {"code": "more_places", "n": 1}
        first, second = (
            line | more for more in ({"before": 3, "enough": False}, {"before": 0, "enough": True})
        )
        assert before in line_in_words(first, Keys())
        assert enough in line_in_words(second, Keys())
        old = line_in_words(line, Keys())
        assert before not in old, "a run of before says how much is lacking, no more"
        assert enough not in old
        assert about in line_in_words({"code": "more_fit", "points": 4.0, "about": True}, Keys())
        assert about not in line_in_words({"code": "more_fit", "points": 4.0, "about": False}, Keys())
