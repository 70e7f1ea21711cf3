"""Recording need estimates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from maarag.kernel.audit.actions import Change, changed_fields, record, record_many

from .models import NeedEstimate

if TYPE_CHECKING:
    from maarag.kernel.access.models import Account
    from maarag.kernel.places.models import Place
    from maarag.kernel.sources.models import Source
    from maarag.kernel.taxonomy.models import Term, Topic

KEY = ("place", "topic", "situation", "population", "unit", "as_of")
RELATIONS = ("place", "topic", "situation", "population", "source")
"""The database holds these; checking each row's would be five queries a row."""
VALUES = ("number", "lowest", "highest", "certainty", "source_row", "note", "is_public")


class ChangedMeanwhile(ValueError):
    """Somebody else changed or removed the estimate since it was read."""


@dataclass(frozen=True)
class EstimateDraft:
    """One estimate as a source gives it; the fields are those of NeedEstimate."""

    place: Place
    topic: Topic
    situation: Term
    unit: str
    number: int
    certainty: str
    as_of: date
    population: Term | None = None
    lowest: int | None = None
    highest: int | None = None
    source_row: str = ""
    note: str = ""
    is_public: bool = True


@dataclass(frozen=True)
class Saved:
    """What saving did, in rows."""

    new: int
    changed: int
    unchanged: int


@transaction.atomic
def save_estimates(*, by: Account, source: Source, drafts: Iterable[EstimateDraft]) -> Saved:
    """Store the estimates of one source; one that it already has is changed, or left where it is the same.

    Raises ValidationError for a draft that makes no sense, and ValueError for two drafts of one estimate;
    then nothing is stored.
    """
    drafts = list(drafts)
    known = {
        _key(estimate): estimate
        for estimate in NeedEstimate.objects.select_for_update().filter(
            source=source, place__in={draft.place.pk for draft in drafts}
        )
    }
    new: list[NeedEstimate] = []
    changed: list[tuple[NeedEstimate, dict[str, list[Any]]]] = []
    seen: set[tuple[Any, ...]] = set()
    for draft in drafts:
        candidate = NeedEstimate(source=source, **{name: getattr(draft, name) for name in (*KEY, *VALUES)})
        key = _key(candidate)
        if key in seen:
            raise ValueError(f"two estimates for the same need: {draft.place}, {draft.topic}, {draft.as_of}")
        seen.add(key)
        estimate = known.get(key)
        if estimate is None:
            candidate.clean_fields(exclude=RELATIONS)
            new.append(candidate)
            continue
        after = {name: getattr(candidate, name) for name in VALUES}
        changes = changed_fields({name: getattr(estimate, name) for name in VALUES}, after)
        if changes:
            for name, value in after.items():
                setattr(estimate, name, value)
            estimate.clean_fields(exclude=RELATIONS)
            changed.append((estimate, changes))
    NeedEstimate.objects.bulk_create(new, batch_size=2000)
    NeedEstimate.objects.bulk_update([estimate for estimate, _c in changed], VALUES, batch_size=2000)
    record_many(
        by=by,
        action="needs.save_estimate",
        changes=[
            *(Change(estimate, {"number": [None, estimate.number]}, estimate.place_id) for estimate in new),
            *(Change(estimate, changes, estimate.place_id) for estimate, changes in changed),
        ],
    )
    return Saved(new=len(new), changed=len(changed), unchanged=len(drafts) - len(new) - len(changed))


@transaction.atomic
def save_estimate(*, by: Account, source: Source, draft: EstimateDraft) -> NeedEstimate:
    """Store one estimate."""
    save_estimates(by=by, source=source, drafts=[draft])
    return NeedEstimate.objects.get(source=source, **{name: getattr(draft, name) for name in KEY})


@transaction.atomic
def change_estimate(
    *, by: Account, estimate: NeedEstimate, seen: datetime | None = None, **fields: Any
) -> NeedEstimate:
    """Correct an estimate; `fields` are values of the model, not its place, topic or source.

    `seen` is `recorded_at` as it was read; raises ChangedMeanwhile where it is another by now.
    """
    estimate = _still_there(estimate, seen)
    changes = changed_fields({name: getattr(estimate, name) for name in fields}, fields)
    if not changes:
        return estimate
    for name, value in fields.items():
        setattr(estimate, name, value)
    estimate.full_clean()
    estimate.save()
    record(by=by, action="needs.change_estimate", subject=estimate, place=estimate.place, changes=changes)
    return estimate


@transaction.atomic
def remove_estimate(
    *, by: Account, estimate: NeedEstimate, reason: str, seen: datetime | None = None
) -> None:
    """Remove an estimate that should not have been; the audit keeps what it said; raises ChangedMeanwhile."""
    estimate = _still_there(estimate, seen)
    kept = {name: [getattr(estimate, name), None] for name in VALUES}
    record(
        by=by,
        action="needs.remove_estimate",
        subject=estimate,
        place=estimate.place,
        changes={"reason": [None, reason], **kept},
    )
    estimate.delete()


def _still_there(estimate: NeedEstimate, seen: datetime | None) -> NeedEstimate:
    found = NeedEstimate.objects.select_for_update().filter(pk=estimate.pk).first()
    if found is None or (seen is not None and found.recorded_at != seen):
        raise ChangedMeanwhile(estimate.pk)
    return found


def _key(estimate: NeedEstimate) -> tuple[Any, ...]:
    return (
        estimate.place_id,
        estimate.topic_id,
        estimate.situation_id,
        estimate.population_id,
        estimate.unit,
        estimate.as_of,
    )
