"""Situations and strengths of a family: said by somebody on a day, ended when they no longer hold."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.domains.families.models import Family
from maarag.kernel.access.models import Account
from maarag.kernel.taxonomy.models import Term, Vocabulary

from ..models import Circumstance, CircumstanceKind
from .writing import AlreadyDone, check, file_for_change, in_future, put, row_for_change, told

FIELDS = ("term", "words", "said_by", "said_by_whom", "said_on")


@transaction.atomic
def add_circumstance(
    *,
    by: Account,
    family: Family,
    kind: str,
    said_by: str,
    said_on: date | None = None,
    term: Term | None = None,
    words: str = "",
    said_by_whom: str = "",
) -> Circumstance:
    """Write down a situation (a term of the taxonomy) or a strength (in words). Raises Http404,
    AlreadyClosed, ValidationError.
    """
    found = file_for_change(by, family)
    row = Circumstance(authority=found.authority, family=found, written_by=by, kind=kind)
    values = {
        "term": term,
        "words": words,
        "said_by": said_by,
        "said_by_whom": said_by_whom,
        "said_on": said_on or timezone.localdate(),
    }
    put(row, values)
    _check(row)
    row.save(force_insert=True)
    told(by, "casework.add_circumstance", row, kind=row.kind, said_by=row.said_by)
    return row


@transaction.atomic
def change_circumstance(
    *, by: Account, circumstance: Circumstance, seen: str = "", **values: Any
) -> Circumstance:
    """Correct what was written; raises Http404, AlreadyClosed, AlreadyDone where it has ended,
    ChangedMeanwhile, ValidationError.
    """
    found = row_for_change(by, circumstance, seen=seen)
    if found.ended_on:
        raise AlreadyDone(found.pk)
    changed = put(found, {name: value for name, value in values.items() if name in FIELDS})
    if not changed:
        return found
    _check(found)
    found.save()
    told(by, "casework.change_circumstance", found, fields=changed)
    return found


@transaction.atomic
def end_circumstance(
    *, by: Account, circumstance: Circumstance, why: str, ended_on: date | None = None, seen: str = ""
) -> Circumstance:
    """Say that it no longer holds, since when and what changed. Raises as change_circumstance."""
    found = row_for_change(by, circumstance, seen=seen)
    if found.ended_on:
        raise AlreadyDone(found.pk)
    found.ended_on, found.ended_by, found.ended_why = ended_on or timezone.localdate(), by, why.strip()
    check(
        found,
        in_future("ended_on", found.ended_on),
        ("ended_on", found.ended_on < found.said_on, _("It ends before it begins.")),
        ("why", not found.ended_why, _("Say what changed.")),
    )
    found.save()
    told(by, "casework.end_circumstance", found, ended_on=found.ended_on)
    return found


def _check(row: Circumstance) -> None:
    is_situation = row.kind == CircumstanceKind.SITUATION
    fits = row.term is not None and row.term.vocabulary == Vocabulary.SITUATION
    check(
        row,
        in_future("said_on", row.said_on),
        ("term", is_situation and not fits, _("Choose a situation of the taxonomy.")),
        ("term", not is_situation and row.term is not None, _("A strength is told in words.")),
        ("words", not is_situation and not row.words, _("Say it in words.")),
    )
