"""From a programme's page to what its baskets may be of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from maarag.domains.programmes import links
from maarag.domains.programmes.models import Programme
from maarag.domains.programmes.scope import may_write
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, holds_somewhere


def of_programme(programme: Programme, viewer: Viewer) -> Sequence[tuple[Any, str]]:
    """Its basket rules, for whoever sets them; the limits of approval, for whoever approves."""
    if may_write(viewer):
        return [(_("Rules of its baskets"), reverse("baskets:rules", args=[programme.code]))]
    if holds_somewhere(viewer, Permission.APPROVE_SPENDING):
        return [(_("Limits of approval"), reverse("baskets:limits"))]
    return []


def register_all() -> None:
    links.register(of_programme)
