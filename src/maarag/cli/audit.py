"""`maarag audit`: sign the heads of the record, verify it, export it, name its public key."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from maarag.cli.main import database_in_use, require_migrated
from maarag.database.errors import DatabaseError
from maarag.database.errors import translate as _

if TYPE_CHECKING:
    from maarag.kernel.audit.verify import Verdict

WORDS = {
    "entry-edited": "the content of an entry is not what was recorded",
    "entries-removed": "entries of a transaction are missing",
    "entry-inserted": "an entry was put in that no seal holds",
    "erased-without-event": "an entry was erased without the event that says so",
    "seal-removed": "a seal is missing",
    "seal-edited": "a seal's content is not what was sealed",
    "seal-does-not-follow": "a seal does not follow the one before it",
    "seals-removed": "the seals of a chain are missing",
    "head-removed": "the head of a chain is missing",
    "head-edited": "the head of a chain is not its newest seal",
    "cut-off": "the end of a chain is missing",
    "not-as-signed": "a seal is not the one that was signed: the chain was rewritten before it",
    "signature-forged": "signed heads whose signature does not hold",
    "signed-with-unknown-key": "heads signed with a key that is not known here; give it with --public-key",
    "signed-heads-removed": "signed heads are missing before these",
    "not-recorded": "changes are not recorded: a trigger is missing or off, or a function is not the code's",
    "not-protected": "a table of people is not under forced row-level security",
}


@click.group("audit", help=_("The tamper-evident record: sign, verify, export."))
def audit() -> None:
    pass


@audit.command(
    help=_("Sign the newest seal of every chain; what is signed is kept in a file of the home, too.")
)
@click.option(
    "--through",
    metavar="COMMAND",
    help=_("Also give what was signed since the last time to the standard input of this command."),
)
def seal(through: str | None) -> None:
    with database_in_use():
        from django.conf import settings

        from maarag.kernel.audit.checking import sign_heads
        from maarag.kernel.audit.signing import heads_file
        from maarag.kernel.audit.witness import NotTaken, hand_over

        require_migrated()
        signed = sign_heads(settings.HOME)
        told = {
            "number": signed.number,
            "chains": len(signed.heads()),
            "file": str(heads_file(settings.HOME)),
        }
        click.echo(_("Signed heads %(number)s of %(chains)s chains: %(file)s") % told)
        if through:
            try:
                count = hand_over(settings.HOME, shlex.split(through))
            except NotTaken as error:
                raise click.ClickException(
                    _("The witness did not take the signed heads: %(why)s") % {"why": error}
                ) from None
            click.echo(_("Handed to the witness: %(count)s") % {"count": count})


@audit.command("public-key", help=_("Print the public key that verifies signed heads; keep it elsewhere."))
def public_key() -> None:
    from maarag.database.layout import default_home
    from maarag.kernel.audit.signing import public_pem, signing_key

    click.echo(public_pem(signing_key(default_home()).public_key()), nl=False)


@audit.command(help=_("Write the record as JSON lines, to be verified elsewhere."))
@click.option("--authority", metavar="CODE", help=_("Only the chain of this authority; IL: the nation's."))
@click.option(
    "--with-personal", is_flag=True, help=_("With what changed in personal rows; else digests stand for it.")
)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help=_("Default: standard output.")
)
def export(authority: str | None, with_personal: bool, output: Path | None) -> None:
    with database_in_use():
        from django.conf import settings

        from maarag.kernel.audit.export import write
        from maarag.kernel.audit.signing import heads_file, read_file
        from maarag.kernel.audit.stored import whole_record

        require_migrated()
        chain = _chain(authority)
        path = heads_file(settings.HOME)
        signed = read_file(path) if path.exists() else []
        with _reading(), whole_record(chain=chain) as record:
            if output is None:
                write(record, signed, sys.stdout, with_personal=with_personal)
                return
            with output.open("w", encoding="utf-8") as file:
                count = write(record, signed, file, with_personal=with_personal)
        click.echo(_("Entries written: %(count)s") % {"count": count})


@audit.command(
    help=_("Read every chain from its beginning and name what was edited, removed, inserted or cut off.")
)
@click.option(
    "--heads",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=_("A file of signed heads that was kept elsewhere."),
)
@click.option(
    "--public-key",
    "keys",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=_("A public key that heads were signed with, besides the one of this home."),
)
@click.option(
    "--file",
    "source",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=_("Verify an exported file instead of the database."),
)
@click.option("--authority", metavar="CODE", help=_("Only the chain of this authority; IL: the nation's."))
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def verify(
    heads: tuple[Path, ...],
    keys: tuple[Path, ...],
    source: Path | None,
    authority: str | None,
    form: str,
) -> None:
    from maarag.kernel.audit.signing import load_public

    try:
        known = [load_public(path.read_text()) for path in keys]
    except ValueError as error:
        raise click.ClickException(
            _("That is not a public key of signed heads: %(why)s") % {"why": error}
        ) from None
    if source:
        verdict = _of_file(source, heads, known)
    else:
        verdict = _of_database(heads, known, authority, quiet=form == "json")
    if form == "json":
        click.echo(json.dumps(_as_data(verdict), ensure_ascii=False, indent=2))
    else:
        _print(verdict)
    if not verdict.is_sound:
        raise SystemExit(1)


def _of_database(heads: tuple[Path, ...], known: list[Any], authority: str | None, *, quiet: bool) -> Verdict:
    with database_in_use():
        from django.conf import settings

        from maarag.kernel.audit.checking import check

        require_migrated()
        report = None if quiet else _progress
        with _reading():
            verdict, _kept = check(
                settings.HOME, files=heads, keys=known, chain=_chain(authority), progress=report
            )
        return verdict


def _of_file(source: Path, heads: tuple[Path, ...], known: list[Any]) -> Verdict:
    from maarag.cli.main import setup_django
    from maarag.database.layout import default_home
    from maarag.kernel.audit.export import Exported
    from maarag.kernel.audit.signing import key_file, name_of, read_file, signing_key

    setup_django()
    from maarag.kernel.audit.checking import verify_against

    home = default_home()
    if key_file(home).exists():
        known.append(signing_key(home).public_key())
    try:
        record = Exported(source)
        documents = [record.signed, *(read_file(path) for path in heads)]
    except ValueError as error:
        raise click.ClickException(_("That is not a file of the audit: %(file)s") % {"file": error}) from None
    keys = {name_of(key): key for key in known}
    return verify_against(record, documents, keys, chain=record.chain, progress=_progress)


def _reading() -> Any:
    """What cannot be read is told with what to do."""
    from contextlib import contextmanager

    @contextmanager
    def telling() -> Any:
        try:
            yield
        except DatabaseError as error:
            raise click.ClickException(f"{error.message} {error.remedy}") from None

    return telling()


def _chain(code: str | None) -> int | None:
    from maarag.kernel.audit.models import NATION
    from maarag.kernel.places.models import Place, PlaceKind

    if code is None:
        return None
    if code == "IL":
        return NATION
    place = Place.objects.filter(code=code, kind=PlaceKind.AUTHORITY).first()
    if place is None:
        raise click.ClickException(_("No authority has the code %(code)s.") % {"code": code})
    return int(place.pk)


def _progress(done: int, about: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{done:,} / {about:,}", nl=False, err=True)


def _as_data(verdict: Verdict) -> dict[str, Any]:
    return {
        "sound": verdict.is_sound,
        "entries": verdict.entries,
        "seals": verdict.seals,
        "erased": verdict.erased,
        "chains": [
            {"chain": head.chain, "seals": head.number, "entries": head.entries, "hash": head.hash.hex()}
            for head in verdict.heads.values()
        ],
        "faults": [fault.as_data() for fault in verdict.faults],
        "more_faults": verdict.more,
    }


def _print(verdict: Verdict) -> None:
    told = {
        "entries": f"{verdict.entries:,}",
        "seals": f"{verdict.seals:,}",
        "chains": len(verdict.heads),
    }
    click.echo(_("Read %(entries)s entries in %(seals)s seals of %(chains)s chains.") % told)
    for fault in verdict.faults:
        data = fault.as_data()
        where = " ".join(
            f"{name} {data[name]}"
            for name in ("chain", "seal", "entry", "at", "record")
            if data[name] not in (None, "")
        )
        click.echo(f"{fault.code}: {WORDS.get(fault.code, '')} ({where})")
    if verdict.more:
        click.echo(_("and %(count)s more") % {"count": verdict.more})
    click.echo(_("The record is whole.") if verdict.is_sound else _("The record is NOT whole."))
