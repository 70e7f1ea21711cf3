"""`maarag audit verify` on an exported record, without a database: what it says, and its exit code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.utils import translation

from maarag.cli.audit import WORDS, audit
from maarag.kernel.audit.checking import sign_heads
from maarag.kernel.audit.export import write
from maarag.kernel.audit.signing import public_pem, signing_key
from maarag.kernel.audit.stored import whole_record
from maarag.kernel.places.actions import save_place
from tests.factories.services import world


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """The tests know the messages by their English."""
    with translation.override("en"):
        yield


def verify(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(audit, ["verify", *map(str, arguments)])
    return result.exit_code, result.output


@pytest.mark.django_db(transaction=True)
def test_an_exported_record_is_verified_elsewhere(tmp_path: Path) -> None:
    here = world()
    signed = sign_heads(tmp_path)
    save_place(by=here.system, code="9001", within=[here.nation], name_he="שם חדש")
    record, key, heads = (tmp_path / name for name in ("record.jsonl", "key.pem", "heads.jsonl"))
    key.write_text(public_pem(signing_key(tmp_path).public_key()))
    heads.write_text(signed.line() + "\n")
    with whole_record() as stored, record.open("w") as file:
        write(stored, [], file)

    code, said = verify("--file", record, "--heads", heads, "--public-key", key)
    assert code == 0, said
    assert "whole" in said

    lines = record.read_text().splitlines(keepends=True)
    last = max(index for index, line in enumerate(lines) if line.startswith('{"entry"'))
    record.write_text("".join(lines[:last] + lines[last + 1 :]))
    code, said = verify("--file", record, "--public-key", key, "--format", "json")
    assert code == 1
    (fault,) = json.loads(said)["faults"]
    assert fault["code"] == "entries-removed"
    assert fault["seal"]

    record.write_text(
        "".join(line for line in lines if '"seal": [0' not in line and '"head": [0' not in line)
    )
    code, said = verify("--file", record, "--heads", heads, "--public-key", key)
    assert code == 1
    assert "cut-off" in said
    assert str(WORDS["cut-off"]) in said

    other = tmp_path / "other.pem"
    other.write_text(public_pem(signing_key(tmp_path / "elsewhere").public_key()))
    record.write_text("".join(lines))
    code, said = verify("--file", record, "--heads", heads, "--public-key", other)
    assert code == 1
    assert "signed-with-unknown-key" in said
    code, said = verify("--file", key, "--public-key", key)
    assert code != 0
    assert "Traceback" not in said


def test_every_fault_has_words() -> None:
    folder = Path(__file__).resolve().parents[3] / "src" / "maarag" / "kernel" / "audit"
    text = "".join((folder / name).read_text() for name in ("verify.py", "signing.py", "guards.py"))
    assert all(f'"{code}"' in text for code in WORDS)
