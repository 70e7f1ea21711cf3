"""Backup and restore on a real server: nothing is lost, nothing is in clear, nothing is half done."""

from __future__ import annotations

import io
import shutil
import stat
import subprocess
import tarfile
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pyrage
import pytest

from maarag.database.backup import fingerprint, keys, logins, state
from maarag.database.backup.errors import BackupError, Different, NoRoom
from maarag.database.backup.make import Made
from maarag.database.layout import APPLICATION, BACKUP, SUPERUSER
from maarag.database.server import EmbeddedServer

from .backups import (
    CANARY,
    as_application,
    backed_up,
    databases,
    everything,
    fill,
    login,
    restored,
)
from .conftest import discard, quick_disk


@pytest.fixture(scope="module")
def running_home(pattern: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="mrg-", dir=quick_disk())).resolve()
    folder.chmod(0o711)
    subprocess.run(["cp", "-a", pattern, folder / "home"], check=True)
    with EmbeddedServer(folder / "home").running():
        yield folder / "home"
    discard(folder / "home")
    shutil.rmtree(folder)


@pytest.fixture
def filled(running_home: Path) -> Path:
    """A running home with the small database, made afresh."""
    fill(running_home)
    return running_home


def test_everything_comes_back_and_a_later_write_works(filled: Path):
    before = everything(filled)
    made = backed_up(filled)
    with logins.maker(filled, {}).connect() as damaged:
        damaged.execute("DROP TABLE public.member; DELETE FROM public.family")
        damaged.execute("DROP POLICY of_authority ON public.family")
    shutil.rmtree(filled / "media" / "imports")

    outcome = restored(filled, made.path)

    assert everything(filled) == before
    assert all(table.same for table in outcome.tables)
    assert {table.name: table.rows for table in outcome.tables}["public.family"] == 300
    assert outcome.previous in databases(filled)
    with as_application(filled) as site:
        assert site.execute("SELECT count(*) FROM family").fetchone() == (0,)
        with site.transaction():
            site.execute("SELECT set_config('maarag.authorities', '7', true)")
            assert site.execute("SELECT name FROM family").fetchall() == [(CANARY,)]
        written = site.execute(
            "INSERT INTO place (code, kind) VALUES ('new', 'town') RETURNING id"
        ).fetchone()
        assert written == (301,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            site.execute("DELETE FROM journal")


def test_verifying_and_restoring_beside_leave_the_present_database_alone(filled: Path):
    before, made = everything(filled), backed_up(filled)
    names = databases(filled)
    with as_application(filled) as site:  # nobody is sent away
        restored(filled, made.path, verify=True)
        assert databases(filled) == names
        assert not list(filled.glob("media.*"))
        outcome = restored(filled, made.path, into="beside")
        assert site.execute("SELECT 1").fetchone() == (1,)
    assert everything(filled) == before
    assert outcome.database == "beside"
    beside = everything(filled, "beside")
    assert beside["tables"] == before["tables"]
    assert beside["catalogue"] == before["catalogue"]
    assert (filled / "media.beside" / "imports" / "first").read_bytes() == before["files"]["imports/first"]
    with pytest.raises(BackupError, match="beside is there already"):
        restored(filled, made.path, into="beside")


def test_users_of_the_database_come_back_by_themselves(filled: Path):
    """The swap sends everybody away, at once and for a moment only."""
    made = backed_up(filled)
    stop, answers = threading.Event(), list[bool]()

    def use() -> None:
        while not stop.is_set():
            try:
                with as_application(filled) as site:
                    site.execute("SELECT count(*) FROM place")
                answers.append(True)
            except (psycopg.Error, BackupError):
                answers.append(False)

    users = [threading.Thread(target=use) for _ in range(3)]
    for user in users:
        user.start()
    try:
        restored(filled, made.path)
        served = len(answers)
        while len(answers) < served + 30:
            stop.wait(0.05)
    finally:
        stop.set()
        for user in users:
            user.join()
    assert all(answers[-10:])
    assert answers.count(False) < len(answers) / 2


def test_a_backup_under_writes_is_of_one_moment(filled: Path):
    """Two tables that always hold the same number of rows do so in every backup."""
    stop = threading.Event()

    def write() -> None:
        with logins.maker(filled, {}).connect() as writer:
            while not stop.is_set():
                writer.execute(
                    "WITH f AS (INSERT INTO public.family (authority, name) VALUES (1, 'x') RETURNING *)"
                    " INSERT INTO public.journal SELECT '2026-05-05', 'x' FROM f"
                )

    writer = threading.Thread(target=write)
    writer.start()
    try:
        paths = [backed_up(filled, folder=filled / str(number)).path for number in range(3)]
    finally:
        stop.set()
        writer.join()
    counts = []
    for path in paths:
        outcome = restored(filled, path, verify=True)
        rows = {table.name: table.rows for table in outcome.tables}
        assert rows["public.family"] - 300 == rows["public.journal_2026"] - 100
        counts.append(rows["public.family"])
    assert counts[0] < counts[-1]


def test_the_file_is_closed_to_others_and_nothing_in_it_is_in_clear(filled: Path):
    made = backed_up(filled)
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(keys.identity_path(filled).stat().st_mode) == 0o600
    content = made.path.read_bytes()
    for word in (CANARY.encode(), b"PGDMP", b"family", b"about.json", b"of_authority"):
        assert word not in content
    assert [path.name for path in made.path.parent.iterdir()] == [made.path.name]
    assert made.rows == sum(table["rows"] for table in everything(filled)["tables"].values())


def test_any_tools_for_age_tar_and_postgresql_can_read_it(filled: Path):
    made = backed_up(filled)
    (identity,) = keys.identities(keys.identity_path(filled))
    clear = pyrage.decrypt(made.path.read_bytes(), [identity])
    with tarfile.open(fileobj=io.BytesIO(clear)) as tar:
        names = tar.getnames()
        parts = [tar.extractfile(name) for name in names if name.startswith("database/")]
        dump = b"".join(part.read() for part in parts if part)
    assert names[0] == "about.json"
    assert names[-1] == "manifest.json"
    listed = subprocess.run(
        [logins.program("pg_restore"), "--list"], input=dump, capture_output=True, check=True
    )
    assert b"POLICY public family of_authority" in listed.stdout


def test_the_site_s_role_cannot_make_a_backup_with_holes(filled: Path):
    """Row security would hide rows from it: an error, not a smaller backup."""
    with pytest.raises(BackupError):
        backed_up(filled, login=login(filled, APPLICATION))
    assert not list((filled / "backups").iterdir())
    assert "last_failure" in state.read(filled)
    with login(filled, BACKUP).connect() as reader, pytest.raises(psycopg.errors.InsufficientPrivilege):
        reader.execute("INSERT INTO public.place (code, kind) VALUES ('x', 'town')")


def test_what_differs_after_restoring_is_told_and_dropped(filled: Path, monkeypatch: pytest.MonkeyPatch):
    honest = fingerprint.tables

    def wrong(*given: object) -> dict[str, dict[str, object]]:
        found = honest(*given)  # type: ignore[arg-type]
        found["public.place"]["checksum"] = "1/2"
        return found

    with monkeypatch.context() as patched:
        patched.setattr(fingerprint, "tables", wrong)
        made = backed_up(filled)
    before, names = everything(filled), databases(filled)
    with pytest.raises(Different, match=r"table public\.place"):
        restored(filled, made.path)
    with pytest.raises(Different, match="the chain is broken"):
        restored(
            filled, backed_up(filled, folder=filled / "b").path, check=lambda _c, _a: ["the chain is broken"]
        )
    assert everything(filled) == before
    assert databases(filled) == names


CHANGES = {
    "DROP POLICY of_authority ON public.family": "policy",
    "ALTER TABLE public.family NO FORCE ROW LEVEL SECURITY": "owner",
    "ALTER TABLE public.family DISABLE ROW LEVEL SECURITY": "owner",
    f"GRANT DELETE ON public.journal TO {APPLICATION}": "grants",
    "GRANT SELECT ON public.family TO PUBLIC": "grants",
    "DROP TRIGGER appended ON public.journal_2026": "trigger",
    "ALTER TABLE public.journal_2026 DISABLE TRIGGER appended": "trigger",
    "ALTER TABLE public.place DROP CONSTRAINT place_kind_check": "constraint",
    "DROP INDEX public.place_title": "index",
    "ALTER TABLE public.member OWNER TO postgres": "owner",
    "ALTER FUNCTION public.no_delete() SECURITY DEFINER": "function",
    "ALTER TABLE public.place ALTER kind DROP NOT NULL": "column",
    "ALTER VIEW public.towns RESET (security_invoker)": "owner",
}


def test_the_comparison_sees_whatever_is_no_row(filled: Path):
    unseen = []
    with logins.maker(filled, {}).connect() as admin:
        before = fingerprint.catalogue(admin)
        for change, word in CHANGES.items():
            with admin.transaction(force_rollback=True):
                admin.execute(change)
                found = fingerprint.differences(before, fingerprint.catalogue(admin))
            if not any(name.startswith(word) for name in found):
                unseen.append(change)
        assert fingerprint.catalogue(admin) == before
    assert not unseen


def test_the_checksum_sees_one_changed_value_and_no_order(filled: Path):
    with logins.maker(filled, {}).connect() as admin:
        before = fingerprint.tables(admin)
        admin.execute("CLUSTER public.place USING place_code_key")
        assert fingerprint.tables(admin) == before
        admin.execute("UPDATE public.place SET share = share * (1 + 2.3e-16) WHERE id = 8")
        after = fingerprint.tables(admin)
    assert [name for name in before if before[name] != after[name]] == ["public.place"]


def test_a_full_disk_is_refused_early_and_survived_late(filled: Path, monkeypatch: pytest.MonkeyPatch):
    made = backed_up(filled)
    content = made.path.read_bytes()
    usage = shutil.disk_usage("/")._replace(free=10 * 2**20)
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "disk_usage", lambda _path: usage)
        with pytest.raises(NoRoom, match="Only 10 MB are free"):
            backed_up(filled)
    with monkeypatch.context() as patched:
        patched.setattr("maarag.database.backup.archive._Remembering.write", _fills_up(8192))
        with pytest.raises(NoRoom, match="was not finished"):
            backed_up(filled)
    assert [path.name for path in made.path.parent.iterdir()] == [made.path.name]
    assert made.path.read_bytes() == content
    assert state.read(filled)["last_success"]["file"] == str(made.path)


def _fills_up(room: int) -> Callable[..., int]:
    def write(self: Any, content: bytes) -> int:
        nonlocal room
        room -= len(content)
        if room < 0:
            self._faults.append(error := OSError(28, "No space left on device"))
            raise error
        return int(self._target.write(content))

    return write


def test_a_server_given_by_address_is_backed_up_and_restored(filled: Path):
    """Passwords go by environment; the site's own address is not enough for either."""
    embedded = EmbeddedServer(filled)

    def url(role: str, name: str = "maarag") -> str:
        found = embedded.connection(role).url(show_password=True)
        return found.replace("/maarag?", f"/{name}?")

    environ = {"DATABASE_URL": url(APPLICATION)}
    with pytest.raises(BackupError, match="not MAARAG_BACKUP_URL"):
        logins.reader(filled, environ)
    with pytest.raises(BackupError, match="not MAARAG_ADMIN_URL"):
        logins.maker(filled, environ)
    environ |= {"MAARAG_BACKUP_URL": url(BACKUP), "MAARAG_ADMIN_URL": url(SUPERUSER, "postgres")}
    before = everything(filled)
    made = backed_up(filled, login=logins.reader(filled, environ))
    with logins.maker(filled, {}).connect() as damaged:
        damaged.execute("DROP TABLE public.journal")
    restored(filled, made.path, login=logins.maker(filled, environ))
    assert everything(filled) == before


def test_a_link_among_the_files_is_left_out_and_named(filled: Path):
    (filled / "media" / "link").symlink_to("/etc/hostname")
    made: Made = backed_up(filled)
    assert made.skipped == ["link"]
    assert made.files == 2
