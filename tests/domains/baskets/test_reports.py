"""Reports of baskets: exact inside an authority, sums without small numbers above it, the same everywhere."""

from __future__ import annotations

import io
import json
from datetime import date
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from django.utils.timezone import localdate
from django.utils.translation import override
from python_calamine import CalamineWorkbook

from maarag.domains.baskets import actions
from maarag.domains.baskets.models import Request, Stage
from maarag.domains.baskets.report_tables import as_data
from maarag.domains.baskets.reports import report_for
from maarag.domains.baskets.reports_above import hidden_rows, is_safe
from maarag.domains.funding.models import FunderShare
from maarag.domains.funding.statement import HIDDEN, statement
from maarag.domains.programmes.use import rows_for
from maarag.kernel.access.permissions import Role
from maarag.kernel.people.actions import save_organisation
from maarag.values import Money
from tests.factories.baskets import STARTS, Department, programme, quota
from tests.factories.families import family as open_family
from tests.pdf_text import assert_pdf_says, text_of_pdf

from .conftest import signed_in

shekels = Money.from_shekels


@pytest.fixture
def spent(city: Department) -> Department:
    """The own family has 450 approved and 900 paid; another one of the city has 450 planned."""
    world = city.world
    other = open_family(world.system, world.city, city.worker, name="גל")
    with city.scope():
        city.approved(1)
        city.paid(2)
        basket = actions.open_basket(by=city.worker, family=other, quota=city.quota)
        city.sent(1, basket=basket)
    return city


def part(data: dict[str, Any], name: str) -> dict[str, Any]:
    (row,) = data[name]
    return row


def test_inside_the_authority_every_part_says_what_it_is(spent: Department):
    for account in (spent.worker, spent.world.account(Role.INTEGRATOR, place=spent.world.city)):
        found = report_for(account)
        assert found is not None
        assert found.exact
        data = as_data(found)
        sums = {
            "planned_agorot": 45_000,
            "approved_agorot": 45_000,
            "committed_agorot": 0,
            "paid_agorot": 90_000,
        }
        for name in ("place", "programme", "response", "month"):
            row = part(data, name)
            assert {key: row[key] for key in sums} == sums
            assert (row["families"], row["requests"]) == (2, 3)
        shares = {row["code"]: row["paid_agorot"] for row in data["funder"]}
        assert shares == {"org-city": 67_500, "org-sister": 22_500}


def test_the_page_the_workbook_the_api_and_the_print_say_the_same(spent: Department):
    client = signed_in(spent.head)
    data = client.get("/api/baskets/report").json()
    with override("he"):
        assert data == json.loads(json.dumps(as_data(report_for(spent.head))))  # type: ignore[arg-type]
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get("/baskets/reports.xlsx").content))
    cells = [
        cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row
    ]
    assert 900 in cells and 450 in cells  # noqa: PT018
    page = client.get("/baskets/reports/").text
    assert "900" in page and "אלון" not in page  # noqa: PT018
    printed = client.get("/baskets/reports.pdf").content
    assert "אלון" not in text_of_pdf(printed)
    assert_pdf_says(printed, "סלי מענים", spent.world.city.name_he, spent.programme.name_he, "₪ 900", "₪ 450")


def test_above_the_authority_few_families_are_hidden_with_their_money(spent: Department):
    national = spent.world.account(Role.NATIONAL_MANAGER, place=spent.world.nation)
    found = report_for(national)
    assert found is not None
    assert not found.exact
    data = as_data(found)
    rows = [row for name in ("place", "response", "month", "funder") for row in data[name]]
    assert rows
    assert all(row["hidden"] and row["paid_agorot"] is None and row["families"] is None for row in rows)
    client = signed_in(national)
    for path in ("reports/", "reports.xlsx", "reports.pdf"):
        content = client.get(f"/baskets/{path}").content
        assert content
        assert b"1,800" not in content


def test_above_the_authority_many_families_are_told(city: Department):
    world = city.world
    families = [open_family(world.system, world.city, city.worker, name=f"משפחה{n}") for n in range(4)]
    with city.scope():
        city.paid(1, invoice="own")
        for number, family in enumerate(families):
            basket = actions.open_basket(by=city.worker, family=family, quota=city.quota)
            city.paid(2, invoice=f"i{number}", basket=basket)
    national = world.account(Role.NATIONAL_MANAGER, place=world.nation)
    data = as_data(report_for(national))  # type: ignore[arg-type]
    assert part(data, "month")["families"] == 5
    assert part(data, "response")["paid_agorot"] == shekels(450 * 9).agorot
    assert {row["paid_agorot"] for row in data["place"]} == {shekels(450 * 9).agorot}
    text = json.dumps(data, ensure_ascii=False)
    assert "משפחה" not in text
    assert str(families[0].pk) not in text


def test_one_familys_approved_sum_is_hidden_where_others_were_paid(city: Department):
    """Five families have money of the quota, yet the approved sum is of one of them alone."""
    world = city.world
    with city.scope():
        city.paid(1, invoice="own")
        for number in range(4):
            family = open_family(world.system, world.city, city.worker, name=f"משפחה{number}")
            basket = actions.open_basket(by=city.worker, family=family, quota=city.quota)
            if number:
                city.paid(2, invoice=f"i{number}", basket=basket)
            else:
                city.approved(3, basket=basket)
    national = world.account(Role.NATIONAL_MANAGER, place=world.nation)
    data = as_data(report_for(national))  # type: ignore[arg-type]
    for row in (row for name in ("place", "response", "month", "funder") for row in data[name]):
        assert (row["families"], row["planned_agorot"], row["hidden"]) == (5, 0, True)
        # with what is free, one of them would tell the others
        assert [row[f"{stage}_agorot"] for stage in ("approved", "committed", "paid")] == [None] * 3
    (quota,) = rows_for(national, [city.quota])
    assert quota.use is not None
    assert [quota.use[stage] for stage in ("approved", "committed", "paid")] == [HIDDEN] * 3
    assert quota.use["free"] == shekels(40_000 - 450 * 10)
    line = next(row for row in statement(city.line.budget, national).lines if row.line.pk == city.line.pk)
    assert line.row.paid == HIDDEN


def test_from_above_a_report_is_of_one_year(city: Department):
    national = city.world.account(Role.NATIONAL_MANAGER, place=city.world.nation)
    assert report_for(national).year == STARTS.year  # type: ignore[union-attr]
    assert report_for(city.head).year is None  # type: ignore[union-attr]
    page = signed_in(national).get("/baskets/reports/").text
    assert f'value="{STARTS.year}" selected' in page
    assert '<option value=""' not in page


def test_a_year_shows_what_was_asked_for_in_it(spent: Department):
    found = report_for(spent.head, 2019)
    assert found is not None
    assert found.total.requests == 0


def test_a_year_without_requests_says_so_once_and_leads_to_all(spent: Department):
    page = signed_in(spent.leader).get("/baskets/reports/?year=2019")
    assert page.context["is_empty"]
    assert ("2019", "2019") in page.context["years"], "the year that is shown is the year that is chosen"
    assert page.text.count('class="empty"') == 1
    assert 'href="?"' in page.text


def test_what_was_asked_for_in_one_year_and_paid_in_the_next_adds_up_by_funder(spent: Department):
    with spent.scope():
        paid = Request.objects.filter(stage=Stage.PAID)
        assert paid.update(asked_on=date(STARTS.year - 1, 12, 20)) == 1
    for year, agorot in ((STARTS.year - 1, 90_000), (STARTS.year, 0), (None, 90_000)):
        data = as_data(report_for(spent.head, year))  # type: ignore[arg-type]
        assert data["total"]["paid_agorot"] == agorot
        for stage in ("planned", "approved", "committed", "paid"):
            borne = sum(row[f"{stage}_agorot"] for row in data["funder"])
            assert borne == data["total"][f"{stage}_agorot"]


def test_the_months_of_payment_add_up_to_what_is_paid(city: Department):
    """Asked for in the first month: paid then, taken back today; and another one paid today."""
    other = open_family(city.world.system, city.world.city, city.worker, name="גל", opened_on=STARTS)
    today = localdate()
    with city.scope():
        taken_back = city.paid(1, invoice="early", day=STARTS)
        actions.reverse_request(by=city.head, request=taken_back, reason="שולם לספק אחר")
        city.pay(city.delivered(4, day=STARTS), invoice="late")
        basket = actions.open_basket(by=city.worker, family=other, quota=city.quota, day=STARTS)
        city.paid(3, invoice="theirs", basket=basket, day=STARTS)
    data = as_data(report_for(city.head))  # type: ignore[arg-type]
    assert {row["code"] for row in data["month"]} == {f"{STARTS:%Y-%m}"}
    paid = {row["code"]: row["paid_agorot"] for row in data["payment"]}
    assert paid == {f"{STARTS:%Y-%m}": 45_000 + 135_000, f"{today:%Y-%m}": 180_000 - 45_000}
    assert sum(paid.values()) == data["total"]["paid_agorot"] == 315_000
    (early, late) = data["payment"]
    assert [(row["families"], row["requests"]) for row in (early, late)] == [(2, 2), (1, 2)]
    assert "planned_agorot" not in early
    client = signed_in(city.head)
    assert client.get("/api/baskets/report").json()["payment"] == json.loads(json.dumps(data["payment"]))
    page = client.get("/baskets/reports/", headers={"accept-language": "en"}).text
    assert "By month of payment" in page
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get("/baskets/reports.xlsx").content))
    (sheet,) = [name for name in book.sheet_names if "תשלום" in name]
    cells = [cell for row in book.get_sheet_by_name(sheet).to_python() for cell in row]
    assert 1800 in cells and 1350 in cells  # noqa: PT018
    assert_pdf_says(client.get("/baskets/reports.pdf").content, "₪ 1,350")


def test_from_above_months_of_payment_are_not_told(spent: Department):
    """Ten asked for in a month, nine paid in it: beside each other the two would tell of the tenth."""
    national = spent.world.account(Role.NATIONAL_MANAGER, place=spent.world.nation)
    assert "payment" not in as_data(report_for(national))  # type: ignore[arg-type]
    page = signed_in(national).get("/baskets/reports/", headers={"accept-language": "en"}).text
    assert "By month of payment" not in page
    assert "it would tell of single families" in page


def test_a_funder_is_told_of_with_what_it_bears(city: Department):
    """Of two budgets one funder bears both, the others one each."""
    world, other = city.world, open_family(city.world.system, city.world.city, city.worker, name="גל")
    line = programme(world, "second", families=5)
    with city.scope():
        city.paid(2)
        second = quota(world, line, world.city)
        basket = actions.open_basket(by=city.worker, family=other, quota=second)
        city.sent(1, basket=basket)
    third = save_organisation(
        by=world.system, code="org-third", name_he="קרן הגשר", sector="civil_society", place=world.city
    )
    sisters = FunderShare.objects.filter(budget=line.budget, organisation=world.sister_organisation)
    assert sisters.update(organisation=third) == 1
    data = as_data(report_for(city.head))  # type: ignore[arg-type]
    counts = {row["code"]: (row["families"], row["requests"]) for row in data["funder"]}
    assert counts == {"org-city": (2, 2), "org-sister": (1, 1), "org-third": (1, 1)}


def test_whoever_sees_no_figures_sees_no_report(spent: Department):
    resident = spent.world.account(Role.RESIDENT, place=spent.world.city)
    assert report_for(resident) is None
    assert signed_in(resident).get("/baskets/reports/").status_code == 403


PEOPLE = [uuid4() for _number in range(30)]


@pytest.mark.parametrize("seed", range(200))
def test_no_hidden_row_follows_from_the_total(seed: int):
    """Each of three authorities has ten families of its own; a mask says which stand behind a row."""
    chance = Random(seed)
    drawn = [
        [chance.getrandbits(10) & chance.getrandbits(10) & -chance.getrandbits(1) for _authority in range(3)]
        for _row in range(chance.randint(0, 7))
    ]
    rows = {
        value: {
            "paid": {
                authority: frozenset(PEOPLE[authority * 10 + bit] for bit in range(10) if mask >> bit & 1)
                for authority, mask in enumerate(masks)
                if mask
            },
            "approved": {
                authority: frozenset(PEOPLE[authority * 10 + bit] for bit in range(8) if mask >> bit & 1)
                for authority, mask in enumerate(masks[1:], 1)
                if mask
            },
        }
        for value, masks in enumerate(drawn)
        if any(masks)
    }
    hidden = hidden_rows(rows)
    for column in ("paid", "approved"):
        assert all(is_safe(columns[column]) for value, columns in rows.items() if value not in hidden)
        if not any(columns[column] for value, columns in rows.items() if value not in hidden):
            continue
        together: dict[int, frozenset[Any]] = {}
        for value in hidden:
            for authority, families in rows[value][column].items():
                together[authority] = together.get(authority, frozenset()) | families
        assert is_safe(together)
        assert len(hidden) != 1
