"""Taking in rubrics: the version in use stays, is corrected while nothing was rated by it, or is followed."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction

from maarag.kernel.access.models import Account
from maarag.kernel.audit.actions import record
from maarag.values import LocalText

from ..drafts import DimensionDraft, RubricDraft
from ..models import Dimension, Level, Rubric


@dataclass(frozen=True)
class Saved:
    """The version now in force, and what became of the file: "same", "corrected" or "new"."""

    rubric: Rubric
    outcome: str


@transaction.atomic
def save_rubric(*, by: Account, draft: RubricDraft) -> Saved:
    """Take in a rubric; the caller asked whether `by` may.

    The same content again changes nothing. What something was rated by is never touched: a new version takes
    its place for the rounds to come.
    """
    with connection.cursor() as cursor:
        # two who take in one rubric at once follow one after the other
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('rubrics.rubric'), hashtext(%s))", [draft.code])
    current = Rubric.objects.select_for_update().filter(code=draft.code, is_current=True).first()
    if current is not None and current.digest == draft.digest:
        return Saved(current, "same")
    if current is not None and not current.is_used:
        current.dimensions.all().delete()
        rubric, outcome = current, "corrected"
    else:
        last = Rubric.objects.filter(code=draft.code).order_by("-version").first()
        Rubric.objects.filter(code=draft.code, is_current=True).update(is_current=False)
        rubric, outcome = Rubric(code=draft.code, version=last.version + 1 if last else 1), "new"
    for name, value in {**_texts(draft.name, draft.about), "source": draft.source}.items():
        setattr(rubric, name, value)
    rubric.higher_is_better, rubric.digest = draft.higher_is_better, draft.digest
    rubric.full_clean(validate_unique=False, validate_constraints=False)
    rubric.save()
    for position, dimension in enumerate(draft.dimensions, start=1):
        _save_dimension(rubric, position, dimension)
    changes = {"version": rubric.version, "dimensions": len(draft.dimensions), "outcome": outcome}
    record(by=by, action="rubrics.save", subject=rubric, changes=changes)
    return Saved(rubric, outcome)


@transaction.atomic
def retire_rubric(*, by: Account, rubric: Rubric) -> Rubric:
    """Let nothing more be rated by a rubric; what was rated stays. The caller asked whether `by` may."""
    rubric = Rubric.objects.select_for_update().get(pk=rubric.pk)
    if rubric.is_current:
        rubric.is_current = False
        rubric.save(update_fields=["is_current"])
        record(by=by, action="rubrics.retire", subject=rubric)
    return rubric


def _save_dimension(rubric: Rubric, position: int, draft: DimensionDraft) -> None:
    dimension = Dimension.objects.create(
        rubric=rubric, code=draft.code, position=position, **_texts(draft.name, draft.about)
    )
    Level.objects.bulk_create(
        Level(dimension=dimension, value=value, **_texts(level.name, level.about))
        for value, level in enumerate(draft.levels, start=1)
    )


def _texts(name: LocalText, about: LocalText) -> dict[str, str]:
    return {
        f"{kind}_{code}": getattr(text, code)
        for kind, text in (("name", name), ("about", about))
        for code in ("he", "ar", "en")
    }
