"""The lines of a budget from a table: read with a preview, whole or what is understood."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile

from maarag.domains.funding.models import Budget
from maarag.domains.funding.statement import statement
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.imports.actions import NotReady, import_now
from maarag.kernel.imports.models import Mode
from maarag.values import Money
from tests.factories.budgets import small

from .conftest import Treasury

HEADER = "תקציב,חלק,קוד,תכנית,משפחות,עלות סל,סכום\n"
GOOD = """small-plan,סל מענים,noshmim,נושמים לרווחה,3280,"8,000",
small-plan,,,מפגש,360,33000,"11,880,000 ₪"
small-plan,מעטפת,,תקורה,,,"199,275"
סה״כ,,,,3640,,"38,319,275"
"""
BAD = """no-such-budget,מעטפת,,הכשרות,,,100
small-plan,סל מענים,,השביל המיטיב,375,,
small-plan,סל מענים,,מפ״ה,150,8000,1200001
small-plan,מעטפת,,הערכה,,,-5
"""


@pytest.fixture
def steward(treasury: Treasury, settings, tmp_path) -> Account:
    settings.MEDIA_ROOT = tmp_path
    return treasury.world.account(Role.DATA_STEWARD, place=treasury.world.nation)


@pytest.fixture
def budget(treasury: Treasury) -> Budget:
    return small(treasury.world, treasury.world.nation, plan=True)


def load(by: Account, text: str, mode: str | None):
    file = ContentFile((HEADER + text).encode(), name="budget.csv")
    return import_now(by=by, kind="budget-lines", file=file, name="budget.csv", mode=mode)


def test_a_table_becomes_lines_and_the_total_is_left_out(steward: Account, budget: Budget):
    _file, counts = load(steward, GOOD, Mode.ALL)
    assert counts == {"new": 2, "changed": 1, "left_out": 1}
    lines = {line.name_he: (line.part, line.amount) for line in budget.lines.all()}
    assert lines == {
        "נושמים לרווחה": ("basket", Money.from_shekels(26_240_000)),
        "מפגש": ("basket", Money.from_shekels(11_880_000)),
        "תקורה": ("envelope", Money.from_shekels(199_275)),
    }
    assert statement(budget, steward).total.budgeted == Money.from_shekels(38_319_275)
    _file, counts = load(steward, GOOD, Mode.ALL)
    assert counts == {"unchanged": 3, "left_out": 1}


def test_rows_with_problems_say_why_and_nothing_is_loaded_whole(steward: Account, budget: Budget):
    file, counts = load(steward, GOOD + BAD, None)
    assert counts["problem"] == 4
    told = [row.problems[0]["field"] for row in file.rows.filter(status="problem").order_by("number")]
    assert told == ["budget", "unit_cost", "sum", "sum"]
    with pytest.raises(NotReady):
        load(steward, GOOD + BAD, Mode.ALL)
    assert budget.lines.count() == 1
    _file, counts = load(steward, GOOD + BAD, Mode.UNDERSTOOD)
    assert budget.lines.count() == 3


def test_a_granted_budget_takes_no_table(steward: Account, treasury: Treasury):
    file, counts = load(steward, "continuum-2021,מעטפת,,חדש,,,100\n", None)
    assert counts == {"problem": 1}
    assert file.rows.get().problems[0]["field"] == "budget"


def test_a_steward_of_a_city_loads_no_national_lines(treasury: Treasury, budget: Budget, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    steward = treasury.world.account(Role.DATA_STEWARD, place=treasury.world.city)
    _file, counts = load(steward, "small-plan,מעטפת,,חדש,,,100\n", None)
    assert counts == {"problem": 1}
