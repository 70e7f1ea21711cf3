"""What is signed reaches the witness: once where all goes well, again where it did not, never half-noted."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest
from django.db import connection

from maarag.kernel.audit.checking import check, sign_heads
from maarag.kernel.audit.signing import heads_file, read_file
from maarag.kernel.audit.witness import NotTaken, age_seconds, hand_over
from tests.factories.services import world

from .superuser import superuser

pytestmark = pytest.mark.django_db(transaction=True)


def appends(file: Path) -> list[str]:
    """As the forced command of the witness does."""
    return ["sh", "-c", f"cat >> {shlex.quote(str(file))}"]


def test_everything_signed_reaches_the_witness_once(tmp_path: Path):
    world()
    copy = tmp_path / "copy.jsonl"
    assert age_seconds(tmp_path) is None
    sign_heads(tmp_path)
    sign_heads(tmp_path)
    assert hand_over(tmp_path, appends(copy)) == 2
    sign_heads(tmp_path)
    assert hand_over(tmp_path, appends(copy)) == 1
    assert hand_over(tmp_path, appends(copy)) == 0
    assert read_file(copy) == read_file(heads_file(tmp_path))
    assert age_seconds(tmp_path) == pytest.approx(0, abs=30)


def test_what_was_not_taken_is_given_again(tmp_path: Path):
    world()
    copy = tmp_path / "copy.jsonl"
    sign_heads(tmp_path)
    for refusing in (
        [sys.executable, "-c", "import sys; sys.stdin.read(5); sys.exit('closed')"],
        [str(tmp_path / "there-is-no-such-program")],
        ["sh", "-c", f"head -c 40 >> {shlex.quote(str(copy))}; exit 1"],
    ):
        with pytest.raises(NotTaken):
            hand_over(tmp_path, refusing)
        assert age_seconds(tmp_path) is None
    broken = copy.read_text().strip()
    hand_over(tmp_path, appends(copy))
    lines = [line for line in copy.read_text().splitlines() if line]
    assert lines == [broken, *(signed.line() for signed in read_file(heads_file(tmp_path)))]


def test_all_is_given_where_signing_began_a_new_file(tmp_path: Path):
    world()
    copy = tmp_path / "copy.jsonl"
    sign_heads(tmp_path)
    hand_over(tmp_path, appends(copy))
    heads_file(tmp_path).rename(tmp_path / "kept.jsonl")
    sign_heads(tmp_path)
    assert hand_over(tmp_path, appends(copy)) == 1
    assert len(read_file(copy)) == 2


def test_the_copy_finds_what_the_machine_hides(tmp_path: Path):
    """Whoever owns the machine removes the end of a chain and every signature that tells of it."""
    world()
    copy = tmp_path / "copy.jsonl"
    sign_heads(tmp_path)
    hand_over(tmp_path, appends(copy))
    with connection.cursor() as cursor:
        cursor.execute("SELECT chain, number FROM audit_chainhead ORDER BY number DESC LIMIT 1")
        chain, number = cursor.fetchone()
    with superuser() as session, session.transaction():
        gone = session.execute(
            "DELETE FROM audit_seal WHERE chain = %s AND number = %s RETURNING first, last", [chain, number]
        ).fetchone()
        assert gone is not None
        before = session.execute(
            "SELECT hash, previous FROM audit_seal WHERE chain = %s AND number = %s", [chain, number - 1]
        ).fetchone()
        assert before is not None
        for table in ("audit_auditevent", "audit_rowchange"):
            session.execute(
                f"DELETE FROM {table} WHERE id BETWEEN %s AND %s AND coalesce(authority_id, 0) = %s",
                [*gone, chain],
            )
        session.execute(
            "UPDATE audit_chainhead SET number = number - 1, hash = %s, previous = %s,"
            " entries = (SELECT sum(count) FROM audit_seal WHERE chain = %s) WHERE chain = %s",
            [*before, chain, chain],
        )
        session.execute("DELETE FROM audit_signedheads")
    heads_file(tmp_path).unlink()
    assert check(tmp_path)[0].is_sound
    verdict, _kept = check(tmp_path, files=[copy])
    assert [fault.code for fault in verdict.faults] == ["cut-off"]
