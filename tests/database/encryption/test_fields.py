"""Encrypted fields behave like text in Python and like noise in the database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core import serializers
from django.core.exceptions import FieldError, ValidationError
from django.db import connection, models, transaction
from django.db.migrations.writer import MigrationWriter
from django.forms import modelform_factory
from django.test.utils import isolate_apps
from django.utils import translation

from maarag.database.encryption import normalise
from maarag.database.encryption.errors import EncryptionError, Undecipherable
from maarag.database.encryption.fields import (
    BlindIndexField,
    EncryptedTextField,
    is_encrypted,
    matching,
    with_index,
)

ID = "000000018"
OTHER = "123456782"


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """The tests know the messages by their English."""
    with translation.override("en"):
        yield


def raw(model: type[models.Model], column: str) -> list[bytes | None]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{column}" FROM "{model._meta.db_table}" ORDER BY id')
        return [None if value is None else bytes(value) for (value,) in cursor.fetchall()]


def test_text_in_python_and_noise_in_the_database(person):
    saved = person.objects.create(authority_id=1, national_id=ID, address="רחוב הגפן 3", note=None)
    read = person.objects.get(pk=saved.pk)
    assert (read.national_id, read.address, read.note) == (ID, "רחוב הגפן 3", None)
    (stored,) = raw(person, "national_id")
    assert len(stored) == 3 + 12 + 16 + 16
    assert ID.encode() not in stored
    assert raw(person, "note") == [None]
    assert ID not in repr(read)


def test_equal_texts_are_stored_differently_and_found_alike(person):
    person.objects.bulk_create([person(authority_id=1, national_id=ID) for _ in range(3)])
    assert len(set(raw(person, "national_id"))) == 3
    assert len(set(raw(person, "national_id_index"))) == 1


def test_every_way_of_writing_and_reading(person):
    first, second = person.objects.bulk_create(
        [person(authority_id=1, address="א"), person(authority_id=1, address="ב")]
    )
    person.objects.filter(pk=first.pk).update(address="ג")
    second.address = "ד"
    person.objects.bulk_update([second], ["address"])
    assert list(person.objects.order_by("pk").values_list("address", flat=True)) == ["ג", "ד"]
    assert person.objects.order_by("pk").values("address", "note")[0] == {"address": "ג", "note": None}
    first.refresh_from_db(fields=["address"])
    assert first.address == "ג"
    assert person.objects.annotate(copy=models.F("address")).get(pk=second.pk).copy == "ד"
    assert person.objects.only("name").get(pk=second.pk).address == "ד"


def test_no_lookup_but_for_the_empty_text(person):
    full = person.objects.create(authority_id=1, national_id=ID, address="א", note="x")
    empty = person.objects.create(authority_id=1)
    assert person.objects.get(address="") == empty
    assert person.objects.exclude(address="").get() == full
    assert person.objects.get(note__isnull=True) == empty
    assert raw(person, "address")[1] == b""
    for question in (
        {"address": "א"},
        {"address__icontains": "א"},
        {"address__in": ["א"]},
        {"note__lt": "z"},
    ):
        with pytest.raises(FieldError, match="encrypted"):
            list(person.objects.filter(**question))
    with pytest.raises(FieldError, match="matching"):
        list(person.objects.filter(national_id=ID))
    with pytest.raises(FieldError, match="matching"):
        list(person.objects.filter(national_id_index=ID))


def test_a_person_is_found_in_the_authorities_asked_for_only(person):
    here = person.objects.create(authority_id=1, national_id="18")
    there = person.objects.create(authority_id=2, national_id="0000-000-18")
    person.objects.create(authority_id=1, national_id=OTHER)

    def found(written: str, authorities: list[int]) -> set[models.Model]:
        return set(person.objects.filter(matching(person, "national_id", written, authorities)))

    assert found("00000001 8", [1]) == {here}
    assert found(ID, [1, 2]) == {here, there}
    assert found(ID, [3]) == found("", [1]) == found(ID, []) == set()
    # whoever holds a dump cannot tell that it is one person
    assert raw(person, "national_id_index")[0] != raw(person, "national_id_index")[1]
    with pytest.raises(FieldError, match="no blind index"):
        matching(person, "address", "א", [1])


def test_an_index_never_stays_behind(person):
    row = person.objects.create(authority_id=1, national_id=ID)
    with pytest.raises(EncryptionError, match="with_index"), transaction.atomic():
        person.objects.update(national_id=OTHER)
    with pytest.raises(EncryptionError, match="with_index"), transaction.atomic():
        person.objects.bulk_update([row], ["national_id"])
    with pytest.raises(EncryptionError, match="national_id_index"), transaction.atomic():
        row.save(update_fields=["national_id"])
    with pytest.raises(EncryptionError, match="national_id_index"), transaction.atomic():
        row.save(update_fields=["authority_id"])
    row.name = "נועה"
    row.save(update_fields=["name"])
    person.objects.filter(pk=row.pk).update(**with_index(person, 1, national_id=OTHER))
    row.refresh_from_db()
    assert row.national_id == OTHER
    assert person.objects.get(matching(person, "national_id", OTHER, [1])) == row
    row.national_id = ""
    row.save(update_fields=["national_id", "national_id_index"])
    assert raw(person, "national_id_index") == [None]
    with pytest.raises(EncryptionError, match="no authority"), transaction.atomic():
        person(national_id=ID).save()


def test_a_value_moved_or_altered_is_not_read(person):
    row = person.objects.create(authority_id=1, national_id=ID, address="א")
    person.objects.update(note=models.F("address"))
    with pytest.raises(Undecipherable, match="moved"):
        person.objects.get(pk=row.pk)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {person._meta.db_table} SET note = NULL, address = set_byte(address, 20, 7)")
    with pytest.raises(Undecipherable) as caught:
        person.objects.get(pk=row.pk)
    assert "א" not in str(caught.value)


def test_a_form_and_its_errors_keep_the_text(person):
    form = modelform_factory(person, fields=["authority_id", "name", "national_id", "address"])(
        {"authority_id": 1, "name": "נועה", "national_id": ID * 5, "address": "א"}
    )
    assert not form.is_valid()
    assert set(form.errors) == {"national_id"}
    assert ID not in str(form.errors["national_id"])
    row = person(authority_id=1, name="נועה", national_id=ID * 5)
    with pytest.raises(ValidationError) as caught:
        row.full_clean()
    assert ID not in str(caught.value)
    with pytest.raises(EncryptionError, match="fixtures"):
        serializers.serialize("json", [row])


def test_migrations_know_the_fields(person):
    index = person._meta.get_field("national_id_index")
    _name, path, positional, options = index.clone().deconstruct()
    assert (path, positional) == ("maarag.database.encryption.fields.BlindIndexField", [])
    assert options == {
        "of": "national_id",
        "normalise": normalise.national_id,
        "per": "authority_id",
    }
    written, imports = MigrationWriter.serialize(EncryptedTextField(max_length=9, label="people.old.id"))
    assert "label='people.old.id'" in written
    assert "import maarag.database.encryption.fields" in imports
    assert "normalise.national_id" in MigrationWriter.serialize(index)[0]
    assert is_encrypted(person._meta.get_field("address"))
    assert not is_encrypted(index)


@isolate_apps("maarag.kernel.people")
def test_what_cannot_work_is_refused_before_it_runs():
    class Wrong(models.Model):  # noqa: DJ008
        code = EncryptedTextField(unique=True)
        index = BlindIndexField(of="missing", per="nowhere_id")

        class Meta:
            app_label = "people"

    found = {error.id for field in Wrong._meta.local_fields for error in field.check()}
    assert found == {"maarag.encryption.E001", "maarag.encryption.E002"}


def test_a_renamed_field_keeps_its_label():
    with isolate_apps("maarag.kernel.people"):

        class Renamed(models.Model):  # noqa: DJ008
            code = EncryptedTextField(label="people.resident.address")

            class Meta:
                app_label = "people"

        assert Renamed._meta.get_field("code").label == "people.resident.address"
