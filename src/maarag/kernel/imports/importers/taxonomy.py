"""Open Eligibility: responses, situations and kinds of setting, version after version, renames followed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from maarag.kernel.imports import parsing
from maarag.kernel.imports.importer import (
    Existing,
    Field,
    Importer,
    NotUnderstood,
    Problem,
    Row,
    RowRefused,
    Understood,
    register,
)
from maarag.kernel.imports.reading import OVERFLOW, FileRefused
from maarag.kernel.imports.reading.outline import read_outline
from maarag.kernel.taxonomy.actions import TermRow, save_version
from maarag.kernel.taxonomy.models import FormerCode, Term, Vocabulary

ROOTS = {
    "human_services": Vocabulary.RESPONSE,
    "human_situations": Vocabulary.SITUATION,
    "human_places": Vocabulary.SETTING,
}
LEVELS = 6
_CODE = re.compile(r"^[a-z0-9_]+(?::[a-z0-9_]+)*$")


def read_renames(text: str) -> dict[str, str]:
    """Old code → new code, from lines `old->new`; lines that begin with # say nothing. Raises FileRefused."""
    found: dict[str, str] = {}
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip().lstrip("\ufeff")
        if not line or line.startswith("#"):
            continue
        old, arrow, new = (part.strip() for part in line.partition("->"))
        if not arrow or not _CODE.match(old) or not _CODE.match(new):
            raise FileRefused(_("Line %(line)s of the renames is not “old->new”.") % {"line": number})
        found[old] = new
    return found


def rows_of_outline(lines: Iterator[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of the taxonomy's YAML, as of a table: slug, name_en, name_he, name_ar, pk."""
    number = 0

    def walk(items: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, dict[str, Any]]]:
        nonlocal number
        for item in items:
            name = item.get("name")
            words = name.get("tx") or {} if isinstance(name, dict) else {}
            number += 1
            english = name.get("source", "") if isinstance(name, dict) else name
            yield (
                number,
                {
                    "slug": item.get("slug", ""),
                    "name_en": english,
                    "name_he": words.get("he", ""),
                    "name_ar": words.get("ar", ""),
                    "pk": item.get("pk", ""),
                },
            )
            if isinstance(item.get("items"), list):
                yield from walk(item["items"])

    yield from walk(read_outline(lines))


def _code(cell: Any) -> str:
    found = parsing.text(cell)
    if not _CODE.match(found):
        raise NotUnderstood(
            _("“%(cell)s” is not a code of the taxonomy.") % {"cell": cell},
            _("A code is a path such as human_services:food:food_delivery."),
        )
    return found


@dataclass(frozen=True)
class _Target:
    row: TermRow
    former: str


@register
class Taxonomy(Importer):
    """A whole version, or one vocabulary of it; terms of other vocabularies stay as they are."""

    kind = "taxonomy"
    title = _l("Taxonomy")
    description = _l(
        "Open Eligibility as published, YAML or CSV. A term is known again by its key or its former code."
    )
    is_national = True
    is_whole = True
    takes_overflow = True
    outline_rows = staticmethod(rows_of_outline)
    fields = (
        Field("slug", _l("Code"), ("slug", "code", "קוד", "الرمز"), _code, required=True),
        Field("name_he", _l("Name in Hebrew"), ("שם בעברית", "שם")),
        Field("name_en", _l("Name in English"), ("שם באנגלית", "name")),
        Field("name_ar", _l("Name in Arabic"), ("שם בערבית", "الاسم")),
        Field("pk", _l("Stable key"), ("מפתח קבוע", "key", "pk")),
        Field("former_code", _l("Former code"), ("קוד קודם", "renamed_from"), _code),
        *(
            Field(f"level{level}_{language}", f"level {level} {language}", (f"level{level}:name_{language}",))
            for level in range(LEVELS)
            for language in ("en", "he")
        ),
    )
    example = (
        {"slug": "human_services", "name_he": "מענים חברתיים", "name_en": "Human Services"},
        {
            "slug": "human_services:food",
            "name_he": "מזון",
            "name_en": "Food",
            "former_code": "human_services:foods",
        },
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._seen: set[str] = set()
        self._renames = read_renames(self.options.get("renames", ""))
        self._former_of = {new: old for old, new in self._renames.items()}
        terms = list(Term.objects.all())
        self._by_key = {term.key: term.code for term in terms if term.key}
        self._names = {term.code: term for term in terms}
        self._former = dict(FormerCode.objects.values_list("code", "term__code"))

    def understand(self, row: Row) -> Understood:
        code: str = row.get("slug")
        root = code.partition(":")[0]
        if root not in ROOTS:
            raise RowRefused(
                Problem("slug", _("“%(root)s” is no vocabulary.") % {"root": root}, ", ".join(ROOTS))
            )
        parent = code.rpartition(":")[0]
        if parent and parent not in self._seen:
            reason = _("The parent %(parent)s does not come before it.") % {"parent": parent}
            raise RowRefused(Problem("slug", reason))
        self._seen.add(code)
        english, hebrew = self._names_in(row)
        if not (hebrew or english):
            raise RowRefused(Problem("name_he", _("The term has no name.")))
        former = self._known_as(row, code)
        stored = self._names.get(former or code)
        hebrew = hebrew or (stored.name_he if stored else "") or english
        arabic, key = row.get("name_ar", ""), row.get("pk", "")
        target = _Target(TermRow(ROOTS[root], code, hebrew, english, arabic, key), former)
        shown = {"code": code, "name_he": hebrew, "name_en": english}
        if arabic:
            shown["name_ar"] = arabic
        if key:
            shown["key"] = key
        return Understood(former or code, shown, target)

    def _known_as(self, row: Row, code: str) -> str:
        """The code under which the term is stored now, where that is another."""
        by_key = self._by_key.get(row.get("pk", ""), "")
        for former in (by_key, row.get("former_code", ""), self._former_of.get(code, "")):
            if former and former != code and former in self._names:
                return str(former)
        return ""

    def _names_in(self, row: Row) -> tuple[str, str]:
        """(English, Hebrew): the deepest pair; the published CSV has deeper levels than names for its
        columns.
        """
        if row.get("name_he") or row.get("name_en"):
            return row.get("name_en", ""), row.get("name_he", "")
        depth = row.get("slug").count(":")
        extra = str(row.cells.get(OVERFLOW) or "").split("|")
        named = [(row.get(f"level{at}_en", ""), row.get(f"level{at}_he", "")) for at in range(LEVELS)]
        pairs = [pair for pair in named if any(pair)]
        pairs += [(extra[at], extra[at + 1]) for at in range(0, len(extra) - 1, 2)]
        return pairs[depth] if depth < len(pairs) else ("", "")

    def existing(self, keys: Sequence[str]) -> Mapping[str, Existing]:
        return {
            term.code: Existing(
                {
                    "code": term.code,
                    "name_he": term.name_he,
                    "name_en": term.name_en,
                    "name_ar": term.name_ar,
                    "key": term.key,
                }
            )
            for term in Term.objects.filter(code__in=keys, is_current=True)
        }

    def apply(self, rows: Sequence[Understood]) -> None:
        targets: list[_Target] = [row.target for row in rows]
        taken = {target.row.vocabulary for target in targets}
        others = Term.objects.filter(is_current=True).exclude(vocabulary__in=taken).order_by("code")
        kept = [
            TermRow(Vocabulary(t.vocabulary), t.code, t.name_he, t.name_en, t.name_ar, t.key) for t in others
        ]
        renames = {**self._renames, **{t.former: t.row.code for t in targets if t.former}}
        version = self.options.get("version") or f"{self.date_of_file():%Y-%m-%d}"
        save_version(
            by=self.by, version=version[:20], rows=[*kept, *(t.row for t in targets)], renames=renames
        )
