"""`maarag access`: the first person who manages access, and a second factor that nobody else could reset."""

from __future__ import annotations

import click

from maarag.cli.main import database_in_use, require_migrated
from maarag.database.errors import translate as _


@click.group(help=_("The first person who manages access, and a way back for them."))
def access() -> None:
    """Nothing here is needed once several people manage access."""


@access.command(
    "invite-first", help=_("Print the link of an invitation; refused once anybody manages access.")
)
@click.argument("address")
@click.option("--place", required=True, help=_("The code of the place, such as IL or that of an authority."))
@click.option("--language", default="he", show_default=True, type=click.Choice(["he", "ar", "en"]))
def invite_first(address: str, place: str, language: str) -> None:
    with database_in_use():
        require_migrated()
        from django.core.exceptions import ValidationError
        from django.core.validators import validate_email

        from maarag.kernel.access import letters
        from maarag.kernel.access.actions import invite, system_account
        from maarag.kernel.access.permissions import Permission, Role
        from maarag.kernel.access.queries import accounts_with
        from maarag.kernel.places.models import Place

        if accounts_with(Permission.MANAGE_ACCESS, Place.objects.all()).exists():
            raise click.ClickException(_("Somebody manages access already; they invite, on the page Access."))
        row = Place.objects.filter(code=place).first()
        if row is None:
            raise click.ClickException(_("No place has the code %(code)s.") % {"code": place})
        try:
            validate_email(address)
            invite(
                by=system_account(),
                email=address,
                role=Role.DATA_STEWARD,
                place=row,
                language=language,
                tell=lambda _row, token: click.echo(letters.link(token)),
            )
        except ValidationError as error:
            raise click.ClickException(" ".join(error.messages)) from None


@access.command("reset-factor", help=_("Take away a second factor, where no two other people could."))
@click.argument("address")
@click.confirmation_option(prompt=_("Do you know that this person asks for it?"))
def reset_factor(address: str) -> None:
    with database_in_use():
        require_migrated()
        from django.core.exceptions import PermissionDenied

        from maarag.kernel.access.actions import reset_only_factor, system_account
        from maarag.kernel.access.models import Account

        account = Account.objects.filter(email__iexact=address, is_system=False).first()
        if account is None:
            raise click.ClickException(_("No account has this address."))
        try:
            reset_only_factor(by=system_account(), account=account)
        except PermissionDenied:
            raise click.ClickException(
                _("Two people who manage access can reset it on the page of the account: ask them.")
            ) from None
        click.echo(_("Taken away. The person signs in with the password and sets up a new one."))
