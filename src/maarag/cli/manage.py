"""Django's own commands, for whoever develops or runs the site."""

from __future__ import annotations

import sys

import click

from .main import setup_django


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []}, add_help_option=False
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Run one of Django's management commands; `migrate` as the owner, the others as the site."""
    setup_django()
    from django.core.management import execute_from_command_line
    from django.db import connection

    from maarag.database.migrating import as_owner, give_privileges

    given = [sys.argv[0], *arguments]
    if arguments[:1] == ("migrate",):
        with as_owner(connection):
            execute_from_command_line(given)
            give_privileges(connection)
    else:
        execute_from_command_line(given)
