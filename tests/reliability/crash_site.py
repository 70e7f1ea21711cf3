"""A whole site on loopback whose parts may be killed: `maarag run` under a restarter.

python -m tests.reliability.crash_site prepare HOME NUMBER: an authority and NUMBER accounts with API tokens.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from urllib.error import HTTPError
from urllib.request import urlopen

from maarag.database import processes

ROOT = Path(__file__).resolve().parents[2]
AUTHORITY = "9901"
COMMAND = "from maarag.cli.main import main; main()"


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "OWNER_URL")}
    path = os.pathsep.join(filter(None, (str(ROOT / "src"), str(ROOT), *sys.path)))
    settings = {"DJANGO_SETTINGS_MODULE": "maarag.config.settings.development"}
    return {**kept, "MAARAG_HOME": str(home), "PYTHONPATH": path, **settings, **more}


def called(home: Path, *arguments: str) -> str:
    """Run `maarag …` to its end; what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments],
        env=environment(home),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def tokens(home: Path, number: int) -> list[str]:
    """Make the authority and the accounts; their API tokens."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.reliability.crash_site", "prepare", str(home), str(number)],
        env=environment(home),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: list[str] = json.loads(done.stdout.splitlines()[-1])
    return found


class Site:
    """Started, and started again whenever it ends, until the block is left."""

    def __init__(self, home: Path, log: Path) -> None:
        self.home, self.log = home, log
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.over = threading.Event()
        self.starts = 0
        self.process: subprocess.Popen[bytes] | None = None
        self.keeper = threading.Thread(target=self._keep, name="service-manager", daemon=True)

    def __enter__(self) -> Site:
        self.keeper.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.over.set()
        process = self.process
        if process is not None:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
        self.keeper.join(60)

    def _keep(self) -> None:
        command = [sys.executable, "-c", COMMAND, "run", "--no-demo", "--port", str(self.port)]
        while not self.over.is_set():
            with self.log.open("ab") as output:
                self.process = subprocess.Popen(
                    command,
                    env=environment(self.home),
                    cwd=ROOT,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            self.starts += 1
            self.process.wait()
            # as service managers do, whatever is left of the group goes too
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def answers(self) -> bool:
        """Whether a page that reads the database comes."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/sources/", timeout=5) as answer:
                return bool(answer.status == 200)
        except (OSError, HTTPError):
            return False

    def wait(self, patience: float) -> None:
        deadline = time.monotonic() + patience
        while not self.answers():
            assert time.monotonic() < deadline, self.log.read_text(errors="replace")[-5000:]
            time.sleep(0.1)

    # who may be killed: only descendants of what was started here, and the server of this very home

    def main(self) -> list[int]:
        process = self.process
        return [process.pid] if process is not None and process.poll() is None else []

    def web_workers(self) -> list[int]:
        """The processes that answer requests."""
        return [pid for pid in _children(*self.main()) if " run " in _command_line(pid)]

    def job_workers(self) -> list[int]:
        return [pid for pid in _children(*self.main()) if " worker " in _command_line(pid)]

    def postmaster(self) -> list[int]:
        data = self.home / "postgres"
        pid = processes.postmaster_pid(data.resolve())
        return [pid] if pid is not None and processes.serves(pid, data.resolve()) else []

    def backends(self) -> list[int]:
        """The server's processes that serve a connection."""
        return [pid for pid in _children(*self.postmaster()) if "postgres: maarag" in _command_line(pid)]


def _children(*parents: int) -> list[int]:
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with suppress(OSError, ValueError, IndexError):
                status = Path("/proc", entry, "stat").read_text()
                if int(status.rpartition(")")[2].split()[1]) in parents:
                    found.append(int(entry))
    return found


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace") + " "
    except OSError:
        return ""


def prepare(number: int) -> None:
    """Make what the writers need, through the actions; prints the tokens as JSON."""
    import django

    django.setup()
    from datetime import timedelta

    from django.db import transaction
    from django.utils import timezone

    from maarag.api.actions import issue_token
    from maarag.kernel.access.actions import grant, open_account, system_account
    from maarag.kernel.access.permissions import Role
    from maarag.kernel.places.actions import save_place
    from maarag.kernel.places.models import PlaceKind

    by = system_account()
    made = []
    with transaction.atomic():
        nation = save_place(by=by, code="IL", within=[], kind=PlaceKind.NATION, name_he="ישראל")
        place = save_place(
            by=by,
            code=AUTHORITY,
            within=[nation],
            kind=PlaceKind.AUTHORITY,
            name_he="מעלה־גן",
            authority_type="city",
            is_fictional=True,
        )
        for index in range(number):
            account = open_account(by=by, email=f"writer{index}@maale-gan.example", name=f"Writer {index}")
            grant(by=by, account=account, role=Role.SOCIAL_WORKER, place=place)
            until = timezone.localdate() + timedelta(days=1)
            made.append(issue_token(by=account, name="drill", access="write", until=until)[1])
    print(json.dumps(made))  # noqa: T201


if __name__ == "__main__":
    prepare(int(sys.argv[3]))
