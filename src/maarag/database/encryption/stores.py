"""Where encrypted values lie, how many of each version of the key, and how they get the current one."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.apps import apps
from django.db import connection, models, transaction
from psycopg import sql

from .cipher import HEADER, decrypt, encrypt, header
from .fields import BlindIndexField, EncryptedTextField, FromInstance
from .keyring import HOLDER

Told = Callable[[str, int], None]
"""Hears the name of a store and how many of its rows were brought to the current version."""


class Store(Protocol):
    """Values in one table."""

    @property
    def name(self) -> str: ...

    @property
    def table(self) -> str: ...

    def versions(self) -> Counter[int]:
        """How many values there are of each version."""

    def renew(self, after: Any, limit: int, inside: Told) -> tuple[int, Any]:
        """Bring up to `limit` rows beyond the key `after` to the current version, in one transaction.

        Rows that somebody holds are passed over. Returns how many there were, and the last one's key;
        `inside` is told in the same transaction, so that it can record the change.
        """


@dataclass(frozen=True)
class ModelStore:
    """The encrypted fields and the blind indexes of a model."""

    model: type[models.Model]
    texts: tuple[EncryptedTextField, ...]
    indexes: tuple[BlindIndexField, ...]

    @property
    def name(self) -> str:
        return self.model._meta.label

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    def versions(self) -> Counter[int]:
        found: Counter[int] = Counter()
        with connection.cursor() as cursor:
            for field in (*self.texts, *self.indexes):
                cursor.execute(
                    sql.SQL(
                        "SELECT get_byte({0}, 1) * 256 + get_byte({0}, 2), count(*) FROM {1}"
                        " WHERE octet_length({0}) > 2 GROUP BY 1"
                    ).format(sql.Identifier(field.column), sql.Identifier(self.table))
                )
                found.update(dict(cursor.fetchall()))
        return found

    def renew(self, after: Any, limit: int, inside: Told) -> tuple[int, Any]:
        manager = self.model._base_manager
        with transaction.atomic():
            keys = self._outdated(after, limit)
            for row in manager.filter(pk__in=keys):
                values: dict[str, Any] = {}
                for text in self.texts:
                    value = getattr(row, text.attname)
                    values[text.name] = None if value is None else FromInstance(value)
                for index in self.indexes:
                    values[index.name] = index.value_for(getattr(row, index.of), getattr(row, index.per))
                manager.filter(pk=row.pk).update(**values)
            if keys:
                inside(self.name, len(keys))
        return len(keys), keys[-1] if keys else after

    def _outdated(self, after: Any, limit: int) -> list[Any]:
        """The keys of rows with a value of another version, locked until the transaction ends."""
        key = self.model._meta.pk
        other = sql.SQL(" OR ").join(
            sql.SQL("(octet_length({0}) > 2 AND substring({0} FROM 1 FOR {1}) <> {2})").format(
                sql.Identifier(field.column), sql.Literal(HEADER), sql.Literal(current_header())
            )
            for field in (*self.texts, *self.indexes)
        )
        beyond = sql.SQL("TRUE")
        if after is not None:
            beyond = sql.SQL("{} > {}").format(sql.Identifier(key.column), sql.Literal(after))
        with connection.cursor() as cursor:
            cursor.execute(
                sql.SQL(
                    "SELECT {0} FROM {1} WHERE ({2}) AND {3} ORDER BY {0} LIMIT {4} FOR UPDATE SKIP LOCKED"
                ).format(
                    sql.Identifier(key.column), sql.Identifier(self.table), other, beyond, sql.Literal(limit)
                )
            )
            return [value for (value,) in cursor.fetchall()]


@dataclass(frozen=True)
class JsonStore:
    """Values as base64 texts anywhere in a JSON column, all encrypted under one label."""

    model: type[models.Model]
    field: str
    label: str

    @property
    def name(self) -> str:
        return f"{self.model._meta.label}.{self.field}"

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    def versions(self) -> Counter[int]:
        found: Counter[int] = Counter()
        for key in HOLDER.ring().keys:
            mark = beginning(key.version)
            rows = self.model._base_manager.annotate(text=self._as_text()).filter(text__contains=f'"{mark}')
            if count := rows.count():
                found[key.version] = count
        return found

    def renew(self, after: Any, limit: int, inside: Told) -> tuple[int, Any]:
        ring = HOLDER.ring()
        old = {beginning(key.version) for key in ring.live if key is not ring.current}
        asked = models.Q(pk__in=[])
        for mark in old:
            asked |= models.Q(text__contains=f'"{mark}')
        with transaction.atomic():
            rows = self.model._base_manager.annotate(text=self._as_text()).filter(asked)
            if after is not None:
                rows = rows.filter(pk__gt=after)
            found = list(rows.order_by("pk").select_for_update(skip_locked=True)[:limit])
            for row in found:
                fresh = self._renewed(getattr(row, self.field), old)
                self.model._base_manager.filter(pk=row.pk).update(**{self.field: fresh})
            if found:
                inside(self.name, len(found))
        return len(found), found[-1].pk if found else after

    def _as_text(self) -> Any:
        return models.functions.Cast(self.field, models.TextField())

    def _renewed(self, value: Any, old: set[str]) -> Any:
        if isinstance(value, dict):
            return {name: self._renewed(inner, old) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._renewed(inner, old) for inner in value]
        if isinstance(value, str) and value[:4] in old:
            text = decrypt(base64.b64decode(value), self.label)
            return base64.b64encode(encrypt(text, self.label)).decode()
        return value


def beginning(version: int) -> str:
    """What the base64 of each value of a version begins with: the header is three bytes, so four letters."""
    return base64.b64encode(header(version)).decode()


def current_header() -> bytes:
    return header(HOLDER.ring().current.version)


def model_stores() -> Iterator[ModelStore]:
    """One for every table with encrypted fields, found in the models."""
    for model in apps.get_models(include_auto_created=True):
        fields = [] if model._meta.proxy else model._meta.local_concrete_fields
        texts = tuple(field for field in fields if isinstance(field, EncryptedTextField))
        indexes = tuple(field for field in fields if isinstance(field, BlindIndexField))
        if texts or indexes:
            yield ModelStore(model, texts, indexes)


def count_by_version(stores: Sequence[Store]) -> dict[str, Counter[int]]:
    """The values of each store by version. Call it in a scope that sees every row."""
    with transaction.atomic():
        return {store.name: store.versions() for store in stores}
