"""The tables of the demonstration's budgets, without a database."""

from __future__ import annotations

from maarag.demo.budget import FICTIONAL, NATIONAL, line_draft
from maarag.demo.programmes import shares_of_places
from maarag.demo.tables import rows
from maarag.values import Money


def total(budget: str, part: str) -> Money:
    lines = [row for row in rows("budget_lines") if (row["budget"], row["part"]) == (budget, part)]
    return sum((line_draft(row).amount for row in lines), Money(0))


def test_the_tables_give_the_document():
    assert total(NATIONAL, "basket") == Money.from_shekels(59_045_000)
    assert total(NATIONAL, "envelope") == Money.from_shekels(4_184_775)


def test_the_table_of_programmes_agrees_with_the_lines():
    table = {row["code"]: (row["families"], row["basket_cost"]) for row in rows("programmes")}
    for row in rows("budget_lines"):
        if row["budget"] == NATIONAL and row["programme"]:
            assert table[row["programme"]] == (row["families"], row["unit_cost"])


def test_places_are_shared_out_exactly():
    shares = shares_of_places()
    assert sum(shares.values()) == 3280
    assert len(shares) > 50
    assert min(shares.values()) >= 0


def test_the_invented_budget_has_places_for_baskets_in_three_programmes():
    lines = [row for row in rows("budget_lines") if row["budget"] == FICTIONAL and row["programme"]]
    assert len(lines) == 3
    assert sum(int(row["families"]) for row in lines) == 250
    real = {row["programme"]: row["unit_cost"] for row in rows("budget_lines") if row["budget"] == NATIONAL}
    assert all(real[row["programme"]] == row["unit_cost"] for row in lines)
    funders = {row["organisation"] for row in rows("budget_shares") if row["budget"] == FICTIONAL}
    assert len(funders) == 3
    assert all(code.startswith("mg-") for code in funders)
