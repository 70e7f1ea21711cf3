"""What of the record is for whoever may see small counts alone: each entry about families is one of something
that is counted, so that a list of them is the count.

Such an entry is one about a personal row, or one in an authority's chain whose kind or action somebody named
here, where the model cannot say it. It is read by whoever holds `view_audit` and `view_exact_counts` for the
authority. The database sees to the personal ones too (`scope.auditor_scope`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db.models import Q

_KINDS: set[str] = set()
_ACTIONS: set[str] = set()


def about_families(kinds: Iterable[str] = (), actions: Iterable[str] = ()) -> None:
    """Say that records of these kinds, or these actions on whatever record, are one for each of a family's
    things.
    """
    _KINDS.update(kinds)
    _ACTIONS.update(actions)


def authorities_in_full(viewer: Any) -> frozenset[int]:
    """The authorities of which the viewer reads the record with what is about families."""
    audited, exact = (_authorities(viewer, name) for name in ("view_audit", "view_exact_counts"))
    return audited & exact


def is_kept_from(viewer: Any) -> bool:
    """Whether there is an authority whose record the viewer reads without what is about families."""
    return not _authorities(viewer, "view_audit") <= authorities_in_full(viewer)


def readable_events(viewer: Any) -> Q:
    """The condition on events that tells what is about families only where the viewer reads it in full."""
    named = Q(subject_type__in=_KINDS) | Q(action__in=_ACTIONS)
    return _outside(named) | Q(authority__in=authorities_in_full(viewer))


def readable_changes(viewer: Any) -> Q:
    """The same condition on changes of rows."""
    tables = [apps.get_model(kind)._meta.db_table for kind in _KINDS]
    return _outside(Q(of_table__in=tables)) | Q(authority__in=authorities_in_full(viewer))


def _outside(named: Q) -> Q:
    return Q(personal=False) & (Q(authority=None) | ~named)


def _authorities(viewer: Any, permission: str) -> frozenset[int]:
    places = viewer.places_with(permission).filter(kind="authority")
    return frozenset(places.values_list("pk", flat=True))
