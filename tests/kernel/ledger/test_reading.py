"""Statements, the way of an amount, pages, the API and the command."""

from __future__ import annotations

import io
import json

import pytest
from click.testing import CliRunner
from django.test import Client
from python_calamine import CalamineWorkbook

from maarag.kernel.access.actions import grant, open_account, system_account
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.ledger import above, actions
from maarag.kernel.ledger.models import ClosedPeriod, EntryKind
from maarag.kernel.ledger.queries import balance_of, statement, trace
from maarag.kernel.places.models import Place
from maarag.values import Money

from .conftest import Purse


def somebody(purse: Purse, role: Role, place: Place) -> Account:
    system = system_account()
    account = open_account(by=system, email=f"{role}-{place.pk}@example.org", name=str(role))
    grant(by=system, account=account, role=role, place=place)
    return account


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account, "django.contrib.auth.backends.ModelBackend")
    return client


def test_a_basket_s_statement_tells_every_entry(purse: Purse) -> None:
    basket = purse.pot("b", 1000)
    spending = purse.paid(300, basket)
    actions.reverse(by=purse.worker, spending=spending, reason="x", key="r")
    told = statement(basket)
    assert [(line.kind, line.amount.agorot, line.after.free.agorot) for line in told.lines] == [
        ("grant", 1000, 1000),
        ("plan", 300, 1000),
        ("approve", 300, 700),
        ("commit", 300, 700),
        ("pay", 300, 700),
        ("reverse", 300, 1000),
    ]
    assert told.closing == balance_of(basket)
    assert all(line.entry and line.entry.by == purse.worker for line in told.lines)


def test_a_quota_s_statement_sums_what_baskets_draw(purse: Purse) -> None:
    quota = purse.pot("q", 1000, kind="quota")
    for number in range(3):
        purse.paid(100, purse.pot(f"b{number}", 100), quota)
    told = statement(quota)
    assert [(line.kind, line.count, line.amount.agorot) for line in told.lines] == [
        ("grant", 1, 1000), ("plan", 3, 300), ("approve", 3, 300), ("commit", 3, 300), ("pay", 3, 300),
    ]  # fmt: skip
    assert told.closing == balance_of(quota)
    day = told.lines[0].day
    assert statement(quota, since=day, until=day) == told


def test_an_amount_is_traced_to_a_decision_and_a_person(purse: Purse) -> None:
    spending = purse.paid(100, purse.pot("b", 1000), purse.pot("q", 1000, kind="quota"))
    told = trace(spending)
    assert [step.entry.kind for step in told.steps] == ["plan", "approve", "commit", "pay"]
    assert told.steps[1].entry.decision == purse.decision
    for step in told.steps:
        assert step.entry.by == purse.worker
        assert step.event is not None
        assert step.event.changes["amount"] == 100
        assert step.event.authority_id == purse.city.pk
        assert step.event.personal
    assert {draw.pot.code for draw in told.draws} == {"b", "q"}
    assert trace(told.steps[3].entry).steps == told.steps


def test_pages(purse: Purse) -> None:
    basket, quota = purse.pot("b", 1000), purse.pot("q", 1000, kind="quota")
    spending = purse.paid(100, basket, quota)
    leader = signed_in(somebody(purse, Role.TEAM_LEADER, purse.city))
    national = signed_in(somebody(purse, Role.NATIONAL_MANAGER, purse.nation))
    sister = signed_in(somebody(purse, Role.TEAM_LEADER, purse.sister))
    pay = spending.entries.get(kind=EntryKind.PAY)
    expected = {
        "/ledger/": (200, 200, 200),
        "/ledger/pots/b/": (200, 404, 404),
        "/ledger/pots/q/": (404, 200, 404),
        f"/ledger/entries/{pay.pk}/": (200, 404, 404),
        "/ledger/pots/b/statement.xlsx": (200, 404, 404),
        "/api/ledger/pots/b": (200, 404, 404),
        "/api/ledger/pots/q": (404, 200, 404),
        f"/api/ledger/entries/{pay.pk}": (200, 404, 404),
    }
    found = {
        path: tuple(client.get(path).status_code for client in (leader, national, sister))
        for path in expected
    }
    assert found == expected
    pots = leader.get("/api/ledger/pots").json()
    assert [pot["code"] for pot in pots["items"]] == ["b"]
    assert pots["items"][0]["balance"]["paid"] == 100
    content = io.BytesIO(leader.get("/ledger/pots/b/statement.xlsx").content)
    rows = CalamineWorkbook.from_filelike(content).get_sheet_by_index(0).to_python()
    amounts = [cell for row in rows for cell in row if cell == 10]
    assert amounts, "a thousand agorot are ten shekels"


def test_closing_a_period_in_the_browser_and_the_api(purse: Purse) -> None:
    client = signed_in(somebody(purse, Role.NATIONAL_MANAGER, purse.nation))
    given = {"starts": "2026-01-01", "ends": "2026-01-31", "what": "סגירת ינואר"}
    assert client.post("/ledger/periods/", {**given, "ends": "2025-01-01"}).status_code == 400
    assert client.post("/ledger/periods/", {**given, "ends": "2999-01-01"}).status_code == 400
    assert not ClosedPeriod.objects.exists()
    assert client.post("/ledger/periods/", given).status_code == 302
    closed = ClosedPeriod.objects.get()
    assert closed.decision is not None
    assert closed.decision.what == given["what"]
    answer = client.post(
        "/api/ledger/periods",
        {**given, "authority": purse.city.code, "ends": "2026-02-28"},
        content_type="application/json",
    )
    assert (answer.status_code, answer.json()["authority"]) == (201, purse.city.code)
    assert len(client.get("/api/ledger/periods").json()) == 2
    wrong = client.post(
        "/api/ledger/periods", {**given, "ends": "2025-01-01"}, content_type="application/json"
    )
    assert wrong.status_code == 422
    with pytest.raises(actions.PeriodClosed):
        actions.grant(
            by=purse.worker,
            pot=purse.pot("q", kind="quota"),
            amount=Money(1),
            decision=purse.decision,
            key="x",
            day=closed.starts,
        )


def test_the_command(purse: Purse, monkeypatch: pytest.MonkeyPatch) -> None:
    from contextlib import nullcontext

    from maarag.cli import ledger as command

    monkeypatch.setattr(command, "database_in_use", nullcontext)
    monkeypatch.setattr(command, "require_migrated", lambda: None)
    purse.paid(100, purse.pot("b", 1000))
    verdict = CliRunner().invoke(command.ledger, ["verify", "--format", "json"])
    assert verdict.exit_code == 0, verdict.output
    assert {name: json.loads(verdict.output)[name] for name in ("sound", "entries", "paid", "faults")} == {
        "sound": True, "entries": 5, "paid": 100, "faults": [],
    }  # fmt: skip
    told = CliRunner().invoke(command.ledger, ["statement", "b", "--format", "json"])
    assert json.loads(told.output)["closing"]["free"] == 900
    assert CliRunner().invoke(command.ledger, ["statement", "no-such"]).exit_code == 1
    assert "10.00" in CliRunner().invoke(command.ledger, ["statement", "b"]).output


def test_the_pots_of_an_authority_are_told_within_it_alone(purse: Purse) -> None:
    """From above, where sums of few families are hidden, the books are no way round."""
    purse.pot("own", 1000, kind="quota", authority=purse.city)
    for role, place, status in (
        (Role.TEAM_LEADER, purse.city, 200),
        (Role.NATIONAL_MANAGER, purse.nation, 404),
        (Role.PROGRAMME_DIRECTOR, purse.nation, 404),
        (Role.TEAM_LEADER, purse.sister, 404),
    ):
        client = signed_in(somebody(purse, role, place))
        assert client.get("/ledger/pots/own/").status_code == status
        assert ("own" in client.get("/api/ledger/pots").text) == (status == 200)


def test_money_that_nobody_counts_families_behind_is_hidden_from_above(purse: Purse) -> None:
    """Also where no basket hides the entries: a spending of the nation's pot alone."""
    quota = purse.pot("q", 1000, kind="quota")
    spending = purse.paid(300, quota)
    client = signed_in(somebody(purse, Role.NATIONAL_MANAGER, purse.nation))
    told = client.get("/api/ledger/pots/q").json()
    assert {name: amount for name, amount in told["pot"]["balance"].items() if amount is not None} == {
        "granted": 1000
    }
    assert [(line["kind"], line["after"]["free"]) for line in told["lines"]] == [("grant", None)]
    for entry in spending.entries.all():
        assert client.get(f"/ledger/entries/{entry.pk}/").status_code == 404
        assert client.get(f"/api/ledger/entries/{entry.pk}").status_code == 404


def test_a_kind_of_pot_for_which_nobody_answers_is_hidden(
    purse: Purse, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = purse.pot("l", 1000, kind="line")
    national = somebody(purse, Role.NATIONAL_MANAGER, purse.nation)
    assert above.standing(national, [line])[line.pk]["free"] == Money(1000)
    monkeypatch.setattr(above, "_deciding", {})
    told = above.standing(national, [line])[line.pk]
    assert told == {**dict.fromkeys(told, above.HIDDEN), "granted": Money(1000)}
