"""The file of keys: made once, read by one account only, noticed when it changes, never silently replaced."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from maarag.database.encryption import copies, keyring, rotation
from maarag.database.encryption.cipher import decrypt, encrypt, fingerprint, fingerprints, version_of
from maarag.database.encryption.errors import EncryptionError, KeyMissing, Undecipherable

LABEL = "people.person.phone"
PHRASE = "a phrase for the tests only"


@pytest.fixture(autouse=True)
def in_english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(rotation, "GRACE_SECONDS", 0)
    with translation.override("en"):
        yield


def test_many_processes_make_one_file(keys: Path):
    program = (
        "import sys; from maarag.database.encryption.cipher import *;"
        f"sys.stdout.write(encrypt('050-1234567', '{LABEL}').hex())"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) for _ in range(6)
    ]
    written = [process.communicate(timeout=60)[0] for process in started]
    assert [decrypt(bytes.fromhex(text), LABEL) for text in written] == ["050-1234567"] * 6
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    assert stat.S_IMODE(keys.parent.stat().st_mode) == 0o700
    assert [path.name for path in keys.parent.iterdir()] == ["keys.json"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602])
def test_a_file_open_to_others_is_refused(keys: Path, mode: int):
    encrypt("x", LABEL)
    keys.chmod(mode)
    keyring.HOLDER._ring = None
    with pytest.raises(EncryptionError, match="other accounts"):
        encrypt("x", LABEL)


def test_a_damaged_file_is_named_without_its_content(keys: Path):
    secret = keyring.read_or_make(keys).current.secret
    text = keys.read_text()
    for damaged in (
        text[:-30],
        text.replace('"current"', '"readable"'),
        text.replace('"version": 1', '"version": 0'),
    ):
        keys.write_text(damaged)
        with pytest.raises(EncryptionError, match="is damaged") as caught:
            keyring.HOLDER.ring(now=True)
        assert text[60:100] not in str(caught.getrepr(chain=True))
    assert secret.hex() not in repr(keyring.fresh_key(1, keyring.State.CURRENT))


def test_a_lost_file_is_not_made_again_behind_a_running_process(keys: Path):
    encrypt("x", LABEL)
    keys.unlink()
    with pytest.raises(EncryptionError, match="disappeared"):
        keyring.HOLDER.ring(now=True)
    assert not keys.exists()


def test_a_new_version_is_noticed_at_once_when_it_is_met(keys: Path):
    old = encrypt("ישן", LABEL)
    program = (
        "import sys; from maarag.database.encryption import rotation;"
        "rotation.GRACE_SECONDS = 0; rotation.rotate();"
        "from maarag.database.encryption.cipher import encrypt;"
        f"sys.stdout.write(encrypt('new', '{LABEL}').hex())"
    )
    new = bytes.fromhex(
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout
    )
    assert (version_of(old), version_of(new)) == (1, 2)
    assert decrypt(new, LABEL) == "new"
    assert decrypt(old, LABEL) == "ישן"
    assert version_of(encrypt("x", LABEL)) == 2


def test_a_changed_file_is_noticed_within_its_time(keys: Path, monkeypatch: pytest.MonkeyPatch):
    encrypt("x", LABEL)
    rotation.rotate()
    assert version_of(encrypt("x", LABEL)) == 1  # looked a moment ago
    monkeypatch.setattr(keyring, "NOTICE_SECONDS", 0)
    assert version_of(encrypt("x", LABEL)) == 2


def test_announced_versions_are_looked_for_before_anything_is_written_with_them(keys: Path):
    rotation.announce()
    assert rotation.announce().version == 2  # called again: the same one
    keyring.HOLDER.ring(now=True)
    assert version_of(encrypt("x", LABEL)) == 1
    assert [version_of(value) for value in fingerprints("x", LABEL, 1)] == [1, 2]
    rotation.activate()
    with pytest.raises(EncryptionError, match="No new version"):
        rotation.activate()


def test_it_cannot_be_activated_before_everybody_knows(keys: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rotation, "GRACE_SECONDS", 60)
    rotation.announce()
    with pytest.raises(EncryptionError, match="a moment ago"):
        rotation.activate()


def test_a_missing_version_says_which_and_what_to_do(keys: Path):
    value = encrypt("x", LABEL)
    rotation.rotate()
    kept = keyring.read(keys).keys
    keyring.write(keys, kept[1:], replacing=True)
    keyring.HOLDER.ring(now=True)
    with pytest.raises(KeyMissing, match=r"Version 1 .* maarag keys import"):
        decrypt(value, LABEL)
    keyring.write(keys, kept, replacing=True)
    rotation.set_state(1, keyring.State.RETIRED, keys)
    keyring.HOLDER.ring(now=True)
    with pytest.raises(KeyMissing, match="maarag keys readmit 1"):
        decrypt(value, LABEL)
    rotation.readmit(1)
    assert decrypt(value, LABEL) == "x"


def test_another_key_of_the_same_version_reads_nothing(keys: Path):
    value = encrypt("סוד", LABEL)
    keys.unlink()
    keyring.HOLDER._ring = None
    with pytest.raises(Undecipherable, match="another"):
        decrypt(value, LABEL)


def test_labels_and_groups_separate(keys: Path):
    with pytest.raises(Undecipherable):
        decrypt(encrypt("x", LABEL), "people.person.address")
    made = {fingerprint("x", label, group) for label in ("a", "b") for group in (1, 2, "1\0")}
    assert len(made) == 6


def test_a_copy_opens_with_what_it_was_made_for(keys: Path, tmp_path: Path):
    value = encrypt("x", LABEL)
    copy = copies.sealed(keys, passphrase=PHRASE)
    assert b"current" not in copy
    with pytest.raises(EncryptionError, match="cannot be opened"):
        copies.opened(copy, passphrase="another phrase")
    rotation.rotate()
    keys.unlink()
    keyring.HOLDER._ring = None
    assert copies.put_back(keys, copies.opened(copy, passphrase=PHRASE)) == [1]
    assert decrypt(value, LABEL) == "x"
    # a copy of another installation does not mix in
    other = tmp_path / "other.json"
    keyring.read_or_make(other)
    with pytest.raises(EncryptionError, match="another key"):
        copies.put_back(keys, keyring.read(other).keys)


def test_a_copy_from_before_a_rotation_brings_back_what_was_lost(keys: Path):
    copy = keyring.read_or_make(keys).keys
    rotation.rotate()
    keyring.write(keys, keyring.read(keys).keys[1:], replacing=True)
    assert copies.put_back(keys, copy) == [1]
    assert [(key.version, key.state) for key in keyring.read(keys).keys] == [(1, "readable"), (2, "current")]


def test_an_interrupted_write_leaves_the_keys_as_they_were(keys: Path, monkeypatch: pytest.MonkeyPatch):
    before = keyring.read_or_make(keys).keys

    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        rotation.announce()
    assert keyring.read(keys).keys == before
    assert {path.name for path in keys.parent.iterdir()} == {"keys.json", "keys.json.lock"}
