"""The habits of the house, held by tests: directions, sizes, names, requirements."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = sorted(
    path
    for folder in ("src", "tests", "bench", "docs")
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
)
SAYS_NOTHING = re.compile(r"^(utils?|helpers?|common|misc|managers?)$")


def finds_nothing(program: str, *arguments: str) -> None:
    command = [str(Path(sys.executable).with_name(program)), *arguments]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_dependencies_lead_one_way():
    finds_nothing("lint-imports", "--config", str(ROOT / ".importlinter"))


@pytest.mark.parametrize("arguments", [("check",), ("format", "--check")])
def test_style_is_one(arguments: tuple[str, ...]):
    finds_nothing("ruff", *arguments, "src", "tests", "bench", "docs")


def test_no_file_is_longer_than_600_lines():
    long = {
        str(path.relative_to(ROOT)): n for path in CODE if (n := len(path.read_text().splitlines())) > 600
    }
    assert not long


def test_names_say_something():
    assert not [
        str(path) for path in CODE if SAYS_NOTHING.match(path.stem) or SAYS_NOTHING.match(path.parent.name)
    ]


@pytest.mark.parametrize("name", ["base", "dev"])
def test_requirements_are_pinned_with_hashes_and_carry_no_address(name: str):
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    assert "://" not in text
    pins = re.findall(r"^([a-z0-9][\w.-]*(?:\[[\w,-]+\])?)==", text, flags=re.MULTILINE | re.IGNORECASE)
    assert len(pins) > 20
    blocks = re.split(r"^(?=[a-z0-9][\w.-]*(?:\[[\w,-]+\])?==)", text, flags=re.MULTILINE | re.IGNORECASE)
    assert all("--hash=sha256:" in block for block in blocks if "==" in block)


@pytest.mark.parametrize("name", ["base", "dev"])
def test_every_direct_dependency_says_why_it_is_there(name: str):
    lines = (ROOT / "requirements" / f"{name}.in").read_text().splitlines()
    asked = [line for line in lines if line and not line.startswith(("#", "-r"))]
    assert asked
    assert not [line for line in asked if not re.search(r"\s#\s\S+", line)]


def test_every_action_asks_who_does_it():
    """A public function of an actions module that writes takes `by`, keyword-only."""
    found = [path for path in CODE if path.stem.startswith("actions") or path.parent.name == "actions"]
    assert any(path.parent.name == "actions" for path in found), "actions of a whole folder are found too"
    for path in found:
        text = path.read_text()
        for match in re.finditer(r"^@transaction\.atomic\ndef ([a-z]\w*)\((.*?)\)", text, flags=re.M | re.S):
            name, arguments = match.groups()
            assert re.match(r"\s*\*,\s*by:", arguments), f"{path.name}: {name}"
