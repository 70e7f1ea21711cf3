"""Writing terms and topics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from maarag.kernel.audit.actions import changed_fields, record

from .models import FormerCode, Term, Topic, Vocabulary

if TYPE_CHECKING:
    from maarag.kernel.access.models import Account


@dataclass(frozen=True)
class TermRow:
    """One term as a version of the taxonomy has it; parents come before their children."""

    vocabulary: Vocabulary
    code: str
    name_he: str
    name_en: str = ""
    name_ar: str = ""
    key: str = ""


@dataclass(frozen=True)
class VersionChanges:
    """What taking in a version did."""

    added: int
    changed: int
    renamed: int
    retired: int


@transaction.atomic
def save_version(
    *, by: Account, version: str, rows: Sequence[TermRow], renames: Mapping[str, str] | None = None
) -> VersionChanges:
    """Take in a whole version of the taxonomy.

    A term is known again by its stable key, by its code, or by `renames` (old code → new code); its old code
    stays as a FormerCode. Terms that the version no longer has are retired, never deleted.
    """
    by_code = {term.code: term for term in Term.objects.select_for_update()}
    by_key = {term.key: term for term in by_code.values() if term.key}
    old_of_new = {new: old for old, new in (renames or {}).items()}
    added = changed = renamed = 0
    seen: set[int] = set()
    current: dict[str, Term] = {}
    for row in rows:
        term = (by_key.get(row.key) if row.key else None) or by_code.get(row.code)
        term = term or by_code.get(old_of_new.get(row.code, ""))
        is_new = term is None
        term = term or Term(code=row.code)
        old_code = term.code
        parent = current.get(row.code.rpartition(":")[0])
        after = {
            "vocabulary": row.vocabulary,
            "code": row.code,
            "key": row.key or term.key,
            "parent_id": parent.pk if parent else None,
            "name_he": row.name_he,
            "name_en": row.name_en,
            "name_ar": row.name_ar or term.name_ar,
            "is_current": True,
        }
        differences = changed_fields({name: getattr(term, name) for name in after}, after)
        for name, value in after.items():
            setattr(term, name, value)
        if is_new or differences:
            term.version = version
            term.save()
        if not is_new and old_code != row.code:
            FormerCode.objects.filter(code=row.code).delete()
            FormerCode.objects.update_or_create(code=old_code, defaults={"term": term, "version": version})
            renamed += 1
        added += is_new
        changed += bool(differences and not is_new)
        current[row.code] = term
        seen.add(term.pk)
    retired = Term.objects.filter(is_current=True).exclude(pk__in=seen).update(is_current=False)
    result = VersionChanges(added=added, changed=changed, renamed=renamed, retired=retired)
    if added or changed or retired:
        record(
            by=by,
            action="taxonomy.save_version",
            subject=next(iter(current.values())),
            changes={"version": [None, version], **{k: [None, v] for k, v in vars(result).items()}},
        )
    return result


@transaction.atomic
def save_topic(
    *, by: Account, code: str, responses: Iterable[Term], situations: Iterable[Term], **fields: Any
) -> Topic:
    """Make or change a topic and the terms it joins."""
    topic = Topic.objects.select_for_update().filter(code=code).first() or Topic(code=code)
    is_new = topic.pk is None
    changes = changed_fields({name: getattr(topic, name) for name in fields} if not is_new else {}, fields)
    for name, value in fields.items():
        setattr(topic, name, value)
    if is_new or changes:
        topic.save()
    for name, terms in (("responses", responses), ("situations", situations)):
        relation = getattr(topic, name)
        before, after = set(relation.values_list("code", flat=True)), {term.code for term in terms}
        if before != after:
            relation.set(terms)
            changes[name] = [sorted(before), sorted(after)]
    if is_new or changes:
        record(by=by, action="taxonomy.save_topic", subject=topic, changes=changes)
    return topic
