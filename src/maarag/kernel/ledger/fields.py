"""A column of money: whole agorot in PostgreSQL, `Money` in Python."""

from __future__ import annotations

from typing import Any

from django.db import models

from maarag.values import Money


class MoneyField(models.BigIntegerField):
    """Holds `Money`; sums of it are `Money` too."""

    _pyi_private_set_type: Money | int  # type: ignore[assignment]
    _pyi_private_get_type: Money  # type: ignore[assignment]
    _pyi_lookup_exact_type: Money | int  # type: ignore[assignment]

    def from_db_value(self, value: int | None, _expression: Any, _connection: Any) -> Money | None:
        return None if value is None else Money(value)

    def to_python(self, value: Any) -> Money | None:
        if value is None or isinstance(value, Money):
            return value
        return Money(int(super().to_python(value)))

    def get_prep_value(self, value: Any) -> Any:
        return value.agorot if isinstance(value, Money) else super().get_prep_value(value)

    def run_validators(self, value: Any) -> None:
        super().run_validators(value.agorot if isinstance(value, Money) else value)

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.get_prep_value(self.value_from_object(obj)))
