"""How long each kind of row is kept: rules that the domains register in their `retention.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Model

from maarag.kernel.audit.words import keep_from_others


@dataclass(frozen=True)
class Due:
    """A row whose time is over: nothing of it but its key, its authority, its number and since when."""

    row: UUID
    authority: int
    since: date
    number: str = ""


@dataclass(frozen=True)
class Rule:
    """Rows about people. Nothing of them is erased before somebody approved a preview.

    `title`, `counted_from` and `basis` are words for the page; `days` is the default, which the setting
    RETENTION_DAYS changes. `due(until)` gives the rows whose counting began on `until` or earlier, in the
    scope in force; they are of the model `kind()`.
    """

    code: str
    title: Any
    counted_from: Any
    basis: Any
    days: int
    kind: Callable[[], type[Model]]
    due: Callable[[date], Iterable[Due]]

    @property
    def keep(self) -> timedelta:
        return timedelta(days=days_of(self.code, self.days))


@dataclass(frozen=True)
class Tidy:
    """Technical rows, about nobody's life: removed every night by themselves.

    `count(before)` and `run(before)` tell and remove the rows older than `before`, a day. `of_families`: each
    row is there because of one family, so that nobody is told how many there are.
    """

    code: str
    title: Any
    counted_from: Any
    basis: Any
    days: int
    count: Callable[[date], int]
    run: Callable[[date], int]
    of_families: bool = False

    @property
    def keep(self) -> timedelta:
        return timedelta(days=days_of(self.code, self.days))


RULES: dict[str, Rule] = {}
TIDY: dict[str, Tidy] = {}
YEAR = 365.25


def years(count: int) -> int:
    """Days of so many years, never fewer."""
    return -int(-count * YEAR // 1)


def days_of(code: str, default: int) -> int:
    """The days that a rule keeps its rows: those of the settings, else the default."""
    return int(getattr(settings, "RETENTION_DAYS", {}).get(code, default))


def register(*rules: Rule | Tidy) -> None:
    """Add rules; raises ValueError for a code taken twice."""
    for rule in rules:
        if rule.code in RULES or rule.code in TIDY:
            raise ValueError(f"two rules of retention are called {rule.code}")
        if isinstance(rule, Rule):
            RULES[rule.code] = rule
        else:
            TIDY[rule.code] = rule
            if rule.of_families:
                keep_from_others("access.account", [rule.code])  # the event is of whose the night's work is
