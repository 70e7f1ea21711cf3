"""Reading terms and topics."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q, QuerySet

from .models import FormerCode, Term, Topic, Vocabulary


def term_by_code(code: str) -> Term | None:
    """The term with this code, or that had it before a rename."""
    code = code.strip()
    if term := Term.objects.filter(code=code).first():
        return term
    former = FormerCode.objects.filter(code=code).select_related("term").first()
    return former.term if former else None


def with_children(terms: Iterable[Term]) -> QuerySet[Term]:
    """The terms and everything below them."""
    condition = Q(pk__in=[])
    for term in terms:
        condition |= Q(code=term.code) | Q(code__startswith=f"{term.code}:")
    return Term.objects.filter(condition)


def current_terms(vocabulary: Vocabulary) -> QuerySet[Term]:
    return Term.objects.filter(vocabulary=vocabulary, is_current=True)


def topics_of_terms() -> dict[int, frozenset[int]]:
    """For each response or situation term: the ids of the topics it belongs to.

    A term belongs to the topics that name it or, failing that, its nearest ancestor that one names.
    """
    named: dict[str, set[int]] = defaultdict(set)
    for through in (Topic.responses.through, Topic.situations.through):
        for topic_id, code in through.objects.values_list("topic_id", "term__code"):
            named[code].add(topic_id)
    found: dict[int, frozenset[int]] = {}
    for pk, code in Term.objects.values_list("pk", "code"):
        path = code
        while path not in named and ":" in path:
            path = path.rpartition(":")[0]
        found[pk] = frozenset(named.get(path, ()))
    return found
