"""What an importer is: what it reads, what it understands in a row, and how the rows it understood are
written.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext as _
from django.utils.translation import override

from . import parsing
from .parsing import NotUnderstood, Parser
from .reading.headers import header_key

if TYPE_CHECKING:
    from maarag.kernel.access.models import Account


@dataclass(frozen=True)
class Field:
    """A column that an importer knows. `headers`: the names people give it; the first is the one we write."""

    name: str
    label: Any
    headers: tuple[str, ...]
    parser: Parser = parsing.text
    required: bool = False
    help: Any = ""
    needs_column: bool | None = None
    """Whether the file must have the column at all; by default where the field is required."""


@dataclass(frozen=True)
class Problem:
    """Why a row cannot be understood: which field, why, and what to write instead."""

    field: str
    reason: str
    hint: str = ""


class RowRefused(ValueError):
    """Raised by `understand`: the row has these problems."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("; ".join(problem.reason for problem in problems))


@dataclass(frozen=True)
class Understood:
    """What a row means. `key`: what it is about, once in a file; `shown`: field → value, as JSON, for the
    preview.

    `target` is whatever `apply` needs; `places` are ids of the places it is for; `notes` what people should
    look at.
    """

    key: str
    shown: Mapping[str, Any]
    target: Any = None
    places: frozenset[int] = frozenset()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Existing:
    """What is stored under a key now, in the words of `Understood.shown`."""

    shown: Mapping[str, Any]
    places: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Row:
    """A row with its cells parsed; empty cells are left out."""

    number: int
    values: Mapping[str, Any]
    cells: Mapping[str, Any] = field(default_factory=dict)

    def get(self, name: str, default: Any = None) -> Any:
        return self.values.get(name, default)


class Importer(ABC):
    """One kind of file. A new object is made for each reading: it may keep what it has looked up."""

    do_not_call_in_templates: ClassVar[bool] = True
    kind: ClassVar[str]
    title: ClassVar[Any]
    description: ClassVar[Any] = ""
    fields: ClassVar[tuple[Field, ...]]
    example: ClassVar[tuple[Mapping[str, Any], ...]] = ()
    is_national: ClassVar[bool] = False
    """Whether rows belong to no place, so that only whoever may import for the whole nation may load them."""
    is_whole: ClassVar[bool] = False
    """Whether the file is one thing that is taken whole: then `apply` gets all rows at once."""

    outline_rows: ClassVar[staticmethod[[Iterator[str]], Iterator[tuple[int, dict[str, Any]]]] | None] = None
    """Makes rows of a text of nested names (YAML), for an importer that takes one; a staticmethod."""
    takes_overflow: ClassVar[bool] = False
    """Whether cells beyond the last named column have a meaning."""

    def __init__(
        self,
        *,
        by: Account,
        file_name: str = "",
        columns: Mapping[str, str] | None = None,
        options: Mapping[str, str] | None = None,
    ) -> None:
        """`columns`: column name → field; `options`: what the person said besides the file."""
        self.by = by
        self.file_name = file_name
        self.options = dict(options or {})
        self._column_of = {name: column for column, name in (columns or {}).items()}

    def year_of(self, field_name: str) -> int | None:
        """The year in the name of the field's column: “population_2021”."""
        found = re.search(r"(?:19|20)\d\d", self._column_of.get(field_name, ""))
        return int(found[0]) if found else None

    def date_of_file(self) -> date:
        """The date in the file's name, or else today: what the rows are as of when they do not say it."""
        if found := re.search(r"((?:19|20)\d\d)[-_.](\d\d)[-_.](\d\d)", self.file_name):
            try:
                return date(int(found[1]), int(found[2]), int(found[3]))
            except ValueError:
                pass
        return timezone.localdate()

    def survey(self, rows: Iterable[Row]) -> None:  # noqa: B027 - most importers need no survey
        """Look at every row before the first is understood, where rows bear each other out."""

    @abstractmethod
    def understand(self, row: Row) -> Understood:
        """What the row means. Raises RowRefused or NotUnderstood."""

    @abstractmethod
    def existing(self, keys: Sequence[str]) -> Mapping[str, Existing]:
        """What is stored now under these keys."""

    @abstractmethod
    def apply(self, rows: Sequence[Understood]) -> None:
        """Write the rows through the domain's actions, within the caller's transaction."""

    @classmethod
    def headers(cls) -> dict[str, tuple[str, ...]]:
        """The names of columns that mean each field: those given, its code, and its label in every language.

        A label that is given as the name of another field stays with that one.
        """
        given = {f.name: (*f.headers, f.name) for f in cls.fields}
        taken = {header_key(name) for names in given.values() for name in names}
        labels: dict[str, list[str]] = {f.name: [] for f in cls.fields}
        for code, _name in settings.LANGUAGES:
            with override(code):
                for f in cls.fields:
                    if (key := header_key(f.label)) not in taken:
                        taken.add(key)
                        labels[f.name].append(str(f.label))
        return {name: (*names, *labels[name]) for name, names in given.items()}

    @classmethod
    def needed_columns(cls) -> list[str]:
        return [f.name for f in cls.fields if (f.required if f.needs_column is None else f.needs_column)]

    @classmethod
    def parse(
        cls, number: int, cells: Mapping[str, Any], raw: Mapping[str, Any]
    ) -> tuple[Row, list[Problem]]:
        """The row with its cells parsed, and what could not be."""
        values: dict[str, Any] = {}
        problems: list[Problem] = []
        for f in cls.fields:
            cell = cells.get(f.name)
            try:
                if parsing.is_nothing(cell):
                    if f.required:
                        problems.append(
                            Problem(f.name, _("“%(field)s” is empty.") % {"field": f.label}, str(f.help))
                        )
                    continue
                values[f.name] = f.parser(cell)
            except NotUnderstood as error:
                problems.append(Problem(f.name, f"{f.label}: {error.reason}", error.hint))
        return Row(number, values, raw), problems


_registry: dict[str, type[Importer]] = {}


def register(importer: type[Importer]) -> type[Importer]:
    """Make an importer known; use as a decorator in an app's `importers` module."""
    _registry[importer.kind] = importer
    return importer


@cache
def _discover() -> None:
    autodiscover_modules("importers")


def importers() -> dict[str, type[Importer]]:
    """Every importer by its kind, from the `importers` module or package of each app."""
    _discover()
    return dict(_registry)


class UnknownKind(LookupError):
    """No importer of this kind."""


def importer_of(kind: str) -> type[Importer]:
    """Raises UnknownKind with the kinds that there are."""
    known = importers()
    if kind not in known:
        raise UnknownKind(
            _("There is no importer “%(kind)s”. There are: %(known)s.")
            % {"kind": kind, "known": ", ".join(sorted(known))}
        )
    return known[kind]


__all__ = [
    "Existing",
    "Field",
    "Importer",
    "NotUnderstood",
    "Problem",
    "Row",
    "RowRefused",
    "Understood",
    "UnknownKind",
    "importer_of",
    "importers",
    "register",
]
