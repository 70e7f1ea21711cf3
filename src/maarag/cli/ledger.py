"""`maarag ledger`: compute every balance again from the postings; the statement of a pot."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime

import click

from maarag.cli.main import database_in_use, require_migrated
from maarag.database.errors import DatabaseError
from maarag.database.errors import translate as _

FORMATS = click.Choice(["table", "json"])
WORDS = {
    "balance-differs": "a balance is not the sum of its postings",
    "limit-passed": "an account stands below its limit, or its limit was changed",
    "accounts-missing": "a pot lacks accounts",
    "not-zero": "the postings of an entry do not add up to zero in a pot",
    "posting-without-entry": "a posting is of no entry, or tells another day or kind",
    "running-balance-differs": "a posting tells another balance than there was after it",
    "draws-differ": "what a spending draws does not add up to its amount",
    "spending-differs": "where the money of a spending stands is not what was posted",
    "reversal-of-nothing": "a reversal refers to no payment of the same amount",
    "without-decision": "money was granted, moved or approved without a decision",
    "in-a-closed-period": "an entry bears a day of a period that was closed before it",
    "event-differs": "the audit does not tell of an entry, or tells something else",
}


@click.group("ledger", help=_("The ledger: verify it, print the statement of a pot."))
def ledger() -> None:
    pass


@ledger.command(help=_("Compute every balance and every spending again from the postings."))
@click.option("--format", "form", type=FORMATS, default="table", show_default=True)
def verify(form: str) -> None:
    with database_in_use():
        require_migrated()
        from django.conf import settings

        from maarag.kernel.ledger.verifying import check

        try:
            verdict = check(settings.HOME)
        except DatabaseError as error:
            raise click.ClickException(f"{error.message} {error.remedy}") from None
    if form == "json":
        click.echo(json.dumps({"sound": verdict.is_sound, **asdict(verdict)}, ensure_ascii=False, indent=2))
    else:
        told = {name: f"{getattr(verdict, name):,}" for name in ("pots", "entries", "postings", "spendings")}
        click.echo(
            _("Read %(entries)s entries with %(postings)s postings, %(spendings)s spendings, %(pots)s pots.")
            % told
        )
        for fault in verdict.faults:
            click.echo(f"{fault.code}: {WORDS[fault.code]} ({fault.row}: {fault.found})")
        click.echo(_("The ledger is whole.") if verdict.is_sound else _("The ledger is NOT whole."))
    if not verdict.is_sound:
        raise SystemExit(1)


@ledger.command(
    help=_("Print the statement of a pot, named by its code. Amounts are in shekels; JSON: agorot.")
)
@click.argument("code")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--format", "form", type=FORMATS, default="table", show_default=True)
def statement(code: str, since: datetime | None, until: datetime | None, form: str) -> None:
    with database_in_use():
        require_migrated()
        from maarag.database.rows import RowScope, visible
        from maarag.kernel.ledger.api import BalanceOut, LedgerLineOut
        from maarag.kernel.ledger.models import Pot
        from maarag.kernel.ledger.queries import statement as told_of
        from maarag.kernel.places.models import Place, PlaceKind

        # whoever runs the site may read all of it: the whole nation's rows, for this one statement
        everywhere = Place.objects.filter(kind=PlaceKind.AUTHORITY).values_list("pk", flat=True)
        with visible(RowScope(frozenset(everywhere))):
            pot = Pot.objects.filter(code=code).first()
            if pot is None:
                raise click.ClickException(_("No pot has the code %(code)s.") % {"code": code})
            told = told_of(pot, since=since.date() if since else None, until=until.date() if until else None)
            lines = [LedgerLineOut.of(line).model_dump(mode="json") for line in told.lines]
    if form == "json":
        data = {
            "code": pot.code,
            "label": pot.label,
            "opening": BalanceOut.of(told.opening.amounts()).model_dump(),
            "lines": lines,
            "closing": BalanceOut.of(told.closing.amounts()).model_dump(),
        }
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))
        return
    click.echo(f"{pot.code}  {pot.label}")
    columns = ("amount", "free", "approved", "committed", "paid")
    click.echo(f"{'':12}{'':10}" + "".join(f"{name:>16}" for name in columns))
    for line in told.lines:
        after = line.after
        amounts = (line.amount, after.free, after.approved, after.committed, after.paid)
        row = "".join(f"{one.shekels:>16,.2f}" for one in amounts)
        click.echo(f"{line.day:%Y-%m-%d}  {line.kind:10}{row}")
