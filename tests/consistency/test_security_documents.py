"""What the documents on security name as proof is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHORT = {"S/": "tests/kernel/access/sign_in/", "A/": "src/maarag/kernel/access/"}
BASES = ("", "tests/", "src/maarag/")
FILE = re.compile(r"(?:tests|src|docs|bench)/[\w./-]+|[\w-]+/[\w./-]+\.(?:py|md|sql|html)\b")


def named_in(text: str) -> set[str]:
    """The files and folders that stand between backticks, also within a command."""
    code = re.findall(r"`([^`\n]+)`", text)
    return {found.rstrip("./") for one in code for found in FILE.findall(one)}


def is_there(name: str) -> bool:
    for short, full in SHORT.items():
        if name.startswith(short):
            return (ROOT / full / name.removeprefix(short)).exists()
    return any((ROOT / base / name).exists() for base in BASES)


@pytest.mark.parametrize("document", ["docs/security.md", "docs/security-asvs.md"])
def test_every_file_named_is_there(document: str):
    named = named_in((ROOT / document).read_text(encoding="utf-8"))
    assert len(named) > 15
    assert sorted(name for name in named if not is_there(name)) == []


def test_a_file_that_is_gone_is_named():
    assert named_in("`pytest -s tests/no/such.py`, `S/test_gone.py` and `A/permissions.py`") == {
        "tests/no/such.py", "S/test_gone.py", "A/permissions.py",
    }  # fmt: skip
    assert [is_there(name) for name in ("tests/no/such.py", "S/test_gone.py", "A/permissions.py")] == [
        False,
        False,
        True,
    ]
