"""Acceptance: the document of 2021 to the shekel, on real postings, told alike on four ways."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from typing import Any
from zipfile import ZipFile

import pytest
from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from python_calamine import CalamineWorkbook

from maarag.domains.funding.data import as_data
from maarag.domains.funding.models import Part
from maarag.domains.funding.statement import statement
from maarag.kernel.ledger.actions import approve, commit, decide, pay, plan
from maarag.kernel.ledger.models import Account as LedgerAccount
from maarag.kernel.ledger.models import Posting
from maarag.kernel.ledger.queries import balances
from maarag.ui.figures import money
from maarag.values import Money
from tests.factories.budgets import line_of, programme_of, quota
from tests.pdf_text import assert_pdf_says

from .conftest import Treasury

PROGRAMMES = {
    "noshmim": (3280, 8000, 26_240_000),
    "noshmim-east-jerusalem": (80, 8000, 640_000),
    "noshmim-soldiers": (450, 8000, 3_600_000),
    "noshmim-self-employed": (250, 8000, 2_000_000),
    "mapa": (150, 8000, 1_200_000),
    "hashvil-hameitiv": (375, 35000, 13_125_000),
    "olim-laderech": (45, 8000, 360_000),
    "mifgash": (360, 33000, 11_880_000),
}
ENVELOPE = {
    "training": 378_500,
    "national-management": 600_000,
    "training-managers": 340_000,
    "administration": 540_000,
    "computing-manager": 270_000,
    "computing": 1_407_000,
    "evaluation": 250_000,
    "various": 200_000,
    "overhead": 199_275,
}
FUNDERS = {"ministry-of-welfare": 3_138_581, "jdc-israel": 523_097, "rashi-foundation": 523_097}


def shekels(amount: int) -> Money:
    return Money.from_shekels(amount)


def test_every_line_of_the_document(treasury: Treasury):
    found = statement(treasury.budget, treasury.world.system)
    told = {
        row.line.code: (row.line.families, row.line.unit_cost, row.row.budgeted)
        for row in found.lines_of(Part.BASKET)
    }
    assert told == {
        code: (families, shekels(cost), shekels(total))
        for code, (families, cost, total) in PROGRAMMES.items()
    }
    items = {row.line.code: row.row.budgeted for row in found.lines_of(Part.ENVELOPE)}
    assert items == {code: shekels(amount) for code, amount in ENVELOPE.items()}


def test_the_totals_of_the_document(treasury: Treasury):
    found = statement(treasury.budget, treasury.world.system)
    assert found.part(Part.BASKET).families == 4990
    assert found.part(Part.BASKET).budgeted == shekels(59_045_000)
    assert found.part(Part.ENVELOPE).budgeted == shekels(4_184_775)
    borne = {row.organisation.code: row.row.budgeted for row in found.funders_of(Part.ENVELOPE)}
    assert borne == {code: shekels(amount) for code, amount in FUNDERS.items()}
    totals = {total.organisation.code: total.budgeted for total in found.funder_totals}
    assert totals["ministry-of-welfare"] == shekels(62_183_581)


def test_the_amounts_are_real_postings(treasury: Treasury):
    """Each line and share is a purse; postings sum to zero; no amount is kept beside the ledger's."""
    lines = {line.code: line.pot for line in treasury.budget.lines.select_related("pot")}
    known = balances([pot for pot in lines.values() if pot])
    granted = {code: known[pot.pk].granted for code, pot in lines.items() if pot}
    wanted = {code: total for code, (_n, _cost, total) in PROGRAMMES.items()} | ENVELOPE
    assert granted == {code: shekels(amount) for code, amount in wanted.items()}
    for code, pot in lines.items():
        assert pot is not None
        into = Posting.objects.filter(account__pot=pot, account__stage="free").aggregate(sum=Sum("amount"))
        assert int(getattr(into["sum"], "agorot", into["sum"])) == wanted[code] * 100
    assert sum(account.balance.agorot for account in LedgerAccount.objects.all()) == 0
    shares = {
        share.organisation.code: share.pot
        for share in treasury.budget.shares.filter(part=Part.ENVELOPE).select_related("organisation", "pot")
    }
    borne = balances([pot for pot in shares.values() if pot])
    assert {code: borne[pot.pk].granted for code, pot in shares.items() if pot} == {
        code: shekels(amount) for code, amount in FUNDERS.items()
    }


def spend(treasury: Treasury) -> None:
    """Some baskets of a quota on every stage, and half of an envelope's item paid."""
    by, budget = treasury.world.system, treasury.budget
    programme_of(treasury.world, budget)
    line = line_of(budget, "noshmim")
    given = quota(by, line, treasury.world.city, 100)
    shares = [
        (share.pot, share.weight)
        for share in budget.shares.filter(part=Part.BASKET).select_related("pot")
        if share.pot
    ]
    decision = decide(by=by, what="סלים", why="לפי הצורך")
    spendings = [
        plan(by=by, pots=[given.pot], shares=shares, amount=Money(amount), key=f"plan-{amount}")
        for amount in (800_001, 799_999, 333_333, 50_001)
    ]
    for spending in spendings[:3]:
        approve(by=by, spending=spending, decision=decision, key=f"approve-{spending.pk}")
    for spending in spendings[:2]:
        commit(by=by, spending=spending, key=f"commit-{spending.pk}")
    pay(by=by, spending=spendings[0], amount=Money(400_007), key="pay")
    training = line_of(budget, "training").pot
    assert training is not None
    item = plan(by=by, pots=[training], amount=Money(19_999_999), key="training")
    approve(by=by, spending=item, decision=decision, key="training-approve")


def test_page_workbook_api_and_command_agree_to_the_agora(
    treasury: Treasury, monkeypatch: pytest.MonkeyPatch
):
    spend(treasury)
    client = treasury.client(treasury.manager)
    url = reverse("funding:budget", args=[treasury.budget.code])
    data = client.get(f"/api/funding/budgets/{treasury.budget.code}").json()
    assert data["shows_use"]
    lines = {line["code"]: line for line in data["lines"]}
    assert [lines["noshmim"][stage] for stage in ("planned", "approved", "committed", "paid")] == [
        50_001,
        333_333,
        1_199_993,
        400_007,
    ]
    for row in [*data["lines"], *data["parts"], *data["funders"], data["total"]]:
        assert row["granted"] == row["free"] + row["approved"] + row["committed"] + row["paid"]
    assert _command(treasury, monkeypatch) == data
    assert _workbook(client.get(reverse("funding:export", args=[treasury.budget.code, "xlsx"]))) == _wanted(
        data
    )
    page = client.get(url, headers={"accept-language": "he"}).content.decode()
    for row in [*data["lines"], *data["parts"], data["total"]]:
        for name in ("budgeted", "planned", "approved", "committed", "paid", "free"):
            assert money(Money(row[name])) in page, (row, name)
    for funder in data["funders"]:
        assert money(Money(funder["budgeted"])) in page


def _command(treasury: Treasury, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What `maarag budget CODE --format json` prints, on the database of this test."""
    from contextlib import nullcontext

    from click.testing import CliRunner

    from maarag.cli import budget as command

    monkeypatch.setattr(command, "database_in_use", nullcontext)
    monkeypatch.setattr(command, "require_migrated", lambda: None)
    asked = [treasury.budget.code, "--as", treasury.manager.email, "--format", "json"]
    result = CliRunner().invoke(command.budget, asked, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def _workbook(response: Any) -> list[list[Any]]:
    """Name and amounts in agorot of every row of the sheets of lines."""
    with ZipFile(io.BytesIO(response.content)) as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
        assert all(b'rightToLeft="1"' in parts.read(name) for name in sheets)
    book = CalamineWorkbook.from_filelike(io.BytesIO(response.content))
    found = []
    for name, amounts_from in zip(book.sheet_names[:2], (3, 1), strict=True):
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for row in rows[3:]:
            if row[amounts_from] == "":
                break
            amounts = row[amounts_from : amounts_from + 8]
            found.append([row[0], *(int(Decimal(str(cell)) * 100) for cell in amounts)])
    return found


def _wanted(data: dict[str, Any]) -> list[list[Any]]:
    names = ("budgeted", "granted", "given_on", "planned", "approved", "committed", "paid", "free")
    found = []
    for part in data["parts"]:
        for line in data["lines"]:
            if line["part"] == part["part"]:
                found.append([line["name"], *(line[name] for name in names)])
        with override("he"):
            found.append([_("Total"), *(part[name] for name in names)])
    return found


def test_the_report_is_a_pdf(treasury: Treasury):
    response = treasury.client().get(reverse("funding:export", args=[treasury.budget.code, "pdf"]))
    assert response.status_code == 200
    told = ("התקציב כולו", treasury.budget.place.name_he)
    assert_pdf_says(response.content, treasury.budget.name_he, *told)


def test_the_public_sees_what_was_set_and_not_what_is_used(treasury: Treasury):
    spend(treasury)
    data = treasury.client().get(f"/api/funding/budgets/{treasury.budget.code}").json()
    assert not data["shows_use"]
    assert data["total"]["budgeted"] == 6_322_977_500
    assert {data["total"][stage] for stage in ("planned", "approved", "committed", "paid", "free")} == {None}
    page = treasury.client().get(reverse("funding:budget", args=[treasury.budget.code])).content.decode()
    assert money(Money(400_007)) not in page
    assert as_data(statement(treasury.budget, treasury.worker))["shows_use"] is False
