"""On a server set up by docs/operations.md and deploy/: the doctor is content, what is nightly works with the
variables that its unit has, the drill succeeds as it is written, and nobody else comes in.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from maarag.database.backup import databases, keys
from maarag.database.backup.make import _properties
from tests.reliability.conftest import quick_disk

from .documented import OPERATIONS, PASSWORDS, PROGRAMS, Server, documented_server, set_password, unit

SITE = ["maarag.env"]
MAINTENANCE = ["maarag.env", "maintenance.env", "backup.env"]
PERIODIC = """
from contextlib import nullcontext
import django
django.setup()
from django.db import transaction
from maarag.kernel.jobs.registry import TASKS
for task in TASKS.values():
    if task.cron:
        # as the worker does; what is repeatable commits as it goes
        with nullcontext() if task.repeatable else transaction.atomic():
            task()
        print(task.name)
"""
FIGURES = """
import django
django.setup()
from maarag.desks.health import metrics
print(metrics.text().decode())
"""

pytestmark = pytest.mark.skipif(
    not (PROGRAMS / "initdb").exists(), reason="the PostgreSQL of docs/operations.md is not installed"
)


@pytest.fixture(scope="module")
def server(template: str) -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="mrg-", dir=quick_disk())).resolve()
    folder.chmod(0o711)
    with documented_server(folder, template) as running:
        running.filled["MAARAG_SECRET_KEY"] = "s" * 64
        yield running
    shutil.rmtree(folder)


def looked(server: Server, files: list[str]) -> tuple[int, dict[str, Any]]:
    done = server.maarag(["doctor", "--format", "json"], files)
    assert done.stdout, done.stderr
    found = json.loads(done.stdout)
    return done.returncode, {
        "faults": [one["message"] for one in found if not one["ok"]],
        "skipped": [one["message"] for one in found if one["skipped"]],
        "count": len(found),
    }


def figures(server: Server, before: str = "") -> tuple[list[str], dict[str, float]]:
    """As Prometheus gets them from the site; `before`: run first, and what it said."""
    done = server.python(["-c", before + FIGURES], SITE)
    assert done.returncode == 0, done.stderr
    found = re.findall(r"^(maarag_\w+) ([-+.e\d]+)$", done.stdout, re.M)
    return done.stdout.split(), {name: float(value) for name, value in found}


def test_the_doctor_is_content(server: Server):
    code, told = looked(server, MAINTENANCE)
    assert (code, told["faults"], told["skipped"]) == (0, [], [])
    assert told["count"] >= 8
    code, told = looked(server, SITE)
    assert (code, told["faults"]) == (0, [])
    assert len(told["skipped"]) == 1, "without the owner the policies' words are not compared, and it says so"


def test_the_doctor_is_not_content_where_something_is_off(server: Server):
    policy = "ALTER POLICY rows_also_readable ON families_share USING ({})"
    with server.superuser() as session:
        before = session.execute(
            "SELECT qual FROM pg_policies WHERE policyname = 'rows_also_readable'"
            " AND tablename = 'families_share'"
        ).fetchone()
        session.execute(policy.format("organisation_id > 0"))
        session.execute("ALTER TABLE families_family DISABLE TRIGGER audit_update")
        try:
            code, told = looked(server, MAINTENANCE)
        finally:
            session.execute(policy.format(before[0]))
            session.execute("ALTER TABLE families_family ENABLE TRIGGER audit_update")
    assert code == 1
    rows, audit = told["faults"]
    assert "families_share" in rows
    assert "families_family" in audit


def test_what_is_periodic_works_with_the_variables_of_its_unit(server: Server):
    said, told = figures(server, PERIODIC)
    assert {"audit.sign", "audit.verify", "ledger.verify", "health.back_up"} <= set(said)
    assert told["maarag_audit_signed_age_seconds"] < 600
    assert "maarag_audit_faults" not in told, "the worker has no login that reads every row"
    assert "maarag_witness_age_seconds" not in told

    for name in ("maarag-verify@audit", "maarag-verify@ledger"):
        done = server.unit(name)
        assert done.returncode == 0, done.stderr
    copy = server.folder / "witness.jsonl"
    files, words = unit("maarag-seal")
    assert words[-1].startswith("ssh ")
    assert words[-1].endswith(" ${MAARAG_WITNESS}")
    done = server.maarag([*words[:-1], f"sh -c 'cat >> {copy}'"], files)
    assert done.returncode == 0, done.stderr
    assert len(copy.read_text().splitlines()) > 1

    _said, told = figures(server)
    for name in ("audit", "ledger"):
        assert told[f"maarag_{name}_faults"] == 0
        assert told[f"maarag_{name}_verified_age_seconds"] < 600
        assert told[f"maarag_{name}_ok"] == 1
    assert told["maarag_witness_ok"] == 1

    # by hand, without --maintenance, it says what it lacks
    assert "MAARAG_BACKUP_URL" in server.maarag(["audit", "verify"], SITE).stderr


def test_the_alert_of_tampering_can_fire(server: Server):
    with server.superuser() as session:
        session.execute("ALTER TABLE audit_seal DISABLE TRIGGER audit_refuse_update")
        try:
            assert server.unit("maarag-verify@audit").returncode == 1
            _said, told = figures(server)
        finally:
            session.execute("ALTER TABLE audit_seal ENABLE TRIGGER audit_refuse_update")
    assert (told["maarag_audit_unguarded"], told["maarag_audit_faults"]) == (1, 1)


def drill() -> tuple[list[str], list[str]]:
    """What the page lets in for the drill, and takes away after it, in pg_hba.conf."""
    part = OPERATIONS.split("**Every quarter, drill**")[1].split("## Upgrading")[0]
    first, second = re.findall(r"```\n(.*?)```", part, re.DOTALL)[:2]
    pattern = r"^sed -i ('.+') /etc/postgresql/\d+/main/pg_hba\.conf$"
    return re.findall(pattern, first, re.M), re.findall(pattern, second, re.M)


def test_the_drill_succeeds_as_it_is_written(server: Server):
    (let_in,), (take_away,) = drill()
    rules = server.etc / "pg_hba.conf"
    as_it_was = rules.read_text()
    identity, folder = server.folder / "backup-identity", server.folder / "backups"
    server.filled["MAARAG_BACKUP_RECIPIENT"] = keys.make_identity(identity)
    made = server.unit("maarag-backup", **{"/var/backups/maarag": str(folder)})
    assert made.returncode == 0, made.stderr
    (file,) = folder.iterdir()
    words = ["restore", str(file), "--verify", "--identity", str(identity)]
    example = "postgresql://postgres:CHANGE@127.0.0.1:5432/postgres"
    assert (
        f"#MAARAG_ADMIN_URL={example}"
        in (Path(__file__).resolve().parents[2] / "deploy" / "maintenance.env.example").read_text()
    )
    admin = f"postgresql://postgres:{PASSWORDS['postgres']}@127.0.0.1:{server.port}/postgres"

    refused = server.maarag(words, MAINTENANCE)
    assert "MAARAG_ADMIN_URL" in refused.stderr
    with server.superuser() as session:
        set_password(session, "postgres")
    assert not comes_in(server, "postgres", "postgres")

    subprocess.run(f"sed -i {let_in} {rules}", shell=True, check=True)
    server.reload()
    done = server.maarag(words, MAINTENANCE, MAARAG_ADMIN_URL=admin)
    assert done.returncode == 0, done.stderr
    assert "DIFFERENT" not in done.stdout
    assert "the same" in done.stdout.splitlines()[-1]

    subprocess.run(f"sed -i {take_away} {rules}", shell=True, check=True)
    server.reload()
    assert rules.read_text() == as_it_was
    assert not comes_in(server, "postgres", "postgres")
    with server.superuser("postgres") as session:
        left = session.execute("SELECT datname FROM pg_database ORDER BY 1").fetchall()
    assert [name for (name,) in left] == ["maarag", "postgres", "template0", "template1"]


def comes_in(server: Server, user: str, dbname: str, password: str = "") -> bool:
    try:
        psycopg.connect(
            host="127.0.0.1",
            port=server.port,
            user=user,
            dbname=dbname,
            password=password or PASSWORDS[user],
        ).close()
    except psycopg.OperationalError:
        return False
    return True


def test_the_three_roles_come_in_and_to_their_database_alone(server: Server):
    for role in ("maarag", "maarag_app", "maarag_backup"):
        assert comes_in(server, role, "maarag")
        assert not comes_in(server, role, "maarag", "another")
        assert not comes_in(server, role, "postgres")
    assert not comes_in(server, "postgres", "maarag")


@pytest.mark.parametrize(
    "locale",
    [
        "LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'",
        "LOCALE_PROVIDER icu ICU_LOCALE 'he-IL' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'",
    ],
)
def test_a_restored_database_sorts_as_the_one_backed_up(server: Server, locale: str):
    asked = (
        "SELECT datlocprovider, datcollate, datctype, daticulocale FROM pg_database"
        " WHERE datname = current_database()"
    )
    with server.superuser("postgres") as admin:
        admin.execute(f"CREATE DATABASE sorted TEMPLATE template0 ENCODING 'UTF8' {locale}")
        try:
            with server.superuser("sorted") as session:
                properties = _properties(session, "sorted")
                before = session.execute(asked).fetchone()
            with (
                databases.fresh(admin, "again", json.loads(json.dumps(properties))),
                server.superuser("again") as session,
            ):
                assert session.execute(asked).fetchone() == before
        finally:
            admin.execute("DROP DATABASE sorted WITH (FORCE)")
