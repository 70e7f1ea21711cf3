"""Who is who among processes: a pid in a file proves nothing, since the kernel gives pids again."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path


def postmaster_pid(data: Path) -> int | None:
    """The pid in postmaster.pid, whoever bears it now."""
    try:
        first = (data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").split("\n", 1)[0]
        return abs(int(first)) or None
    except (OSError, ValueError):
        return None


def postmaster_port(data: Path) -> int | None:
    """The port in postmaster.pid."""
    try:
        return int((data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").split("\n")[3])
    except (OSError, ValueError, IndexError):
        return None


def serves(pid: int, data: Path) -> bool:
    """Whether `pid` is a PostgreSQL process of exactly this data directory (it lives inside it)."""
    if Path("/proc/self").exists():
        try:
            inside = os.path.samefile(f"/proc/{pid}/cwd", data)
            # the name as the kernel has it: /proc/PID/exe vanishes when the programs are replaced
            return inside and Path(f"/proc/{pid}/comm").read_text().strip() == "postgres"
        except OSError:
            return False
    shown = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return "postgres" in shown.stdout and str(data) in shown.stdout


def orphans(data: Path) -> list[int]:
    """Every living PostgreSQL process of this data directory (Linux; elsewhere none are found)."""
    try:
        names = os.listdir("/proc")
    except OSError:
        return []
    return [pid for pid in map(int, filter(str.isdigit, names)) if serves(pid, data)]


def end_orphans(data: Path) -> None:
    """Ask backends whose postmaster died to leave; what they had not committed, nobody was promised."""
    for pid in orphans(data):
        try:
            os.kill(pid, signal.SIGQUIT)
        except (ProcessLookupError, PermissionError):
            continue
