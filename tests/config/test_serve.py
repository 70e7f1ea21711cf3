"""`maarag serve` as a service manager runs it: several processes, the settings of a real installation."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

COMMAND = "from maarag.cli.main import main; main()"
PATIENCE = 120.0
CANARY = "canary039337423"
PARTS = ("host", "port", "user", "password", "passfile")


def _environment(home: Path) -> dict[str, str]:
    from django.db import connection

    given = connection.get_connection_params()
    reached = urlencode({name: str(given[name]) for name in PARTS if given.get(name)})
    return {
        **{name: value for name, value in os.environ.items() if name != "OWNER_URL"},
        "DATABASE_URL": f"postgresql:///{connection.settings_dict['NAME']}?{reached}",
        "DJANGO_SETTINGS_MODULE": "maarag.config.settings.production",
        "MAARAG_HOME": str(home),
        "MAARAG_HOSTS": "maarag.example",
        "MAARAG_SECRET_KEY": "only for this test " * 4,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }


@pytest.fixture
def served(transactional_db: None, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str, Path]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    log = tmp_path / "log"
    environment = _environment(tmp_path)
    gather = [sys.executable, "-c", COMMAND, "manage", "collectstatic", "--noinput"]
    subprocess.run(gather, env=environment, capture_output=True, check=True)
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, "serve", "--port", port, "--workers", "2", "--threads", "2"],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = monotonic() + PATIENCE
        while monotonic() < deadline and process.poll() is None:
            try:
                urlopen(f"{address}/health/live", timeout=5).close()
                break
            except (URLError, OSError):
                sleep(0.2)
        else:
            raise AssertionError(f"the server did not start:\n{log.read_text()[-3000:]}")
        yield process, address, log
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _ask(address: str, **headers: str) -> tuple[int, str]:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urlopen(Request(address, headers=names), timeout=30) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


def test_it_serves_tells_its_health_and_stops(served: tuple[subprocess.Popen[bytes], str, Path]):
    process, address, log = served
    status, text = _ask(f"{address}/health/ready")
    told: dict[str, Any] = json.loads(text)
    assert (status, told["checks"]["migrations"]["state"]) == (200, "ok")
    by_proxy = {"X_Forwarded_Proto": "https", "X_Forwarded_For": "192.0.2.7", "Host": "maarag.example"}
    for _time in range(8):  # both processes get some
        assert _ask(f"{address}/sources/?{CANARY}", **by_proxy)[0] == 200
    assert _ask(f"{address}/{CANARY}/", **by_proxy)[0] == 404
    for hidden in ("/health/ready", "/metrics"):
        assert _ask(address + hidden, **by_proxy)[0] == 404
    _status, figures = _ask(f"{address}/metrics")
    assert 'maarag_requests_total{method="GET",status="200",view="sources:index"} 8.0' in figures
    assert CANARY not in figures
    process.send_signal(signal.SIGTERM)
    assert process.wait(40) == 0
    written = log.read_text(encoding="utf-8")
    assert CANARY not in written
    lines = [json.loads(line) for line in written.splitlines()]
    assert sum(line.get("view") == "sources:index" for line in lines) == 8


def test_it_says_what_is_missing(tmp_path: Path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAARAG_")}
    environment |= {
        "DJANGO_SETTINGS_MODULE": "maarag.config.settings.production",
        "MAARAG_HOME": str(tmp_path),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, "serve"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "MAARAG_SECRET_KEY" in done.stderr
    assert "Traceback" not in done.stderr
