"""What a password must not be: known from a breach, where the installation has a list of those."""

from __future__ import annotations

import random
from hashlib import sha1
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ValidationError

from maarag.kernel.access.passwords import NotBreached
from maarag.kernel.access.passwords import check_breached_file as check


def hashed(password: str) -> str:
    return sha1(password.encode()).hexdigest().upper()


def test_every_breached_password_is_found_and_no_other(tmp_path: Path, settings: Any) -> None:
    known = [f"known {number}" for number in range(300)]
    dice = random.Random(5)
    lines = [f"{hashed(one)}:{dice.randrange(10**6)}" for one in known]
    for ending in ("\n", "\r\n"):
        for count in (1, 2, 7, 300):
            path = tmp_path / f"{count}{len(ending)}.txt"
            path.write_bytes("".join(line + ending for line in sorted(lines[:count])).encode())
            settings.BREACHED_PASSWORDS_FILE = str(path)
            for password in known[:count]:
                with pytest.raises(ValidationError) as refused:
                    NotBreached().validate(password)
                assert refused.value.code == "password_breached"
            for number in range(200):
                NotBreached().validate(f"unknown {number}")
    assert check() == []


def test_without_a_list_nothing_is_refused(settings: Any) -> None:
    settings.BREACHED_PASSWORDS_FILE = ""
    NotBreached().validate("password")
    assert NotBreached().get_help_text() == ""
    assert check() == []


def test_a_list_that_cannot_be_searched_stops_the_start(tmp_path: Path, settings: Any) -> None:
    settings.BREACHED_PASSWORDS_FILE = str(tmp_path / "nowhere.txt")
    assert [fault.id for fault in run_checks() if fault.id and fault.id.startswith("access.")] == [
        "access.E010"
    ]
    path = tmp_path / "words.txt"
    settings.BREACHED_PASSWORDS_FILE = str(path)
    for text in ("", "password\n123456\n", f"{'F' * 40}\n{'0' * 40}\n"):
        path.write_text(text)
        assert [fault.id for fault in check()] == ["access.E011"], text
