"""`maarag picture`: the integrated picture on the command line."""

from __future__ import annotations

import csv
import json
import sys
from typing import Any

import click

from .main import database_in_use, require_migrated


@click.command()
@click.option(
    "--place", "place_code", default="IL", show_default=True, help="IL, a CBS code, a cluster or district."
)
@click.option("--topic", help="Only this topic, with every place listed.")
@click.option("--population", help="Only this population group (a situation's code).")
@click.option("--sector", help="Only the services of this sector.")
@click.option("--as-of", "as_of", help="The day, as YYYY-MM-DD; today where none is given.")
@click.option("--as", "email", help="See it as this account does; else as the public does.")
@click.option("--language", type=click.Choice(["he", "ar", "en"]), default="he", show_default=True)
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True
)
@click.option("--limit", default=25, show_default=True, help="Rows of the table; 0 shows all.")
def picture(
    place_code: str,
    topic: str | None,
    population: str | None,
    sector: str | None,
    as_of: str | None,
    email: str | None,
    language: str,
    form: str,
    limit: int,
) -> None:
    """Needs against responses of a place, with gaps and duplicates; the same numbers as the page and API."""
    with database_in_use():
        require_migrated()
        data = _data(place_code, topic, population, sector, as_of, email, language)
    if form == "json":
        json.dump(data, sys.stdout, ensure_ascii=False, indent=2)
        sys.stdout.write("\n")
    elif form == "csv":
        _write_csv(data)
    else:
        _print_table(data, limit)


def _data(
    place_code: str,
    topic: str | None,
    population: str | None,
    sector: str | None,
    as_of: str | None,
    email: str | None,
    language: str,
) -> dict[str, Any]:
    from django.contrib.auth.models import AnonymousUser
    from django.utils.translation import override

    from maarag.desks.picture.assemble import picture as picture_of
    from maarag.desks.picture.data import as_data
    from maarag.desks.picture.scope import BadRequestForPicture, read_date, read_filters
    from maarag.kernel.access.models import Account
    from maarag.kernel.places.queries import UnknownPlace, resolve

    with override(language):
        try:
            place = resolve(place_code)
            filters = read_filters({"topic": topic, "population": population, "sector": sector})
            day = read_date(as_of)
        except UnknownPlace:
            raise click.BadParameter(
                f"there is no place with the code {place_code!r}", param_hint="--place"
            ) from None
        except BadRequestForPicture as error:
            raise click.UsageError(str(error)) from None
        viewer: Account | AnonymousUser = AnonymousUser()
        if email:
            account = Account.objects.filter(email__iexact=email).first()
            if account is None:
                raise click.BadParameter(f"there is no account {email!r}", param_hint="--as")
            viewer = account
        return as_data(picture_of(place, viewer=viewer, as_of=day, filters=filters))


def _write_csv(data: dict[str, Any]) -> None:
    from maarag.desks.picture.data import COLUMNS

    writer = csv.DictWriter(sys.stdout, COLUMNS)
    writer.writeheader()
    writer.writerows(data["rows"])


def _print_table(data: dict[str, Any], limit: int) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table(title=f"{data['place']['name']} · {data['as_of']}", title_justify="left")
    for name in ("place", "topic"):
        table.add_column(name)
    for name in ("need", "supply", "access", "coverage", "gap", "services", "nearest km"):
        table.add_column(name, justify="right")
    rows = sorted(data["rows"], key=lambda row: (row["gap"] is None, -(row["gap"] or 0)))
    shown = rows[:limit] if limit else rows
    for row in shown:
        hidden = "<5" if row["suppressed"] else "–"
        table.add_row(
            row["place_name"],
            row["topic_name"],
            *(_cell(row[name], hidden, form) for name, form in _FORMS),
        )
    console.print(table)
    if len(shown) < len(rows):
        console.print(f"{len(shown)} of {len(rows)} rows; --limit 0 shows all.")
    console.print(f"{len(data['duplicates'])} possible duplicates. Computed in {data['seconds']:.2f} s.")


_FORMS = (
    ("need", "{:,.0f}"),
    ("supply", "{:,.0f}"),
    ("access", "{:.3f}"),
    ("coverage", "{:.0%}"),
    ("gap", "{:,.0f}"),
    ("services", "{}"),
    ("nearest_km", "{:.1f}"),
)


def _cell(value: Any, absent: str, form: str) -> str:
    return absent if value is None else form.format(value)
