"""What the picture of the fictional town teaches: well and badly served, out of reach, old, small."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from maarag.demo.actions import Loaded
from maarag.desks.picture.assemble import Picture, Row, picture
from maarag.desks.picture.summary import Line, lines, whole
from maarag.kernel.access.models import Account
from maarag.kernel.places.models import Place

TOWN = "F-900"
TODAY = date(2026, 11, 21)
OLD = date(2024, 11, 21)
"""Two years before: the page calls figures up to this day old."""
SMALL = 5


def _share(line: Line | Row) -> float:
    assert isinstance(line.coverage, float), line
    return line.coverage


def _need(row: Row) -> int:
    assert isinstance(row.need, int), row.key
    return row.need


@pytest.mark.django_db
class TestTown:
    """As the town's integrator sees it, exact counts included."""

    view: Picture
    places: dict[str, Line]

    @pytest.fixture(scope="class", autouse=True)
    def seen(self, request: pytest.FixtureRequest, loaded: Loaded, django_db_blocker: Any) -> None:
        with django_db_blocker.unblock():
            viewer = Account.objects.get(email="integrator@maale-gan.example")
            view = picture(Place.objects.get(code=TOWN), viewer=viewer, as_of=TODAY)
            request.cls.view = view
            request.cls.places = {line.place.code: line for line in lines(view)}

    @property
    def known(self) -> list[Row]:
        return [row for row in self.view.rows if row.need is not None]

    def test_a_third_of_the_neighbourhoods_is_in_order_a_third_asks_for_attention_a_third_is_severe(
        self,
    ) -> None:
        statuses = [line.status for line in self.places.values()]
        assert len(statuses) == 12
        assert statuses.count("in_order") >= 3
        assert statuses.count("severe") >= 3
        assert statuses.count("attention") >= 3
        assert set(statuses) == {"in_order", "attention", "severe"}
        shares = sorted(map(_share, self.places.values()))
        assert shares[0] < 0.45
        assert shares[-1] > 0.9

    def test_about_two_thirds_of_the_town_s_needs_are_answered(self) -> None:
        assert 0.6 <= _share(whole(self.view)) <= 0.7

    def test_neighbourhoods_lack_different_things(self) -> None:
        leading = [line.leading.code for line in self.places.values() if line.leading]
        assert len(leading) == 12
        assert len(set(leading)) >= 6

    def test_some_topics_are_well_answered_and_some_badly(self) -> None:
        shares = {row.topic.code: _share(row) for row in self.view.by_topic if row.need}
        assert sum(share >= 0.9 for share in shares.values()) >= 2
        assert sum(share < 0.5 for share in shares.values()) >= 1
        assert max(shares.values()) - min(shares.values()) > 0.4

    def test_many_rows_have_no_gap_and_some_nothing_within_reach(self) -> None:
        assert sum(_share(row) > 0.999 for row in self.known) >= 30
        out_of_reach = self.view.without_response
        assert len(out_of_reach) >= 5
        assert len({row.topic.code for row in out_of_reach}) >= 4
        assert {row.coverage for row in out_of_reach} == {0.0}

    def test_a_figure_is_old_a_count_small_a_need_unknown_and_a_service_without_places(self) -> None:
        old = [row for row in self.known if row.oldest and row.oldest <= OLD]
        assert old
        assert len(old) < len(self.known) / 4
        assert [row for row in self.known if 0 < _need(row) < SMALL]
        everywhere = {row.topic.code for row in self.known}
        asked = {
            code: {row.topic.code for row in self.known if row.place.code == code} for code in self.places
        }
        assert any(everywhere - topics for topics in asked.values())
        assert any(row.without_capacity for row in self.known)

    def test_figures_differ_in_certainty(self) -> None:
        assert {row.certainty for row in self.known} == {"counted", "estimated", "rough"}

    def test_what_families_in_poverty_lack_has_a_price(self) -> None:
        row = next(row for row in self.view.by_topic if row.topic.code == "family-poverty")
        assert isinstance(row.gap, float)
        assert row.gap > 50
        assert row.gap_cost == row.gap * 8_000

    def test_the_missions_speak_of_what_the_picture_shows(self) -> None:
        assert self.places["F-900-11"].status == "severe"
        leading = {code: line.leading.code for code, line in self.places.items() if line.leading}
        assert leading["F-900-11"] == "employment"
        assert leading["F-900-07"] == "youth-at-risk"
        rows = {(row.place.code, row.topic.code): row for row in self.view.rows}
        alone = rows["F-900-11", "older-people"]
        assert alone.oldest == date(2021, 12, 31)
        assert alone.services == 0
        unknown = rows.get(("F-900-10", "mental-health"))
        assert unknown is None or unknown.need is None
