"""A home of its own for each test, in a folder that the server's account may enter."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.utils import translation

from maarag.database.layout import Layout
from maarag.database.server import EmbeddedServer

ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65534

Host = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """The tests know the messages by their English."""
    with translation.override("en"):
        yield


def quick_disk() -> str | None:
    """Memory, where there is enough: killed processes lose as much there as on a disk, and it is quicker."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2**30
    return str(memory) if roomy else None


@pytest.fixture
def empty_home() -> Iterator[Path]:
    """A home not made yet. Removed, and its server stopped, after the test."""
    folder = Path(tempfile.mkdtemp(prefix="mrg-", dir=quick_disk())).resolve()
    folder.chmod(0o711)
    yield folder / "home"
    discard(folder / "home")
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def pattern() -> Iterator[Path]:
    """A home with a stopped server, to copy: quicker than initdb for each test."""
    folder = Path(tempfile.mkdtemp(prefix="mrg-", dir=quick_disk())).resolve()
    folder.chmod(0o711)
    with EmbeddedServer(folder / "home").running():
        pass
    yield folder / "home"
    discard(folder / "home")
    shutil.rmtree(folder)


@pytest.fixture
def home(empty_home: Path, pattern: Path) -> Path:
    """A home whose server has run before."""
    subprocess.run(["cp", "-a", pattern, empty_home], check=True)
    return empty_home


def discard(home: Path) -> None:
    EmbeddedServer(home).stop()
    layout = Layout.of(home)
    if layout.sockets.is_relative_to("/tmp") and layout.sockets.name.startswith("maarag-"):
        shutil.rmtree(layout.sockets, ignore_errors=True)


@pytest.fixture
def host() -> Iterator[Host]:
    """Start `python -m tests.reliability.host …`; what still runs afterwards is ended."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: object, wrapper: tuple[str, ...] = (), **environment: str) -> subprocess.Popen[str]:
        path = os.pathsep.join([str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")]).rstrip(
            os.pathsep
        )
        process = subprocess.Popen(
            [*wrapper, sys.executable, "-m", "tests.reliability.host", *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": path, "LANGUAGE": "en", **environment},
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            pipe.close()


def finished(process: subprocess.Popen[str]) -> list[str]:
    """The values that the host said, after it ended well."""
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, out + err
    return out.rstrip("\n").split("\t")


def refused(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Message and remedy of the DatabaseError that the host ended with."""
    out, err = process.communicate(timeout=60)
    assert process.returncode == 7, out + err
    _name, message, remedy = out.rstrip("\n").split("\t")
    return message, remedy
