"""The data directory: making it whole or not at all, checking it, and the roles and extensions inside."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from . import binaries
from .errors import N_, DatabaseError
from .layout import (
    APPLICATION,
    BACKUP,
    DATABASE,
    ONE_FAMILY,
    OWNER,
    SUPERUSER,
    Layout,
    sync_folder,
    unwritable,
)

UNFINISHED = "postgres.unfinished-"
MINIMUM_FREE = 200 * 2**20  # bytes; an empty cluster takes some 60 MB, its log of changes more
EXTENSIONS = ("pg_trgm", "btree_gist")
# The locale is PostgreSQL's own, whatever LANG says: with LC_CTYPE=C Hebrew has no trigrams.
LOCALE = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--lc-collate=C", "--lc-ctype=C.UTF-8")
QUIET_LOCALE = tuple(f"--lc-{part}=C" for part in ("messages", "monetary", "numeric", "time"))


def environment() -> dict[str, str]:
    """A clean environment: neither the user's locale nor PG* variables reach the server."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def exists(layout: Layout) -> bool:
    """Whether a complete data directory of our major version is there; an error for any other content."""
    data = layout.data
    try:
        version = (data / "PG_VERSION").read_text(encoding="ascii").strip()
    except (FileNotFoundError, NotADirectoryError):
        if not data.exists() or (data.is_dir() and not any(data.iterdir())):
            return False
        raise _broken(data) from None
    except PermissionError as error:
        raise unwritable(data, error) from error
    if version != str(binaries.major_version()):
        raise DatabaseError(
            N_("%(folder)s was made by PostgreSQL %(found)s; this is PostgreSQL %(ours)s."),
            N_("Dump it with the old version and restore it here, or set MAARAG_HOME to another folder."),
            folder=data,
            found=version,
            ours=binaries.major_version(),
        )
    if not (data / "global" / "pg_control").is_file():
        raise _broken(data)
    return True


def _broken(data: Path) -> DatabaseError:
    return DatabaseError(
        N_("%(folder)s is not a complete PostgreSQL data directory."),
        N_("Restore it from a backup, or move it away and start again with an empty one."),
        folder=data,
    )


def check_space(layout: Layout) -> None:
    free = shutil.disk_usage(layout.store).free
    if free < MINIMUM_FREE:
        raise DatabaseError(
            N_("Only %(free)d MB are free in %(folder)s; the database needs at least %(needed)d MB."),
            N_("Free some space, or set MAARAG_HOME to a folder on a larger disk."),
            free=free // 2**20,
            needed=MINIMUM_FREE // 2**20,
            folder=layout.store,
        )


def make(layout: Layout, lock: int) -> None:
    """Run initdb under a temporary name and rename: a death on the way leaves nothing that looks whole.

    `lock` is the descriptor of the alive lock: initdb inherits it, so that nobody cleans up under it.
    """
    for left in layout.store.glob(f"{UNFINISHED}*"):
        shutil.rmtree(left, ignore_errors=True)
    check_space(layout)
    account = layout.account
    try:
        unfinished = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=layout.store))
        account.give(unfinished)
    except OSError as error:
        raise unwritable(layout.store, error) from error
    try:
        # the account cannot read our secrets: a copy, inside the folder only it may enter
        given = unfinished / "password"
        descriptor = os.open(given, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(layout.password(SUPERUSER) + "\n")
        account.give(given)
        data = unfinished / "data"
        command = [
            str(binaries.readable_by(account) / "bin" / "initdb"),
            f"--pgdata={data}",
            f"--username={SUPERUSER}",
            f"--pwfile={given}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--text-search-config=simple",
            "--no-instructions",
            *LOCALE,
            *QUIET_LOCALE,
        ]
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=environment(),
            cwd="/",
            pass_fds=(lock,),
            start_new_session=True,
            check=False,
            **account.process_options(),
        )
        if done.returncode:
            raise DatabaseError(
                N_("The database could not be made in %(folder)s: %(reason)s"),
                N_("Put right what it names and start again; nothing half-made was left."),
                folder=layout.store,
                reason=" ".join(done.stdout.split("\n")[-4:]).strip(),
            )
        if layout.data.is_dir() and layout.store == layout.home:
            layout.data.rmdir()  # empty: exists() looked
        data.rename(layout.data)
        if layout.store != layout.home:
            _link(layout)
        sync_folder(layout.store)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def set_aside_forgotten(layout: Layout) -> None:
    """The home was deleted but its data in the system folder stayed: keep it under another name."""
    if layout.store == layout.home or layout.link.is_symlink() or not layout.data.exists():
        return
    stamp = int(layout.data.stat().st_mtime)
    layout.data.rename(layout.store / f"postgres.forgotten-{stamp}")


def _link(layout: Layout) -> None:
    unfinished = layout.home / "postgres.link"
    unfinished.unlink(missing_ok=True)
    unfinished.symlink_to(layout.data)
    unfinished.replace(layout.link)
    sync_folder(layout.home)


def connect(layout: Layout, *, port: int, role: str, dbname: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(
        host=str(layout.sockets),
        port=port,
        user=role,
        dbname=dbname,
        passfile=str(layout.passfile(role)),
        connect_timeout=5,
        application_name="maarag-supervisor",
        autocommit=True,
    )


def set_superuser_password(layout: Layout, lock: int) -> None:
    """The superuser's password file was lost: set a fresh one in single-user mode, as the owner may."""
    quoted = psycopg.sql.quote(layout.password(SUPERUSER))
    program = binaries.readable_by(layout.account) / "bin" / "postgres"
    done = subprocess.run(
        [program, "--single", "-D", layout.data, "-c", "log_min_messages=panic", "postgres"],
        input=f"ALTER ROLE {SUPERUSER} PASSWORD {quoted}\n",
        capture_output=True,
        text=True,
        env=environment(),
        cwd="/",
        pass_fds=(lock,),
        check=False,
        **layout.account.process_options(),
    )
    if done.returncode:
        raise _broken(layout.data)


# What each role may do besides what is granted to it; said again at every start, so that no change lasts.
ROLES = {
    OWNER: "NOSUPERUSER CREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS",
    # NOINHERIT: it has what is granted to ONE_FAMILY only where it becomes it
    APPLICATION: "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT",
    BACKUP: "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION BYPASSRLS",
}


def complete(layout: Layout, *, port: int) -> None:
    """Make the roles, the extensions and the database that are missing; may be run again after any death."""
    with connect(layout, port=port, role=SUPERUSER, dbname="postgres") as admin:
        for name, may in ROLES.items():
            _make_role(admin, name, may, layout.password(name))
        _make_narrow_role(admin)
        admin.execute(sql.SQL("GRANT pg_read_all_data TO {}").format(sql.Identifier(BACKUP)))
        found = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
    _extend(layout, port, "template1")
    if not found:
        with connect(layout, port=port, role=SUPERUSER, dbname="postgres") as admin:
            names = sql.Identifier(DATABASE), sql.Identifier(OWNER)
            admin.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*names))
    _extend(layout, port, DATABASE)


def has_every_role(session: psycopg.Connection[Any]) -> bool:
    """Whether all the roles of this version are there."""
    wanted = [*ROLES, ONE_FAMILY]
    found = session.execute("SELECT count(*) FROM pg_roles WHERE rolname = ANY (%s)", [wanted]).fetchone()
    return found is not None and found[0] == len(wanted)


def _make_narrow_role(admin: psycopg.Connection[Any]) -> None:
    role = sql.Identifier(ONE_FAMILY)
    if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ONE_FAMILY]).fetchone():
        admin.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(role))
    admin.execute(
        sql.SQL("ALTER ROLE {} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS").format(
            role
        )
    )
    admin.execute(sql.SQL("GRANT {} TO {}").format(role, sql.Identifier(APPLICATION)))


def _make_role(admin: psycopg.Connection[Any], name: str, may: str, password: str) -> None:
    role = sql.Identifier(name)
    # hashed here: the plain password travels nowhere and appears in no log
    hashed = admin.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone():
        admin.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(role))
    admin.execute(
        sql.SQL("ALTER ROLE {} LOGIN {} PASSWORD {}").format(role, sql.SQL(may), sql.Literal(hashed))
    )


def _extend(layout: Layout, port: int, dbname: str) -> None:
    with connect(layout, port=port, role=SUPERUSER, dbname=dbname) as admin:
        have = {row[0] for row in admin.execute("SELECT extname FROM pg_extension")}
        for name in EXTENSIONS:
            if name not in have:
                admin.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(name)))
