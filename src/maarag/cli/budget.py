"""`maarag budget`: budgets on the command line, with the numbers of the page and the API."""

from __future__ import annotations

import json
import sys
from datetime import date
from typing import Any

import click

from .main import database_in_use, require_migrated


@click.command()
@click.argument("code", required=False)
@click.option("--as", "email", help="See it as this account does; else as the public does.")
@click.option("--language", type=click.Choice(["he", "ar", "en"]), default="he", show_default=True)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def budget(code: str | None, email: str | None, language: str, form: str) -> None:
    """One budget by line, part and funder, or without CODE the list of budgets; amounts in JSON
    are agorot.
    """
    with database_in_use():
        require_migrated()
        data = _data(code, email, language)
    if form == "json":
        json.dump(data, sys.stdout, ensure_ascii=False, indent=2, default=_written)
        sys.stdout.write("\n")
    elif isinstance(data, list):
        _print_list(data)
    else:
        _print_budget(data)


def _written(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no JSON for {value!r}")


def _data(code: str | None, email: str | None, language: str) -> Any:
    from django.contrib.auth.models import AnonymousUser
    from django.utils.translation import override

    from maarag.domains.funding.data import as_data, summary_as_data
    from maarag.domains.funding.scope import visible_to
    from maarag.domains.funding.statement import statement
    from maarag.kernel.access.models import Account

    viewer: Account | AnonymousUser = AnonymousUser()
    if email:
        account = Account.objects.filter(email__iexact=email).first()
        if account is None:
            raise click.BadParameter(f"there is no account {email!r}", param_hint="--as")
        viewer = account
    with override(language):
        if code is None:
            return [summary_as_data(found) for found in visible_to(viewer)]
        found = visible_to(viewer).filter(code=code).first()
        if found is None:
            known = ", ".join(visible_to(viewer).values_list("code", flat=True)) or "none"
            raise click.BadParameter(
                f"there is no budget with the code {code!r}; there are: {known}", param_hint="CODE"
            )
        return as_data(statement(found, viewer))


def _print_list(data: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("code", "budget", "place", "period", "state")
    for row in data:
        fictional = " (fictional)" if row["is_fictional"] else ""
        period = f"{row['starts']} – {row['ends']}"
        table.add_row(row["code"], row["name"] + fictional, row["place"], period, row["state"])
    Console().print(table)


def _print_budget(data: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    fictional = " · fictional" if data["is_fictional"] else ""
    console.print(f"{data['name']} · {data['starts']} – {data['ends']} · {data['state']}{fictional}")
    use = ("planned", "approved", "committed", "paid", "free") if data["shows_use"] else ()
    columns = ("families", "unit_cost", "budgeted", "granted", "given_on", *use)
    for part in data["parts"]:
        table = Table(title=part["part"], title_justify="left")
        table.add_column("line")
        for name in columns:
            table.add_column(name.replace("_", " "), justify="right")
        for line in data["lines"]:
            if line["part"] == part["part"]:
                table.add_row(line["name"], *(_cell(name, line) for name in columns))
        table.add_section()
        table.add_row("total", *(_cell(name, part) for name in columns))
        console.print(table)
    funders = Table("funder", "part", title="funders", title_justify="left")
    for name in ("share", "budgeted"):
        funders.add_column(name, justify="right")
    for funder in data["funders"]:
        funders.add_row(funder["name"], funder["part"], f"{funder['share']:.1%}", _cell("budgeted", funder))
    funders.add_section()
    for total in data["funder_totals"]:
        funders.add_row(total["name"], "all", "", _cell("budgeted", total))
    if data["funders"]:
        console.print(funders)
    console.print(f"total {_cell('budgeted', data['total'])} ₪, granted {_cell('granted', data['total'])} ₪")


def _cell(name: str, row: dict[str, Any]) -> str:
    """Families as they are, agorot as shekels."""
    value = row.get(name)
    if value is None:
        return "–"
    if name == "families":
        return f"{value:,}"
    return f"{value / 100:,.2f}" if value % 100 else f"{value // 100:,}"
