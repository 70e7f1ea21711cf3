"""What the ledger tells above the authorities of money that families drew: no more than budgets tell."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from maarag.database.rows import RowScope, visible
from maarag.domains.baskets import actions
from maarag.domains.funding.models import FunderShare
from maarag.kernel.access.permissions import Role
from maarag.kernel.ledger.models import GIVEN, Entry, Pot
from maarag.kernel.ledger.queries import balance_of, statement
from maarag.ui.figures import money
from maarag.values import Money
from tests.factories.baskets import STARTS, Department
from tests.factories.families import family as open_family

from .conftest import signed_in

ABOVE = (Role.NATIONAL_MANAGER, Role.PROGRAMME_DIRECTOR, Role.FUND_MANAGER)
STAGES = ("planned", "approved", "committed", "paid", "free")


def above(city: Department, role: Role = Role.NATIONAL_MANAGER) -> Client:
    return signed_in(city.world.account(role, place=city.world.nation))


def shares(city: Department) -> list[Pot]:
    rows = FunderShare.objects.filter(budget=city.line.budget).select_related("pot")
    return [share.pot for share in rows if share.pot is not None]


def cells(client: Client, pot: Pot) -> list[object]:
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(client.get(f"/ledger/pots/{pot.code}/statement.xlsx").content)
    )
    return [
        cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row
    ]


@pytest.fixture
def one(city: Department) -> Department:
    """One family, with money at every stage."""
    with city.scope():
        city.paid(1)
        city.ordered(3)
        city.approved(2)
        city.sent(1)
    return city


def five(city: Department) -> None:
    """Five families were paid on five days."""
    world = city.world
    with city.scope():
        city.paid(1, invoice="own", day=STARTS + timedelta(days=4))
        for number in range(4):
            family = open_family(
                world.system, world.city, city.worker, name=f"משפחה{number}", opened_on=STARTS
            )
            basket = actions.open_basket(by=city.worker, family=family, quota=city.quota, day=STARTS)
            city.paid(2, invoice=f"i{number}", basket=basket, day=STARTS + timedelta(days=5 + number))


@pytest.mark.parametrize("role", ABOVE)
def test_what_one_family_drew_from_a_funder_is_told_nowhere(one: Department, role: Role):
    client = above(one, role)
    for pot in shares(one):
        known = balance_of(pot)
        amounts = {getattr(known, stage) for stage in STAGES}
        amounts |= {line.amount for line in statement(pot).lines if line.kind not in GIVEN}
        told = client.get(f"/api/ledger/pots/{pot.code}").json()
        assert told["pot"]["balance"] == {"granted": known.granted.agorot, **dict.fromkeys(STAGES)}
        assert [line["kind"] for line in told["lines"]] == ["grant"]
        for after in (told["opening"], told["closing"], *(line["after"] for line in told["lines"])):
            assert {after[stage] for stage in STAGES} == {None}
        listed = client.get("/api/ledger/pots").json()["items"]
        assert next(row for row in listed if row["code"] == pot.code)["balance"] == told["pot"]["balance"]
        pages = client.get("/ledger/").text, client.get(f"/ledger/pots/{pot.code}/").text
        for page in pages:
            assert money(known.granted) in page
            assert not [amount for amount in amounts if money(amount) in page]
        sheets = cells(client, pot)
        assert float(known.granted.shekels) in sheets
        assert not [amount for amount in amounts if float(amount.shekels) in sheets]


@pytest.mark.parametrize("role", ABOVE)
def test_an_entry_of_a_family_s_money_is_not_reached_from_above(one: Department, role: Role):
    client = above(one, role)
    with one.scope():
        spent = list(Entry.objects.exclude(spending=None).values_list("pk", flat=True))
    assert len(spent) > 5
    for pk in spent:
        assert client.get(f"/ledger/entries/{pk}/").status_code == 404
        assert client.get(f"/api/ledger/entries/{pk}").status_code == 404
    given = Entry.objects.get(spending=None, postings__account__pot=shares(one)[0], postings__amount__gt=0)
    assert client.get(f"/ledger/entries/{given.pk}/").status_code == 200
    assert signed_in(one.leader).get(f"/ledger/entries/{spent[0]}/").status_code == 200


def test_what_many_families_drew_is_one_sum_without_days(city: Department):
    five(city)
    client, day = above(city), STARTS + timedelta(days=5)
    for pot in shares(city):
        known = balance_of(pot)
        told = client.get(f"/api/ledger/pots/{pot.code}?since={day}&until={day}").json()
        assert told["pot"]["balance"] == {
            "granted": known.granted.agorot,
            **{stage: getattr(known, stage).agorot for stage in STAGES},
        }
        assert told["lines"] == []
        whole = client.get(f"/api/ledger/pots/{pot.code}").json()
        assert {line["kind"] for line in whole["lines"]} == {"grant"}
        page = client.get(f"/ledger/pots/{pot.code}/").text
        assert money(known.paid) in page
        days = {line.day for line in statement(pot).lines if line.kind == "pay"}
        assert len(days) == 5
        assert not [day for day in days if f"{day:%d.%m.%Y}" in page]
        assert float(known.paid.shekels) in cells(client, pot)


def test_inside_the_authority_and_for_whoever_runs_the_site_the_books_are_whole(one: Department):
    quota = one.quota.pot
    told = signed_in(one.leader).get(f"/api/ledger/pots/{quota.code}").json()
    assert told["closing"] == told["pot"]["balance"]
    assert told["closing"]["paid"] == 45_000
    assert {"plan", "approve", "commit", "pay"} <= {line["kind"] for line in told["lines"]}
    with visible(RowScope(frozenset({one.world.city.pk}))):
        drawn = sum((statement(pot).closing.paid for pot in shares(one)), Money(0))
    assert drawn.agorot == 45_000


def test_a_line_that_gave_its_money_on_tells_all_of_it(one: Department):
    pot = one.line.pot
    assert pot is not None
    told = above(one).get(f"/api/ledger/pots/{pot.code}").json()
    assert told["pot"]["balance"]["free"] == balance_of(pot).free.agorot
    assert [line["kind"] for line in told["lines"]] == ["grant", "transfer"]


def test_without_the_exact_counts_of_the_authority_its_quota_is_told_as_from_above(one: Department):
    """A manager of funds of this authority alone."""
    client = signed_in(one.world.account(Role.FUND_MANAGER, place=one.world.city))
    told = client.get(f"/api/ledger/pots/{one.quota.pot.code}").json()
    assert {told["pot"]["balance"][stage] for stage in STAGES} == {None}
    assert [line["kind"] for line in told["lines"]] == ["transfer"]
    assert client.get(f"/ledger/pots/{one.basket.pot.code}/").status_code == 404
