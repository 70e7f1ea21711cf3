"""Rounds of rating: begun, rated, agreed on, closed. They work on the tables of any room.

Each runs in the scope of its caller, who asked whether `by` may rate the subject.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.kernel.access.models import Account
from maarag.kernel.audit.actions import record

from ..models import Dimension, Level, Rubric
from ..rows import MarkRow, RoundRow

Row = TypeVar("Row", bound=RoundRow)


class RoundClosed(ValueError):
    """The round is closed; what was rated in it stays as it is."""


@dataclass(frozen=True)
class MarkDraft:
    """A mark as it should be: the code of a dimension, a level from 1 or None for "cannot be told yet"."""

    dimension: str
    level: int | None
    evidence: str = ""


@transaction.atomic
def begin_round(*, by: Account, round: Row) -> Row:
    """Save a new round, made with its rubric and what is rated; raises ValidationError.

    From now on its version of the rubric never changes.
    """
    rubric = Rubric.objects.select_for_update().get(pk=round.rubric_id)
    if not rubric.is_current:
        raise ValidationError({"rubric": _("This version of the rubric is not in use any more.")})
    if round.day > timezone.localdate():
        raise ValidationError({"day": _("The day lies in the future.")})
    if not rubric.is_used:
        rubric.is_used = True
        rubric.save(update_fields=["is_used"])
    round.begun_by = by
    round.full_clean(validate_unique=False)
    round.save(force_insert=True)
    changes = {"rubric": rubric.code, "version": rubric.version}
    record(by=by, action="rubrics.begin", subject=round, changes=changes)
    return round


@transaction.atomic
def rate(*, by: Account, round: Row, marks: Sequence[MarkDraft], day: date | None = None) -> int:
    """Put down what `by` says of some dimensions or of all, in place of what they said before.

    The number of marks that are new or different; raises Http404, RoundClosed, ValidationError.
    """
    return _write(by, round, marks, day, is_joint=False)


@transaction.atomic
def agree(*, by: Account, round: Row, marks: Sequence[MarkDraft], day: date | None = None) -> int:
    """Put down the levels that the raters agreed on; raises Http404, RoundClosed, ValidationError.

    Asked for only after somebody rated: what is agreed on does not take the place of what each one saw.
    """
    if not round.marks.filter(is_joint=False).exists():
        raise ValidationError(_("Nobody has rated yet; first each rater for themselves."))
    return _write(by, round, marks, day, is_joint=True)


@transaction.atomic
def close_round(*, by: Account, round: Row) -> Row:
    """End a round; raises Http404, RoundClosed, ValidationError where nothing was rated."""
    round = _open(round)
    if not round.marks.exists():
        raise ValidationError(_("Nothing was rated in this round yet."))
    round.closed_by, round.closed_at = by, timezone.now()
    round.save(update_fields=["closed_by", "closed_at"])
    raters = round.marks.filter(is_joint=False).values("rater").distinct().count()
    record(by=by, action="rubrics.close", subject=round, changes={"raters": raters})
    return round


def _open(round: Row) -> Row:
    found = type(round)._default_manager.select_for_update(of=("self",)).filter(pk=round.pk).first()
    if found is None:
        raise Http404
    if not found.is_open:
        raise RoundClosed(round.pk)
    return found


def _write(by: Account, round: Row, marks: Sequence[MarkDraft], day: date | None, *, is_joint: bool) -> int:
    round, day = _open(round), day or timezone.localdate()
    if day > timezone.localdate():
        raise ValidationError({"day": _("The day lies in the future.")})
    dimensions = {one.code: one for one in Dimension.objects.filter(rubric=round.rubric_id)}
    levels = {
        (one.dimension_id, one.value): one for one in Level.objects.filter(dimension__in=dimensions.values())
    }
    whose = {"is_joint": True} if is_joint else {"is_joint": False, "rater": by}
    known = {mark.dimension_id: mark for mark in round.marks.filter(**whose)}
    written = 0
    for draft in marks:
        dimension = dimensions.get(draft.dimension)
        if dimension is None:
            raise ValidationError(_("The rubric has no dimension %(code)s.") % {"code": draft.dimension})
        level = levels.get((dimension.pk, draft.level)) if draft.level is not None else None
        if level is None and draft.level is not None:
            raise ValidationError(
                _("%(dimension)s has no level %(level)s.")
                % {"dimension": dimension.name_he, "level": draft.level}
            )
        mark = known.get(dimension.pk)
        if mark is None:
            mark = known[dimension.pk] = _new_mark(round, dimension)
        elif (mark.level_id, mark.evidence) == (level and level.pk, draft.evidence):
            continue
        mark.level, mark.evidence, mark.day = level, draft.evidence, day
        mark.rater, mark.is_joint = by, is_joint
        mark.full_clean(validate_unique=False, validate_constraints=False)
        mark.save()
        written += 1
    if written:
        action = "rubrics.agree" if is_joint else "rubrics.rate"
        record(by=by, action=action, subject=round, changes={"marks": written})
    return written


def _new_mark(round: RoundRow, dimension: Dimension) -> MarkRow:
    model: Any = round.marks.model
    carried = {name: getattr(round, name) for name in model.carried_from_round}
    mark: MarkRow = model(round=round, dimension=dimension, **carried)
    return mark
