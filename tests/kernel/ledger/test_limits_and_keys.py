"""Limits that nothing passes, keys that work once, periods that are closed, rows that others do not see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.http import Http404
from django.utils import timezone

from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.ledger import actions
from maarag.kernel.ledger.models import Account, Decision, Draw, Entry, Posting, Pot, Spending
from maarag.kernel.ledger.queries import balance_of
from maarag.values import Money

from .conftest import Purse


@pytest.mark.parametrize("short", ["basket", "quota", "share"])
def test_no_pot_is_passed_whichever_is_short(purse: Purse, short: str) -> None:
    pots = {
        kind: purse.pot(kind, 99 if kind == short else 1000, kind=kind)
        for kind in ("basket", "quota", "share")
    }
    spending = purse.plan(100, pots["basket"], pots["quota"], shares=[(pots["share"], 1)])
    before = Entry.objects.count(), AuditEvent.objects.count()
    with pytest.raises(actions.LimitPassed) as refused:
        actions.approve(by=purse.worker, spending=spending, decision=purse.decision, key="a")
    assert (refused.value.pot, refused.value.missing) == (pots[short], Money(1))
    assert (Entry.objects.count(), AuditEvent.objects.count()) == before
    assert all(balance_of(pot).approved == Money(0) for pot in pots.values())
    purse.grant(pots[short], 1)
    actions.approve(by=purse.worker, spending=spending, decision=purse.decision, key="a")


def test_the_same_request_is_done_once(purse: Purse) -> None:
    basket = purse.pot("b", 1000)
    spending = purse.approved(100, basket)
    actions.commit(by=purse.worker, spending=spending, key="c")
    first = actions.pay(by=purse.worker, spending=spending, key="p", amount=Money(30))
    again = actions.pay(by=purse.worker, spending=spending, key="p", amount=Money(30))
    assert again == first
    assert balance_of(basket).paid == Money(30) == spending.paid
    with pytest.raises(actions.KeyReused):
        actions.pay(by=purse.worker, spending=spending, key="p", amount=Money(31))
    with pytest.raises(actions.KeyReused):
        actions.commit(by=purse.worker, spending=spending, key="p")
    assert AuditEvent.objects.filter(action="ledger.pay").count() == 1


def test_plans_grants_and_decisions_too(purse: Purse) -> None:
    basket = purse.pot("b")
    for _ in range(2):
        purse.grant(basket, 100, key="g")
    assert balance_of(basket).granted == Money(100)
    plan = {"by": purse.worker, "pots": [basket], "key": "s"}
    assert actions.plan(amount=Money(10), **plan) == actions.plan(amount=Money(10), **plan)
    with pytest.raises(actions.KeyReused):
        actions.plan(amount=Money(11), **plan)
    assert Spending.objects.count() == 1
    decide = {"by": purse.worker, "key": "d"}
    assert actions.decide(what="x", **decide) == actions.decide(what="x", **decide)
    with pytest.raises(actions.KeyReused):
        actions.decide(what="y", **decide)
    with pytest.raises(actions.KeyReused):
        purse.grant(basket, 50, key="s")


def test_what_is_no_request(purse: Purse) -> None:
    basket = purse.pot("b", 100)
    for amount in (0, -5):
        with pytest.raises(ValueError, match="some money"):
            purse.plan(amount, basket)
    with pytest.raises(ValueError, match="each named once"):
        purse.plan(5, basket, basket)
    with pytest.raises(ValueError, match="some money"):
        actions.plan(by=purse.worker, pots=[], amount=Money(5), key="x")
    with pytest.raises(ValueError, match="two pots"):
        actions.transfer(
            by=purse.worker, source=basket, target=basket, amount=Money(1), decision=purse.decision, key="x"
        )
    with pytest.raises(ValidationError):
        purse.pot("b")
    with pytest.raises(ValidationError):
        actions.open_pot(by=purse.worker, kind="basket", code="nobody's", label="x")


def test_a_closed_period_takes_no_entry(purse: Purse) -> None:
    basket, quota = purse.pot("b", 1000), purse.pot("q", 1000, kind="quota")
    spending = purse.approved(100, basket, quota)
    last_month = timezone.localdate().replace(day=1) - timedelta(days=1)
    actions.close_period(by=purse.worker, starts=last_month.replace(day=1), ends=last_month)
    with pytest.raises(actions.PeriodClosed) as refused:
        actions.commit(by=purse.worker, spending=spending, key="c", day=last_month)
    assert refused.value.ends == last_month
    actions.commit(by=purse.worker, spending=spending, key="c", day=last_month + timedelta(days=1))


def test_a_period_closed_for_one_authority(purse: Purse) -> None:
    day = date(2026, 1, 15)
    actions.close_period(by=purse.worker, starts=day, ends=day, authority=purse.sister)
    grant = {"by": purse.worker, "amount": Money(5), "decision": purse.decision, "day": day}
    own = purse.pot("own", kind="quota", authority=purse.city)
    hers = purse.pot("hers", kind="quota", authority=purse.sister)
    actions.grant(pot=own, key="1", **grant)
    with pytest.raises(actions.PeriodClosed):
        actions.grant(pot=hers, key="2", **grant)
    with pytest.raises(ValidationError):
        actions.close_period(by=purse.worker, starts=day, ends=day - timedelta(days=1))


def test_the_day_to_choose_is_open_for_the_nation_and_for_the_authority(purse: Purse) -> None:
    """The nation closed January, one authority February, the nation the first week of March."""
    basket, quota = purse.pot("b", 1000), purse.pot("q", 1000, kind="quota")
    hers = purse.pot("hers", kind="quota", authority=purse.sister)
    close = partial(actions.close_period, by=purse.worker)
    close(starts=date(2026, 1, 1), ends=date(2026, 1, 31))
    close(starts=date(2026, 2, 1), ends=date(2026, 2, 28), authority=purse.city)
    close(starts=date(2026, 3, 1), ends=date(2026, 3, 7))
    grant = partial(actions.grant, by=purse.worker, amount=Money(5), decision=purse.decision)
    plan = partial(actions.plan, by=purse.worker, shares=[], amount=Money(5))

    def opens(move: Callable[..., Any], day: date) -> date:
        with pytest.raises(actions.PeriodClosed) as refused:
            move(key="refused", day=day)
        move(key=purse.key(), day=refused.value.opens)
        return refused.value.opens

    for pots in ([basket, quota], [quota, basket]):
        assert opens(partial(plan, pots=pots), date(2026, 1, 15)) == date(2026, 3, 8)
    assert opens(partial(grant, pot=basket), date(2026, 1, 15)) == date(2026, 3, 8)
    assert opens(partial(grant, pot=basket), date(2026, 2, 3)) == date(2026, 3, 8)
    assert opens(partial(grant, pot=hers), date(2026, 1, 15)) == date(2026, 2, 1)
    assert opens(partial(grant, pot=quota), date(2026, 3, 1)) == date(2026, 3, 8)


def test_another_authority_neither_sees_nor_moves(purse: Purse) -> None:
    basket, quota = purse.pot("b", 1000), purse.pot("q", 1000, kind="quota")
    spending = purse.approved(100, basket, quota)
    with purse.seen_by(purse.sister):
        assert list(Pot.objects.all()) == [quota]
        assert not Spending.objects.exists()
        assert not Draw.objects.exists()
        assert not Entry.objects.filter(spending__isnull=False).exists()
        assert set(Account.objects.values_list("pot", flat=True)) == {quota.pk}
        assert set(Posting.objects.values_list("account__pot", flat=True)) == {quota.pk}
        assert balance_of(quota).approved == Money(100)
        with pytest.raises(Http404):
            actions.commit(by=purse.worker, spending=spending, key="c")
        with pytest.raises(Http404):
            purse.grant(basket, 5)
        with pytest.raises(Http404):
            purse.plan(5, basket)
        with pytest.raises(actions.KeyReused):  # and learns nothing of whose it is
            purse.grant(quota, 5, key="test:3")
    assert spending.approved == Money(100)


def test_words_of_a_decision_are_its_authority_s(purse: Purse) -> None:
    actions.decide(by=purse.worker, what="x", authority=purse.city)
    assert Decision.objects.count() == 2
    with purse.seen_by(purse.sister):
        assert Decision.objects.count() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_account SET balance = balance + 1",
        "UPDATE ledger_spending SET paid = paid",
        "INSERT INTO ledger_posting (entry_id, account_id, amount, balance, day, kind)"
        " VALUES (1, 1, 1, 1, now(), 'pay')",
        "UPDATE ledger_posting SET amount = 1",
        "DELETE FROM ledger_posting",
        "DELETE FROM ledger_entry",
        "UPDATE ledger_entry SET amount = 1",
        "DELETE FROM ledger_pot",
        "UPDATE ledger_decision SET what = ''",
        "DELETE FROM ledger_closedperiod",
        "UPDATE ledger_pot SET code = code || 'x'",
        "SELECT ledger_follow('pay', 'k', 'c', now()::date, 1, NULL, NULL, 1, '', NULL, NULL)",
    ],
)
def test_the_application_may_not(purse: Purse, statement: str) -> None:
    purse.paid(100, purse.pot("b", 1000))

    def run() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    with pytest.raises(DatabaseError, match=r"permission denied|keeps its kind"):
        run()


def test_checking_the_sums_at_commit_reads_each_posting_a_few_times(purse: Purse) -> None:
    """Of many entries in one transaction on tables that were empty when the first plans were made."""

    def read() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint FROM pg_stat_xact_user_tables"
                " WHERE relname IN ('ledger_posting', 'ledger_account')"
            )
            return int(cursor.fetchone()[0])

    for number in range(60):
        purse.paid(10, purse.pot(f"b{number}", 100))
    postings = Posting.objects.count()
    before = read()
    connection.check_constraints()
    assert postings > 500
    assert 0 < read() - before <= 4 * postings
