"""`maarag doctor`: is the database healthy, and what to do where it is not."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click
from django.core.exceptions import ImproperlyConfigured

from maarag.cli.main import setup_django
from maarag.database.doctor import Finding, checks
from maarag.database.errors import DatabaseError
from maarag.database.errors import translate as _


def findings() -> list[Finding]:
    try:
        setup_django()
    except DatabaseError as error:
        return [Finding(_("Settings"), False, error.message, error.remedy)]
    except ImproperlyConfigured as error:
        return [Finding(_("Settings"), False, str(error), _("Put right the settings it names."))]
    return list(checks())


@click.command("doctor", help=_("Look at the database, and say what to do about each fault."))
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def doctor(form: str) -> None:
    found = findings()
    healthy = all(finding.ok for finding in found)
    if form == "json":
        click.echo(json.dumps([asdict(finding) for finding in found], ensure_ascii=False, indent=2))
        sys.exit(0 if healthy else 1)
    width = max(len(finding.name) for finding in found)
    for finding in found:
        mark = (
            click.style(_("good"), fg="green") if finding.ok else click.style(_("fault"), fg="red", bold=True)
        )
        click.echo(f"{'✓' if finding.ok else '✗'} {mark}  {finding.name:<{width}}  {finding.message}")
        if finding.remedy:
            click.echo(f"    → {finding.remedy}")
    if not healthy:
        count = sum(not finding.ok for finding in found)
        click.echo(_("Faults: %(count)d") % {"count": count}, err=True)
        sys.exit(1)
