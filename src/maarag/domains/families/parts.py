"""The parts of a family's file: each room that works with families adds its own, and the file shows them.

A part is a page of its own below the same heading (`families/part.html`, `page_of`); the first page of the
file shows what each has to say in short. Rooms above the families register theirs when their app is ready.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer
from maarag.ui.tables import Status

from .actions import MergedAway
from .models import Family, FamilyStatus
from .scope import may
from .words import status_of


@dataclass(frozen=True)
class Summary:
    """What a part says on the file's first page: lines of (what, value), and its state."""

    lines: Sequence[tuple[Any, Any]]
    status: Status | None = None


@dataclass(frozen=True)
class Part:
    """`url`: the name of an address that takes the family's key; `summary`: None for who may not see it."""

    code: str
    label: Promise
    order: int
    url: str
    summary: Callable[[Viewer, Family], Summary | None]


_parts: dict[str, Part] = {}


def register(part: Part) -> None:
    """Add a part to every file; the same code again takes the place of the first."""
    _parts[part.code] = part


def parts() -> list[Part]:
    """All parts, in their order."""
    return sorted(_parts.values(), key=lambda part: (part.order, part.code))


def tabs(family: Family, current: str) -> list[dict[str, Any]]:
    """The ways between the parts of one file; `current` is a part's code, "" for the first page."""
    first = {
        "label": _("The family"),
        "url": reverse("families:detail", args=[family.pk]),
        "current": not current,
    }
    return [
        first,
        *(
            {"label": part.label, "url": reverse(part.url, args=[family.pk]), "current": part.code == current}
            for part in parts()
        ),
    ]


def summaries(viewer: Viewer, family: Family) -> list[dict[str, Any]]:
    """What each part says in short, for the file's first page."""
    found = ((part, part.summary(viewer, family)) for part in parts())
    return [
        {
            "label": part.label,
            "url": reverse(part.url, args=[family.pk]),
            "lines": summary.lines,
            "status": summary.status,
        }
        for part, summary in found
        if summary is not None
    ]


def page_of(request: HttpRequest, family: Family, part: str, *, crumb: Any = "") -> dict[str, Any]:
    """The context that `families/part.html` needs; `crumb` names a page below the part."""
    if family.merged_into_id is not None:
        raise MergedAway(family.pk, family.merged_into_id)
    here = _parts[part]
    crumbs = [
        (_("Families"), reverse("families:index")),
        (family.name, reverse("families:detail", args=[family.pk])),
        (here.label, reverse(here.url, args=[family.pk]) if crumb else ""),
    ]
    return {
        "family": family,
        "part": here,
        "tabs": tabs(family, part),
        "status": status_of(family),
        "open": family.status == FamilyStatus.OPEN,
        "may_edit": may(request.user, Permission.EDIT_FAMILIES, family),
        "crumbs": [*crumbs, *([(crumb, "")] if crumb else [])],
    }
