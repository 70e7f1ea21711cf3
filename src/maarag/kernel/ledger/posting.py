"""Calling the functions of the ledger: one statement each; errors come back as values, so that the
transaction around them goes on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model, Q
from django.http import Http404

from maarag.values import Money

from .errors import KeyReused, LimitPassed, PeriodClosed, WrongStage
from .models import ClosedPeriod, Entry, Pot, Spending

M = TypeVar("M", bound=Model)
ARGUMENTS = {
    "ledger_grant": ["bigint", "bigint", "bigint", "text", "text", "date", "bigint", "bigint"],
    "ledger_plan": ["uuid", "bigint[]", "bigint[]", "bigint[]", "bigint", "text", "text", "date", "bigint"],
    "ledger_move": ["text", "uuid", "bigint", "text", "text", "date", "bigint", "bigint", "bigint", "text"],
}


def content_of(*parts: object) -> str:
    """The digest of what is asked for under a key."""
    return hashlib.sha256(json.dumps([str(part) for part in parts]).encode()).hexdigest()


def call(
    function: str, arguments: Sequence[Any], *, key: str, of: Spending | None = None
) -> tuple[Entry, Spending | None]:
    """The entry made, or made before under the same key, and the spending as it stands then.

    Raises LimitPassed, PeriodClosed, KeyReused, WrongStage; Http404 where a pot or spending is not visible.
    """
    columns = [f"(r.entry).{field.column}" for field in Entry._meta.concrete_fields]
    further = [f"(r.spending).{field.column}" for field in Spending._meta.concrete_fields]
    places = ", ".join(f"%s::{kind}" for kind in ARGUMENTS[function])
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT r.code, r.detail, {', '.join(columns + further)} FROM public.{function}({places}) r",
            list(arguments),
        )
        code, detail, *values = cursor.fetchone()
    if code and code != "ML000":
        _raise(code, json.loads(detail), key, of)
    entry = _row(Entry, values[: len(columns)])
    spending = _row(Spending, values[len(columns) :]) if values[len(columns)] is not None else None
    return entry, spending


def _row(model: type[M], values: Sequence[Any]) -> M:
    fields = model._meta.concrete_fields
    converted = [
        field.from_db_value(value, None, connection) if hasattr(field, "from_db_value") else value
        for field, value in zip(fields, values, strict=True)
    ]
    return model.from_db(connection.alias, [field.attname for field in fields], converted)


def _raise(code: str, told: dict[str, Any], key: str, of: Spending | None) -> None:
    if code == "ML001":
        raise LimitPassed(Pot.objects.get(pk=told["pot"]), Money(told["missing"]), told["stage"])
    if code == "ML002":
        ends = date.fromisoformat(told["ends"])
        raise PeriodClosed(date.fromisoformat(told["starts"]), ends, _open_after(ends, told["authority"]))
    if code == "ML003":
        raise KeyReused(key)
    if code == "ML004" and of is not None:
        asked = told.get("asked")
        stage = Spending.objects.get(pk=of.pk).stage
        raise WrongStage(
            told.get("wanted", ""),
            Money(told.get("can", 0)),
            None if asked is None else Money(asked),
            stage,
        )
    raise Http404


def _open_after(last: date, authority: int | None) -> date:
    """The first day after `last` that no period closes for the authority: months are closed one by one."""
    day = last + timedelta(days=1)
    whose = Q(authority=None) | Q(authority=authority)
    later = ClosedPeriod.objects.filter(whose, ends__gte=day).order_by("starts")
    for starts, ends in later.values_list("starts", "ends"):
        if starts <= day <= ends:
            day = ends + timedelta(days=1)
    return day
