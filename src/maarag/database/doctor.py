"""What `maarag doctor` looks at. Each fault says what to do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps

from .cluster import EXTENSIONS
from .configuration import databases, is_embedded
from .errors import DatabaseError
from .errors import translate as _
from .layout import APPLICATION, BACKUP, OWNER, SUPERUSER, Layout, default_home
from .server import EmbeddedServer

MINIMUM_VERSION = 150000
MINIMUM_FREE = 2**30  # bytes; below it the journal alone could fill the disk on a busy day
DURABILITY = ("fsync", "full_page_writes", "synchronous_commit")


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `remedy` is empty when all is well; `skipped`: it could not be looked at."""

    name: str
    ok: bool
    message: str
    remedy: str = ""
    skipped: bool = False


Look = Callable[[], Iterable[Finding]]


def checks(
    home: Path | None = None, environ: Mapping[str, str] = os.environ, *, also: Look = lambda: ()
) -> Iterator[Finding]:
    """Look at the server, its locale, extensions, permissions, disk and migrations, one finding at a time.

    `also` looks at what stands in the database, while it answers.
    The embedded server is started for the visit if it does not run, and stopped again if nobody uses it.
    """
    home = home or default_home(environ)
    server = EmbeddedServer(home) if is_embedded(environ) else None
    try:
        if server:
            server.start()
        settings = databases(home, environ=environ)
    except DatabaseError as error:
        yield Finding(_("Server"), False, error.message, error.remedy)
        if server:
            yield from _disk(server.layout)
        return
    try:
        for alias, found in settings.items():
            yield from _server(alias, found, also)
        if server:
            yield from _files(server.layout)
            yield from _disk(server.layout)
    finally:
        if server:
            server.release()


def parameters(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of psycopg.connect from Django settings."""
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    plain = {theirs: settings[ours] for ours, theirs in names.items() if settings.get(ours)}
    options = {key: value for key, value in settings["OPTIONS"].items() if key != "pool"}
    return {"connect_timeout": 5, **plain, **options}


def _server(alias: str, settings: Mapping[str, Any], also: Look) -> Iterator[Finding]:
    name = _("Server") if alias == "default" else _("Replica")
    try:
        connection = psycopg.connect(**parameters(settings), autocommit=True)
    except psycopg.Error as error:
        remedy = _("See that it runs and that the address, the account and the password are right.")
        yield Finding(name, False, str(error).strip() or _("It does not answer."), remedy)
        return
    with closing(connection):
        version = connection.info.server_version
        shown = f"{version // 10000}.{version % 10000}"
        if version < MINIMUM_VERSION:
            remedy = _("Use PostgreSQL 15 or newer.")
            yield Finding(name, False, _("PostgreSQL %(version)s is too old.") % {"version": shown}, remedy)
            return
        yield Finding(name, True, _("PostgreSQL %(version)s answers.") % {"version": shown})
        try:
            yield from _extensions(connection)
            yield from _locale(connection)
            yield from _durability(connection)
            if alias == "default":
                yield from _role(connection)
                yield from _migrations()
                yield from _rows()
                yield from also()
        except psycopg.Error as error:
            remedy = _("See the log of the server.")
            yield Finding(name, False, (error.diag.message_primary or str(error)).strip(), remedy)


def _extensions(connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    have = {row[0] for row in connection.execute("SELECT extname FROM pg_extension")}
    missing = [name for name in EXTENSIONS if name not in have]
    if not missing:
        yield Finding(_("Extensions"), True, ", ".join(EXTENSIONS))
        return
    message = _("Missing: %(names)s.") % {"names": ", ".join(missing)}
    commands = " ".join(f"CREATE EXTENSION {name};" for name in missing)
    remedy = _("As the database's superuser, in this database: %(commands)s") % {"commands": commands}
    yield Finding(_("Extensions"), False, message, remedy)


def _locale(connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    name = _("Locale")
    again = _("Make the database again with ENCODING 'UTF8' and the locale C.UTF-8 or he_IL.UTF-8.")
    row = connection.execute("SELECT current_setting('server_encoding')").fetchone()
    if row is None or row[0] != "UTF8":
        yield Finding(name, False, _("The database is not in UTF-8."), again)
        return
    tests = {
        "lower('ÀÉ') = 'àé'": _("Letters beyond English have no lower case."),
        "'שלום' ~ '^[[:alpha:]]+$'": _("Hebrew letters do not count as letters."),
        "'בית משפחה' ILIKE '%משפח%'": _("Hebrew text is not found inside Hebrew text."),
    }
    if connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'").fetchone():
        tests["cardinality(show_trgm('משפחה')) > 0"] = _(
            "Hebrew words have no trigrams: search would find nothing."
        )
    faults = []
    for test, fault in tests.items():
        row = connection.execute(f"SELECT {test}".encode()).fetchone()
        if row is None or not row[0]:
            faults.append(fault)
    if faults:
        yield Finding(name, False, " ".join(faults), again)
    else:
        yield Finding(name, True, _("Hebrew is compared and searched as it should be."))


def _durability(connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    off = []
    for setting in DURABILITY:
        row = connection.execute("SELECT current_setting(%s)", [setting]).fetchone()
        if row is None or row[0] == "off":
            off.append(setting)
    if off:
        message = _("Saved data could be lost in a power cut: %(names)s is off.") % {"names": ", ".join(off)}
        yield Finding(_("Safe writing"), False, message, _("Turn it on in the server's configuration."))
    else:
        yield Finding(_("Safe writing"), True, _("What was saved survives a power cut."))


def _role(connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    row = connection.execute(
        "SELECT rolname, rolsuper OR rolbypassrls, EXISTS (SELECT FROM pg_class"
        " WHERE relowner = pg_roles.oid AND relnamespace = 'public'::regnamespace)"
        " FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    assert row is not None
    role, powerful, owns = row
    name = _("Database role")
    if powerful:
        message = _("%(role)s may do everything: row security does not hold for it.") % {"role": role}
        remedy = _(
            "Connect as an ordinary role: ALTER ROLE … NOSUPERUSER NOBYPASSRLS, or another DATABASE_URL."
        )
        yield Finding(name, False, message, remedy)
    elif owns:
        message = _("%(role)s owns the tables and could take their protection off.") % {"role": role}
        remedy = _("Let another role own them and migrate (OWNER_URL); docs/operations.md says how.")
        yield Finding(name, False, message, remedy)
    else:
        yield Finding(name, True, _("%(role)s is an ordinary role.") % {"role": role})


def _migrations() -> Iterator[Finding]:
    name = _("Migrations")
    if not apps.ready:
        return
    from django.db import DEFAULT_DB_ALIAS, Error, connections
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error as error:
        yield Finding(name, False, str(error).strip(), _("See that the database answers, then look again."))
        return
    finally:
        connections[DEFAULT_DB_ALIAS].close()
    if plan:
        waiting = ", ".join(f"{migration.app_label}.{migration.name}" for migration, _back in plan[:3])
        message = _("%(count)d wait to be applied: %(first)s …") % {"count": len(plan), "first": waiting}
        yield Finding(name, False, message, _("Run: maarag manage migrate"))
    else:
        yield Finding(name, True, _("All are applied."))


def _rows() -> Iterator[Finding]:
    """Whether the policies on people's rows are as the models promise; silent before the first migration."""
    if not apps.ready:
        return
    from django.db import DEFAULT_DB_ALIAS, Error, connections

    from .migrating import as_owner
    from .rows.checks import personal_models, problems
    from .rows.declared import differences, may_compare

    connection = connections[DEFAULT_DB_ALIAS]
    name = _("People's rows")
    try:
        if "django_migrations" not in connection.introspection.table_names():
            return
        found = problems(connection)
        compared = may_compare(connection)
        if compared:
            found += differences(connection, personal_models())
        elif connection.settings_dict.get("OWNER"):
            with as_owner(connection):
                if compared := may_compare(connection):
                    found += differences(connection, personal_models())
    except Error as error:
        yield Finding(name, False, str(error).strip(), _("See that the database answers, then look again."))
        return
    finally:
        connection.close()
    if found:
        yield Finding(name, False, "; ".join(found[:5]), _("Migrate as the owner: maarag manage migrate"))
    else:
        tables = len(personal_models())
        yield Finding(name, True, _("%(count)d tables are under their policies.") % {"count": tables})
    if not compared:
        message = _(
            "The words of the policies were not compared: this login may make no temporary table for it."
        )
        remedy = _("Look again with the owner's login (OWNER_URL): maarag-admin --maintenance doctor")
        yield Finding(_("Policies"), True, message, remedy, skipped=True)


def _files(layout: Layout) -> Iterator[Finding]:
    secret = layout.passfile(SUPERUSER).parent
    roles = (SUPERUSER, OWNER, APPLICATION, BACKUP)
    private = (layout.data, layout.sockets, secret, *(layout.passfile(role) for role in roles))
    open_to_others = [path for path in private if path.stat().st_mode & 0o077]
    writable = [path for path in (layout.home, layout.store) if path.stat().st_mode & 0o002]
    name = _("Permissions")
    if open_to_others:
        names = " ".join(map(str, open_to_others))
        message = _("Other accounts may look into: %(names)s") % {"names": names}
        yield Finding(name, False, message, _("Run: chmod go-rwx %(names)s") % {"names": names})
    elif writable:
        names = " ".join(map(str, writable))
        message = _("Every account may write in: %(names)s") % {"names": names}
        yield Finding(name, False, message, _("Run: chmod o-w %(names)s") % {"names": names})
    else:
        yield Finding(name, True, _("Data, socket and passwords are closed to other accounts."))


def _disk(layout: Layout) -> Iterator[Finding]:
    place = next(path for path in (layout.store, *layout.store.parents) if path.exists())
    free = shutil.disk_usage(place).free
    message = _("%(free)d MB are free in %(folder)s.") % {"free": free // 2**20, "folder": place}
    remedy = "" if free >= MINIMUM_FREE else _("Free some space: at least 1 GB should stay free.")
    yield Finding(_("Disk"), free >= MINIMUM_FREE, message, remedy)
