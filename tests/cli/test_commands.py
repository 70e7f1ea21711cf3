"""The `maarag` command: every part loads, says what it does, and refuses in words."""

from __future__ import annotations

import socket

import pytest
from click.testing import CliRunner

from maarag.cli.main import COMMANDS, main


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "manage"])
def test_every_command_has_help(name: str):
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert "Usage" in result.output


def test_an_unknown_command_is_refused():
    result = CliRunner().invoke(main, ["nothing"])
    assert result.exit_code == 2
    assert "nothing" in result.output


def test_a_taken_port_is_refused_before_anything_is_done():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = CliRunner().invoke(main, ["run", "--port", str(taken.getsockname()[1])])
    assert result.exit_code == 1
    assert "PORT" in result.output
