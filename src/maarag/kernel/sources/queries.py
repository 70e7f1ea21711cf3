"""Reading sources."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from .models import Source


@dataclass(frozen=True)
class Standing:
    """How many records of one kind stand on a source."""

    kind: Any
    count: int


def standing_on() -> dict[int, list[Standing]]:
    """For each source: the records of every kind that name it, those of most first.

    The kinds are found from the models themselves, so that this app needs to know none of them.
    """
    found: dict[int, list[Standing]] = defaultdict(list)
    for relation in Source._meta.related_objects:
        model, name = relation.related_model, relation.field.name
        rows = model._default_manager.filter(**{f"{name}__isnull": False}).order_by()
        for source, count in rows.values(name).annotate(count=Count("pk")).values_list(name, "count"):
            found[source].append(Standing(model._meta.verbose_name_plural, count))
    return {source: sorted(kinds, key=lambda kind: -kind.count) for source, kinds in found.items()}
