"""The chains: sealed at commit, verified by Python's own arithmetic, erased without breaking, exported."""

from __future__ import annotations

import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from maarag.database.rows import RowScope, under, visible
from maarag.domains.families.models import Family
from maarag.kernel.access.actions import open_account, system_account
from maarag.kernel.audit.actions import NotInTransaction, erase, record, record_read
from maarag.kernel.audit.checking import check, sign_heads, verify_against
from maarag.kernel.audit.export import Exported, write
from maarag.kernel.audit.models import AuditEvent, RowChange, SignedHeads, Verification
from maarag.kernel.audit.queries import newest_change
from maarag.kernel.audit.signing import heads_file, key_file, name_of, read_file, signing_key
from maarag.kernel.audit.stored import Stored, whole_record
from maarag.kernel.audit.verify import verify
from maarag.kernel.places.actions import save_place
from maarag.kernel.places.models import Place
from maarag.kernel.sources.models import Source
from tests.factories.families import family
from tests.factories.services import world


class File:
    """Stands for a personal row: what the audit asks of one."""

    is_personal = True

    class _meta:
        label_lower = "families.family"
        db_table = "families_family"

    def __init__(self, authority: Place) -> None:
        self.pk = uuid.uuid4()
        self.authority_id = authority.pk


@pytest.mark.django_db(transaction=True)
def test_the_record_of_a_world_is_whole() -> None:
    here = world()
    here.service("a", "ארוחות", "meals")
    Source.objects.update(name_he='שורה\tעם "גרשיים" \\ ועוד')
    with whole_record() as record:
        verdict = verify(record)
    assert verdict.faults == []
    assert verdict.entries > 20, "the nation, its terms, its organisation and its service"
    assert verdict.heads.keys() == {0, here.city.pk, here.sister.pk}
    with whole_record(chain=here.city.pk) as record:
        assert verify(record).entries == AuditEvent.objects.filter(authority=here.city).count()


def test_constraints_made_immediate_seal_at_once(db: None) -> None:
    """As in a test, or a fixture that is loaded: several seals of one transaction, and still one chain."""
    system = system_account()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for number in range(3):
            open_account(by=system, email=f"{number}@example.org", name=f"{number}")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        open_account(by=system, email="x@example.org", name="x")
        AuditEvent.objects.create(
            actor=system, action="access.open_account", subject_type="access.account", subject_id="1"
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    verdict = verify(Stored(connection.connection))
    assert verdict.faults == []
    assert verdict.seals >= 4


def test_the_newest_number_changes_with_every_write(db: None) -> None:
    system = system_account()
    seen = [newest_change()]
    open_account(by=system, email="a@example.org", name="א")
    seen.append(newest_change())
    Source.objects.create(code="a", name_he="א")
    seen.append(newest_change())
    Source.objects.update(name_he="ב")
    seen.append(newest_change())
    assert len(set(seen)) == 4
    with transaction.atomic():
        Source.objects.update(name_he="ג")
        assert newest_change() not in seen
        transaction.set_rollback(True)
    assert newest_change() == seen[-1]


@pytest.mark.django_db(transaction=True)
def test_the_newest_number_changes_at_commit_alone() -> None:
    before = newest_change()
    Source.objects.create(code="a", name_he="א")
    after = newest_change()
    assert after > before >= 0
    assert newest_change() == after


def test_readings_of_one_file_within_ten_minutes_are_one_event(db: None) -> None:
    here = world()
    reader = open_account(by=here.system, email="r@example.org", name="ר")
    file, other = File(here.city), File(here.city)
    first = record_read(by=reader, subject=file, what="families.read")
    assert first is not None
    assert record_read(by=reader, subject=file, what="families.read") is None
    assert record_read(by=here.system, subject=file, what="families.read") is not None
    assert record_read(by=reader, subject=other, what="families.read") is not None
    assert record_read(by=reader, subject=file, what="families.export") is not None
    assert not AuditEvent.objects.filter(pk=first.pk).exists()  # outside the scope nobody sees it
    with under(RowScope(authorities=frozenset({here.city.pk}))):
        stored = AuditEvent.objects.get(pk=first.pk)
    assert (stored.personal, stored.authority, stored.place) == (True, here.city, here.city)
    assert stored.salt is not None


@pytest.mark.django_db(transaction=True)
def test_a_reading_outside_a_transaction_is_refused() -> None:
    with pytest.raises(NotInTransaction):
        record_read(by=system_account(), subject=File(Place(pk=1)), what="families.read")


@pytest.mark.django_db(transaction=True)
def test_what_is_erased_leaves_stubs_and_the_chain_whole() -> None:
    here = world()
    file, other = File(here.city), File(here.city)
    with transaction.atomic():
        for subject in (file, other):
            record(
                by=here.system, action="families.change", subject=subject, changes={"name": ["כהן", "לוי"]}
            )
    scope = RowScope(audited=frozenset({here.city.pk}))
    with visible(scope):
        assert AuditEvent.objects.filter(changes__name__0="כהן").count() == 2
    with visible(RowScope(authorities=frozenset({here.city.pk}))):
        assert erase(by=here.system, subjects=[file], reason="retention") == 1
        assert erase(by=here.system, subjects=[file], reason="retention") == 0
    with visible(scope):
        kept = AuditEvent.objects.get(subject_id=str(file.pk), action="families.change")
        event = AuditEvent.objects.get(action="audit.erase")
        assert AuditEvent.objects.get(subject_id=str(other.pk)).changes == {"name": ["כהן", "לוי"]}
    assert (kept.changes, kept.salt) == ({}, None)
    assert kept.erased is not None
    assert event.changes["events"] == [kept.pk]
    with whole_record() as record_now:
        verdict = verify(record_now)
    assert (verdict.faults, verdict.erased) == ([], 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("inside", [[], ["sister"]], ids=["no authority", "the sister authority"])
def test_what_is_outside_the_scope_is_not_erased(inside: list[str]) -> None:
    """Not even together with what is inside it: neither the event nor the change of the row."""
    here = world()
    scope = RowScope(authorities=frozenset(getattr(here, name).pk for name in inside))
    both = RowScope(authorities=frozenset({here.city.pk, here.sister.pk}))
    with visible(both):
        files = [family(here.system, place, here.system) for place in (here.sister, here.city)]
        Family.objects.update(name="לוי")

    def told() -> list[Any]:
        with visible(both):
            events = AuditEvent.objects.filter(personal=True).order_by("pk")
            changes = RowChange.objects.filter(personal=True).order_by("pk")
            return [*events.values_list("pk", "changes", "erased"), *changes.values_list("pk", "changes")]

    before = told()
    assert len(before) > 4
    for subjects in ([files[1]], files):
        with pytest.raises(ProgrammingError, match="outside the scope"), visible(scope):
            erase(by=here.system, subjects=subjects, reason="retention")
    assert told() == before
    one_family = replace(both, family=files[1].pk)
    with pytest.raises(ProgrammingError, match="permission denied"), visible(one_family):
        erase(by=here.system, subjects=[files[1]], reason="retention")
    with visible(both):
        assert erase(by=here.system, subjects=files, reason="retention") == 4, "two events and two changes"
    with whole_record() as record_now:
        assert verify(record_now).faults == []


@pytest.mark.django_db(transaction=True)
def test_signed_exported_and_verified_elsewhere(tmp_path: Path) -> None:
    here = world()
    with transaction.atomic():
        record(
            by=here.system, action="families.change", subject=File(here.city), changes={"name": ["סוד", "x"]}
        )
    first = sign_heads(tmp_path)
    save_place(by=here.system, code="9001", within=[here.nation], name_he="שם חדש")
    second = sign_heads(tmp_path)
    assert (first.number, second.number, second.previous) == (1, 2, first.digest())
    assert read_file(heads_file(tmp_path)) == [first, second]
    assert SignedHeads.objects.count() == 2
    assert key_file(tmp_path).stat().st_mode & 0o077 == 0

    verdict, kept = check(tmp_path)
    assert verdict.is_sound
    assert Verification.objects.get() == kept
    assert kept.entries == verdict.entries > 0

    exported = tmp_path / "record.jsonl"
    for chain in (None, here.city.pk):
        with whole_record(chain=chain) as stored, exported.open("w") as file:
            count = write(stored, [first, second], file)
        text = exported.read_text()
        assert "סוד" not in text
        assert "שם חדש" in text or chain is not None
        key = signing_key(tmp_path).public_key()
        elsewhere = Exported(exported)
        found = verify_against(elsewhere, [elsewhere.signed], {name_of(key): key}, chain=elsewhere.chain)
        assert (found.faults, found.entries) == ([], count)
    exported.write_text(text.replace("places.save", "places.keep", 1))
    elsewhere = Exported(exported)
    assert not verify_against(elsewhere, [], {}, chain=elsewhere.chain).is_sound
    with whole_record(chain=here.city.pk) as stored, exported.open("w") as file:
        write(stored, [], file, with_personal=True)
    assert "סוד" in exported.read_text()
