"""`maarag retention`: what is due to be erased, and carrying out what was approved."""

from __future__ import annotations

import click

from maarag.cli.main import database_in_use, require_migrated
from maarag.database.errors import translate as _


@click.group(help=_("How long rows are kept: what is due, and the erasing of what was approved."))
def retention() -> None:
    """Nothing about people is erased before somebody approved a preview on the page Retention."""


@retention.command(help=_("Show how many rows are due by each rule and authority; erases nothing."))
def preview() -> None:
    with database_in_use():
        require_migrated()
        from maarag.kernel.places.models import Place, PlaceKind
        from maarag.kernel.retention.queries import standings_in, technical

        places = list(Place.objects.filter(kind=PlaceKind.AUTHORITY).defer("outline"))
        for standing in standings_in(places):
            click.echo(f"{standing.rule.code}: {standing.count}")
            for one in standing.due:
                click.echo(f"  {one.authority.code}: {one.count} ({one.first} … {one.last})")
        for rule, count in technical():
            click.echo(f"{rule.code}: {count}")


@retention.command(help=_("Erase what was approved, and remove old technical rows, as every night."))
def run() -> None:
    with database_in_use():
        require_migrated()
        from maarag.kernel.retention.actions import run_approved, tidy

        erased = run_approved()
        removed = tidy()
        click.echo(_("%(count)s files erased.") % {"count": erased})
        for code, count in removed.items():
            if count:
                click.echo(f"{code}: {count}")
