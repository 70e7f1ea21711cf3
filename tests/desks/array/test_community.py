"""Community over out-of-home care: every figure counted, alike on page, workbook and API; who opens which."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from maarag.database.rows import visible
from maarag.desks.array.community.assemble import Community, community
from maarag.domains.placements.models import Alternative, AlternativeOption, Barrier, Choice, Incentive
from maarag.domains.programmes.models import Programme
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.places.models import Place
from maarag.kernel.taxonomy.models import Term, Vocabulary
from maarag.values import Money, Suppressed, is_suppressed
from tests.factories.browsing import LANGUAGES, as_, page_in
from tests.factories.families import everything
from tests.pdf_text import assert_pdf_says

from .conftest import Array, ago


@dataclass
class Weighing:
    """Families for which leaving home is considered, as their workers and heads write it."""

    array: Array
    response: Term
    other: Term

    def head(self, place: Place) -> Account:
        return self.array.account(Role.DEPARTMENT_HEAD, place)

    def one(
        self,
        place: Place,
        choice: str = Choice.OPEN,
        barriers: tuple[str, ...] = (),
        incentives: tuple[str, ...] = (),
        *,
        costs: tuple[int, int] | None = None,
        days: int = 10,
        response: Term | None = None,
        family: Any = None,
    ) -> Alternative:
        worker = self.array.worker(place)
        file = family or self.array.family(place, 60)
        away, instead = (one and Money.from_shekels(one).agorot for one in costs or (None, None))
        whose = {"authority": place, "family": file}
        with visible(everything(place, by=worker)):
            row = Alternative.objects.create(
                **whose, response=response or self.response, why="הילד לבד שעות רבות", yearly_agorot=away,
                opened_on=ago(30), opened_by=worker,
            )  # fmt: skip
            option = AlternativeOption.objects.create(
                **whose, alternative=row, programme=self.array.first, barriers=list(barriers),
                incentives=list(incentives), yearly_agorot=instead, written_by=worker, written_on=ago(30),
            )  # fmt: skip
            if choice != Choice.OPEN:
                row.choice, row.reason, row.decided_on, row.decided_by = (
                    choice,
                    "כך הוחלט",
                    ago(30 - days),
                    worker,
                )
                row.chosen = option if choice == Choice.COMMUNITY else None
                row.save()
        return row


@pytest.fixture
def weighing(array: Array) -> Weighing:
    terms = [
        Term.objects.get_or_create(
            code=f"human_services:care:{name}",
            defaults={"vocabulary": Vocabulary.RESPONSE, "name_he": name},
        )[0]
        for name in ("foster", "boarding")
    ]
    return Weighing(array, terms[0], terms[1])


def inside(weighing: Weighing) -> Community:
    return community(weighing.array.world.city, exact=True)


def test_a_department_sees_its_own_numbers_whole(weighing: Weighing):
    city = weighing.array.world.city
    weighing.one(city, Choice.COMMUNITY, (Barrier.WAIT,), (Incentive.TOGETHER,), costs=(100, 40), days=4)
    weighing.one(city, Choice.COMMUNITY, (Barrier.WAIT, Barrier.MONEY), (Incentive.COST,), days=8)
    weighing.one(city, Choice.OUT_OF_HOME, (Barrier.MISSING,), (Incentive.TOGETHER,), days=12)
    weighing.one(city, Choice.BOTH, response=weighing.other, days=20)
    weighing.one(city, Choice.DROPPED)
    weighing.one(city)
    view = inside(weighing)
    assert view.whole.considered == 6
    assert view.whole.choices == {"open": 1, "community": 2, "out_of_home": 1, "both": 1, "dropped": 1}
    assert view.whole.groups == {"community": 2, "away": 2, "other": 2}
    assert view.whole.stays == 1 / 2
    assert view.whole.half == 10
    assert {code: n for code, n in view.whole.barriers.items() if n} == {"wait": 2, "money": 1, "missing": 1}
    assert {line.code: (line.community, line.otherwise) for line in view.incentives if line.community} == {
        "together": (1, 1),
        "cost": (1, 0),
    }
    costs = view.whole.costs
    assert costs is not None
    assert not isinstance(costs, Suppressed)
    assert (costs.away, costs.instead, costs.saved) == tuple(map(Money.from_shekels, (100, 40, 60)))
    assert [(line.response, line.considered, line.barriers["wait"]) for line in view.responses] == [
        (weighing.response, 5, 2),
        (weighing.other, 1, 0),
    ]
    assert [(line.what, line.lacking) for line in view.lacking] == [
        (weighing.array.first, {"missing": 1, "no_place": 0, "wait": 2})
    ]


def test_a_family_counts_once_by_what_was_considered_last(weighing: Weighing):
    city = weighing.array.world.city
    family = weighing.array.family(city, 60)
    weighing.one(city, Choice.OUT_OF_HOME, (Barrier.WAIT,), family=family)
    weighing.one(city, Choice.COMMUNITY, (Barrier.MONEY,), family=family, response=weighing.other)
    newest = Alternative.objects  # of one day: the later id is the last, as the page of the family has it
    with weighing.array.scope():
        last = newest.filter(family=family).order_by("opened_on", "pk").last()
        assert last is not None
    view = inside(weighing)
    assert (view.whole.considered, view.whole.choices[last.choice]) == (1, 1)
    assert (view.whole.barriers["wait"], view.whole.barriers["money"]) == (1, 1)
    assert [line.response.pk for line in view.responses] == [last.response_id]


def many(weighing: Weighing) -> None:
    """Seven decided for the community and six out of home in the sister, two in the city."""
    world = weighing.array.world
    for number in range(7):
        weighing.one(
            world.sister, Choice.COMMUNITY, (Barrier.WAIT,), (Incentive.COST,), costs=(100 + number, 50)
        )
    for _one in range(6):
        weighing.one(world.sister, Choice.OUT_OF_HOME, (Barrier.SAFETY,))
    for _one in range(2):
        weighing.one(world.city, Choice.COMMUNITY, (Barrier.WAIT,), costs=(70, 20))


def test_above_the_authority_what_tells_of_few_families_is_hidden(weighing: Weighing):
    many(weighing)
    world = weighing.array.world
    client = as_(weighing.array.account(Role.NATIONAL_MANAGER, world.nation))
    told = {code: client.get(f"/api/array/{code}/community").json() for code in ("IL", "9001", "9002")}
    assert told["9001"]["exact"] is False
    assert told["9001"]["decisions"] is None
    # two of the city: neither they nor the sister's, which would tell them together with the nation's
    for code in ("9001", "9002"):
        assert told[code]["whole"]["considered"] is None
        assert {"considered", "community", "yearly_out_of_home"} <= set(told[code]["whole"]["hidden"])
    # 15 in the nation, but the sister would know the city's two
    assert told["IL"]["whole"]["considered"] is None
    assert told["IL"]["places"] == [] or all(one["considered"] is None for one in told["IL"]["places"])


def test_numbers_of_enough_families_are_told_of_the_nation_and_its_parts(weighing: Weighing):
    many(weighing)
    world = weighing.array.world
    for _one in range(4):
        weighing.one(world.city, Choice.COMMUNITY, (Barrier.WAIT,), costs=(70, 20))
    for _one in range(5):
        weighing.one(world.city, Choice.OUT_OF_HOME)
    view = community(world.nation, exact=False)
    assert view.whole.considered == 24
    assert view.whole.groups == {"community": 13, "away": 11, "other": 0}
    assert view.whole.barriers["wait"] == 13
    assert view.whole.barriers["safety"] == 6
    assert [(line.what.code, line.lacking["wait"]) for line in view.lacking] == [("first", 13)]
    costs = view.whole.costs
    assert costs is not None
    assert not isinstance(costs, Suppressed)
    assert costs.away == Money.from_shekels(sum(range(100, 107)) + 6 * 70)
    assert {line.place.code: line.considered for line in view.authorities} == {"9001": 11, "9002": 13}
    assert [line.considered for line in view.districts] == [24]
    sister = community(world.sister, exact=False)
    assert sister.whole == view.authorities[[one.place.code for one in view.authorities].index("9002")]
    # of days nothing: twenty families at least, also without those of any authority
    assert is_suppressed(view.whole.half)


def test_page_workbook_and_api_tell_the_same(weighing: Weighing):
    many(weighing)
    sister = weighing.array.world.sister
    client = as_(weighing.head(sister))
    told = client.get("/api/array/9002/community").json()
    assert (told["exact"], told["whole"]["considered"], told["decisions"]["community"]) == (True, 13, 7)
    assert told["whole"]["yearly_out_of_home"] == sum(range(100, 107)) * 100
    page = client.get(reverse("array:community", args=["9002"]))
    assert page.context["whole"].considered == 13
    book = client.get(reverse("array:community_export", args=["9002", "xlsx"])).content
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert 13 in {row[1] for row in sheet if len(row) > 1}
    assert client.get(reverse("array:community_export", args=["9002", "docx"])).status_code == 404
    printed = client.get(reverse("array:community_export", args=["9002", "pdf"])).content
    assert_pdf_says(printed, "קהילה לפני מסגרת חוץ־ביתית", sister.name_he, "עלות שנתית", "₪ 721")


def test_pages_in_every_language(weighing: Weighing):
    many(weighing)
    array = weighing.array
    national = as_(array.account(Role.NATIONAL_MANAGER, array.world.nation))
    inside = as_(weighing.head(array.world.sister))
    for language in LANGUAGES:
        for code in ("IL", "D-north", "9002"):
            page_in(national, reverse("array:community", args=[code]), language)
        page_in(inside, reverse("array:community", args=["9002"]), language)
        page_in(inside, reverse("array:weighed", args=["9002", "community"]), language)


def test_where_nothing_was_considered_the_page_says_so(weighing: Weighing):
    client = as_(weighing.head(weighing.array.world.city))
    page = client.get(reverse("array:community", args=["9001"]))
    assert page.status_code == 200
    assert page.context["view"].is_empty
    assert page.context["lists"] == []


def test_names_are_for_who_reads_the_files(weighing: Weighing):
    many(weighing)
    array = weighing.array
    head = as_(weighing.head(array.world.sister))
    listed = head.get(reverse("array:weighed", args=["9002", "out_of_home"]))
    assert listed.context["page"].paginator.count == 6
    assert "אלון" in listed.content.decode()
    assert head.get(reverse("array:weighed", args=["9001", "all"])).status_code == 404
    assert head.get(reverse("array:weighed", args=["9002", "nothing"])).status_code == 404
    above = as_(array.account(Role.DISTRICT_SUPERVISOR, array.nation.district))
    assert above.get(reverse("array:weighed", args=["9002", "all"])).status_code == 403
    assert above.get(reverse("array:community", args=["IL"])).status_code == 404
    for address in ("/array/9002/community/", "/array/D-north/community/", "/api/array/9002/community"):
        text = above.get(address).content.decode()
        assert "אלון" not in text
        assert array.worker(array.world.sister).name not in text


def test_a_page_asks_as_much_of_many_families_as_of_few(weighing: Weighing):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            community(weighing.array.world.nation, exact=False)
        return len(queries)

    weighing.one(weighing.array.world.city)
    few = asked()
    many(weighing)
    for number in range(3):
        weighing.one(weighing.array.town(number))
    assert asked() <= few + 3 <= 25
    assert Programme.objects.count() == 2
