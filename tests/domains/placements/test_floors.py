"""Floors typed on the page: as a share or as a number of families, with what is wrong said in words."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from maarag.domains.placements.asked import WAITING, Asked, FloorAsked
from maarag.domains.placements.matching import EXACT_SECONDS
from maarag.engines.matching import PlacementCancelled
from maarag.kernel.matches.models import Run, RunState
from tests.factories.placements import ARABIC, POOR, RISK, Town

from .conftest import signed_in
from .test_api import Caller

GROUP = "language-arabic_speaking"


@pytest.fixture
def leader(place_town: Town) -> Client:
    for _number in range(2):
        place_town.family(POOR)
    place_town.family(POOR, RISK, ARABIC)
    return signed_in(place_town.leader)


def begin(client: Client, **floors: Any) -> Any:
    given = {"place": "9001", "who": "without_place", "least_fit": "20", **floors}
    return client.post(reverse("placements:new"), given)


def test_a_floor_is_a_share_or_a_number(leader: Client, place_town: Town):
    page = leader.get(reverse("placements:new"))
    for beginning in ("floor", "least"):
        assert f'name="{beginning}-{GROUP}"' in page.content.decode()
    assert begin(leader, **{f"least-{GROUP}": "1"}).status_code == 302
    run = Run.objects.get()
    assert run.settings["floors"] == [{"attribute": "language", "value": "arabic_speaking", "number": 1}]
    (told,) = run.totals["floors"]
    assert (told["least"], told["kept"]) == (1, True)
    for name in ("whole", "run"):
        assert "1 family" in leader.get(reverse(f"placements:{name}", args=[run.pk])).content.decode()
    again = leader.get(reverse("placements:again", args=[run.pk]))
    assert again.context["form"][f"least-{GROUP}"].value() == 1, "it is asked for again"
    assert not again.context["form"][f"floor-{GROUP}"].value()


@pytest.mark.parametrize(
    ("floors", "words"),
    [
        ({f"least-{GROUP}": "1", f"floor-{GROUP}": "50"}, "either a share or a number of families"),
        ({f"least-{GROUP}": "2"}, "no more families than the group has: 1."),
        ({f"least-{GROUP}": "0"}, "greater than or equal to 1"),
        ({f"floor-{GROUP}": "101"}, "less than or equal to 100"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(leader: Client, floors: dict[str, str], words: str):
    answer = begin(leader, **floors)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert words in text
    assert "At least, families" in text
    assert not Run.objects.exists()


def test_mending_asks_for_all_that_was_typed_beside_the_floor(leader: Client, place_town: Town):
    before = place_town.run()
    given = {"place": "9001", "who": "waiting", "least_fit": "37", "mends": "language:arabic_speaking"}
    given |= {f"floor-{GROUP}": "60", "programmes": place_town.first.programme.code}
    assert leader.post(reverse("placements:again", args=[before.pk]), given).status_code == 302
    run = before.remarks.get().mended_by
    wanted = Asked(
        Asked.of(before.settings).day,
        WAITING,
        37,
        (FloorAsked("language", "arabic_speaking", percent=60),),
        (place_town.first.programme_id,),
        keep=False,
    )
    assert Asked.of(run.settings) == wanted


def test_what_floors_cost_is_searched_for_as_the_run_was(leader: Client, monkeypatch: pytest.MonkeyPatch):
    given: list[dict[str, Any]] = []

    def noted(*args: Any, **more: Any) -> Any:
        given.append(more)
        raise PlacementCancelled

    monkeypatch.setattr("maarag.engines.matching.placement_explained.place", noted)
    begin(leader, **{f"least-{GROUP}": "1"})
    (one,) = given
    assert (one["exact_seconds"], one["cancelled"]()) == (EXACT_SECONDS, False)
    assert Run.objects.get().state == RunState.CANCELLED, "stopped there, it ends as stopped"


def test_a_difference_is_mended_by_a_number_from_the_page_and_the_api(leader: Client, place_town: Town):
    before = place_town.run()
    given = {"place": "9001", "who": "without_place", "least_fit": "20", "keep": "on"}
    given |= {f"least-{GROUP}": "1", "mends": "language:arabic_speaking"}
    assert leader.post(reverse("placements:again", args=[before.pk]), given).status_code == 302
    assert before.remarks.get().mended_by.settings["floors"][0]["number"] == 1
    api = Caller(place_town.leader)
    group = {"attribute": "language", "value": "arabic_speaking"}
    run = api.post(f"/runs/{before.pk}/mend", **group, number=1)
    assert (api.status, run["settings"]["floors"]) == (201, [{**group, "number": 1}])
    api.post(f"/runs/{before.pk}/mend", **group, number=1, percent=50)
    assert api.status == 422
    api.post(f"/runs/{before.pk}/mend", **group)
    assert api.status == 422
