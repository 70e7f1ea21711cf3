"""The files in deploy/ fit the program: every command, option and variable in them exists."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from maarag.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
OPERATIONS = ROOT / "docs" / "operations.md"
PROGRAM = "/opt/maarag/.venv/bin/maarag"
OTHERS_VARIABLES = {"DJANGO_SETTINGS_MODULE"}
"""Read by Django itself."""


def _commands_in_units() -> list[str]:
    found = []
    for unit in UNITS:
        for line in unit.read_text(encoding="utf-8").splitlines():
            if line.startswith("ExecStart="):
                assert line.startswith(f"ExecStart={PROGRAM} "), line
                command = line.removeprefix(f"ExecStart={PROGRAM} ")
                found += [command.replace("%i", name) for name in _instances(unit)] or [command]
    return found


def _instances(unit: Path) -> list[str]:
    """What the page writes after the @ of a template's name."""
    return sorted(set(re.findall(rf"{re.escape(unit.stem)}(\w+)", OPERATIONS.read_text("utf-8"))))


def _commands_in_operations() -> list[str]:
    """Every line of a code block, and every piece of code, that begins with `maarag` or `maarag-admin`."""
    text = OPERATIONS.read_text(encoding="utf-8")
    text = re.sub(r"maarag-admin (?:--maintenance )?", "maarag ", text)
    pieces = re.findall(r"`(maarag [^`\n]+)`", text) + re.findall(r"^\s*(?:\$ )?(maarag .+)$", text, re.M)
    return sorted({piece.split("  #")[0].strip().removeprefix("maarag ") for piece in pieces})


def _check(line: str) -> None:
    """Raise AssertionError where a word of the line is no command, or an option is unknown."""
    command: click.Command = main
    try:
        words = shlex.split(line)
    except ValueError:  # it goes on over the next lines, and its quotes end there
        words = line.split()
    context = click.Context(main)
    while words and isinstance(command, click.Group):
        if words[0].startswith("-"):
            break
        inner = command.get_command(context, words[0])
        assert inner is not None, f"there is no command {words[0]!r} in: maarag {line}"
        command = inner
        words.pop(0)
    if command.name == "manage":
        from django.core.management import get_commands

        assert not words or words[0] in get_commands() or words[0] == "help", line
        return
    known = {
        option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)
    }
    for word in words:
        if word.startswith("-"):
            assert word.split("=")[0] in known, f"maarag {command.name} has no option {word}: maarag {line}"


@pytest.mark.parametrize("line", _commands_in_units())
def test_commands_of_the_units_exist(line: str):
    _check(line)


def test_commands_of_the_handbook_exist():
    lines = _commands_in_operations()
    assert len(lines) > 10
    for line in lines:
        _check(line)


def test_a_command_that_does_not_exist_would_be_seen():
    for wrong in ("serve --worker 2", "srve", "backup never", "manage migrat"):
        with pytest.raises(AssertionError):
            _check(wrong)


def test_variables_are_read_by_somebody():
    """Whatever an example sets, the program or another unit reads: nothing is left from an older version."""
    program = "".join(
        path.read_text(encoding="utf-8")
        for folder, kind in ((ROOT / "src", "*.py"), (DEPLOY / "systemd", "*.service"))
        for path in folder.rglob(kind)
    )
    for example in DEPLOY.glob("*.env.example"):
        for name in re.findall(r"^#?([A-Z][A-Z_]+)=", example.read_text(encoding="utf-8"), re.M):
            assert name in OTHERS_VARIABLES or name in program, f"{example.name}: nobody reads {name}"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_understands_the_units(tmp_path: Path):
    for unit in (DEPLOY / "systemd").iterdir():
        (tmp_path / unit.name).write_text(unit.read_text(encoding="utf-8").replace(PROGRAM, "/bin/true"))
    units = sorted(map(str, tmp_path.iterdir()))
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    said = [line for line in done.stderr.splitlines() if str(tmp_path) in line or "maarag" in line]
    assert done.returncode == 0, done.stderr
    assert not said, said


def test_alerts_ask_for_figures_that_exist():
    from maarag.desks.health import checks, metrics

    source = Path(checks.__file__).read_text(encoding="utf-8") + Path(metrics.__file__).read_text("utf-8")
    rules = (DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8")
    for name in set(re.findall(r"maarag_([a-z_]+)", rules)):
        if name.startswith(("requests_total", "request_seconds", "database_pool")):
            assert f'"maarag_{name.removesuffix("_total").removesuffix("_bucket")}"' in source, name
            continue
        check, _sep, figure = name.partition("_")
        assert f"def {check}() -> Check" in source, name
        assert figure == "ok" or f'"{figure}"' in source, name


def test_the_proxies_hide_what_only_watchers_may_see():
    nginx = (DEPLOY / "nginx" / "maarag.conf").read_text(encoding="utf-8")
    caddy = (DEPLOY / "caddy" / "Caddyfile").read_text(encoding="utf-8")
    for path in ("/health/ready", "/metrics"):
        assert f"location = {path} {{ return 404; }}" in nginx
        assert path in caddy
    logged = nginx.split("log_format")[1].split(";")[0]
    assert not {"$request ", "$request_uri", "$uri", "$args", "$http_referer", "$remote_user"} & set(
        re.findall(r"\$\w+ ?", logged)
    )
