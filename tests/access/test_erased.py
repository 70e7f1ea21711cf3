"""A file of which every kind of row holds a secret: nothing of it stays anywhere once it is erased, nor of
what was removed from it before.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

import psycopg
import pytest
from django.conf import settings as site
from django.db import DatabaseError, connection, transaction
from django.db.models import ForeignKey

from maarag.database.layout import SUPERUSER, Layout
from maarag.database.rows import visible
from maarag.database.rows.checks import personal_models
from maarag.domains.families.models import Family
from maarag.kernel.audit.stored import whole_record
from maarag.kernel.audit.verify import verify
from maarag.kernel.retention.actions import erase_on_request
from maarag.kernel.retention.erasing import rows_of
from maarag.kernel.retention.models import ErasureReason
from maarag.kernel.retention.rules import RULES
from tests.factories.baskets import department_of
from tests.factories.families import everything

from .conftest import Estate
from .isolation.canaries import PREFIX, plant
from .isolation.filled import fill

OF_NO_FILE = {
    "retention.Hold": "goes with the row that it holds (kernel.retention.erasing)",
    "retention.Preview": "holds keys, file numbers and dates, and is what an erasure was approved by",
}
"""Personal rows without a rule of their own and without a way to a family."""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("before", [False, True], ids=["all there", "removed before"])
def test_nothing_of_an_erased_file_stays(few: Estate, before: bool):
    """Three files: one with what merging left, one that was told apart, one with a basket. `before`: of each,
    every row that can be removed alone was removed, so that the record alone holds it.
    """
    canaries, world = plant(few), few.nation.world
    with visible(everything(world.city, by=world.system)):
        _held, apart, merged, _away = Family.objects.filter(name__startswith=PREFIX).order_by("number")
        basket = department_of(few).basket.family
    filled = fill(canaries)
    gone = {str(one.pk) for one in (apart, merged, basket)}
    words = {secret for secret, family in filled.secrets.items() if family in gone}
    kinds = {filled.canaries.secrets[secret].partition(".")[0] for secret in words}
    assert len(kinds) > 20, kinds
    ciphers = ciphertexts(gone)
    assert len(ciphers) > 100
    stored = words | ciphers
    assert {"families_family", "audit_rowchange", "casework_contact", "baskets_request"} <= set(
        standing(stored)
    )
    if before:
        with visible(everything(world.city, by=world.system)):
            removed = {label for one in (apart, merged, basket) for label in remove_parts(one)}
        assert {"families.member", "casework.goal", "casework.document", "baskets.request"} <= removed
        assert len(removed) > 20, removed

    for one in (apart, merged, basket):
        with visible(everything(world.city, by=world.system)):
            erase_on_request(by=world.system, subject=one, reason=ErasureReason.ASKED)

    assert standing(stored) == {}
    with visible(everything(world.city, by=world.system)):
        assert not Family.objects.filter(pk__in=gone).exists()
    with whole_record() as record:
        verdict = verify(record)
    assert verdict.is_sound, verdict.faults


def test_every_kind_of_personal_row_goes_with_a_file_or_by_a_rule():
    """What a new kind of row must say before it can be kept: when it goes."""
    of_files: set[type] = {Family}
    while fresh := {model for model in personal_models() if refers_to(model, of_files)} - of_files:
        of_files |= fresh
    of_rules = {rule.kind() for rule in RULES.values()}
    kept = {model._meta.label for model in personal_models() if model not in of_files | of_rules}
    assert kept == set(OF_NO_FILE)


def remove_parts(family: Family) -> set[str]:
    """Remove what hangs on a file, as far as the database allows it; the kinds that went."""
    gone = set()
    for row in rows_of(family)[:-1]:
        with suppress(DatabaseError), transaction.atomic():
            row.delete()
            gone.add(row._meta.label_lower)
    return gone


def refers_to(model: type, others: set[type]) -> bool:
    """Whether a key of the model leads to one of the others, as erasing follows it."""
    keys = [key for key in model._meta.concrete_fields if isinstance(key, ForeignKey)]
    return any(key.remote_field.model in others for key in keys)


def session() -> psycopg.Connection:
    """Past every policy."""
    now = connection.settings_dict
    passfile = str(Layout.of(site.HOME).passfile(SUPERUSER))
    return psycopg.connect(
        host=now["HOST"], port=now["PORT"], dbname=now["NAME"], user=SUPERUSER, passfile=passfile
    )


def ciphertexts(families: Iterable[str]) -> set[str]:
    """What stands in the encrypted columns and the fingerprints of these families' rows, in hexadecimal."""
    found: set[str] = set()
    with session() as open_session:
        for model in personal_models():
            names = {column.column for column in model._meta.concrete_fields}
            key = "id" if model is Family else "family_id"
            if key not in names:
                continue
            table = model._meta.db_table
            query = (
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass"
                " AND atttypid = 'bytea'::regtype AND NOT attisdropped"
            )
            for (column,) in open_session.execute(query, [table]).fetchall():
                rows = open_session.execute(
                    f'SELECT encode("{column}", \'hex\') FROM "{table}" WHERE {key} = ANY (%s::uuid[])',
                    [list(families)],
                )
                found |= {value for (value,) in rows if value and len(value) > 20}
    return found


def standing(texts: Iterable[str]) -> dict[str, str]:
    """The tables in which any of the texts stands, in whatever column, each with one of them."""
    found = {}
    wanted = list(texts)
    with session() as open_session:
        tables = open_session.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        ).fetchall()
        for (table,) in tables:
            rows = open_session.execute(f'SELECT t::text FROM public."{table}" t').fetchall()
            whole = "\n".join(row for (row,) in rows)
            first = next((text for text in wanted if text in whole), None)
            if first is not None:
                found[table] = first
    return found
