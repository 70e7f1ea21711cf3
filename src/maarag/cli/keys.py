"""`maarag keys`: the keys of encrypted fields."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from maarag.database.encryption import copies, keyring, rotation
from maarag.database.errors import DatabaseError
from maarag.database.errors import translate as _

from .main import database_in_use, require_migrated

if TYPE_CHECKING:
    from maarag.database.encryption.stores import Store


@click.group("keys", help=_("The keys of encrypted fields (national ids, phones, addresses)."))
def keys() -> None:
    pass


@contextmanager
def told() -> Iterator[None]:
    """Faults as people read them."""
    try:
        yield
    except DatabaseError as error:
        raise click.ClickException(str(error)) from None
    except FileNotFoundError as error:
        raise click.ClickException(_("There is no file %(path)s.") % {"path": error.filename}) from None


@contextmanager
def stores_in_use() -> Iterator[Sequence[Store]]:
    """All that is encrypted, in a scope that sees the rows of every authority."""
    with told(), database_in_use():
        require_migrated()
        from allauth.mfa.models import Authenticator

        from maarag.database.encryption.stores import JsonStore, model_stores
        from maarag.database.rows import RowScope, under
        from maarag.kernel.access.second_factor import LABEL
        from maarag.kernel.places.models import Place, PlaceKind

        every = frozenset(Place.objects.filter(kind=PlaceKind.AUTHORITY).values_list("pk", flat=True))
        with under(RowScope(authorities=every)):
            yield [*model_stores(), JsonStore(Authenticator, "data", LABEL)]


@keys.command(help=_("Show the versions, their states and how many values use each."))
def status() -> None:
    with stores_in_use() as stores:
        from maarag.database.encryption.stores import count_by_version

        ring = keyring.HOLDER.ring(now=True)
        counted = count_by_version(stores)
        click.echo(_("File: %(path)s") % {"path": ring.path})
        states = {
            keyring.State.CURRENT: _("current: written with and read"),
            keyring.State.READABLE: _("readable"),
            keyring.State.RETIRED: _("retired"),
        }
        total: Counter[int] = sum(counted.values(), Counter())
        for key in ring.keys:
            since = key.since.astimezone().strftime("%Y-%m-%d %H:%M")
            click.echo(f"{key.version:>5}  {total[key.version]:>9}  {since}  {states[key.state]}")
        for name, versions in counted.items():
            shown = ", ".join(f"{version}: {count}" for version, count in sorted(versions.items()))
            click.echo(f"       {name}  {shown or '—'}")
        for version in sorted(set(total) - {key.version for key in ring.keys}):
            raise click.ClickException(
                _("%(count)s values use version %(version)s, which the file lacks. Call: maarag keys import.")
                % {"count": total[version], "version": version}
            )


@keys.command(help=_("Begin a new version: readable everywhere first, then written with."))
@click.option(
    "--only",
    type=click.Choice(["announce", "activate"]),
    help=_("One step, where several machines have a copy of the file each."),
)
def rotate(only: str | None) -> None:
    with told():
        if only == "announce":
            version = rotation.announce().version
            click.echo(
                _("Version %(version)s is announced. Copy the file, then activate.") % {"version": version}
            )
            return
        version = (rotation.activate() if only else rotation.rotate()).version
        click.echo(
            _("Version %(version)s is written with. Next: maarag keys export, then maarag keys reencrypt.")
            % {"version": version}
        )


@keys.command(help=_("Bring every encrypted value to the current version; may be stopped and called again."))
@click.option(
    "--batch", default=500, show_default=True, type=click.IntRange(1), help=_("Rows a transaction.")
)
def reencrypt(batch: int) -> None:
    with stores_in_use() as stores:
        from maarag.kernel.access.actions import system_account
        from maarag.kernel.audit.actions import record

        done: Counter[str] = Counter()
        system = system_account()

        def recorded(name: str, count: int) -> None:
            record(by=system, action="keys.reencrypt", subject=system, changes={"table": name, "rows": count})

        left = rotation.reencrypt(
            stores, batch=batch, told=lambda name, count: done.update({name: count}), inside=recorded
        )
        for name, count in done.items():
            click.echo(f"{count:>9}  {name}")
        if left:
            raise click.ClickException(
                _("%(count)s values remain: their rows are held by others. Call it again.") % {"count": left}
            )
        click.echo(_("Every value has the current version."))


@keys.command(help=_("Stop reading a version; refused while any value uses it."))
@click.argument("version", type=int)
def retire(version: int) -> None:
    with stores_in_use() as stores:
        rotation.retire(version, stores)
        click.echo(
            _("Version %(version)s is retired; it stays in the file for older backups.")
            % {"version": version}
        )


@keys.command(help=_("Read a retired version again, after an older backup was restored."))
@click.argument("version", type=int)
def readmit(version: int) -> None:
    with told():
        rotation.readmit(version)
        click.echo(_("Version %(version)s is readable.") % {"version": version})


@keys.command(help=_("Write an encrypted copy of the keys, to be kept elsewhere."))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--to", "recipients", multiple=True, help=_("A public key of age (age1…), instead of a passphrase.")
)
def export(file: Path, recipients: tuple[str, ...]) -> None:
    with told():
        phrase = "" if recipients else passphrase(confirm=True)
        copy = copies.sealed(keyring.keys_file(), passphrase=phrase, recipients=recipients)
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise click.ClickException(_("%(path)s is there already.") % {"path": file}) from None
        with os.fdopen(descriptor, "wb") as out:
            out.write(copy)
            os.fsync(out.fileno())
        click.echo(
            _("Keep %(path)s and what opens it apart, and both away from the backups.") % {"path": file}
        )


@keys.command("import", help=_("Put versions back from such a copy."))
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--identity",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=_("A file with the private key of age, instead of a passphrase."),
)
def import_(file: Path, identity: Path | None) -> None:
    with told():
        lines = identity.read_text().splitlines() if identity else []
        private = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
        phrase = "" if identity else passphrase(confirm=False)
        found = copies.opened(file.read_bytes(), passphrase=phrase, identities=private)
        added = copies.put_back(keyring.keys_file(), found)
        click.echo(_("Versions put back: %(versions)s") % {"versions": ", ".join(map(str, added)) or "—"})


def passphrase(*, confirm: bool) -> str:
    """From the terminal, or the first line of what is piped in; at least 12 characters where it is new."""
    if sys.stdin.isatty():
        phrase = str(click.prompt(_("Passphrase"), hide_input=True, confirmation_prompt=confirm))
    else:
        phrase = sys.stdin.readline().rstrip("\n")
    if not phrase or (confirm and len(phrase) < 12):
        raise click.ClickException(_("The passphrase needs at least 12 characters."))
    return phrase
