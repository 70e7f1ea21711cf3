"""`maarag rubrics`: which rubrics are in use, and taking in a file."""

from __future__ import annotations

from pathlib import Path

import click

from maarag.cli.main import database_in_use, require_migrated
from maarag.database.errors import translate as _


@click.group(help=_("Rubrics: dimensions with described levels, by which people rate."))
def rubrics() -> None:
    """A version by which something was rated never changes; a corrected file becomes the next one."""


@rubrics.command("list", help=_("Show the rubrics in use."))
def list_() -> None:
    with database_in_use():
        require_migrated()
        from maarag.kernel.rubrics.queries import rubrics as in_use

        for rubric in in_use():
            click.echo(f"{rubric.code} {rubric.version}: {rubric.name_he}")


@rubrics.command(help=_("Take in a rubric from a JSON file; see docs/guides/rubrics.md."))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load(file: Path) -> None:
    with database_in_use():
        require_migrated()
        from django.core.exceptions import ValidationError

        from maarag.kernel.access.actions import system_account
        from maarag.kernel.rubrics.actions import save_rubric
        from maarag.kernel.rubrics.drafts import read_rubric

        try:
            saved = save_rubric(by=system_account(), draft=read_rubric(file.read_bytes()))
        except ValidationError as error:
            raise click.ClickException(f"{file.name}: {' '.join(error.messages)}") from None
        told = {
            "same": _("%(code)s %(version)s: nothing changed"),
            "corrected": _("%(code)s %(version)s: corrected; nothing was rated by it yet"),
            "new": _("%(code)s %(version)s: taken in"),
        }[saved.outcome]
        click.echo(told % {"code": saved.rubric.code, "version": saved.rubric.version})
