"""What every part of the demonstration is loaded with: who writes, what people changed, how far it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TypeVar

from django.db import models

from maarag.kernel.access.models import Account
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.places.models import Place
from maarag.kernel.sources.models import Source
from maarag.kernel.taxonomy.models import Term, Topic

Progress = Callable[[str, int, int], None]
"""Called with the step's code, how many of its rows are done, and how many there are."""

T = TypeVar("T")


@dataclass
class Loading:
    """One run of the loader.

    A row that somebody other than the loader has written, as the audit tells, is theirs: it is left as it is.
    """

    by: Account
    today: date
    progress: Progress
    counts: Counter[str] = field(default_factory=Counter)

    @cached_property
    def _theirs(self) -> frozenset[tuple[str, str]]:
        events = AuditEvent.objects.exclude(actor=self.by).exclude(actor__is_system=True)
        return frozenset(events.values_list("subject_type", "subject_id").distinct())

    def is_theirs(self, row: models.Model) -> bool:
        return (row._meta.label_lower, str(row.pk)) in self._theirs

    def has_theirs(self, model: type[models.Model]) -> bool:
        """Whether anybody else has written any row of this kind."""
        return any(label == model._meta.label_lower for label, _pk in self._theirs)

    def codes_of_theirs(self, model: type[models.Model]) -> frozenset[str]:
        """The codes of the rows of this kind that people have written."""
        keys = [pk for label, pk in self._theirs if label == model._meta.label_lower]
        return frozenset(model._default_manager.filter(pk__in=keys).values_list("code", flat=True))

    def steps(self, step: str, items: Sequence[T]) -> Iterator[T]:
        """Go through items, telling the progress every so often."""
        self.progress(step, 0, len(items))
        for done, item in enumerate(items, start=1):
            yield item
            if done % 25 == 0 or done == len(items):
                self.progress(step, done, len(items))

    @cached_property
    def sources(self) -> dict[str, Source]:
        return {source.code: source for source in Source.objects.all()}

    @cached_property
    def terms(self) -> dict[str, Term]:
        return {term.code: term for term in Term.objects.all()}

    @cached_property
    def topics(self) -> dict[str, Topic]:
        return {topic.code: topic for topic in Topic.objects.all()}

    @cached_property
    def places(self) -> dict[str, Place]:
        return {place.code: place for place in Place.objects.all()}

    def forget(self) -> None:
        """Read sources, terms, topics and places again when next asked for."""
        for name in ("sources", "terms", "topics", "places"):
            self.__dict__.pop(name, None)
