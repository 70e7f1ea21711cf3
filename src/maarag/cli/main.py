"""The `maarag` command; each part of it is loaded only when it is called."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click

from maarag import __version__

COMMANDS = {
    "run": "maarag.cli.run:run",
    "setup": "maarag.cli.run:setup",
    "worker": "maarag.cli.worker:worker",
    "serve": "maarag.cli.serve:serve",
    "picture": "maarag.cli.picture:picture",
    "budget": "maarag.cli.budget:budget",
    "search": "maarag.cli.search:search",
    "reach": "maarag.cli.reach:reach",
    "match": "maarag.cli.match:match",
    "overlap": "maarag.cli.overlap:overlap",
    "basket": "maarag.cli.baskets:basket",
    "import": "maarag.cli.imports:import_",
    "export": "maarag.cli.hsds:export",
    "import-hsds": "maarag.cli.hsds:import_hsds",
    "doctor": "maarag.cli.doctor:doctor",
    "backup": "maarag.cli.backup:backup",
    "restore": "maarag.cli.backup:restore",
    "access": "maarag.cli.access:access",
    "keys": "maarag.cli.keys:keys",
    "audit": "maarag.cli.audit:audit",
    "retention": "maarag.cli.retention:retention",
    "ledger": "maarag.cli.ledger:ledger",
    "rubrics": "maarag.cli.rubrics:rubrics",
    "db": "maarag.cli.database:db",
    "manage": "maarag.cli.manage:manage",
    "messages": "maarag.cli.messages:messages",
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are used, so that each starts quickly."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _colon, name = COMMANDS[cmd_name].partition(":")
        command: Any = getattr(import_module(module), name)
        return command if isinstance(command, click.Command) else None


@click.group(
    cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.version_option(__version__, prog_name="maarag")
def main() -> None:
    """Maarag: one shared picture of needs and responses, and the work that follows from it."""


def setup_django(settings: str = "maarag.config.settings.development") -> None:
    """Load Django for a command that needs the database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings)
    import django

    django.setup()


@contextmanager
def database_in_use() -> Iterator[None]:
    """Load Django with a database that answers: the embedded server is started for as long as it is needed.

    Raises ClickException with what to do where there is none.
    """
    from maarag.database.configuration import is_embedded
    from maarag.database.errors import DatabaseError
    from maarag.database.layout import default_home
    from maarag.database.server import EmbeddedServer

    try:
        if is_embedded():
            with EmbeddedServer(default_home()).running():
                setup_django()
                yield
        else:
            setup_django()
            yield
    except DatabaseError as error:
        raise click.ClickException(f"{error.message} {error.remedy}") from None


def require_migrated() -> None:
    """Raise ClickException where the database lacks migrations."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise click.ClickException(
            "the database is not set up yet; call `maarag setup` (or `make run`) first."
        )


if __name__ == "__main__":
    main()
