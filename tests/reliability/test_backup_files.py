"""Files that must not be restored, keys, names and how many backups are kept, and the commands."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyrage
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from maarag.cli.main import main
from maarag.database.backup import archive, keeping, keys, logins, state
from maarag.database.backup.databases import alone
from maarag.database.backup.errors import BackupError, Damaged
from maarag.database.server import EmbeddedServer

from .backups import backed_up, databases, everything, fill, restored

CHUNK = 64 * 1024 + 16
"""Bytes of one encrypted block of age."""


@pytest.fixture
def filled(home: Path) -> Iterator[Path]:
    with EmbeddedServer(home).running():
        fill(home)
        # larger than a few of age's blocks
        (home / "media" / "large").write_bytes(random.Random(1).randbytes(6 * CHUNK))
        yield home


def _header(content: bytes) -> int:
    return content.index(b"\n", content.index(b"\n---") + 1) + 1 + 16


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "a bit in the header": lambda c: c[:100] + bytes([c[100] ^ 1]) + c[101:],
    "a bit in the first block": lambda c: c[:600] + bytes([c[600] ^ 1]) + c[601:],
    "a bit in the middle": lambda c: c[: len(c) // 2] + bytes([c[len(c) // 2] ^ 8]) + c[len(c) // 2 + 1 :],
    "a bit in the last byte": lambda c: c[:-1] + bytes([c[-1] ^ 128]),
    "cut in the middle": lambda c: c[: len(c) // 2],
    "cut between two blocks": lambda c: c[: _header(c) + 3 * CHUNK],
    "cut after the header": lambda c: c[: _header(c)],
    "cut by a byte": lambda c: c[:-1],
    "two blocks swapped": lambda c: (
        c[: (h := _header(c))] + c[h + CHUNK : h + 2 * CHUNK] + c[h : h + CHUNK] + c[h + 2 * CHUNK :]
    ),
    "a block twice": lambda c: c[: (h := _header(c)) + CHUNK] + c[h : h + CHUNK] + c[h + CHUNK :],
    "something after the end": lambda c: c + b"more",
    "empty": lambda c: b"",
    "another kind of file": lambda c: b"PGDMP" + c,
}


def test_one_restore_at_a_time_and_the_next_as_soon_as_it_has_ended(filled: Path):
    login = logins.maker(filled, {})
    with login.connect("postgres") as one, login.connect("postgres") as other:
        with alone(one, "maarag"), pytest.raises(BackupError, match="under way"), alone(other, "maarag"):
            pass
        with pytest.raises(Damaged), alone(one, "maarag"):
            raise Damaged("", "")
        with alone(other, "maarag"):
            pass


def test_a_file_that_is_not_as_written_changes_nothing(filled: Path):
    made = backed_up(filled)
    content = made.path.read_bytes()
    before, names = everything(filled), databases(filled)
    for damage in DAMAGES.values():
        made.path.write_bytes(damage(content))
        with pytest.raises(Damaged, match=r"damaged|is not a backup"):
            restored(filled, made.path)
    assert everything(filled) == before
    assert databases(filled) == names
    assert sorted(path.name for path in filled.glob("media*")) == ["media"]
    made.path.write_bytes(content)
    restored(filled, made.path, verify=True)


def test_the_wrong_file_is_told_from_a_damaged_one(filled: Path, tmp_path: Path):
    made = backed_up(filled)
    keys.make_identity(tmp_path / "other.txt")
    with pytest.raises(Damaged, match="written for another key"):
        restored(filled, made.path, identities=keys.identities(tmp_path / "other.txt"))
    with pytest.raises(BackupError, match=r"older Maarag .* before places\.0003"):
        restored(filled, made.path, known=["places.0001_initial", "places.0002_more", "places.0003_x"])
    with pytest.raises(BackupError, match=r"newer Maarag .* knows places\.0002_more"):
        restored(filled, made.path, known=["places.0001_initial"])
    later = made.path.with_name("maarag-20300101T000000Z.backup.age")
    made.path.rename(later)
    with pytest.raises(Damaged, match=f"written as {made.path.name}"):
        restored(filled, later)
    assert not [name for name in databases(filled) if "restoring" in name]
    restored(filled, later, renamed=True, verify=True)
    restored(
        filled,
        later,
        renamed=True,
        verify=True,
        known=["places.0001_initial", "places.0002_more", "x.1"],
        older=True,
    )


@pytest.mark.parametrize("name", ["../out", "a/../../out", "/etc/x", "a//b", "."])
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str):
    identity = pyrage.x25519.Identity.generate()
    source = tmp_path / "x"
    source.write_bytes(b"x")
    with archive.written(tmp_path / "b.age", [identity.to_public()]) as target:
        target.add_json(archive.ABOUT, {"format": archive.FORMAT})
        target.add_file(source, name)
    with archive.opened(tmp_path / "b.age", [identity]) as contents:
        contents.about()
        assert list(contents.dump()) == []
        with pytest.raises(Damaged):
            list(contents.files())


def test_another_format_is_refused_by_its_number(tmp_path: Path):
    identity = pyrage.x25519.Identity.generate()
    with archive.written(tmp_path / "b.age", [identity.to_public()]) as target:
        target.add_json(archive.ABOUT, {"format": 0, "maarag": "0.0.1"})
    with (
        archive.opened(tmp_path / "b.age", [identity]) as contents,
        pytest.raises(Damaged, match=r"format 0 .* version of Maarag that wrote it \(0\.0\.1\)"),
    ):
        contents.about()


def test_a_machine_that_backs_up_needs_no_private_key(filled: Path, tmp_path: Path):
    public = [keys.make_identity(tmp_path / f"{name}.txt") for name in ("first", "second")]
    keys.recipients_path(filled).write_text("# two who may read\n" + "\n".join(public) + "\n")
    made = backed_up(filled)
    assert not keys.identity_path(filled).exists()
    for name in ("first", "second"):
        restored(filled, made.path, verify=True, identities=keys.identities(tmp_path / f"{name}.txt"))
    with pytest.raises(BackupError, match="is there already"):
        keys.make_identity(tmp_path / "first.txt")
    with pytest.raises(BackupError, match="public key cannot be understood"):
        keys.recipients(filled, ["age1wrong"])


NOW = datetime(2026, 7, 15, 12, tzinfo=UTC)


@given(
    hours=st.lists(st.integers(0, 24 * 900), unique=True, max_size=80),
    keep=st.builds(keeping.Keep, st.integers(0, 9), st.integers(0, 9), st.integers(0, 15)),
)
def test_what_is_kept_is_the_newest_of_each_period(hours: list[int], keep: keeping.Keep):
    moments = {keeping.name_at(NOW - timedelta(hours=h)): NOW - timedelta(hours=h) for h in hours}
    others = ["notes.txt", "maarag-.backup.age", "maarag-20269999T000000Z.backup.age", ".unfinished-3"]
    gone = keeping.superfluous([*moments, *others], keep, NOW)
    stay = {name: at for name, at in moments.items() if name not in gone}
    assert set(gone) <= set(moments)
    assert all(NOW - moments[name] >= timedelta(days=1) for name in gone)
    for count, part in ((keep.days, "%Y-%m-%d"), (keep.weeks, "%G-%V"), (keep.months, "%Y-%m")):
        periods = sorted({at.strftime(part) for at in moments.values()}, reverse=True)[:count]
        for period in periods:
            newest = max(at for at in moments.values() if at.strftime(part) == period)
            assert newest in stay.values()
    young = sum(NOW - at < timedelta(days=1) for at in moments.values())
    assert len(stay) <= young + 1 + keep.days + keep.weeks + keep.months
    if moments:
        assert max(moments.values()) in stay.values()


def test_older_backups_go_only_after_a_new_one_is_there(filled: Path):
    folder = filled / "backups"
    folder.mkdir()
    old = [folder / keeping.name_at(datetime.now(UTC) - timedelta(days=days)) for days in range(2, 40)]
    for path in (*old, folder / "letter.txt"):
        path.write_text("x")
    with pytest.raises(BackupError):
        backed_up(filled, keep=keeping.Keep(2, 0, 0), files=filled / "media", facts=_fails)
    assert all(path.exists() for path in old)
    made = backed_up(filled, keep=keeping.Keep(2, 0, 0))
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [made.path.name, old[0].name, "letter.txt"]
    )
    assert len(made.deleted) == len(old) - 1


def _fails(_connection: object) -> dict[str, object]:
    raise BackupError("no", "no")


def test_a_sudden_end_of_the_command_leaves_nothing_half_done(filled: Path):
    """Killed at random moments: what is there is whole, and the next call clears up."""
    made = backed_up(filled)
    before, dice = everything(filled), random.Random(5)
    for number in range(4):
        command = ["backup", "--quiet"] if number % 2 else ["restore", str(made.path), "--verify"]
        process = _command(filled, *command)
        time.sleep(dice.uniform(0.9, 2.4))
        process.kill()
        process.communicate()
        for path in (filled / "backups").glob("maarag-*"):
            restored(filled, path, verify=True, known=())
    backed_up(filled)
    names = databases(filled)
    assert everything(filled) == before
    assert not [name for name in names if "restoring" in name]
    assert not list((filled / "backups").glob(".unfinished-*"))


def test_the_commands_say_how_it_went(filled: Path, monkeypatch: pytest.MonkeyPatch, settings: Any):
    monkeypatch.setenv("MAARAG_HOME", str(filled))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    settings.HOME, settings.MEDIA_ROOT = filled, filled / "media"

    def call(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, list(arguments))
        return result.exit_code, result.output

    assert call("backup", "status") == (1, "No backup has succeeded yet. Make one with: maarag backup\n")
    code, out = call("backup", "elsewhere", "--keep", "1,2")
    assert code == 1
    assert "does not say how many backups to keep" in out
    code, out = call("backup", str(filled / "elsewhere"))
    assert code == 0, out
    assert "KEEP A COPY OF THIS FILE ELSEWHERE" in out
    (path,) = (filled / "elsewhere").iterdir()
    assert str(path) in out
    code, out = call("backup", "status", "--format", "json")
    assert code == 0, out
    assert json.loads(out)["last_success"]["file"] == str(path)
    assert json.loads(out)["fresh"] is True
    with state.path(filled).open("r+") as file:
        old = json.load(file)
        old["last_success"]["at"] = "2026-01-01T00:00:00+00:00"
        file.seek(0)
        json.dump(old, file)
        file.truncate()
    assert call("backup", "status")[0] == 1

    code, out = call("restore", str(path), "--verify", "--older")
    assert code == 1  # this small database is none of the site's
    assert "newer Maarag" in out
    path.write_bytes(path.read_bytes()[1:])
    code, out = call("restore", str(path), "--replace")
    assert code == 3
    assert "is not a backup" in out
    assert call("restore", str(path))[0] == 2
    code, out = call("backup", "keygen", "--output", str(filled / "key.txt"))
    assert code == 0
    assert keys.identities(filled / "key.txt")
    assert call("backup", "keygen", "--output", str(filled / "key.txt"))[0] == 1


def _command(home: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "MAARAG_HOME": str(home),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    environment |= {"DJANGO_SETTINGS_MODULE": "maarag.config.settings.development"}
    return subprocess.Popen(
        [sys.executable, "-c", "from maarag.cli.main import main; main()", *arguments],
        env={name: value for name, value in environment.items() if name != "DATABASE_URL"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_being_asked_to_stop_leaves_no_unfinished_file(filled: Path):
    (filled / "media" / "huge").write_bytes(bytes(64 * 2**20))
    process = _command(filled, "backup", "--quiet")
    unfinished = filled / "backups"
    deadline = time.monotonic() + 60
    while not list(unfinished.glob(".unfinished-*")) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode != 0
    assert list(unfinished.iterdir()) == []
