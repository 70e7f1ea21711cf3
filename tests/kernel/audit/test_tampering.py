"""A superuser who goes past every right and trigger tampers in every way; each is found and named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from maarag.kernel.access.actions import system_account
from maarag.kernel.audit.chain import START
from maarag.kernel.audit.models import AuditEvent, RowChange, Seal
from maarag.kernel.audit.signing import Signed, checked, name_of, sign, signing_key
from maarag.kernel.audit.stored import Stored
from maarag.kernel.audit.verify import Fault, Head, verify
from maarag.kernel.places.actions import save_place
from maarag.kernel.places.models import Place
from maarag.kernel.sources.actions import save_source
from maarag.kernel.sources.models import Source
from tests.factories.services import world

from .superuser import superuser

Session = Any
REDIGEST = """
UPDATE audit_auditevent SET digest = public.audit_event_digest(id, at, transaction, authority_id,
    personal, actor_id, action, subject_type, subject_id, place_id,
    encode(sha256(convert_to(changes::text, 'UTF8')), 'hex'))
WHERE id = %s
"""
RESEAL = """
UPDATE audit_seal s SET digest = e.digest, count = e.n, first = e.first, last = e.last FROM (
    SELECT transaction, coalesce(authority_id, 0) AS chain, count(*) AS n, min(id) AS first, max(id) AS last,
        sha256(string_agg(digest, ''::bytea ORDER BY id)) AS digest
    FROM (SELECT id, transaction, authority_id, digest FROM audit_auditevent
          UNION ALL SELECT id, transaction, authority_id, digest FROM audit_rowchange) a GROUP BY 1, 2
) e WHERE e.transaction = s.transaction AND e.chain = s.chain
"""


def rechain(session: Session, chain: int = 0) -> None:
    """Compute every seal of the chain and its head anew, as somebody would who knows how."""
    before, last, entries = START, 0, 0
    for number, at, tx, first, end, count, digest in session.execute(
        "SELECT number, public.audit_moment(at), transaction, first, last, count, digest FROM audit_seal"
        " WHERE chain = %s ORDER BY number",
        [chain],
    ).fetchall():
        from maarag.kernel.audit.chain import SealRow

        own = SealRow(chain, number, at, tx, first, end, count, digest, before, b"").computed()
        session.execute(
            "UPDATE audit_seal SET previous = %s, hash = %s WHERE chain = %s AND number = %s",
            [before, own, chain, number],
        )
        before, last, entries = own, number, entries + count
    session.execute(
        "UPDATE audit_chainhead SET number = %s, hash = %s, entries = %s WHERE chain = %s",
        [last, before, entries, chain],
    )


def edit_payload(session: Session, event: AuditEvent) -> None:
    session.execute("UPDATE audit_auditevent SET changes = '{\"x\": 1}' WHERE id = %s", [event.pk])


def edit_actor(session: Session, event: AuditEvent) -> None:
    session.execute("UPDATE audit_auditevent SET actor_id = actor_id + 1 WHERE id = %s", [event.pk])


def edit_time(session: Session, event: AuditEvent) -> None:
    session.execute(
        "UPDATE audit_auditevent SET at = at - interval '1 microsecond' WHERE id = %s", [event.pk]
    )


def edit_with_digest(session: Session, event: AuditEvent) -> None:
    edit_payload(session, event)
    session.execute(REDIGEST, [event.pk])


def edit_up_to_the_head(session: Session, event: AuditEvent) -> None:
    edit_with_digest(session, event)
    session.execute(RESEAL)
    rechain(session)


def edit_rows(session: Session, event: AuditEvent) -> None:
    session.execute(
        "UPDATE audit_rowchange SET row_ids = ARRAY['1'] WHERE transaction = %s", [event.transaction]
    )


def edit_old_value(session: Session, event: AuditEvent) -> None:
    session.execute(
        "UPDATE audit_rowchange SET changes = ARRAY['{}'] WHERE id ="
        " (SELECT max(id) FROM audit_rowchange WHERE operation = 'U')"
    )


def delete_event(session: Session, event: AuditEvent) -> None:
    session.execute("DELETE FROM audit_auditevent WHERE id = %s", [event.pk])


def delete_last_entries(session: Session, event: AuditEvent) -> None:
    newest = "SELECT transaction FROM audit_seal WHERE last = (SELECT max(last) FROM audit_seal) LIMIT 1"
    for table in ("audit_auditevent", "audit_rowchange"):
        session.execute(f"DELETE FROM {table} WHERE transaction = ({newest})")


def delete_whole_seal(session: Session, event: AuditEvent) -> None:
    for table in ("audit_auditevent", "audit_rowchange", "audit_seal"):
        session.execute(f"DELETE FROM {table} WHERE transaction = %s", [event.transaction])


def delete_and_renumber(session: Session, event: AuditEvent) -> None:
    delete_whole_seal(session, event)
    gone = (
        "SELECT min(number) FROM (SELECT number + 1 AS number FROM audit_seal WHERE chain = 0"
        " EXCEPT SELECT number FROM audit_seal WHERE chain = 0) n"
    )
    session.execute("ALTER TABLE audit_seal DROP CONSTRAINT audit_seal_once")
    session.execute(f"UPDATE audit_seal SET number = number - 1 WHERE chain = 0 AND number > ({gone})")
    rechain(session)


def swap_two(session: Session, event: AuditEvent) -> None:
    other = event.pk + 10**6
    for before, after in ((event.pk, other), (event.pk + 1, event.pk), (other, event.pk + 1)):
        for table in ("audit_auditevent", "audit_rowchange"):
            session.execute(f"UPDATE {table} SET id = %s WHERE id = %s", [after, before])


def move_to_another_chain(session: Session, event: AuditEvent) -> None:
    chain = session.execute("SELECT max(chain) FROM audit_chainhead").fetchone()[0]
    session.execute("UPDATE audit_auditevent SET authority_id = %s WHERE id = %s", [chain, event.pk])


def insert_forged(session: Session, event: AuditEvent) -> None:
    forge(session, event, "nextval('audit_auditevent_id_seq')", "transaction")


def insert_forged_into_a_gap(session: Session, event: AuditEvent) -> None:
    forge(session, event, str(10**9), "77")


def forge(session: Session, event: AuditEvent, number: str, transaction: str) -> None:
    row = session.execute(
        "INSERT INTO audit_auditevent (id, at, actor_id, action, subject_type, subject_id, place_id,"
        " authority_id, personal, changes, transaction, digest)"
        f" SELECT {number}, at, actor_id, action, subject_type, subject_id, place_id, authority_id,"
        f" personal, changes, {transaction}, '' FROM audit_auditevent WHERE id = %s"
        " RETURNING id",
        [event.pk],
    ).fetchone()
    session.execute(REDIGEST, [row[0]])


def edit_seal(session: Session, event: AuditEvent) -> None:
    session.execute(
        "UPDATE audit_seal SET at = at + interval '1 s' WHERE transaction = %s", [event.transaction]
    )


def edit_head(session: Session, event: AuditEvent) -> None:
    session.execute("UPDATE audit_chainhead SET hash = sha256('x'::bytea) WHERE chain = 0")


def drop_head(session: Session, event: AuditEvent) -> None:
    session.execute("DELETE FROM audit_chainhead WHERE chain = 0")


def cut_the_tail(session: Session, event: AuditEvent) -> None:
    """Remove everything of the chain from some seal on, and set the head back to what is then the end."""
    for table in ("audit_auditevent", "audit_rowchange", "audit_seal"):
        session.execute(f"DELETE FROM {table} WHERE transaction >= %s", [event.transaction])
    for chain, number, own in session.execute(
        "SELECT DISTINCT ON (chain) chain, number, hash FROM audit_seal ORDER BY chain, number DESC"
    ).fetchall():
        session.execute(
            "UPDATE audit_chainhead SET number = %s, hash = %s, entries ="
            " (SELECT sum(count) FROM audit_seal s WHERE s.chain = audit_chainhead.chain) WHERE chain = %s",
            [number, own, chain],
        )
    session.execute("DELETE FROM audit_chainhead WHERE chain NOT IN (SELECT chain FROM audit_seal)")


def erase_without_event(session: Session, event: AuditEvent) -> None:
    session.execute(
        "UPDATE audit_auditevent SET changes = '{}', erased = sha256(convert_to(changes::text, 'UTF8'))"
        " WHERE id = %s",
        [event.pk],
    )


def empty_everything(session: Session, event: AuditEvent) -> None:
    for table in ("audit_auditevent", "audit_rowchange", "audit_seal", "audit_chainhead"):
        session.execute(f"DELETE FROM {table}")


TAMPERING: dict[Callable[[Session, AuditEvent], None], set[str]] = {
    edit_payload: {"entry-edited"},
    edit_actor: {"entry-edited"},
    edit_time: {"entry-edited"},
    edit_with_digest: {"entry-edited"},
    edit_up_to_the_head: {"not-as-signed"},
    edit_rows: {"entry-edited"},
    edit_old_value: {"entry-edited"},
    delete_event: {"entries-removed"},
    delete_last_entries: {"entries-removed"},
    delete_whole_seal: {"seal-removed"},
    delete_and_renumber: {"cut-off"},
    swap_two: {"entry-edited", "entries-removed", "entry-inserted"},
    move_to_another_chain: {"entry-edited", "entries-removed", "entry-inserted"},
    insert_forged: {"entry-inserted"},
    insert_forged_into_a_gap: {"entry-inserted"},
    edit_seal: {"seal-edited"},
    edit_head: {"head-edited"},
    drop_head: {"head-removed"},
    cut_the_tail: {"cut-off"},
    erase_without_event: {"erased-without-event"},
    empty_everything: {"cut-off"},
}
UNSIGNED = {edit_up_to_the_head, delete_and_renumber, cut_the_tail, empty_everything}
"""What only the signed heads give away."""


@pytest.mark.django_db(transaction=True)
def test_every_tampering_is_found_and_named(tmp_path: Path) -> None:
    here = world()
    for number in range(5):
        save_source(by=here.system, code=f"s{number}", name_he=f"מקור {number}")
        save_place(by=here.system, code="9001", within=[here.nation], name_he=f"עיר {number}")
    Source.objects.filter(code="s1").update(name_he="אחר")
    event = AuditEvent.objects.get(action="sources.save", subject_id=str(Source.objects.get(code="s2").pk))
    key = signing_key(tmp_path)
    with superuser() as session:
        with session.transaction():
            heads = Stored(session).heads()
            assert verify(Stored(session)).faults == []
        signed = sign(heads, key, None)
        assert {head.chain for head in heads} == {0, here.city.pk, here.sister.pk}
        for tamper, codes in TAMPERING.items():
            with session.transaction(force_rollback=True):
                tamper(session, event)
                found = verify(Stored(session), signed=signed.heads()).faults
                alone = verify(Stored(session)).faults
            assert codes == {fault.code for fault in found}, (tamper.__name__, found)
            assert (alone == []) == (tamper in UNSIGNED), (tamper.__name__, alone)
            _named(tamper, event, found)
        with session.transaction():
            assert verify(Stored(session), signed=signed.heads()).faults == []


def _named(tamper: Callable[..., None], event: AuditEvent, faults: list[Fault]) -> None:
    """What was done to one entry is told with its number or its seal, its chain and its time."""
    if tamper in {edit_payload, edit_actor, edit_time, erase_without_event}:
        (fault,) = faults
        assert (fault.chain, fault.entry) == (0, event.pk)
        assert f"sources.source {event.subject_id}" in fault.record
        assert fault.at is not None
    if tamper in {delete_event, edit_with_digest, delete_whole_seal, edit_seal}:
        (fault,) = faults
        assert fault.seal == Seal.objects.get(transaction=event.transaction, chain=0).number


@pytest.mark.django_db(transaction=True)
def test_a_forged_or_missing_document_of_signed_heads_is_found(tmp_path: Path) -> None:
    system_account()
    key = signing_key(tmp_path)
    assert signing_key(tmp_path).private_bytes_raw() == key.private_bytes_raw()
    keys = {name_of(key.public_key()): key.public_key()}
    documents: list[Signed] = []
    for number in range(4):
        documents.append(
            sign([Head(0, number + 1, bytes([number] * 32))], key, documents[-1] if documents else None)
        )

    def codes(given: list[Signed]) -> list[str]:
        return [found.code for found in checked(given, keys) if not isinstance(found, Signed)]

    assert codes(documents) == []
    assert codes([documents[0], *documents[2:]]) == ["signed-heads-removed"]
    assert codes(documents[1:]) == []
    forged = Signed(documents[1].document.replace("01", "02"), documents[1].signature, documents[1].key)
    assert codes([documents[0], forged])[0] == "signature-forged"
    foreign = sign([], signing_key(tmp_path / "other"), None)
    assert codes([foreign]) == ["signed-with-unknown-key"]
    assert Signed.from_line(documents[3].line()) == documents[3]
    assert RowChange.objects.exists()
    assert not Place.objects.exists()
