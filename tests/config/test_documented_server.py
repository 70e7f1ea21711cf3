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
MAINTENANCE = ["maarag.env", "maintenance.env"]
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


def figures(server: Server) -> dict[str, float]:
    """As Prometheus gets them from the site."""
    done = server.python(["-c", FIGURES], SITE)
    assert done.returncode == 0, done.stderr
    return {
        name: float(value) for name, value in re.findall(r"^(maarag_\w+) ([-+.e\d]+)$", done.stdout, re.M)
    }


def test_the_doctor_is_content(server: Server):
    code, told = looked(server, MAINTENANCE)
    assert (code, told["faults"], told["skipped"]) == (0, [], [])
    assert told["count"] >= 8
    code, told = looked(server, SITE)
    assert (code, told["faults"]) == (0, [])
    assert len(told["skipped"]) == 1, "without the owner the policies' words are not compared, and it says so"


@pytest.mark.parametrize(
    ("harm", "mend"),
    [
        (
            "ALTER POLICY rows_also_readable ON families_share USING (organisation_id > 0)",
            None,
        ),
        (
            "ALTER TABLE families_family DISABLE TRIGGER audit_update",
            "ALTER TABLE families_family ENABLE TRIGGER audit_update",
        ),
    ],
)
def test_the_doctor_is_not_content_where_something_is_off(server: Server, harm: str, mend: str | None):
    with server.superuser() as session:
        before = session.execute(
            "SELECT qual FROM pg_policies WHERE policyname = 'rows_also_readable'"
            " AND tablename = 'families_share'"
        ).fetchone()
        session.execute(harm)
        try:
            code, told = looked(server, MAINTENANCE)
        finally:
            session.execute(mend or f"ALTER POLICY rows_also_readable ON families_share USING ({before[0]})")
    assert code == 1
    assert len(told["faults"]) == 1
    assert ("families_share" in told["faults"][0]) != ("families_family" in told["faults"][0])


def test_what_is_periodic_works_with_the_variables_of_its_unit(server: Server):
    done = server.python(["-c", PERIODIC], SITE)
    assert done.returncode == 0, done.stderr
    assert {"audit.sign", "audit.verify", "ledger.verify", "health.back_up"} <= set(done.stdout.split())
    told = figures(server)
    assert told["maarag_audit_signed_age_seconds"] < 600
    assert "maarag_audit_faults" not in told, "the worker has no login that reads every row"

    for name in ("maarag-verify@audit", "maarag-verify@ledger"):
        done = server.unit(name)
        assert done.returncode == 0, done.stderr
    told = figures(server)
    for name in ("audit", "ledger"):
        assert told[f"maarag_{name}_faults"] == 0
        assert told[f"maarag_{name}_verified_age_seconds"] < 600
    assert told["maarag_audit_ok"] == told["maarag_ledger_ok"] == 1

    # by hand, without --maintenance, it says what it lacks
    assert "MAARAG_BACKUP_URL" in server.maarag(["audit", "verify"], SITE).stderr


def test_the_alert_of_tampering_can_fire(server: Server):
    assert server.unit("maarag-verify@audit").returncode == 0
    with server.superuser() as session:
        session.execute("ALTER TABLE audit_seal DISABLE TRIGGER audit_refuse_update")
        try:
            assert figures(server)["maarag_audit_unguarded"] == 1
            assert server.unit("maarag-verify@audit").returncode == 1
            assert figures(server)["maarag_audit_faults"] == 1
        finally:
            session.execute("ALTER TABLE audit_seal ENABLE TRIGGER audit_refuse_update")
    assert server.unit("maarag-verify@audit").returncode == 0
    assert figures(server)["maarag_audit_faults"] == 0


def test_signed_heads_go_to_the_witness(server: Server):
    copy = server.folder / "witness.jsonl"
    assert "maarag_witness_age_seconds" not in figures(server)
    files, words = unit("maarag-seal")
    assert words[-1].startswith("ssh ")
    assert words[-1].endswith(" ${MAARAG_WITNESS}")
    words[-1] = f"sh -c 'cat >> {copy}'"
    done = server.maarag(words, files)
    assert done.returncode == 0, done.stderr
    assert copy.read_text().strip()
    assert figures(server)["maarag_witness_ok"] == 1


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
    refused = server.maarag(words, MAINTENANCE, MAARAG_ADMIN_URL=admin)
    assert refused.returncode == 1
    assert "pg_hba.conf" in refused.stderr

    subprocess.run(f"sed -i {let_in} {rules}", shell=True, check=True)
    server.reload()
    done = server.maarag(words, MAINTENANCE, MAARAG_ADMIN_URL=admin)
    assert done.returncode == 0, done.stderr
    assert "DIFFERENT" not in done.stdout
    assert "the same" in done.stdout.splitlines()[-1]

    subprocess.run(f"sed -i {take_away} {rules}", shell=True, check=True)
    server.reload()
    assert rules.read_text() == as_it_was
    assert server.maarag(words, MAINTENANCE, MAARAG_ADMIN_URL=admin).returncode == 1
    with server.superuser("postgres") as session:
        left = session.execute("SELECT datname FROM pg_database ORDER BY 1").fetchall()
    assert [name for (name,) in left] == ["maarag", "postgres", "template0", "template1"]


def test_the_three_roles_come_in_and_to_their_database_alone(server: Server):
    def comes_in(user: str, dbname: str, password: str) -> bool:
        try:
            psycopg.connect(
                host="127.0.0.1", port=server.port, user=user, dbname=dbname, password=password
            ).close()
        except psycopg.OperationalError:
            return False
        return True

    for role in ("maarag", "maarag_app", "maarag_backup"):
        assert comes_in(role, "maarag", PASSWORDS[role])
        assert not comes_in(role, "maarag", "another")
        assert not comes_in(role, "postgres", PASSWORDS[role])
    assert not comes_in("postgres", "maarag", PASSWORDS["postgres"])


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
