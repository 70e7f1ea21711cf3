"""What a list of estimates is asked for, and the estimates it holds: for the page and the API alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, F, IntegerField, QuerySet, When
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.kernel.access.scope import Viewer
from maarag.kernel.places.models import Place
from maarag.kernel.places.queries import UnknownPlace, resolve
from maarag.kernel.sources.models import Source
from maarag.kernel.taxonomy.models import Topic
from maarag.ui.choices import asked_text
from maarag.values import Shown, Suppressed

from .models import Certainty, NeedEstimate
from .queries import newest, visible_to, within
from .suppression import hidden_estimates

OLD_AFTER = timedelta(days=2 * 365)
"""An estimate older than this is called old, as in the picture."""
ORDERS = {
    "place": "place__name_he",
    "topic": "topic__position",
    "situation": "situation__name_he",
    "number": "shown_number",
    "certainty": "certainty",
    "as_of": "as_of",
    "source": "source__name_he",
}
AGES = ("newest", "old", "all")


@dataclass
class Asked:
    """Filters of the list; what makes no sense is left out and said in `faults`."""

    place: Place | None = None
    topic: Topic | None = None
    source: Source | None = None
    certainty: str = ""
    age: str = "newest"
    sort: str = "place"
    faults: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Asked:
        asked = cls()
        if code := asked_text(given, "place"):
            try:
                asked.place = resolve(code)
            except UnknownPlace:
                asked.faults.append(_("No place has the code %(code)s.") % {"code": code[:40]})
        if code := asked_text(given, "topic"):
            asked.topic = Topic.objects.filter(code=code).first()
            if asked.topic is None:
                asked.faults.append(_("No topic has the code %(code)s.") % {"code": code[:60]})
        if code := asked_text(given, "source"):
            asked.source = Source.objects.filter(code=code).first()
            if asked.source is None:
                asked.faults.append(_("No source has the code %(code)s.") % {"code": code[:80]})
        for name, known in (("certainty", Certainty.values), ("age", AGES)):
            value = str(given.get(name) or "")
            if value in known:
                setattr(asked, name, value)
            elif value:
                asked.faults.append(
                    _("“%(value)s” is not one of: %(known)s.")
                    % {"value": value[:40], "known": ", ".join(known)}
                )
        sort = str(given.get("sort") or "place")
        asked.sort = sort if sort.lstrip("-") in ORDERS else "place"
        return asked


@dataclass(frozen=True)
class Told:
    """The counts of one estimate as a viewer may see them."""

    number: Shown
    lowest: Shown
    highest: Shown
    note: str

    @property
    def is_hidden(self) -> bool:
        return isinstance(self.number, Suppressed)


def told(estimate: NeedEstimate, hidden: Mapping[int, Suppressed]) -> Told:
    """The estimate's counts, hidden where `hidden` has it; the note goes with them, for it may tell them."""
    mark = hidden.get(estimate.pk)
    if mark is None:
        return Told(estimate.number, estimate.lowest, estimate.highest, estimate.note)
    return Told(mark, None, None, "")


def estimates(viewer: Viewer, asked: Asked) -> tuple[QuerySet[NeedEstimate], dict[int, Suppressed]]:
    """The estimates asked for, in order, and which of their counts are hidden.

    Hidden counts stand last when sorted by number, so that their order tells nothing.
    """
    today = timezone.localdate()
    hidden = hidden_estimates(viewer)
    found = visible_to(viewer)
    if asked.age != "all":
        found = NeedEstimate.objects.filter(pk__in=newest(found, today).values("pk"))
    if asked.age == "old":
        found = found.filter(as_of__lt=old_before(today))
    if asked.place:
        found = within(found, asked.place)
    if asked.topic:
        found = found.filter(topic=asked.topic)
    if asked.source:
        found = found.filter(source=asked.source)
    if asked.certainty:
        found = found.filter(certainty=asked.certainty)
    if asked.sort.lstrip("-") == "number":
        found = found.annotate(
            shown_number=Case(
                When(pk__in=list(hidden), then=None), default=F("number"), output_field=IntegerField()
            )
        )
    key = F(ORDERS[asked.sort.lstrip("-")])
    order = key.desc(nulls_last=True) if asked.sort.startswith("-") else key.asc(nulls_last=True)
    related = ("place", "topic", "situation", "population", "source")
    ordered = found.select_related(*related).defer("place__outline")
    return ordered.order_by(order, "place__name_he", "topic__position", "-as_of", "pk"), hidden


def old_before(today: date) -> date:
    """Estimates of days before this one are old."""
    return today - OLD_AFTER
