"""Restoring: into a fresh database, compared with the manifest, and only then put in the place of the old."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from ..errors import N_
from ..layout import make_folders
from . import archive, databases, fingerprint
from .errors import BackupError, Damaged, Different
from .keys import Identity
from .logins import Connection, Login, program
from .make import Report, first_fault, no_report

# Faster, and no less safe: nobody uses the database before the swap, whose commit waits for the disk.
LOADING = {"synchronous_commit": "off", "maintenance_work_mem": "256MB", "statement_timeout": "0"}
Check = Callable[[Connection, dict[str, Any]], Sequence[str]]
"""Given a connection to the restored database and what the file says of itself; what is wrong, in words."""


@dataclass(frozen=True)
class Table:
    """A table before (in the manifest) and after (restored)."""

    name: str
    rows: int
    expected: int
    same: bool


@dataclass(frozen=True)
class Outcome:
    """What was restored. `previous` and `previous_files` are what stood there before, kept."""

    about: dict[str, Any]
    tables: list[Table]
    faults: list[str]
    seconds: float
    files: int = 0
    database: str = ""
    previous: str = ""
    previous_files: Path | None = None


class NotTheSame(Different):
    """The comparison failed; `outcome` has it table by table."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(
            N_("What was restored differs from what was backed up: %(faults)s. It was dropped again."),
            N_("Nothing else was changed. Take another backup file, and report this."),
            faults="; ".join(outcome.faults[:5]),
        )
        self.outcome = outcome


@dataclass
class Plan:
    """What to do with the file: verify it; restore into a new database `into`; or replace the present one.

    `known`: the migrations of this version; `older` accepts one that lacks some of them; `renamed` accepts a
    file that does not bear the name it was written under. `check` has the last word before the swap.
    """

    login: Login
    identities: Sequence[Identity]
    files: Path
    into: str = ""
    replace: bool = False
    known: Collection[str] = ()
    older: bool = False
    renamed: bool = False
    check: Check = field(default=lambda _connection, _about: ())
    report: Report = no_report


def restore(path: Path, plan: Plan) -> Outcome:
    """Carry out the plan, wholly or not at all. Raises Damaged, NotTheSame or BackupError."""
    began = perf_counter()
    stamp = datetime.now(UTC).strftime("%Y%m%d_%H%M%S")
    with plan.login.connect("postgres") as admin, databases.alone(admin, plan.login.dbname):
        if plan.into and databases.exists(admin, plan.into):
            raise BackupError(
                N_("A database called %(name)s is there already."),
                N_("Name another with --into, or use --replace."),
                name=plan.into,
            )
        with archive.opened(path, plan.identities) as contents:
            about = contents.about()
            check_about(path, about, plan, admin)
            keeps = plan.replace or bool(plan.into)
            name = f"{plan.login.dbname}_restoring_{stamp}"
            with (
                databases.fresh(admin, name, about["database"]) as fresh,
                _staging(plan.files, stamp, keeps) as staging,
            ):
                _load(plan.login, name, admin.info.server_version // 10000, contents, plan.report)
                number = _save_files(contents, staging, plan.report)
                manifest = contents.manifest()
                outcome = _compared(plan, name, about, manifest)
                outcome = replace(outcome, files=number)
                if outcome.faults:
                    raise NotTheSame(replace(outcome, seconds=perf_counter() - began))
                if plan.into:
                    databases.rename(admin, name, plan.into)
                    fresh.keep()
                    target = plan.files.with_name(f"{plan.files.name}.{plan.into}")
                    staging.rename(target)
                    outcome = replace(outcome, database=plan.into)
                elif plan.replace:
                    old = f"{plan.login.dbname}_before_{stamp}"
                    had = databases.swap(plan.login, admin, name, old)
                    fresh.keep()
                    outcome = replace(outcome, database=plan.login.dbname, previous=old if had else "")
                    outcome = replace(outcome, previous_files=_swap_files(plan.files, staging, stamp))
    return replace(outcome, seconds=perf_counter() - began)


def check_about(path: Path, about: dict[str, Any], plan: Plan, admin: Connection) -> None:
    """Refuse, before anything is made, what cannot end well."""
    if not plan.renamed and about.get("name") != path.name:
        raise Damaged(
            N_("%(file)s is the backup that was written as %(name)s (%(made)s)."),
            N_("If it was renamed on purpose, add --renamed; else find out how it got this name."),
            file=path,
            name=about.get("name"),
            made=about.get("made"),
        )
    have = set(about["migrations"])
    if plan.known and (newer := sorted(have - set(plan.known))):
        raise BackupError(
            N_("The backup was made by a newer Maarag (%(version)s): it knows %(migration)s."),
            N_("Update Maarag first."),
            version=about.get("maarag"),
            migration=newer[-1],
        )
    if plan.known and not plan.older and (missing := sorted(set(plan.known) - have)):
        raise BackupError(
            N_("The backup was made by an older Maarag (%(version)s), before %(migration)s."),
            N_("Add --older to restore it all the same, and run maarag setup afterwards."),
            version=about.get("maarag"),
            migration=missing[0],
        )
    if admin.info.server_version // 10000 < int(about["postgresql"]) // 10000:
        raise BackupError(
            N_("The backup is of PostgreSQL %(theirs)d; this server is PostgreSQL %(ours)d."),
            N_("Restore it on a server at least as new."),
            theirs=int(about["postgresql"]) // 10000,
            ours=admin.info.server_version // 10000,
        )
    there = {row[0] for row in admin.execute("SELECT rolname FROM pg_roles")}
    if lacking := [role for role in [*about["roles"], about["database"]["owner"]] if role not in there]:
        raise BackupError(
            N_("The server has no role called %(role)s, which the backup gives rights to."),
            N_("Make it first, as docs/guides/backup.md shows."),
            role=lacking[0],
        )


def _load(login: Login, name: str, version: int, contents: archive.Contents, report: Report) -> None:
    command = [program("pg_restore", version), f"--dbname={name}", "--exit-on-error", "--no-password"]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env=login.environment(**LOADING),
            start_new_session=True,
        )
        assert process.stdin is not None
        finished = False
        total = 0
        try:
            for part in contents.dump():
                with suppress(BrokenPipeError):  # it has told why; the file is still read to its end
                    process.stdin.write(part)
                total += len(part)
                report("rows", total, 0)
            with suppress(BrokenPipeError):
                process.stdin.close()
            report("indexes", 0, 0)
            process.wait()
            finished = True
        finally:
            if not finished:
                process.kill()
                with suppress(BrokenPipeError):
                    process.stdin.close()
                process.wait()
        if process.returncode:
            raise BackupError(
                N_("pg_restore could not load the database: %(reason)s"),
                N_("Put right what it names and try again; nothing was changed."),
                reason=first_fault(errors),
            )


@contextmanager
def _staging(files: Path, stamp: str, wanted: bool) -> Iterator[Path]:
    """A folder beside that of the uploaded files; removed unless it was renamed. Nothing where not wanted."""
    folder = files.with_name(f"{files.name}.restoring-{stamp}")
    if wanted:
        for left in files.parent.glob(f"{files.name}.restoring-*"):
            shutil.rmtree(left, ignore_errors=True)
        make_folders(folder, 0o700)
    try:
        yield folder
    finally:
        if wanted:
            shutil.rmtree(folder, ignore_errors=True)


def _save_files(contents: archive.Contents, staging: Path, report: Report) -> int:
    number = 0
    for name, source in contents.files():
        number += 1
        report("files", number, 0)
        if not staging.is_dir():
            continue  # only verified: what is not read here is read for its sum
        target = staging / name
        make_folders(target.parent, 0o700)
        with target.open("xb") as file:
            while block := source.read(archive.PART):
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        target.chmod(0o600)
    return number


def _swap_files(files: Path, staging: Path, stamp: str) -> Path | None:
    before = files.with_name(f"{files.name}.before-{stamp}")
    had = files.is_dir()
    if had:
        files.rename(before)
    staging.rename(files)
    return before if had else None


def _compared(plan: Plan, name: str, about: dict[str, Any], manifest: dict[str, Any]) -> Outcome:
    with plan.login.connect(name) as connection:
        plan.report("statistics", 0, 0)
        connection.execute("ANALYZE")
        found = fingerprint.tables(connection, plan.report)
        expected = manifest["tables"]
        none = {"rows": -1}
        tables = [
            Table(
                table,
                found.get(table, none)["rows"],
                expected.get(table, none)["rows"],
                found.get(table) == expected.get(table),
            )
            for table in sorted(found.keys() | expected.keys())
        ]
        faults = [f"table {table.name}" for table in tables if not table.same]
        behind = fingerprint.behind(manifest["sequences"], fingerprint.sequences(connection))
        faults += [f"sequence {sequence}" for sequence in behind]
        if fingerprint.migrations(connection) != about["migrations"]:
            faults.append("migrations")
        if connection.info.server_version // 10000 == int(about["postgresql"]) // 10000:
            # another version of the server may write the same definition in other words
            faults += fingerprint.differences(manifest["catalogue"], fingerprint.catalogue(connection))
        faults += plan.check(connection, about)
    return Outcome(about=about, tables=tables, faults=faults, seconds=0.0)
