"""`maarag doctor`: is the database healthy, and what to do where it is not."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
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
    return list(checks(also=recording))


def recording() -> Iterator[Finding]:
    """Whether the audit still records every change; silent where the database or its tables are missing."""
    from django.db import Error, connection

    from maarag.kernel.audit.guards import unrecorded

    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('public.audit_rowchange') IS NOT NULL")
            if cursor.fetchone() != (True,):
                return
            found = unrecorded(cursor)
    except Error:
        return
    finally:
        if not connection.in_atomic_block:
            connection.close()
    name = _("Audit")
    if found:
        message = _("Changes are not recorded, or not as they should be: %(names)s.")
        remedy = _(
            "Find out who took it off, keep the record (maarag audit export), then as the owner:"
            " maarag manage migrate"
        )
        yield Finding(name, False, message % {"names": ", ".join(found[:5])}, remedy)
    else:
        yield Finding(name, True, _("Every change of a row is recorded."))


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
        click.echo(f"{_mark(finding)}  {finding.name:<{width}}  {finding.message}")
        if finding.remedy:
            click.echo(f"    → {finding.remedy}")
    if not healthy:
        count = sum(not finding.ok for finding in found)
        click.echo(_("Faults: %(count)d") % {"count": count}, err=True)
        sys.exit(1)


def _mark(finding: Finding) -> str:
    if finding.skipped:
        return "– " + click.style(_("not looked at"), fg="yellow")
    if finding.ok:
        return "✓ " + click.style(_("good"), fg="green")
    return "✗ " + click.style(_("fault"), fg="red", bold=True)
