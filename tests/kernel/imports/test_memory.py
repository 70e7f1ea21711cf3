"""Large files are read a row at a time: shown under a hard limit of memory, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

MEGABYTE = 1024 * 1024
SIZES = [
    pytest.param(40 * MEGABYTE, 32 * MEGABYTE, id="40"),
    pytest.param(200 * MEGABYTE, 256 * MEGABYTE, id="200", marks=pytest.mark.proof),
]
"""Bytes of the file, and bytes that reading may add to what the process has before it begins."""
of_sizes = pytest.mark.parametrize(("size", "allowed"), SIZES)
READER = """
import resource, sys
import django
from django.conf import settings
settings.configure(USE_I18N=False)
django.setup()
from maarag.kernel.imports.reading import open_table
path, allowed = sys.argv[1], int(sys.argv[2])
pages = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (pages + allowed, pages + allowed))
with open(path, "rb") as file:
    table = open_table(file, {"place": ("place",), "number": ("number",)})
    print(sum(1 for _ in table.rows()))
"""


def _read(path: Path, allowed: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", READER, str(path), str(allowed)], capture_output=True, text=True, check=False
    )


@pytest.fixture
def big(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "big"
    yield path
    path.unlink(missing_ok=True)


def _fill(path: Path, head: bytes, row: bytes, tail: bytes, size: int) -> int:
    block = row * 10_000
    blocks = size // len(block) + 1
    with path.open("wb") as file:
        file.write(head)
        for _number in range(blocks):
            file.write(block)
        file.write(tail)
    return blocks * 10_000


@of_sizes
def test_a_csv_of_many_megabytes(big: Path, size: int, allowed: int) -> None:
    row = ("ירושלים,30," + "הערה ארוכה " * 40 + "\n").encode()
    rows = _fill(big, b"place,number,note\n", row, b"", size)
    assert big.stat().st_size > size
    done = _read(big, allowed)
    assert (done.stdout.strip(), done.stderr) == (str(rows), "")


@of_sizes
def test_a_json_list_of_many_megabytes(big: Path, size: int, allowed: int) -> None:
    row = ('{"place": "ירושלים", "number": 30, "note": "' + "הערה ארוכה " * 40 + '"},\n').encode()
    rows = _fill(big, b"[", row, b'{"place": "x", "number": 1}]', size)
    done = _read(big, allowed)
    assert (done.stdout.strip(), done.stderr) == (str(rows + 1), "")


def test_the_limit_of_memory_is_a_real_one(big: Path) -> None:
    """A file that large cannot be held whole under it."""
    _fill(big, b"place,number\n", b"x,1\n", b"", size=MEGABYTE)
    code = READER.replace("with open(path", f"b = bytearray({40 * MEGABYTE})\nwith open(path")
    done = subprocess.run(
        [sys.executable, "-c", code, str(big), str(32 * MEGABYTE)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "MemoryError" in done.stderr
