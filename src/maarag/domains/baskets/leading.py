"""From a programme's page to what its baskets may buy."""

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
    """What its baskets may buy; their rules, for whoever sets them; the limits, for whoever approves."""
    found = [(_("What its baskets may buy"), reverse("baskets:buys", args=[programme.code]))]
    if may_write(viewer):
        found.append((_("Rules of its baskets"), reverse("baskets:rules", args=[programme.code])))
    elif holds_somewhere(viewer, Permission.APPROVE_SPENDING):
        found.append((_("Limits of approval"), reverse("baskets:limits")))
    return found


def register_all() -> None:
    links.register(of_programme)
