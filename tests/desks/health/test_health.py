"""Whether the installation is well, told to those who watch it and to nobody else."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client

from maarag.database.backup import state
from maarag.desks.health import checks, metrics
from maarag.kernel.access.actions import open_account, system_account

PATHS = ("/health/ready", "/metrics")


def test_a_living_process_says_so_without_a_database(client: Client):
    answer = client.get("/health/live")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS)
def test_only_those_who_watch_may_look(client: Client, settings: Any, path: str):
    settings.METRICS_TOKEN = "a-token-of-the-watch"
    right = {"authorization": "Bearer a-token-of-the-watch"}
    wrong = {"authorization": "Bearer a-token-of-the-watcx"}
    far = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get(path).status_code == 200  # on the machine itself
    assert client.get(path, headers={"x-forwarded-for": "192.0.2.7"}).status_code == 404
    assert client.get(path, **far).status_code == 404
    assert client.get(path, headers=wrong, **far).status_code == 404
    assert client.get(path, headers=right, **far).status_code == 200
    settings.METRICS_TOKEN = ""
    assert client.get(path, headers={"authorization": "Bearer "}, **far).status_code == 404
    assert client.post(path).status_code == 405


@pytest.mark.django_db
def test_readiness_tells_each_check(client: Client, settings: Any, tmp_path: Path):
    settings.HOME = tmp_path
    told = client.get("/health/ready").json()
    every = {"database", "migrations", "jobs", "audit", "ledger", "witness", "disk", "backup"}
    assert set(told["checks"]) == every
    for name in ("backup", "ledger", "witness"):
        assert told["checks"][name] == {"state": "attention"}, name  # never done
    assert told["checks"]["database"]["state"] == told["checks"]["migrations"]["state"] == "ok"
    assert told["state"] == "attention"


@pytest.mark.django_db
def test_the_age_of_the_backup(settings: Any, tmp_path: Path):
    settings.HOME = tmp_path

    def made(hours: float) -> checks.Check:
        at = datetime.now(UTC) - timedelta(hours=hours)
        state.path(tmp_path).write_text(json.dumps({"last_success": {"at": at.isoformat()}}))
        return checks.backup()

    assert made(1).state == "ok"
    assert made(1).figures["age_seconds"] == pytest.approx(3600, abs=60)
    assert made(checks.OLDEST_BACKUP_HOURS + 1).state == "attention"


@pytest.mark.parametrize(
    ("hours", "faults", "expected"), [(1, 0, "ok"), (25, 0, "ok"), (27, 0, "attention"), (1, 2, "attention")]
)
def test_the_ledger_verified(settings: Any, tmp_path: Path, hours: float, faults: int, expected: str):
    settings.HOME = tmp_path
    at = datetime.now(UTC) - timedelta(hours=hours)
    noted = {"verified": {"at": at.isoformat(), "entries": 5, "faults": faults}}
    (tmp_path / "ledger-verification.json").write_text(json.dumps(noted))
    told = checks.ledger()
    assert told.state == expected
    assert told.figures == {
        "verified_age_seconds": pytest.approx(hours * 3600, abs=60),
        "faults": faults,
    }


@pytest.mark.parametrize(("minutes", "expected"), [(14, "ok"), (61, "attention")])
def test_the_age_of_the_copy_of_the_witness(settings: Any, tmp_path: Path, minutes: float, expected: str):
    settings.HOME = tmp_path
    at = datetime.now(UTC) - timedelta(minutes=minutes)
    (tmp_path / "audit-heads").mkdir()
    noted = {"taken": {"at": at.isoformat(), "digest": "x"}}
    (tmp_path / "audit-heads" / "witness.json").write_text(json.dumps(noted))
    told = checks.witness()
    assert told.state == expected
    assert told.figures == {"age_seconds": pytest.approx(minutes * 60, abs=60)}


@pytest.mark.django_db
def test_a_database_that_does_not_answer(client: Client, monkeypatch: pytest.MonkeyPatch):
    def refused() -> None:
        raise DatabaseError("refused")

    monkeypatch.setattr(checks.connection, "cursor", refused)
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["state"] == "down"
    assert b"maarag_database_ok 0.0" in client.get("/metrics").content


@pytest.mark.django_db
def test_missing_migrations_are_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checks, "_migrated", False)
    monkeypatch.setattr(checks.MigrationExecutor, "migration_plan", lambda *_given: [object()])
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["checks"]["migrations"] == {"state": "down", "pending": 1}


@pytest.mark.django_db
def test_a_check_that_fails_hides_no_other(client: Client, monkeypatch: pytest.MonkeyPatch):
    def fails() -> checks.Check:
        raise RuntimeError

    monkeypatch.setattr(checks, "jobs", fails)
    told = client.get("/health/ready").json()
    assert told["checks"]["fails"]["state"] == "attention"
    assert told["checks"]["disk"]["free_bytes"] > 0


@pytest.mark.django_db
def test_figures_name_views_and_nobody(client: Client):
    account = open_account(by=system_account(), email="watched@canary.example", name="watched canary")
    client.force_login(account, "allauth.account.auth_backends.AuthenticationBackend")
    client.get("/sources/?q=canary")
    client.get("/picture/canary/")
    client.get("/canary/")
    client.generic("CANARY", "/")
    text = client.get("/metrics").content.decode()
    assert 'maarag_requests_total{method="GET",status="200",view="sources:index"}' in text
    assert 'maarag_requests_total{method="GET",status="404",view="none"}' in text
    assert "maarag_request_seconds_bucket" in text
    assert "maarag_jobs_oldest_waiting_seconds" in text
    assert "maarag_disk_free_share" in text
    assert "canary" not in text.lower()


def test_what_processes_count_is_summed_and_the_dead_hold_nothing_open(tmp_path: Path):
    """In processes of their own: the library decides at its first import whether it counts for several."""
    import os
    import subprocess
    import sys

    count = (
        "from maarag.desks.health import metrics\n"
        "metrics.REQUESTS.labels('a:view', 'GET', '200').inc(2)\n"
        "metrics.POOL.labels('open').set(3)\n"
    )
    tell = (
        "from maarag.desks.health import checks, metrics\n"
        "checks.every = lambda: []\n"
        "print(metrics.text().decode())\n"
    )
    environment = {
        **os.environ,
        metrics.FOLDER_VARIABLE: str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "maarag.config.settings.test",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    for code in (count, count, tell):
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
        )
    assert 'maarag_requests_total{method="GET",status="200",view="a:view"} 4.0' in done.stdout
    assert 'maarag_database_pool{state="open"}' not in done.stdout
