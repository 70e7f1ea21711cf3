"""Model fields: a text that the database never sees, and a keyed fingerprint to find it by.

    national_id = EncryptedTextField(_("national id"), max_length=20, blank=True)
    national_id_index = BlindIndexField(of="national_id", normalise=normalise.national_id)

    Member.objects.filter(matching(Member, "national_id", "000000018", authorities=[authority.pk]))

The empty text is stored as zero bytes and is the only value that can be asked for (`national_id=""`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NoReturn

from django import forms
from django.core import checks
from django.core.exceptions import FieldDoesNotExist, FieldError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models.lookups import Exact, IsNull
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from ..errors import N_
from . import normalise as normalisers
from .cipher import decrypt, encrypt, fingerprint, fingerprints
from .errors import EncryptionError


class FromInstance(str):
    """A text on its way from an instance to the database, so that `update()` can be told from `save()`."""

    __slots__ = ()


class ExactlyEmpty(Exact):
    """`field=""`: the one comparison that an encrypted field allows."""

    def get_prep_lookup(self) -> Any:
        if self.rhs != "" or not isinstance(self.rhs, str):
            refuse_lookup(self.lhs.output_field, "exact")
        return b""

    def get_db_prep_lookup(self, value: Any, connection: Any) -> Any:
        return "%s", [b""]


class EncryptedTextField(models.Field):
    """A text stored as `bytea` under AES-256-GCM; `str` in Python.

    `label` keeps the name of the column in the encryption when the model or the field is renamed later. Where
    a `BlindIndexField` belongs to it, write it by `save()`, `bulk_create()` or `update(**with_index(…))`:
    plain `update()` would leave the index behind and is refused.
    """

    description = _("Encrypted text")
    empty_strings_allowed = True

    def __init__(self, *args: Any, label: str = "", **options: Any) -> None:
        self.own_label = label
        super().__init__(*args, **options)
        if self.max_length is not None:
            self.validators = [*self.validators, MaxLengthValidator(self.max_length)]

    def check(self, **options: Any) -> list[checks.CheckMessage]:
        wrong = [
            name
            for name in ("primary_key", "unique", "db_index", "choices", "db_default")
            if getattr(self, name) not in (None, False, models.NOT_PROVIDED)
        ]
        return [
            *super().check(**options),
            *(
                checks.Error(
                    f"An encrypted field cannot have '{name}'.", obj=self, id="maarag.encryption.E001"
                )
                for name in wrong
            ),
        ]

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, positional, options = super().deconstruct()
        if self.own_label:
            options["label"] = self.own_label
        return name, path, positional, options

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        self.__dict__.pop("label", None)  # copied from an abstract model
        super().contribute_to_class(cls, name, private_only)

    @cached_property
    def label(self) -> str:
        """What a value is bound to: `app.model.field`."""
        return self.own_label or label_of(self)

    def get_internal_type(self) -> str:
        return "BinaryField"

    def to_python(self, value: Any) -> str | None:
        return value if value is None or isinstance(value, str) else str(value)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str | None:
        return None if value is None else decrypt(bytes(value), self.label)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = super().pre_save(model_instance, add)
        return FromInstance(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return value if value is None or isinstance(value, str) else self.to_python(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if not prepared:
            value = self.get_prep_value(value)
        return connection.Database.Binary(encrypt(value, self.label)) if isinstance(value, str) else value

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if not isinstance(value, FromInstance) and not hasattr(value, "as_sql") and any(indexes_of(self)):
            raise EncryptionError(
                N_("%(label)s has an index of its own and cannot be changed by update() alone."),
                N_("Save the instance, or call: update(**with_index(…))."),
                label=self.label,
            )
        return super().get_db_prep_save(value, connection)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "exact":
            return ExactlyEmpty
        return IsNull if lookup_name == "isnull" else refuse_lookup(self, lookup_name)

    def get_transform(self, lookup_name: str) -> NoReturn:
        refuse_lookup(self, lookup_name)

    def value_to_string(self, obj: models.Model) -> str:
        raise EncryptionError(
            N_("%(label)s is encrypted and is not written to fixtures."),
            N_("Use: maarag backup."),
            label=self.label,
        )

    def formfield(self, **options: Any) -> Any:
        return super().formfield(**{"form_class": forms.CharField, "max_length": self.max_length, **options})


class BlindIndexField(models.Field):
    """The fingerprint (19 bytes, NULL for an empty text) of another field, computed whenever a row is saved.

    `of` names the `EncryptedTextField`, `per` the attribute whose value separates the fingerprints: equal
    texts of two authorities have nothing in common. Ask with `matching`.
    """

    description = _("Keyed fingerprint")
    empty_strings_allowed = False

    def __init__(
        self,
        *args: Any,
        of: str = "",
        normalise: Callable[[str], str] = normalisers.plain,
        per: str = "authority_id",
        label: str = "",
        **options: Any,
    ) -> None:
        self.of, self.normalise, self.per, self.own_label = of, normalise, per, label
        options.update(null=True, blank=True, editable=False)
        super().__init__(*args, **options)

    def check(self, **options: Any) -> list[checks.CheckMessage]:
        found = super().check(**options)
        for name in (self.of, self.per):
            try:
                field = self.model._meta.get_field(name.removesuffix("_id") if name == self.per else name)
            except FieldDoesNotExist:
                field = None
            if field is None or (name == self.of and not is_encrypted(field)):
                found.append(
                    checks.Error(f"'{name}' is not a field to index.", obj=self, id="maarag.encryption.E002")
                )
        return found

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, positional, options = super().deconstruct()
        for fixed in ("null", "blank", "editable"):
            options.pop(fixed, None)
        options.update(of=self.of, normalise=self.normalise, per=self.per)
        if self.own_label:
            options["label"] = self.own_label
        return name, path, positional, options

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        self.__dict__.pop("label", None)
        super().contribute_to_class(cls, name, private_only)
        if not cls._meta.abstract:
            models.signals.pre_save.connect(self.refuse_to_stay_behind, sender=cls)

    @cached_property
    def label(self) -> str:
        return self.own_label or label_of(self)

    def get_internal_type(self) -> str:
        return "BinaryField"

    def value_for(self, text: str | None, group: object) -> bytes | None:
        """The fingerprint of a text under the current version; None for nothing."""
        normal = self.normalise(text) if text else ""
        return fingerprint(normal, self.label, named(group, self.label)) if normal else None

    def values_for(self, text: str | None, group: object) -> list[bytes]:
        """The fingerprints of a text under every live version."""
        normal = self.normalise(text) if text else ""
        return fingerprints(normal, self.label, named(group, self.label)) if normal else []

    def pre_save(self, model_instance: models.Model, add: bool) -> bytes | None:
        value = self.value_for(getattr(model_instance, self.of), getattr(model_instance, self.per))
        setattr(model_instance, self.attname, value)
        return value

    def refuse_to_stay_behind(
        self, sender: type[models.Model], instance: models.Model, **signal: Any
    ) -> None:
        """A guard before `save(update_fields=…)`: whoever writes the text must write its fingerprint."""
        written = signal.get("update_fields")
        if written is None or not {self.name, self.attname}.isdisjoint(written):
            return
        if not {self.of, self.per, self.per.removesuffix("_id")}.isdisjoint(written):
            raise EncryptionError(
                N_("update_fields changes %(of)s and leaves its index %(name)s behind."),
                N_("Name both."),
                of=self.of,
                name=self.name,
            )

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> bytes | None:
        return None if value is None else bytes(value)

    def get_prep_value(self, value: Any) -> bytes | None:
        value = super().get_prep_value(value)
        if value is None or isinstance(value, bytes | memoryview):
            return None if value is None else bytes(value)
        raise FieldError(f"{self.label} holds fingerprints: ask with matching(…), not with the text itself.")

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        value = super().get_db_prep_value(value, connection, prepared)
        return None if value is None else connection.Database.Binary(value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name not in {"exact", "in", "isnull"}:
            refuse_lookup(self, lookup_name)
        return super().get_lookup(lookup_name)

    def value_to_string(self, obj: models.Model) -> str:
        value: Any = self.value_from_object(obj)
        return "" if value is None else str(value.hex())


def matching(
    model: type[models.Model], field: str, text: str | None, authorities: Iterable[object]
) -> models.Q:
    """Rows whose encrypted `field` equals `text` (both normalised) in one of `authorities` (their keys)."""
    index = index_of(model, field)
    wanted = [value for authority in authorities for value in index.values_for(text, authority)]
    return models.Q(**{f"{index.name}__in": wanted}) if wanted else models.Q(pk__in=[])


def with_index(model: type[models.Model], authority: object, **texts: str) -> dict[str, Any]:
    """The encrypted columns of one authority's rows together with their indexes, for `update(**…)`."""
    values: dict[str, Any] = {}
    for name, text in texts.items():
        field = model._meta.get_field(name)
        values[name] = FromInstance(text)
        values |= {index.name: index.value_for(text, authority) for index in indexes_of(field)}
    return values


def is_encrypted(field: Any) -> bool:
    """Whether a field's clear value must not leave the row (audit, logs, exports)."""
    return isinstance(field, EncryptedTextField)


def indexes_of(field: Any) -> Iterator[BlindIndexField]:
    """The blind indexes of an encrypted field."""
    for other in field.model._meta.concrete_fields:
        if isinstance(other, BlindIndexField) and other.of == field.name:
            yield other


def index_of(model: type[models.Model], field: str) -> BlindIndexField:
    """The blind index of a model's field. Raises FieldError when it has none."""
    for index in indexes_of(model._meta.get_field(field)):
        return index
    raise FieldError(f"{model._meta.label}.{field} has no blind index, so nobody can look for it.")


def label_of(field: models.Field) -> str:
    return f"{field.model._meta.label_lower}.{field.name}"


def named(group: object, label: str) -> object:
    if group is None or group == "":
        raise EncryptionError(
            N_("A row of %(label)s has no authority."),
            N_("Give the row its authority before saving it."),
            label=label,
        )
    return group


def refuse_lookup(field: Any, lookup: str) -> NoReturn:
    instead = "matching(…)" if is_encrypted(field) and any(indexes_of(field)) else "isnull, or an empty text"
    raise FieldError(f"{field.label} is encrypted: '{lookup}' cannot be asked of it; use {instead}.")
