"""Making a backup: one snapshot for the dump and the checksums, one encrypted file, whole or not there."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import IO, Any

import psycopg

from maarag import __version__

from .. import locks
from ..errors import N_
from ..layout import make_folders, sync_folder
from . import archive, fingerprint, keeping, state
from .errors import BackupError, NoRoom
from .keys import Recipient
from .logins import Connection, Login, program

UNFINISHED = ".unfinished-"
MARGIN = 64 * 2**20  # bytes that stay free
GROWTH = 1.25  # a backup may be larger than the last one by so much
Facts = Callable[[Connection], dict[str, Any]]
Report = Callable[[str, int, int], None]


def no_facts(_connection: Connection) -> dict[str, Any]:
    return {}


def no_report(_step: str, _done: int, _total: int) -> None:
    pass


@dataclass(frozen=True)
class Made:
    """The backup that was written: bytes, rows of all tables, files, seconds, and the older ones deleted."""

    path: Path
    bytes: int
    rows: int
    tables: int
    files: int
    seconds: float
    deleted: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def make(
    folder: Path,
    *,
    home: Path,
    files: Path,
    login: Login,
    recipients: Sequence[Recipient],
    keep: keeping.Keep | None = None,
    facts: Facts = no_facts,
    report: Report = no_report,
) -> Made:
    """Back up the database of `login` and the uploaded `files` into a new file in `folder`.

    `facts` reads what else belongs in the file, in the same snapshot. Older backups go as `keep` says, after
    the new one is on the disk. Success and failure are noted in the home.
    """
    began = perf_counter()
    try:
        with _alone(home), _unfinished(folder) as unfinished:
            with login.connect(autocommit=False) as connection, _readable():
                connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                now = datetime.now(UTC)
                name = keeping.name_at(now)
                _check_room(folder, _needed(connection, home, files))
                with archive.written(unfinished, recipients) as target:
                    counts = _fill(target, connection, login, files, now, name, facts, report)
            path = folder / name
            if path.exists():
                raise BackupError(
                    N_("%(file)s is there already."), N_("Wait a second and try again."), file=path
                )
            size = unfinished.stat().st_size
            unfinished.rename(path)
            sync_folder(folder)
            deleted = keeping.clean(folder, keep, now)
    except BaseException as error:
        with suppress(OSError):
            state.note(home, "last_failure", reason=str(error) or type(error).__name__)
        raise
    made = Made(path=path, bytes=size, seconds=perf_counter() - began, deleted=deleted, **counts)
    facts_of = {"bytes": made.bytes, "rows": made.rows, "seconds": round(made.seconds, 1)}
    state.note(home, "last_success", file=str(path), **facts_of)
    return made


def _fill(
    target: archive.Archive,
    connection: Connection,
    login: Login,
    files: Path,
    now: datetime,
    name: str,
    facts: Facts,
    report: Report,
) -> dict[str, Any]:
    exported = connection.execute("SELECT pg_export_snapshot()").fetchone()
    assert exported is not None
    about = {
        "format": archive.FORMAT,
        "maarag": __version__,
        "made": now.isoformat(),
        "name": name,
        "postgresql": connection.info.server_version,
        "database": _properties(connection, login.dbname),
        "roles": fingerprint.roles(connection),
        "migrations": fingerprint.migrations(connection),
        **facts(connection),
    }
    target.add_json(archive.ABOUT, about)
    manifest: dict[str, Any] = {
        "sequences": fingerprint.sequences(connection)
    }  # before the dump: it may be further on
    with ThreadPoolExecutor(1) as other:
        # both cores: the checksums are computed while pg_dump reads the same snapshot
        counted = other.submit(lambda: _count(connection, report))
        with _dumping(login, connection.info.server_version // 10000, str(exported[0])) as stream:
            target.add_dump(stream)
        manifest |= counted.result()
    skipped: list[str] = []
    number = 0
    for path, relative in _uploaded(files, skipped):
        try:
            target.add_file(path, relative)
        except FileNotFoundError:
            continue  # deleted meanwhile
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            raise BackupError(
                N_("The uploaded file %(file)s cannot be read: %(reason)s."),
                N_("Give this account the right to read it, or remove it."),
                file=path,
                reason=error.strerror or error,
            ) from error
        number += 1
        report("files", number, 0)
    manifest["sha256"] = target.sums
    target.add_json(archive.MANIFEST, manifest)
    counted_tables = manifest["tables"]
    return {
        "rows": sum(table["rows"] for table in counted_tables.values()),
        "tables": len(counted_tables),
        "files": number,
        "skipped": skipped,
    }


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise BackupError(
            N_("The database could not be read: %(reason)s."),
            N_("Put right what it names; docs/guides/backup.md tells what the role must be allowed."),
            reason=error.diag.message_primary or type(error).__name__,
        ) from error


def _count(connection: Connection, report: Report) -> dict[str, Any]:
    catalogue = fingerprint.catalogue(connection)
    return {"tables": fingerprint.tables(connection, report), "catalogue": catalogue}


@contextmanager
def _dumping(login: Login, version: int, snapshot: str) -> Iterator[IO[bytes]]:
    command = [program("pg_dump", version), "--format=custom", "--compress=1", "--no-password"]
    command += [f"--snapshot={snapshot}", "--lock-wait-timeout=60s"]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=login.environment(),
            start_new_session=True,
        )
        assert process.stdout is not None
        try:
            yield process.stdout
            if process.wait():
                raise BackupError(
                    N_("pg_dump could not read the database: %(reason)s"),
                    N_("Put right what it names; docs/guides/backup.md tells what the role must be allowed."),
                    reason=first_fault(errors),
                )
        finally:
            process.kill()
            process.stdout.close()
            process.wait()


def first_fault(errors: IO[bytes]) -> str:
    """The first line of what a program complained about; the lines after it may quote rows."""
    errors.seek(0)
    lines = errors.read(65536).decode("utf-8", "replace").strip().splitlines()
    return next((line for line in lines if "error:" in line), (lines or [""])[0])


def _properties(connection: Connection, name: str) -> dict[str, Any]:
    """What a dump of one database leaves out: its owner, who may connect, its settings, its locale."""
    row = connection.execute(
        """SELECT pg_get_userbyid(datdba), datlocprovider, datcollate, datctype, pg_database_size(oid),
                  (SELECT json_agg(json_build_array(
                       CASE a.grantee WHEN 0 THEN '' ELSE pg_get_userbyid(a.grantee) END,
                       a.privilege_type, a.is_grantable))
                   FROM aclexplode(datacl) a),
                  (SELECT json_agg(json_build_array(
                       CASE s.setrole WHEN 0 THEN '' ELSE pg_get_userbyid(s.setrole) END, s.setconfig))
                   FROM pg_db_role_setting s WHERE s.setdatabase = d.oid),
                  coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale'),
                  to_jsonb(d) ->> 'daticurules'
           FROM pg_database d WHERE datname = current_database()"""
    ).fetchone()
    assert row is not None
    keys = ("owner", "provider", "collate", "ctype", "bytes", "grants", "settings", "locale", "rules")
    found = dict(zip(keys, row, strict=True))
    for key in ("provider", "collate", "ctype"):
        found[key] = found[key].decode() if isinstance(found[key], bytes) else found[key]
    return {"name": name, **found}


def _uploaded(files: Path, skipped: list[str]) -> Iterator[tuple[Path, str]]:
    """(path, relative name) of every uploaded file; links and devices are skipped, and named in `skipped`."""
    for folder, folders, names in os.walk(files):
        folders.sort()
        for name in sorted(names):
            path = Path(folder, name)
            relative = path.relative_to(files).as_posix()
            if path.is_symlink() or not path.is_file():
                skipped.append(relative)
            else:
                yield path, relative


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    try:
        make_folders(home, 0o700)
        with locks.held(home / "backup.lock"):
            yield
    except locks.Busy:
        raise BackupError(
            N_("Another backup of this installation is being made."), N_("Wait until it is finished.")
        ) from None


@contextmanager
def _unfinished(folder: Path) -> Iterator[Path]:
    """A path beside the final one; it and what earlier deaths left are removed."""
    try:
        make_folders(folder, 0o700)
        for left in folder.glob(f"{UNFINISHED}*"):
            left.unlink(missing_ok=True)
        path = folder / f"{UNFINISHED}{os.getpid()}"
        path.touch(mode=0o600)
        path.unlink()
    except OSError as error:
        raise BackupError(
            N_("Backups cannot be written to %(folder)s: %(reason)s."),
            N_("Give this account the right to write there, or name another folder."),
            folder=folder,
            reason=error.strerror or error,
        ) from error
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _needed(connection: Connection, home: Path, files: Path) -> int:
    """Bytes that the backup may take: as the last one and some more, else the size of everything."""
    last = state.read(home).get("last_success", {}).get("bytes")
    uploaded = sum(path.stat().st_size for path, _name in _uploaded(files, []))
    found = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    assert found is not None
    whole = int(found[0]) + uploaded
    return min(whole, int(max(last, uploaded) * GROWTH)) if isinstance(last, int) else whole


def _check_room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed + MARGIN:
        raise NoRoom(
            N_("Only %(free)d MB are free in %(folder)s; the backup may need %(needed)d MB."),
            N_("Free some space, or name another folder. Earlier backups are untouched."),
            free=free // 2**20,
            needed=(needed + MARGIN) // 2**20,
            folder=folder,
        )
