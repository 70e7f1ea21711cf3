"""`maarag basket`: reports of families' baskets on the command line."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from .main import database_in_use, require_migrated

HELPED = ("name", "bought", "yes", "partly", "no", "not_asked")


@click.group()
def basket() -> None:
    """Families' baskets of responses."""


@basket.command()
@click.option("--as", "email", required=True, help="Whose report: an account sees its own authorities.")
@click.option("--year", type=click.IntRange(2000, 2100), help="Only what was asked for in this year.")
@click.option("--language", type=click.Choice(["he", "ar", "en"]), default="he", show_default=True)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def report(email: str, year: int | None, language: str, form: str) -> None:
    """What baskets are spent on: by place, programme, response, month and funder."""
    with database_in_use():
        require_migrated()
        data = _data(email, year, language)
    if form == "json":
        json.dump(data, sys.stdout, ensure_ascii=False, indent=2)
        sys.stdout.write("\n")
    else:
        _print(data)


def _data(email: str, year: int | None, language: str) -> dict[str, Any]:
    from django.utils.translation import override

    from maarag.domains.baskets.report_tables import as_data
    from maarag.domains.baskets.reports import report_for
    from maarag.kernel.access.models import Account

    account = Account.objects.filter(email__iexact=email).first()
    if account is None:
        raise click.BadParameter(f"there is no account {email!r}", param_hint="--as")
    with override(language):
        found = report_for(account, year)
        if found is None:
            raise click.ClickException("this account sees no baskets.")
        return as_data(found)


def _print(data: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    for part in ("place", "programme", "response", "month", "funder"):
        if part not in data:
            continue
        table = Table(title=part, title_justify="left")
        for name in ("name", "programme", "families", "requests", "planned", "approved", "committed", "paid"):
            table.add_column(name, justify="left" if name in ("name", "programme") else "right")
        for row in data[part]:
            sums = ("planned", "approved", "committed", "paid")
            table.add_row(
                row["name"],
                row["programme"] or "",
                *(_shown(row[name]) for name in ("families", "requests")),
                *(_shown(row[f"{name}_agorot"], agorot=True) for name in sums),
            )
        console.print(table)
    if data["helped"] is not None:
        console.print(_helped(data["helped"]))


def _helped(rows: list[dict[str, Any]]) -> Any:
    from rich.table import Table

    table = Table(title="helped", title_justify="left")
    for name in HELPED:
        table.add_column(name, justify="left" if name == "name" else "right")
    for row in rows:
        table.add_row(*(str(row[name]) for name in HELPED))
    return table


def _shown(value: int | None, *, agorot: bool = False) -> str:
    if value is None:
        return "hidden"
    return f"{value / 100:,.2f}" if agorot else f"{value:,}"
