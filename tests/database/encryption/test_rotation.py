"""The keys change while several processes write and read: nothing acknowledged is lost, all is found."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from django.db import connection, transaction
from django.utils import translation

from maarag.database.encryption import keyring, rotation
from maarag.database.encryption.errors import EncryptionError
from maarag.database.encryption.fields import matching
from maarag.database.encryption.keyring import State
from maarag.database.encryption.stores import count_by_version, model_stores
from maarag.database.rows import RowScope, under, visible
from maarag.domains.families.models import Family, Member
from maarag.kernel.access.permissions import Role
from tests.database.encryption.writer import shared_phone
from tests.factories.families import family
from tests.factories.services import world

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def families(transactional_db: None) -> list[Family]:
    """A family in each of two authorities; each with a member whom all writers change."""
    towns = world()
    return [
        family(towns.system, place, towns.account(Role.SOCIAL_WORKER, place=place))
        for place in (towns.city, towns.sister)
    ]


def everybody(families: list[Family]) -> RowScope:
    return RowScope(frozenset(one.authority_id for one in families))


class Writing:
    """Processes at work; what they acknowledged is read as they print it."""

    def __init__(self, families: list[Family], count: int, notice: float) -> None:
        with visible(everybody(families)):
            contested = [one.members.get(position=1) for one in families]
        named = [f"{one.authority_id}:{one.family_id}:{one.pk}" for one in contested]
        database = connection.settings_dict["NAME"]
        self.processes = [
            subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "tests.database.encryption.writer",
                    database,
                    str(seed),
                    str(notice),
                    *named,
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                cwd=ROOT,
            )
            for seed in range(count)
        ]
        self.lines: list[list[str]] = [[] for _ in self.processes]
        self.readers = [
            Thread(target=lambda out=process.stdout, into=lines: into.extend(out))
            for process, lines in zip(self.processes, self.lines, strict=True)
        ]
        for reader in self.readers:
            reader.start()

    def wait_until_each_has_written(self, more: int) -> None:
        wanted = [len(lines) + more for lines in self.lines]
        until = time.monotonic() + 60
        while any(len(lines) < count for lines, count in zip(self.lines, wanted, strict=True)):
            assert time.monotonic() < until, [process.poll() for process in self.processes]
            assert all(process.poll() is None for process in self.processes), self.reasons()
            time.sleep(0.02)

    def reasons(self) -> list[str]:
        ended = [process for process in self.processes if process.poll() is not None]
        return [process.stderr.read()[-2000:] for process in ended if process.stderr]

    def end(self) -> None:
        for process in self.processes:
            process.stdin.close()
        codes = [process.wait(60) for process in self.processes]
        for reader in self.readers:
            reader.join()
        assert codes == [0] * len(codes), self.reasons()


@contextmanager
def writing(families: list[Family], count: int, notice: float) -> Iterator[Writing]:
    writers = Writing(families, count, notice)
    try:
        yield writers
    finally:
        for process in writers.processes:
            if process.poll() is None and sys.exc_info()[0]:
                process.kill()
        for reader in writers.readers:
            if sys.exc_info()[0]:
                reader.join()


def rotate_under_load(families: list[Family], rotations: int, writers: int, notice: float) -> dict[str, int]:
    """Rotate, re-encrypt and retire again and again while processes write; then look at every row."""
    path = keyring.keys_file()
    stores = list(model_stores())
    assert {store.name for store in stores} >= {"families.Family", "families.Member"}
    renewed: Counter[str] = Counter()
    with writing(families, writers, notice) as work:
        for _ in range(rotations):
            work.wait_until_each_has_written(5)
            old = keyring.read(path).current.version
            rotation.rotate(path)
            work.wait_until_each_has_written(5)
            with under(everybody(families)):
                left = rotation.reencrypt(stores, batch=50, told=lambda name, n: renewed.update({name: n}))
                assert left == 0
                rotation.retire(old, stores, path)
            work.wait_until_each_has_written(5)
        work.end()
    found = look_at_every_row(families, work.lines)
    return {**found, "re-encrypted": renewed.total()}


def look_at_every_row(families: list[Family], lines: list[list[str]]) -> dict[str, int]:
    """Every acknowledged write decrypts and is found by both indexes; only the current version is left."""
    shared = {}
    wanted: dict[str, list] = {}
    written_with = set()
    for line in (line for some in lines for line in some):
        pk, authority, national_id, phone, position, version = json.loads(line)
        written_with.add(version)
        if position > 1:
            shared[pk] = max(shared.get(pk, 0), position)
        else:
            wanted[pk] = [authority, national_id, phone]
    with visible(everybody(families)):
        rows = {str(member.pk): member for member in Member.objects.all()}
        for pk, expected in wanted.items():
            assert [rows[pk].authority_id, rows[pk].national_id, rows[pk].phone] == expected
            for field, value in (("national_id", expected[1]), ("phone", expected[2])):
                assert Member.objects.filter(matching(Member, field, value, [expected[0]]), pk=pk).exists()
        for pk, position in shared.items():
            assert rows[pk].position >= position
            assert rows[pk].phone == shared_phone(rows[pk].position)
        counted = sum(count_by_version(list(model_stores())).values(), Counter())
    current = keyring.read(keyring.keys_file()).current.version
    assert set(counted) == {current}
    assert written_with == set(range(1, current + 1))
    return {
        "acknowledged": sum(map(len, lines)),
        "rows": len(wanted),
        "changes of contested rows": sum(shared.values()) - len(shared),
        "versions": current,
    }


def test_rotation_under_load_loses_nothing(families: list[Family], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(keyring, "NOTICE_SECONDS", 0.1)
    monkeypatch.setattr(rotation, "GRACE_SECONDS", 0.3)
    rotate_under_load(families, rotations=2, writers=2, notice=0.1)


@pytest.mark.proof
def test_many_rotations_under_load_lose_nothing(families: list[Family], capsys: pytest.CaptureFixture[str]):
    began = time.monotonic()
    found = rotate_under_load(families, rotations=10, writers=4, notice=keyring.NOTICE_SECONDS)
    with capsys.disabled():
        told = ", ".join(f"{count} {name}" for name, count in found.items())
        print(f"\nrotation under load: {told}; {time.monotonic() - began:.0f} s")  # noqa: T201
    assert found["acknowledged"] > 1000


@pytest.mark.django_db(transaction=True)
def test_a_version_in_use_is_not_retired(families: list[Family], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rotation, "GRACE_SECONDS", 0)
    stores = list(model_stores())
    with translation.override("en"), under(everybody(families)):
        with pytest.raises(EncryptionError, match="written with"):
            rotation.retire(1, stores)
        rotation.rotate()
        with pytest.raises(
            EncryptionError, match=r"values of families.Member still use version 1.*reencrypt"
        ):
            rotation.retire(1, stores)
        assert rotation.reencrypt(stores, batch=1) == 0
        rotation.retire(1, stores)
        assert keyring.HOLDER.ring().find(1).state is State.RETIRED
        with transaction.atomic():
            assert {member.national_id for member in Member.objects.all()} == {"", "000000018"}


def test_what_was_interrupted_goes_on_where_it_was(families: list[Family], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rotation, "GRACE_SECONDS", 0)
    stores = list(model_stores())
    with under(everybody(families)):
        before = rotation.remaining(count_by_version(stores))
        rotation.rotate()
        keyring.HOLDER.ring(now=True)
        assert rotation.remaining(count_by_version(stores)) > before == 0

        def stop(name: str, count: int) -> None:
            raise KeyboardInterrupt

        whole = rotation.remaining(count_by_version(stores))
        with pytest.raises(KeyboardInterrupt):
            rotation.reencrypt(stores, batch=1, told=stop)
        assert 0 < rotation.remaining(count_by_version(stores)) < whole
        assert rotation.reencrypt(stores) == 0
