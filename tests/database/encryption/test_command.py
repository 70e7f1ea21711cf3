"""`maarag keys`: from a first version to a retired one, and a copy that brings everything back."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from click.testing import CliRunner, Result
from django.utils import translation

from maarag.cli.keys import keys as command
from maarag.database.encryption import keyring, rotation
from maarag.database.rows import visible
from maarag.domains.families.models import Member
from maarag.kernel.access.permissions import Role
from maarag.kernel.access.second_factor import Factors
from maarag.kernel.audit.models import AuditEvent
from tests.factories.families import NATIONAL_ID, everything, family
from tests.factories.services import world

PHRASE = "a phrase for the tests only\n"


@pytest.fixture(autouse=True)
def in_english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(rotation, "GRACE_SECONDS", 0)
    with translation.override("en"):
        yield


def call(*arguments: str, given: str = "", code: int = 0) -> Result:
    result = CliRunner().invoke(command, arguments, input=given)
    assert result.exit_code == code, (result.output, result.exception)
    return result


def test_from_one_version_to_the_next(keys: Path, transactional_db: None):
    towns = world()
    worker = towns.account(Role.SOCIAL_WORKER, place=towns.city)
    family(towns.system, towns.city, worker)
    secret = {"secret": Factors().encrypt("JBSWY3DP")}
    factor = Authenticator.objects.create(user=worker, type=Authenticator.Type.TOTP, data=secret)

    assert "families.Member  1: 4" in call("status").output
    assert "mfa.Authenticator.data  1: 1" in call("status").output
    call("retire", "1", code=1)
    call("rotate")
    assert "still use version 1" in call("retire", "1", code=1).output
    assert "Every value has the current version" in call("reencrypt").output
    call("retire", "1")
    assert "families.Member  2: 4" in call("status").output
    with visible(everything(towns.city)):
        assert {member.national_id for member in Member.objects.all()} == {"", NATIONAL_ID}
    factor.refresh_from_db()
    assert Factors().decrypt(factor.data["secret"]) == "JBSWY3DP"
    events = AuditEvent.objects.filter(action="keys.reencrypt")
    assert {(event.changes["table"], event.changes["rows"]) for event in events} == {
        ("families.Member", 1),
        ("mfa.Authenticator.data", 1),
    }


def test_a_copy_brings_the_keys_back(keys: Path, tmp_path: Path):
    keyring.read_or_make(keys)
    copy = tmp_path / "copy.age"
    assert "at least 12" in call("export", str(copy), given="short\n", code=1).output
    call("export", str(copy), given=PHRASE)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert "already" in call("export", str(copy), given=PHRASE, code=1).output
    before = keyring.read(keys).keys
    keys.unlink()
    assert "cannot be opened" in call("import", str(copy), given="another phrase\n", code=1).output
    assert "put back: 1" in call("import", str(copy), given=PHRASE).output
    assert keyring.read(keys).keys == before


def test_two_steps_where_several_machines_hold_the_file(keys: Path):
    keyring.read_or_make(keys)
    assert "Version 2 is announced" in call("rotate", "--only", "announce").output
    assert keyring.read(keys).current.version == 1
    assert "Version 2 is written with" in call("rotate", "--only", "activate").output
    assert "maarag keys rotate" in call("rotate", "--only", "activate", code=1).output
