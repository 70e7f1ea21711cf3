"""The `maarag` command; each part of it is loaded only when it is called."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

import click

from maarag import __version__

COMMANDS = {
    "run": "maarag.cli.run:run",
    "setup": "maarag.cli.run:setup",
    "picture": "maarag.cli.picture:picture",
    "search": "maarag.cli.search:search",
    "reach": "maarag.cli.reach:reach",
    "overlap": "maarag.cli.overlap:overlap",
    "import": "maarag.cli.imports:import_",
    "export": "maarag.cli.hsds:export",
    "doctor": "maarag.cli.doctor:doctor",
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


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="maarag")
def main() -> None:
    """Maarag: one shared picture of needs and responses, and the work that follows from it."""


def setup_django(settings: str = "maarag.config.settings.development") -> None:
    """Load Django for a command that needs the database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings)
    import django

    django.setup()


if __name__ == "__main__":
    main()
