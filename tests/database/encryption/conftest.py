"""A file of keys of its own for each test, and a table of people with encrypted fields."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, models
from django.test.utils import isolate_apps

from maarag.database.encryption import keyring, normalise
from maarag.database.encryption.fields import BlindIndexField, EncryptedTextField


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The path of a file of keys that does not exist yet."""
    path = tmp_path / "secrets" / "keys.json"
    monkeypatch.setenv("MAARAG_KEYS_FILE", str(path))
    monkeypatch.setattr(keyring.HOLDER, "_ring", None)
    return path


@pytest.fixture
def person(db: None) -> Iterator[type[models.Model]]:
    """A model with its table, for one test."""
    with isolate_apps("maarag.kernel.people"):

        class Resident(models.Model):  # noqa: DJ008
            authority_id = models.IntegerField()
            name = models.CharField(max_length=50)
            national_id = EncryptedTextField(max_length=20, blank=True)
            national_id_index = BlindIndexField(of="national_id", normalise=normalise.national_id)
            address = EncryptedTextField(blank=True)
            note = EncryptedTextField(null=True)

            class Meta:
                app_label = "people"

        with connection.cursor() as cursor:  # a temporary table: the application may make no other
            cursor.execute("SET LOCAL search_path = pg_temp, public")
        with connection.schema_editor() as editor:
            editor.create_model(Resident)
        yield Resident
